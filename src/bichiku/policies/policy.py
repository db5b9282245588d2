"""What a policy is: everything that the rest of the program needs to know of one, stated in its own file.

A policy declares its keys, writes its rows against `RowWriter`, says which of its numbers a person may move, when it
can never bind, and how it is called. Nothing else in the program knows a policy by name but where two of them meet.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np

from bichiku.model.time_path import TimePath
from bichiku.model.world import World
from bichiku.policies.views import Bounds, Built, CouplingWriter, PhraseWords, RowWriter, RuleWords
from bichiku.program import LinearProgram, Move
from bichiku.program.move import OneMore

Keys = TypeVar("Keys")
KeyPath = tuple[Any, ...]

HUNDREDTH = 0.01
BEND = 1e-9  # of a step; a bend as near as that to where a number stands is there


@dataclass(frozen=True)
class Family:
    """A family of rows whose limits a person sets, and what it is called.

    Attributes:
        name: name of the family, as in duals.csv and prices.csv.
        one_more: subject of the sentence on the price of one unit more; empty where there is none. It may name
            ``{limit}``, ``{material}``, ``{year}`` and ``{unit}``.
        noun: the number as something that is raised or lowered.
        heading: the same as the heading of a column; it may name ``{name}``, the limit's.
        tighter_by_less: whether a smaller number asks for less.
        undated: whether one number stands behind the rows of all years.
        one_number: whether one number stands behind the rows of all its limits.
        across_crises: whether a row looks at every crisis together.
        unit_in_subject: whether the subject names the unit, so that a range does without.
    """

    name: str
    one_more: str
    noun: str
    heading: str
    tighter_by_less: bool = False
    undated: bool = False
    one_number: bool = False
    across_crises: bool = False
    unit_in_subject: bool = False


@dataclass(frozen=True)
class Inputs:
    """The keys and cells behind the numbers of a family of rows.

    Texts may name ``{material}`` (the last label of the row), ``{index}`` (all of them) and ``{column}`` (the first
    label of the column).

    Attributes:
        limit: behind the limits of rows.
        coefficients: behind the coefficients of a variable, by its name.
        coefficient: behind those of any other variable.
        differences: whether coefficients are differences, so that one that is all but zero is rounding.
    """

    limit: str
    coefficients: Mapping[str, str] = field(default_factory=dict)
    coefficient: str = "losses that hit {column}"
    differences: bool = False


@dataclass(frozen=True)
class Limit:
    """One number that a person may move, and what the program does with it.

    Attributes:
        family: name of its family, or of a capacity.
        name: of the limit, supplier or project; empty where the material says all.
        material: the material, or empty.
        year: calendar year, or None for the whole horizon.
        value: the number as it stands, in `unit`.
        unit: unit of the number.
        move: what one unit more does to the program; None where no number is offered for a change.
        rows: rows that state it and are gone without it.
        onset: first period of the branch that it is about; 0 for the plan and all branches.
        steps: whether two units more are not twice what one is, so that a price takes solving again.
        holds: least and most units more for which the move times these is what they do.
    """

    family: str
    name: str
    material: str
    year: int | None
    value: float
    unit: str
    move: Move | None = None
    rows: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=int))
    onset: int = 0
    steps: bool = False
    holds: tuple[float, float] = (-math.inf, math.inf)

    @property
    def step(self) -> float:
        """What a price must hold for to be told of, in units: a day, a percentage point, 1 % of tonnes or of money.

        Of a number that is zero 1 % is nothing, so a step is one unit of it.
        """
        return 1.0 if self.is_whole else HUNDREDTH * self.value

    @property
    def is_whole(self) -> bool:
        """Whether a step is one unit."""
        return self.unit in ("days", "points") or self.value == 0.0


def bent(limit: Limit, one_more: OneMore) -> Limit:
    """A limit under a move that may bend."""
    bends, step = one_more.bends, limit.step
    least = float(bends[bends <= BEND * step].max(initial=-math.inf))
    most = float(bends[bends > BEND * step].min(initial=math.inf))
    steps = one_more.is_whole or most < step * (1.0 - BEND)
    return replace(limit, move=one_more.move, holds=(min(least, 0.0), most), steps=steps)


class Policy(ABC, Generic[Keys]):
    """One policy.

    Attributes:
        name: its key below ``policies`` in model.yaml.
        keys: the type of its value there, for pydantic.
        default: its value where a strategy does not ask for it.
        families: the families of rows that a person sets with it.
        inputs: what stands behind the numbers of its rows, by family; also of rows that only count.
        refers: kind of name to the key paths below its own at which such names stand.
        binds_in_operation: whether its rows hold while a plan is carried out, and not only while it is chosen.
        shape: type and unit of its value, in the words of the reference.
        text: what it is, for the reference.
    """

    name: ClassVar[str]
    keys: ClassVar[Any]
    default: ClassVar[Any] = None
    families: ClassVar[tuple[Family, ...]]
    inputs: ClassVar[Mapping[str, Inputs]]
    refers: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    binds_in_operation: ClassVar[bool] = False
    shape: ClassVar[str] = "mapping"
    text: ClassVar[str]

    def named(self, value: Any, materials: Set[str]) -> Iterator[tuple[KeyPath, str, Any]]:
        """Where names stand in its value in model.yaml, of which kind, and what stands there; unchecked.

        Args:
            value: its value.
            materials: the names of the model's materials.
        """
        for kind, paths in self.refers.items():
            for path in paths:
                for place, names in values_at(value, tuple(path.split("."))):
                    yield place, kind, names

    def asked(self, world: World) -> Keys | None:
        """What a strategy asks for; None (or an empty list) where it does not ask."""
        found: Keys | None = getattr(world.policies, self.name)
        return found

    @abstractmethod
    def add_rows(self, rows: RowWriter, world: World) -> None:
        """Writes the policy's rows, columns and costs; nothing where the strategy does not ask for it."""

    def couples(self, world: World) -> bool:
        """Whether its rows tie chains of a strategy together, so that none can be planned for by itself."""
        return type(self).couple is not Policy.couple and self.asked(world) is not None

    def couple(self, coupling: CouplingWriter, world: World) -> None:
        """Writes the rows that look at several chains together; nothing for a policy that looks at one."""

    def violated(self, built: Built) -> tuple[Any, ...]:
        """Cutting planes that a solution asks for; none for a policy that rows state exactly."""
        return ()

    def kept_by_planes(self, world: World) -> Sequence[str]:
        """Materials of which something is kept by cutting planes and not by rows that state it exactly."""
        return ()

    def plane_row(self, plane: Any, built: Built) -> tuple[np.ndarray, float]:
        """A cutting plane as coefficients of all columns and their upper limit, as `add_rows` states it."""
        raise NotImplementedError(f"{self.name} is kept by no planes")

    @abstractmethod
    def limits(self, built: Built) -> Iterator[Limit]:
        """The numbers whose price is told."""

    def rules(self, built: Built) -> Iterator[Limit]:
        """What a person would call one rule each, with the rows that are gone without it."""
        yield from self.limits(built)

    @abstractmethod
    def describe(self, rule: Limit, world: World, words: RuleWords) -> str:
        """A rule in words."""

    @abstractmethod
    def phrases(self, asked: Keys, words: PhraseWords) -> Iterator[str]:
        """What a strategy demands, as the report says it."""

    @abstractmethod
    def never_binds(self, bounds: Bounds) -> Mapping[str, str]:
        """Key paths that no plan can come up against, and why; only what arithmetic proves."""

    def idle_names(self, bounds: Bounds) -> Iterator[tuple[str, str]]:
        """Names in it that it does not touch: key path and what is the matter."""
        yield from ()

    def faults(self, world: World) -> Iterator[tuple[KeyPath, str, str]]:
        """What contradicts the rest of what a strategy asks for: key path below its own, message and hint."""
        yield from ()

    def path(self, rule: Limit, world: World) -> TimePath | None:
        """The dated values behind a rule; None where it is not dated."""
        return None

    def with_path(self, rule: Limit, world: World, path: TimePath) -> Any:
        """The policy's value with another path behind a rule."""
        raise NotImplementedError(f"{self.name} is not dated")


def values_at(data: Any, steps: tuple[str, ...], path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """What stands at a key path of plain data, in which ``*`` is any name or position."""
    if not steps:
        yield path, data
        return
    inside = data if isinstance(data, dict) else dict(enumerate(data)) if isinstance(data, list) else {}
    for key, value in inside.items():
        if steps[0] in ("*", key):
            yield from values_at(value, steps[1:], (*path, key))


def without_demand(policy: str, materials: list[str] | None, world: World) -> Iterator[tuple[str, str]]:
    """Materials that a policy on shortages names and that cannot be short, beside some that can."""
    touched = world.with_demand(materials)
    for material in (materials or []) if touched else []:
        if material not in touched:
            yield policy, f"{material} has no demand, so it cannot be short"


def totals(program: LinearProgram, family: str, unit: str, size: float = 1.0) -> Iterator[Limit]:
    """Limits that are one number for each row: one unit more moves its row by `size`."""
    for block in program.blocks(family):
        material = "" if block.material == "all" else block.material
        for row, key in zip(block.numbers, block.keys, strict=True):
            rows = np.array([row])
            value = float(program.limits_as_set(rows)[0]) / size
            year = int(key) if block.place == "year" else None
            yield Limit(family, "", material, year, value, unit, Move(rows=rows, row_moves=np.array([size])), rows)
