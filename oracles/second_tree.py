"""A second set of chains and trees, written from docs/formulation.md alone, one loop per sentence.

It shares nothing with the product but the read inputs (`World`), so that agreement is evidence.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from bichiku.model.settings import Crisis, Effect
from bichiku.model.world import World
from oracles.second_state import PERIODS_PER_YEAR, Moment, State, States, ends

ROUNDING = 1e-9


class Node(NamedTuple):
    """A node of a chain's plan (crisis None), of a spine (length 0) or of the exit after `length` periods."""

    chain: str
    crisis: str | None
    onset: int
    length: int
    period: int

    @property
    def age(self) -> int:
        """Periods since the onset."""
        return self.period - self.onset

    @property
    def moment(self) -> Moment:
        """When it is, whatever the chain."""
        return Moment(self.crisis, self.onset, self.length, self.period)


class Future(NamedTuple):
    """One crisis with one onset and one length."""

    crisis: str
    onset: int
    length: int


@dataclass(frozen=True)
class Chain:
    """Materials that projects tie, with what offers them and the crises that touch them."""

    name: str
    materials: set[str]
    sources: set[str]
    crises: list[str]


@dataclass(frozen=True)
class SecondTree:
    """The trees of all chains.

    Attributes:
        chains: by name, which is that of the first of its materials.
        nodes: every node, a parent before its children.
        parents: the node one period earlier; None is the opening state.
        weights: cost weight of each node.
        begins: probability that a crisis begins in the window of an onset, by (crisis, onset).
        probabilities: probability of each future.
        paths: the nodes of each future of each chain that its crisis touches, in order of period.
        states: states of moments.
    """

    chains: dict[str, Chain]
    nodes: list[Node]
    parents: dict[Node, Node | None]
    weights: dict[Node, float]
    begins: dict[tuple[str, int], float]
    probabilities: dict[Future, float]
    paths: dict[tuple[str, Future], list[Node]]
    states: States

    def ancestor(self, node: Node, steps: int) -> Node | None:
        """The node some periods earlier on the way to this one; None before the tree begins."""
        here: Node | None = node
        for _ in range(steps):
            if here is None:
                return None
            here = self.parents[here]
        return here

    def state(self, node: Node) -> State:
        """The state of a node."""
        return self.states.at(node.moment)

    def plan(self, chain: str, period: int) -> Node:
        """The plan's node of a period."""
        return Node(chain, None, 0, 0, period)

    def chain_of(self, material: str) -> str:
        """The chain that a material belongs to."""
        return next(chain.name for chain in self.chains.values() if material in chain.materials)

    def futures_at_end(self) -> dict[Node, list[Future]]:
        """The futures whose paths end at a node."""
        found: dict[Node, list[Future]] = {}
        for (_, future), path in self.paths.items():
            found.setdefault(path[-1], []).append(future)
        return found


def second_tree(world: World) -> SecondTree:
    """The chains, nodes, parents, weights and states of a world.

    Raises:
        ValueError: a plan weight below zero, a recovery shorter than a lead, or an effect that outlasts its branch.
    """
    last, crises = world.settings.periods, world.settings.crises
    states = States(world)
    begins = {(name, onset): p for name, crisis in crises.items() for onset, p in _onsets(world, crisis)}
    probabilities = {
        Future(name, onset, length): p * share
        for (name, onset), p in begins.items()
        for length, share in crises[name].duration.items()
    }
    chains = _chains(world, states, begins)
    for name, crisis in crises.items():
        _check_fading(world, name, crisis, [onset for other, onset in begins if other == name])

    nodes: list[Node] = []
    parents: dict[Node, Node | None] = {}
    weights: dict[Node, float] = {}
    paths: dict[tuple[str, Future], list[Node]] = {}

    def grow(node: Node, parent: Node | None, weight: float) -> Node:
        nodes.append(node)
        parents[node] = parent
        weights[node] = weight
        return node

    for chain in chains.values():
        plan: list[Node] = []
        for period in range(1, last + 1):
            plan.append(grow(Node(chain.name, None, 0, 0, period), plan[-1] if plan else None, 1.0))
        for (name, onset), p in begins.items():
            if name not in chain.crises:
                continue
            crisis = crises[name]
            spine: list[Node] = []
            for age in range(min(max(crisis.duration), last - onset + 1)):
                parent = spine[-1] if spine else plan[onset - 2] if onset > 1 else None
                weight = p * sum(share for length, share in crisis.duration.items() if length > age)
                spine.append(grow(Node(chain.name, name, onset, 0, onset + age), parent, weight))
            for length, share in crisis.duration.items():
                path = spine[:length]
                recovery = last if crisis.recovery == "to-end" else crisis.recovery
                for period in range(onset + length, min(last, onset + length + recovery - 1) + 1):
                    path = [*path, grow(Node(chain.name, name, onset, length, period), path[-1], p * share)]
                paths[chain.name, Future(name, onset, length)] = path
        for node in plan:
            active = {other for other in nodes if other.chain == chain.name and other.period == node.period} - {node}
            weights[node] = 1.0 - sum(weights[other] for other in active)
            if weights[node] < -ROUNDING:
                names = ", ".join(sorted({str(other.crisis) for other in active}))
                month = states.months_of(node.period)[0]
                raise ValueError(
                    f"the plan's weight is below zero: chain {chain.name}, "
                    f"{month // 12:04d}-{month % 12 + 1:02d}, crises {names}"
                )
        _check_recovery(world, chain, paths)
    return SecondTree(chains, nodes, parents, weights, begins, probabilities, paths, states)


def _onsets(world: World, crisis: Crisis) -> list[tuple[int, float]]:
    """Onsets with the probability that the crisis begins in the window of each."""
    if crisis.onsets is not None:
        return [(onset.period, onset.probability) for onset in sorted(crisis.onsets, key=lambda o: o.period)]
    last, every = world.settings.periods, crisis.onset_every
    rate = yearly_rate(crisis)
    first = crisis.first_onset if crisis.first_onset is not None else 1 + every // 2
    place = (first - 1) % every
    found = []
    for window in range((first - 1) // every, (last - 1) // every + 1):
        begin, end = window * every + 1, min((window + 1) * every, last)
        years = (end - begin + 1) / PERIODS_PER_YEAR[world.settings.resolution]
        found.append((min(begin + place, end), 1.0 - math.exp(-rate * years)))
    return found


def yearly_rate(crisis: Crisis) -> float:
    """The rate that belongs to a yearly probability."""
    return -math.log(1.0 - crisis.annual_probability)


def _chains(world: World, states: States, begins: dict[tuple[str, int], float]) -> dict[str, Chain]:
    """Connected parts of the graph of materials and projects, each with the crises that touch it."""
    tied: dict[str, set[str]] = {material: {material} for material in world.materials}
    for row in world.projects.values():
        if row.input_material is not None:
            joined = tied[row.material] | tied[row.input_material]
            for material in joined:
                tied[material] = joined
    chains: dict[str, Chain] = {}
    for material in sorted(world.materials):
        materials = tied[material]
        name = min(materials)
        if name in chains:
            continue
        rows = {**world.suppliers, **world.projects}
        sources = {source for source, row in rows.items() if row.material in materials}
        crises = [
            crisis
            for crisis in world.settings.crises
            if any(
                states.at(moment).changed_from(states.calm(moment.period), sources, materials)
                for moment in _moments(world, crisis, begins)
            )
        ]
        chains[name] = Chain(name, materials, sources, crises)
    return chains


def _moments(world: World, name: str, begins: dict[tuple[str, int], float]) -> list[Moment]:
    """Every moment that a branch of a crisis can have."""
    crisis, last = world.settings.crises[name], world.settings.periods
    found = []
    for onset in [onset for other, onset in begins if other == name]:
        found += [Moment(name, onset, 0, onset + a) for a in range(max(crisis.duration)) if onset + a <= last]
        for length in crisis.duration:
            recovery = last if crisis.recovery == "to-end" else crisis.recovery
            ages = range(length, length + recovery)
            found += [Moment(name, onset, length, onset + age) for age in ages if onset + age <= last]
    return found


def _check_fading(world: World, name: str, crisis: Crisis, onsets: list[int]) -> None:
    """An effect whose fading, and the longest lag of the feed it hits, outlasts a branch is an error."""
    if crisis.recovery == "to-end":
        return
    for effect in crisis.effects:
        for length in crisis.duration:
            lasts = ends(effect, length) + effect.return_over + _longest_lag(world, effect)
            cut = all(onset + length + crisis.recovery - 1 >= world.settings.periods for onset in onsets)
            if effect.start < length and lasts > length + crisis.recovery and not cut:
                raise ValueError(f"an effect of {name} outlasts length {length} and recovery {crisis.recovery}")


def _longest_lag(world: World, effect: Effect) -> int:
    """The longest lag of the feed that an effect's loss hits."""
    if effect.loss is None or effect.routes or not effect.countries:
        return 0
    states = States(world)
    return max(
        (
            lag
            for source, lags in world.lags.items()
            for country, lag in lags.items()
            if world.origins[source][country] > 0 and states.hits(effect, source, country)
        ),
        default=0,
    )


def _check_recovery(world: World, chain: Chain, paths: dict[tuple[str, Future], list[Node]]) -> None:
    """A recovery shorter than the longest lead of a chain is an error, unless all branches end at the horizon."""
    leads = [row.lead_periods for name, row in world.projects.items() if name in chain.sources]
    leads += [row.lead_periods for name, row in world.suppliers.items() if name in chain.sources and row.kind == "spot"]
    for name in chain.crises:
        recovery = world.settings.crises[name].recovery
        ended = [
            path[-1].period for (where, future), path in paths.items() if (where, future.crisis) == (chain.name, name)
        ]
        inside = any(period < world.settings.periods for period in ended)
        if recovery != "to-end" and inside and recovery < max(leads, default=0):
            raise ValueError(f"the recovery of {name} is shorter than the longest lead time in chain {chain.name}")
