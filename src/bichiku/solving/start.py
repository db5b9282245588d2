"""How a HiGHS is started, without a word, with its options and from a basis; how it is stopped; what it came to."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np

from bichiku.solving.solution import Status


class SolverError(RuntimeError):
    """HiGHS refused an option or a model."""


class _QuietHighs(highspy.Highs):
    """HiGHS without a word on standard output; from 1.16 on it greets as soon as it is made."""

    def enableCallbacks(self) -> None:  # called while it is being made
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()


_STATUS = {
    highspy.HighsModelStatus.kOptimal: Status.OPTIMAL,
    highspy.HighsModelStatus.kInfeasible: Status.INFEASIBLE,
    highspy.HighsModelStatus.kUnbounded: Status.UNBOUNDED,
    highspy.HighsModelStatus.kTimeLimit: Status.TIME_LIMIT,
    highspy.HighsModelStatus.kIterationLimit: Status.ITERATION_LIMIT,
    highspy.HighsModelStatus.kInterrupt: Status.INTERRUPTED,
}
BASIC = highspy.HighsBasisStatus.kBasic
AT_LOWER = highspy.HighsBasisStatus.kLower
AT_UPPER = highspy.HighsBasisStatus.kUpper


@dataclass(frozen=True)
class Basis:
    """A basis to start from: whether each column and row is basic, or where it rests, in HiGHS's own words."""

    columns: np.ndarray
    rows: np.ndarray


def as_highs(basis: Basis) -> highspy.HighsBasis:
    """A basis as HiGHS takes it."""
    given = highspy.HighsBasis()
    given.col_status, given.row_status = list(basis.columns), list(basis.rows)
    return given


def started(options: dict[str, object]) -> highspy.Highs:
    """A HiGHS with some options.

    Raises:
        SolverError: it refuses one, which would leave another solver in place without a word.
    """
    highs = _QuietHighs()
    for name, value in options.items():
        if highs.setOptionValue(name, value) == highspy.HighsStatus.kError:
            raise SolverError(f"HiGHS refuses option {name}={value!r}")
    return highs


def status_of(outcome: highspy.HighsStatus, status: highspy.HighsModelStatus) -> Status:
    """What a run of HiGHS came to."""
    return Status.ERROR if outcome == highspy.HighsStatus.kError else _STATUS.get(status, Status.ERROR)


def let_go(highs: highspy.Highs) -> None:
    """Ends the circle of a HiGHS and its callbacks, so that its memory is free as soon as nothing refers to it."""
    highs.callbacks.clear()


def stop(highs: highspy.Highs) -> None:
    """Makes a running solve of another thread end soon, as if its time were up.

    The simplex method and presolve look at the time limit at every step. The interior point method takes it at its
    start, and has to be asked by a callback (`HandleUserInterrupt`); asking Python at every step of the simplex method
    was a tenth of solving.
    """
    highs.cancelSolve()
    highs.setOptionValue("time_limit", 0.0)
