"""Whether limits can be kept together: the one question that every step asks the solver."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from bichiku.program import LinearProgram
from bichiku.solving import Limits, Solution, SolverOptions, Status
from bichiku.solving.highs import HighsRun
from bichiku.solving.start import SolverError

_VERDICTS = {Status.OPTIMAL: True, Status.INFEASIBLE: False}


class FeasibilityCheck:
    """Solves programs until its time is up; then every further answer is that it cannot tell.

    Attributes:
        solves: number of programs solved.
    """

    def __init__(self, seconds: float, method: str = "simplex") -> None:
        self._end = time.monotonic() + seconds
        self._method = method
        self.solves = 0

    def until(self, share: float) -> FeasibilityCheck:
        """A check with so large a share of the time that is left."""
        return FeasibilityCheck(self.left * share, self._method)

    @property
    def late(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() >= self._end

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return max(self._end - time.monotonic(), 0.0)

    def solve(self, program: LinearProgram) -> Solution:
        """The solution of a program, or why there is none."""
        if self.late:
            return Solution.none(Status.TIME_LIMIT)
        return self.run(HighsRun(program, SolverOptions(self._method)))

    def run(self, run: HighsRun) -> Solution:
        """What a solver finds in the time that is left; an interruption from the keyboard stops it."""
        if self.late:
            return Solution.none(Status.TIME_LIMIT)
        self.solves += 1
        pool = ThreadPoolExecutor(1)
        try:
            return pool.submit(run.solve, Limits(self.left)).result()
        except SolverError:
            return Solution.none(Status.ERROR)
        except BaseException:
            run.interrupt()
            raise
        finally:
            pool.shutdown(wait=False)

    def hot(self) -> Callable[[LinearProgram], bool | None]:
        """`feasible` for one program after another of the same sparsity, each from where the last one ended."""
        runs: list[HighsRun] = []

        def feasible(program: LinearProgram) -> bool | None:
            free = program.without_cost()
            if runs:
                runs[0].change(free)
            else:
                runs.append(HighsRun(free, SolverOptions(self._method)))
            verdict = _VERDICTS.get(self.run(runs[0]).status)
            if verdict is None:
                runs.clear()
                return self.feasible(program)
            return verdict

        return feasible

    def point(self, program: LinearProgram) -> Solution:
        """Some point that keeps all limits, or why there is none."""
        if (program.row_lower > program.row_upper).any() or (program.column_lower > program.column_upper).any():
            return Solution.none(Status.INFEASIBLE)
        return self.solve(program.without_cost())

    def feasible(self, program: LinearProgram) -> bool | None:
        """Whether some point keeps all limits; None where the solver cannot tell or the time is up."""
        return _VERDICTS.get(self.point(program).status)
