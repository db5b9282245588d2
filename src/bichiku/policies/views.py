"""What a policy sees of the rest of the program: the algebra it writes to, what is built, what follows, the words.

Protocols only, so that a policy depends neither on what builds nor on what tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from bichiku.model.time_path import TimePath
from bichiku.model.tree import Tree
from bichiku.model.world import World
from bichiku.program import LinearProgram, Quantity

Nodes = np.ndarray


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


class StateNumbers(Protocol):
    """The state of what is written or built: ``demand``, ``export``, ``route`` at each node, by material or source."""

    def number(self, name: str, *index: str) -> np.ndarray: ...


class Built(StateNumbers, Protocol):
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
