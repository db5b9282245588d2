"""A model that triggers a warning and one that narrowly does not, for each code.

Models are those of `oracles.by_hand`: one material ``m`` at 10 a tonne, 100 t a year from 2026, one spot supplier ``s``
in China with 1000 t a year, two yearly periods, a shortage cost of 100.
"""

from __future__ import annotations

from dataclasses import dataclass

from bichiku.checking import Advice, advice
from oracles.by_hand import ALL_HALT, Row, read
from oracles.world_strategies import Description


@dataclass(frozen=True)
class Case:
    """A warning's two models.

    Attributes:
        code: its code.
        triggers: a model about which it is given exactly once.
        spares: one about which it is not.
        subject: what it is about.
        says: words of its message, such as the numbers worked out beside the case.
    """

    code: str
    triggers: Description
    spares: Description
    subject: str
    says: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.code}-{self.subject}"


def given(description: Description, code: str) -> list[Advice]:
    """The warnings of one code about a model."""
    return [item for item in advice(read(description)) if item.code == code]


def holds(case: Case) -> None:
    """The first model has the warning once, the second has not."""
    (item,) = given(case.triggers, case.code)
    assert item.subject == case.subject
    for words in case.says:
        assert words in item.message
    assert given(case.spares, case.code) == []


def halt(**changes: object) -> Row:
    """A crisis of a year that stops all, with changes."""
    crisis = {"annual_probability": 0.1, "onset_every": 1, "duration": 1, "recovery": 1, "effects": [ALL_HALT]}
    return {"halt": {key: value for key, value in {**crisis, **changes}.items() if value is not None}}
