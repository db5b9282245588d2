"""A linear program that stays in HiGHS: solved in parts, changed, and solved again from where it was."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from bichiku.program import LinearProgram
from bichiku.program.components import Component, split_program
from bichiku.solving.at_prices import NEAR, AtPrices, ChainsAtPrices
from bichiku.solving.certificate import certify
from bichiku.solving.coupled import RowsCouple, beside_each_other, split_loosely
from bichiku.solving.decomposed import DecomposedRun, pays
from bichiku.solving.highs import HighsRun
from bichiku.solving.known_parts import KnownPart, KnownParts, digest_of
from bichiku.solving.options import NO_LIMITS, Limits, SolverOptions
from bichiku.solving.report import Progress, Report, log_of_part
from bichiku.solving.side_by_side import side_by_side
from bichiku.solving.solution import Optimum, Solution, Status
from bichiku.solving.start import Basis, as_highs
from bichiku.solving.tail import Tail, tail_of
from bichiku.solving.whole import answer_of_all, basis_of_all, basis_of_part

SAME_PRICE = 1e-7  # of the largest price of a coupling row

TakenApart = Callable[[LinearProgram, SolverOptions], bool]


class HotProgram:
    """A program split into parts that share nothing, each held by a solver of its own.

    Rows that couple chains are left out at first. Where the optimum keeps them all the same, the parts stay apart, and
    each may move within what the others leave of these rows; else the parts that they couple become one. Chains that a
    tail ties together are solved apart at prices first, and stay apart where these settle.

    Args:
        program: the program.
        options: how HiGHS is run.
        taken_apart: which parts are solved branch by branch first; those for which it pays.
        known: parts solved before by others, whose answers are taken over; None where nobody shares them.
        at_hand: whether solvers stay for the next solve; else of a solved part only its basis is kept.
    """

    def __init__(
        self,
        program: LinearProgram,
        options: SolverOptions,
        taken_apart: TakenApart = pays,
        known: KnownParts | None = None,
        at_hand: bool = True,
    ) -> None:
        self.program = program
        self.known = known
        self.options = options
        self._taken_apart = taken_apart
        self._at_hand = at_hand
        self._is_joined = self._held_at_prices = False
        self._tries_prices = True
        self._at_prices = self._chains_at_prices(program, tail_of(program))
        split = split_loosely(program)
        self.parts: tuple[Component, ...] = split.components
        self._loose = split.loose_columns
        self.runs = [self._run_of(part.program) for part in self.parts]
        self._answers: dict[int, Solution] = {}

    def _chains_at_prices(self, program: LinearProgram, tail: Tail | None) -> ChainsAtPrices | None:
        """The chains of a program that only a tail ties together."""
        if tail is None:
            return None
        found = ChainsAtPrices(
            program, tail, lambda chains: HotProgram(chains, self.options, self._taken_apart, self.known)
        )
        return found if found.fall_apart else None

    def solve(
        self,
        progress: Progress | None = None,
        limits: Limits = NO_LIMITS,
        keep_log: bool = False,
        prices: bool = True,
    ) -> tuple[Solution, Report]:
        """Solves what is not solved yet, parts side by side on all cores.

        Args:
            progress: called with the number of parts solved and the number of parts to be solved.
            limits: the time for all parts together, and the iterations for each.
            keep_log: whether to keep HiGHS's log.
            prices: whether duals are those of the cost, see `HighsRun.solve`.

        Returns:
            The solution of the whole and how it came about. If a part is not optimal, its status is that of
            the whole and there is no solution.
        """
        end = None if limits.seconds is None else time.monotonic() + limits.seconds
        how = ""
        if self._at_prices is not None and len(self._answers) < len(self.parts):
            found = self._at_prices.solve(progress, limits, keep_log, prices)
            if found.status is Status.INFEASIBLE or found.status.gave_up:
                return found.solution, found.report
            if found.is_settled and certify(self.program, found.solution).holds:
                self._hold_at_prices(found)
                log = f"{found}\n\n{found.report.log}" if keep_log else ""
                return self._whole(found.iterations), replace(found.report, log=log)
            is_near = found.gap <= NEAR
            how = f"{found}; then the whole from {'there' if is_near else 'the start'}\n\n" if keep_log else ""
            self._give_up_prices(found.basis if is_near else None)
            limits = Limits(None if end is None else end - time.monotonic(), limits.iterations)
        iterations, log, apart = self._solve_waiting(progress, limits, keep_log, prices)
        held = self._beside_each_other()
        if held is not None:
            self._hold(held)
        else:
            self.join()
            left = Limits(None if end is None else end - time.monotonic(), limits.iterations)
            more, log_of_joined, apart = self._solve_waiting(progress, left, keep_log, prices)
            iterations, log = iterations + more, log + log_of_joined
        largest = max((part.program.shape for part in self.parts), default=(0, 0))
        report = Report(len(self.parts), largest, iterations, how + log, apart)
        return self._whole(iterations), report

    def _solve_waiting(
        self, progress: Progress | None, limits: Limits, keep_log: bool, prices: bool
    ) -> tuple[int, str, dict[int, str]]:
        """Solves the parts without an answer.

        Returns:
            Iterations, HiGHS's log, and how parts went whose branches were solved apart; see `Report`.
        """
        waiting = [i for i in range(len(self.parts)) if i not in self._answers]
        waiting.sort(key=lambda i: -self.parts[i].program.matrix.nnz)
        log = ""
        if keep_log:
            with tempfile.TemporaryDirectory(prefix="bichiku-") as folder:
                self._run(waiting, progress, limits, Path(folder), prices)
                log = "".join(
                    log_of_part(
                        i + 1,
                        len(self.parts),
                        self.parts[i].program.shape,
                        self.runs[i].note,
                        Path(folder, f"{i}.log"),
                    )
                    for i in sorted(waiting)
                )
        else:
            self._run(waiting, progress, limits, None, prices)
        iterations = sum(self._answers[i].iterations for i in waiting if i in self._answers)
        return iterations, log, {i + 1: note for i in sorted(waiting) if (note := self.runs[i].note)}

    @property
    def _is_coupled(self) -> bool:
        return any(len(part.coupling) for part in self.parts)

    def _beside_each_other(self) -> tuple[Component, ...] | None:
        """The parts with what the others leave them of the coupling rows; None where such a row binds."""
        if not self._is_coupled or self._held_at_prices:
            return self.parts
        statuses = [answer.status for answer in self._answers.values()]
        if Status.UNBOUNDED in statuses:
            return None  # a coupling row may bound it; it cures nothing else
        if len(statuses) < len(self.parts) or any(status is not Status.OPTIMAL for status in statuses):
            return self.parts
        whole = self._whole(0)
        return beside_each_other(self.program, self.parts, whole.x) if whole.status is Status.OPTIMAL else self.parts

    def _hold_at_prices(self, found: AtPrices) -> None:
        """Gives each part what the others leave it of the tail, at the optimum of all."""
        assert self._at_prices is not None
        assert found.basis is not None
        whole = found.solution
        self.parts, self._held_at_prices, self._is_joined = self._at_prices.components(whole.x), True, False
        self.runs = [HighsRun(part.program, self.options) for part in self.parts]
        for run, part in zip(self.runs, self.parts, strict=True):
            run.take_over(as_highs(basis_of_part(found.basis, part)))
        self._answers = {i: whole.part(part.rows, part.columns, part.program.cost) for i, part in enumerate(self.parts)}

    def _give_up_prices(self, near: Basis | None) -> None:
        """Makes one program of all for good, as what does not settle once seldom does with other numbers.

        Args:
            near: where to begin; None for the start.
        """
        self._at_prices, self._tries_prices = None, False
        if near is not None:
            for run, part in zip(self.runs, self.parts, strict=True):
                if len(part.columns):
                    run.start_from(basis_of_part(near, part))

    def _hold(self, parts: tuple[Component, ...]) -> None:
        """Gives solved parts limits that they keep already."""
        self.parts = parts
        if self._is_coupled:
            for run, part in zip(self.runs, parts, strict=True):
                run.change(part.program)

    def join(self) -> None:
        """Makes one of the parts that coupling rows have in common; where these are kept already, it has its answer."""
        if self._is_joined:
            return
        self._is_joined = True
        before, whole = self.parts, self._whole(0)
        if not self._is_coupled:
            return
        is_kept = self._held_at_prices or (
            whole.status is Status.OPTIMAL and beside_each_other(self.program, before, whole.x) is not None
        )
        basis = basis_of_all(self.program, before, [run.basis for run in self.runs]) if is_kept else None
        alone = {int(part.rows[0]): i for i, part in enumerate(before) if not len(part.coupling)}
        split = split_program(self.program)
        runs, answers = [], {}
        for number, part in enumerate(split.components):
            old = alone.get(int(part.rows[0]))
            if old is not None:
                runs.append(self.runs[old])
                if old in self._answers:
                    answers[number] = self._answers[old]
            elif basis is None:
                runs.append(self._run_of(part.program))
            else:
                runs.append(HighsRun(part.program, self.options))  # at its optimum: no branches have to be taken apart
                runs[-1].take_over(as_highs(basis_of_part(basis, part)))
                answers[number] = whole.part(part.rows, part.columns, part.program.cost)
        self.parts, self._loose, self.runs, self._answers = split.components, split.loose_columns, runs, answers
        self._held_at_prices = False

    def _run_of(self, program: LinearProgram) -> HighsRun:
        kind = DecomposedRun if self._taken_apart(program, self.options) else HighsRun
        return kind(program, self.options)

    def answer(self, part: int) -> Solution:
        """The solution of one part, in its own numbering."""
        return self._answers[part]

    @contextmanager
    def session(self, part: int, run: HighsRun | None = None) -> Iterator[Callable[[LinearProgram], Optimum]]:
        """Solves a part with other numbers, one program after another, each from where the last one ended.

        Afterwards the solver is where it was before. Sessions of different solvers may run side by side.

        Args:
            part: number of the part.
            run: a solver of it, see `twin`; its own where none is given.

        Raises:
            RowsCouple: by what is solved, where other parts would move too.
        """
        own, coupling = self.parts[part].program, self.parts[part].coupling
        prices = self._answers[part].row_dual[coupling]
        as_before = SAME_PRICE * abs(prices).max(initial=0.0)
        run = self.runs[part] if run is None else run
        basis = run.basis

        def solve(program: LinearProgram) -> Optimum:
            found = solve_alone(program)
            if len(coupling) and found.status is Status.INFEASIBLE:
                # by itself, or for want of what the others could leave it?
                found = solve_alone(program.without_limits(coupling))
                if found.status is not Status.INFEASIBLE:
                    raise RowsCouple
            if found.status is Status.OPTIMAL and (abs(found.row_dual[coupling] - prices) > as_before).any():
                raise RowsCouple
            return found

        def solve_alone(program: LinearProgram) -> Optimum:
            run.change(program)
            found = run.optimum()
            if found.status in (Status.OPTIMAL, Status.INFEASIBLE):
                return found
            return HighsRun(program, self.options).optimum()  # from the start, not from the last basis

        try:
            with run.without_edge_weights():
                yield solve
        finally:
            run.change(own)
            run.begin_at(basis)

    def twin(self, part: int) -> HighsRun:
        """Another solver of a solved part, at its basis."""
        run = HighsRun(self.parts[part].program, self.options)
        run.take_over(self.runs[part].basis)
        return run

    def change(self, program: LinearProgram) -> None:
        """Replaces the program; parts that stay as they were keep their answer.

        Where only numbers differ, the other parts are solved again from their last basis. A program of
        another shape or sparsity is split anew, and its changed parts are solved from the start.
        """
        if self._at_prices is not None or not program.same_sparsity(self.program):
            self._split_anew(program)
            return
        parts = []
        for i, part in enumerate(self.parts):
            changed = part.of(program)
            if self.runs[i].change(changed.program):
                self._answers.pop(i, None)
            parts.append(changed)
        self.parts = tuple(parts)
        self.program = program

    def _split_anew(self, program: LinearProgram) -> None:
        self._begin_prices_anew(program)
        before = {int(part.columns[0]): i for i, part in enumerate(self.parts) if len(part.columns)}
        split = split_program(program) if self._is_joined else split_loosely(program)
        runs, answers = [], {}
        for number, part in enumerate(split.components):
            old = before.get(int(part.columns[0])) if len(part.columns) else None
            if old is not None and old in self._answers and part.program.equals(self._free(old)):
                runs.append(self.runs[old])
                answers[number] = self._answers[old]
            else:
                runs.append(self._run_of(part.program))
        self.program, self.parts, self._loose = program, split.components, split.loose_columns
        self.runs, self._answers = runs, answers

    def _begin_prices_anew(self, program: LinearProgram) -> None:
        """Looks for the tail of another program; chains of the same tail go on from where they are."""
        tail = tail_of(program) if self._tries_prices else None
        if tail is None or self._at_prices is None:
            self._at_prices = self._chains_at_prices(program, tail)
        else:
            self._at_prices.change(program, tail)
        if self._held_at_prices:  # by parts that are none of the program's
            self.parts, self.runs, self._answers, self._held_at_prices = (), [], {}, False

    def _free(self, part: int) -> LinearProgram:
        """A part in which coupling rows forbid nothing, as it is solved."""
        found = self.parts[part]
        return found.program.without_limits(found.coupling) if len(found.coupling) else found.program

    def _run(
        self, waiting: list[int], progress: Progress | None, limits: Limits, logs: Path | None, prices: bool
    ) -> None:
        end = None if limits.seconds is None else time.monotonic() + limits.seconds

        def solve(i: int) -> Solution:
            seconds = None if end is None else end - time.monotonic()
            return self._solve_part(i, Limits(seconds, limits.iterations), logs and logs / f"{i}.log", prices)

        found = side_by_side(waiting, solve, lambda i: self.runs[i].interrupt())
        with closing(found):  # so that what still runs is told to stop where progress raises
            for count, (i, answer) in enumerate(found, start=1):
                self._answers[i] = answer
                if progress:
                    progress(count, len(waiting))
        self._renew_stopped()

    def _solve_part(self, part: int, limits: Limits, log: Path | None, prices: bool) -> Solution:
        answer = self._answer_of(part, limits, log, prices)
        if not self._at_hand and answer.status is Status.OPTIMAL:
            self.put_away(part)
        return answer

    def _answer_of(self, part: int, limits: Limits, log: Path | None, prices: bool) -> Solution:
        run = self.runs[part]
        if self.known is None or not prices or not run.is_new or isinstance(run, DecomposedRun):
            return run.solve(limits, log, prices=prices)  # from where it is, or by branches
        # a log is part of what is known, as each run has the whole of it
        key = (self.options, digest_of(self.parts[part].program), log is not None)
        known: KnownPart | None = self.known.get(key)
        if known is None:
            answer = run.solve(limits, log)
            if answer.status is Status.OPTIMAL and run.basis.valid:
                text = log.read_text(encoding="utf-8", errors="replace") if log is not None and log.is_file() else ""
                self.known.keep(key, KnownPart(answer, run.basis, text))
            return answer
        run.take_over(known.basis)
        if log is not None:
            log.write_text(known.log, encoding="utf-8")
        return known.answer

    def settle(self, part: int) -> None:
        """Puts a solved part's solver at its basis, as if it had never been elsewhere."""
        self.runs[part].take_over(self.runs[part].basis)

    def put_away(self, part: int) -> None:
        """Frees what a solved part's solver takes, until something is asked of it again."""
        self.runs[part].put_away()

    def _renew_stopped(self) -> None:
        """A solver that was told to stop stays so; another takes its place for the next solve."""
        for i, run in enumerate(self.runs):
            if run.interrupted:
                self.runs[i] = self._run_of(self.parts[i].program)
            if i in self._answers and self._answers[i].status is Status.INTERRUPTED:
                del self._answers[i]

    def _whole(self, iterations: int) -> Solution:
        failed = [answer for answer in self._answers.values() if answer.status is not Status.OPTIMAL]
        failed.sort(key=lambda answer: answer.status is Status.UNBOUNDED)
        if failed or len(self._answers) < len(self.parts):
            self._answers = {i: a for i, a in self._answers.items() if a.status is Status.OPTIMAL}
            return failed[0] if failed else Solution.none(Status.INTERRUPTED)
        return answer_of_all(self.program, self.parts, self._loose, self._answers, iterations)
