"""What a policy is: everything that the rest of the program needs to know of one, stated in its own file.

A policy declares its keys, writes its rows against `RowWriter`, says which of its numbers a person may move, when it
can never bind, and how it is called. Nothing else in the program knows a policy by name but where two of them meet.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import numpy as np

from bichiku.model.time_path import TimePath
from bichiku.model.tree import Tree
from bichiku.model.world import World
from bichiku.program import LinearProgram, Move, Quantity

Keys = TypeVar("Keys")
Nodes = np.ndarray
KeyPath = tuple[Any, ...]


class RowWriter(Protocol):
    """The algebra of one node, as a policy adds to it.

    Attributes:
        tree: the tree.
        years: calendar year of each node; shape (nodes,).
        chain: name of the chain whose node it is.
        model: the variables, parameters and expressions of one node, by name: ``model.stock[material]``.
        cuts: what a policy that is kept by cutting planes has found so far, by policy.
    """

    tree: Tree
    years: np.ndarray
    chain: str
    cuts: Mapping[str, tuple[Any, ...]]

    @property
    def model(self) -> Any: ...
    @property
    def per_year(self) -> Any: ...
    @property
    def once(self) -> Any: ...
    def number(self, name: str, *index: str) -> np.ndarray: ...
    def variables(self, name: str, index: Iterable[Any], place: Any) -> Any: ...
    def elsewhere(
        self,
        name: str,
        of: Any,
        at: Mapping[Any, np.ndarray],
        outside: Mapping[Any, float],
        named: Mapping[Any, Any] | None = None,
    ) -> Any: ...
    def parameters(self, name: str, values: Mapping[Any, np.ndarray]) -> Any: ...
    def add_rows(
        self,
        name: str,
        index: Iterable[Any],
        rule: Callable[..., Any],
        *,
        nodes: Callable[[Any], Nodes] | Nodes,
        unit: str,
        key: np.ndarray | None = None,
        place: str = "node",
        policy: bool = False,
    ) -> None: ...
    def add_quantity(self, name: str, index: Iterable[Any], rule: Callable[..., Any]) -> Any: ...
    def add_cost(
        self,
        name: str,
        index: Iterable[Any],
        rule: Callable[..., Any],
        nodes: Nodes,
        factor: np.ndarray,
        line: str | None = None,
    ) -> None: ...


class ChainView(Protocol):
    """A chain, as a policy that couples chains sees it."""

    @property
    def name(self) -> str: ...
    @property
    def world(self) -> World: ...
    @property
    def tree(self) -> Tree: ...
    @property
    def years(self) -> np.ndarray: ...


class FutureView(Protocol):
    """A future with its paths by chain."""

    @property
    def crisis(self) -> str: ...
    @property
    def onset(self) -> int: ...
    @property
    def length(self) -> int: ...
    @property
    def probability(self) -> float: ...
    @property
    def paths(self) -> Mapping[str, np.ndarray]: ...


Term = tuple[np.ndarray, np.ndarray, float]  # columns, coefficients, constant


class CouplingWriter(Protocol):
    """Rows and columns over all chains.

    Attributes:
        chains: the chains.
        futures: the futures of all of them, those of one crisis, onset and length as one.
    """

    @property
    def chains(self) -> Sequence[ChainView]: ...
    @property
    def futures(self) -> Sequence[FutureView]: ...
    def quantities(self, name: str, chain: Any) -> Iterator[Quantity]: ...
    def variables(self, name: str, count: int, place: str) -> np.ndarray: ...
    def add_cost(self, line: str, columns: np.ndarray, money: np.ndarray, periods: np.ndarray) -> None: ...
    def add_rows(
        self,
        family: str,
        keys: np.ndarray,
        terms: Sequence[Sequence[Term]],
        upper: np.ndarray,
        *,
        place: str,
        unit: str,
        policy: bool = False,
    ) -> None: ...


class Built(Protocol):
    """A strategy as built, solved or not. The plan's nodes have the same numbers in every chain, 0 to periods - 1.

    Attributes:
        world, program: the strategy.
        demand: tonnes used at each node of its chain, by material with demand.
        arrived: tonnes that come in at each node of its chain, by supplier and project; only of what is solved.
    """

    @property
    def world(self) -> World: ...
    @property
    def program(self) -> LinearProgram: ...
    @property
    def demand(self) -> Mapping[str, np.ndarray]: ...
    @property
    def arrived(self) -> Mapping[str, np.ndarray]: ...
    def tree_of(self, chain: str) -> Tree: ...


class Bounds(Protocol):
    """What follows from a world for every plan whatever: the most that can arrive, be short or do damage.

    Attributes:
        world: the world.
        trees: the trees of its chains.
        plan_years: calendar years of the horizon.
        yearly: the most that can arrive from each supplier and project in each year of the plan.
        has_likely_crisis: whether some future has a probability above zero.
        most_damage: no future with a probability can do more damage; money.
    """

    @property
    def world(self) -> World: ...
    @property
    def trees(self) -> Sequence[Tree]: ...
    @property
    def plan_years(self) -> list[int]: ...
    @property
    def yearly(self) -> Mapping[str, np.ndarray]: ...
    @property
    def has_likely_crisis(self) -> bool: ...
    @property
    def most_damage(self) -> float: ...
    def on_plan(self, year: int) -> np.ndarray: ...
    def offers(self, material: str) -> list[str]: ...
    def arrivals(self, sources: Iterable[str]) -> np.ndarray: ...
    def sellers(self, material: str, of: str = "supply") -> list[str]: ...


class RuleWords(Protocol):
    """How the numbers of one rule are written; see `bichiku.show`."""

    def number(self, value: float) -> str: ...
    def tonnes(self, value: float) -> str: ...
    def amount(self, value: float, unit: str) -> str: ...


class PhraseWords(Protocol):
    """How numbers and names are written where a strategy is told; see `bichiku.show`."""

    def number(self, value: float) -> str: ...
    def days(self, value: float) -> str: ...
    def money(self, value: float) -> str: ...
    def percent(self, value: float) -> str: ...
    def month(self, index: int) -> str: ...
    def names(self, names: Iterable[str]) -> str: ...
    def country(self, code: str) -> str: ...
    def countries(self, names: Iterable[str]) -> str: ...
    def path(self, path: TimePath, write: Callable[[float], str], when: Callable[[int], str]) -> str: ...


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


class Policy(ABC, Generic[Keys]):
    """One policy.

    Attributes:
        name: its key below ``policies`` in model.yaml.
        keys: the type of its value there, for pydantic.
        default: its value where a strategy does not ask for it.
        families: the families of rows that a person sets with it.
        inputs: what stands behind the numbers of its rows, by family; also of rows that only count.
        refers: kind of name to the key paths below its own at which such names stand.
        shape: type and unit of its value, in the words of the reference.
        text: what it is, for the reference.
    """

    name: ClassVar[str]
    keys: ClassVar[Any]
    default: ClassVar[Any] = None
    families: ClassVar[tuple[Family, ...]]
    inputs: ClassVar[Mapping[str, Inputs]]
    refers: ClassVar[Mapping[str, tuple[str, ...]]] = {}
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

    def couple(self, coupling: CouplingWriter, world: World) -> None:
        """Writes the rows that look at several chains together; nothing for a policy that looks at one."""

    def violated(self, built: Built) -> tuple[Any, ...]:
        """Cutting planes that a solution asks for; none for a policy that rows state exactly."""
        return ()

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
