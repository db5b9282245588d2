"""One chain of a plan in a dated crisis."""

from __future__ import annotations

from dataclasses import dataclass

from bichiku.stressing.course import Course
from bichiku.stressing.operation import BlindOperator
from bichiku.stressing.strikes import Strike


@dataclass(frozen=True)
class Struck:
    """What became of a chain.

    Attributes:
        strategy: whose plan is held.
        operator: who operates it.
        strike: the crisis.
        materials: those of the chain.
        course: what became of it.
    """

    strategy: str
    operator: BlindOperator
    strike: Strike
    materials: tuple[str, ...]
    course: Course

    @property
    def currency(self) -> str:
        """Unit of money."""
        return self.operator.world.settings.currency

    def month(self, node: int) -> dict[str, object]:
        """Period and month of a node, as columns."""
        period = int(self.course.part.tree.period[node])
        return {"period": period, "month": self.operator.world.calendar.label(period)}
