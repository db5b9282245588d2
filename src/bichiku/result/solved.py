"""How a strategy was solved: the solution with what the solver said of it."""

from __future__ import annotations

from dataclasses import dataclass

from bichiku.result.outcome import Outcome
from bichiku.solving import Report
from bichiku.solving.certificate import Certificate


@dataclass(frozen=True)
class Solved:
    """How a strategy was solved.

    Attributes:
        outcome: the solution in words of the model.
        report: what the solver did.
        certificate: how well the solution holds.
        seconds: time of each step.
        at_list_prices: the strategy once more in a world in which no price moves, of a run that is split.
    """

    outcome: Outcome
    report: Report
    certificate: Certificate
    seconds: dict[str, float]
    at_list_prices: Solved | None = None

    @property
    def log(self) -> str:
        """HiGHS's log of all that was solved."""
        listed = self.at_list_prices
        return self.report.log if listed is None else f"{self.report.log}At list prices\n{listed.report.log}"
