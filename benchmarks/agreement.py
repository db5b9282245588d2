"""What several solvers said of one linear program, and where they differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bichiku.solving import Status
from bichiku.solving.certificate import TOLERANCE, Certificate


@dataclass(frozen=True)
class Answer:
    """What one solver said of one program.

    Attributes:
        status: how the solve ended.
        objective: true cost of its point, the preference among equal optima left out.
        certificate: how well it holds against the arrays of the program; None without an optimum.
        cpu_seconds: processor time, handing over included.
    """

    status: Status
    objective: float
    certificate: Certificate | None
    cpu_seconds: float


@dataclass(frozen=True)
class Case:
    """One program and the answer of each solver, by its name; the first is what the others are held against."""

    group: str
    name: str
    shape: tuple[int, int]
    answers: dict[str, Answer]

    @property
    def first(self) -> Answer:
        return next(iter(self.answers.values()))

    def apart(self, solver: str) -> float:
        """Difference from the first solver's cost, relative to it, or to 1 where it is less; 0 without an optimum."""
        ours, theirs = self.first.objective, self.answers[solver].objective
        return abs(theirs - ours) / max(abs(ours), 1.0) if self.answers[solver].certificate else 0.0

    def faults(self) -> Iterator[str]:
        """Where a solver differs from the first or its answer does not hold; to be too slow is no fault."""
        for solver, answer in self.answers.items():
            where = f"{self.group}, {self.name}, {solver}"
            if answer.status is Status.TIME_LIMIT:
                continue
            if answer.status is not self.first.status or answer.status is Status.ERROR:
                yield f"{where}: {answer.status.value}, not {self.first.status.value}"
            elif not self.apart(solver) <= TOLERANCE:
                yield f"{where}: {self.apart(solver):.1e} off the cost"
            if answer.certificate and not answer.certificate.holds:
                yield f"{where}: {answer.certificate}"
