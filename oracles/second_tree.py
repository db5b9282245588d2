"""A second tree and its states, written from docs/formulation.md alone, one loop per sentence.

It shares nothing with the product but the read inputs (`World`), so that agreement is evidence.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from bichiku.model.settings import Crisis, EventEffect
from bichiku.model.world import World

PERIODS_PER_YEAR = {"month": 12, "quarter": 4, "year": 1}
ROUNDING = 1e-9


class Node(NamedTuple):
    """A node of the plan (crisis and onset None) or of a branch."""

    crisis: str | None
    onset: int | None
    period: int


class Branch(NamedTuple):
    """One crisis with one onset."""

    crisis: str
    onset: int


@dataclass(frozen=True)
class State:
    """What can be shipped and what arrives (by supplier or project), demand and prices (by material)."""

    export: dict[str, float]
    route: dict[str, float]
    demand_factor: dict[str, float]
    price_factor: dict[str, float]


@dataclass(frozen=True)
class SecondTree:
    """Nodes of the plan first, then branch by branch.

    Attributes:
        nodes: every node, a parent before its children.
        parents: the node one period earlier; None is the opening state.
        weights: cost weight of each node.
        probabilities: probability of each branch.
        members: the nodes of each branch in order of period.
        states: the state of each node.
    """

    nodes: list[Node]
    parents: dict[Node, Node | None]
    weights: dict[Node, float]
    probabilities: dict[Branch, float]
    members: dict[Branch, list[Node]]
    states: dict[Node, State]

    def ancestor(self, node: Node, steps: int) -> Node | None:
        """The node some periods earlier on the way to this one; None before the tree begins."""
        here: Node | None = node
        for _ in range(steps):
            if here is None:
                return None
            here = self.parents[here]
        return here


def second_tree(world: World) -> SecondTree:
    """The nodes, parents, weights and states of a world.

    Raises:
        ValueError: the branches of some period have a probability over one together.
    """
    periods = world.settings.periods
    spans = _spans(world)
    probabilities = _probabilities(world, spans)

    nodes = [Node(None, None, t) for t in range(1, periods + 1)]
    parents: dict[Node, Node | None] = {node: nodes[node.period - 2] if node.period > 1 else None for node in nodes}
    weights = {node: 1.0 - sum(p for b, p in probabilities.items() if node.period in spans[b]) for node in nodes}
    if min(weights.values()) < -ROUNDING:
        raise ValueError("the plan's weight is negative: probabilities exceed one together")
    members: dict[Branch, list[Node]] = {}
    for branch, span in spans.items():
        members[branch] = [Node(branch.crisis, branch.onset, t) for t in span]
        parent = Node(None, None, branch.onset - 1) if branch.onset > 1 else None
        for node in members[branch]:
            nodes.append(node)
            parents[node] = parent
            weights[node] = probabilities[branch]
            parent = node
    states = {node: _state(world, node) for node in nodes}
    return SecondTree(nodes, parents, weights, probabilities, members, states)


def _spans(world: World) -> dict[Branch, range]:
    """The periods of each branch, cut at the horizon."""
    last = world.settings.periods
    spans = {}
    for name, crisis in world.settings.crises.items():
        for onset in _onsets(crisis, last):
            end = last if crisis.recovery == "to-end" else min(last, onset + crisis.duration + crisis.recovery - 1)
            spans[Branch(name, onset)] = range(onset, end + 1)
    return spans


def _onsets(crisis: Crisis, last: int) -> list[int]:
    if crisis.onsets is not None:
        return sorted(onset.period for onset in crisis.onsets)
    first = crisis.first_onset if crisis.first_onset is not None else 1 + crisis.onset_every // 2
    return list(range(first, last + 1, crisis.onset_every))


def _probabilities(world: World, spans: dict[Branch, range]) -> dict[Branch, float]:
    """The probability of each branch, earlier onsets first as later ones depend on them."""
    settings = world.settings
    rates = {
        name: -math.log(1.0 - crisis.annual_probability)
        for name, crisis in settings.crises.items()
        if crisis.annual_probability is not None
    }
    all_rates = sum(rates.values())
    found: dict[Branch, float] = {}
    for period in range(1, settings.periods + 1):
        running = 1.0 - sum(p for b, p in found.items() if b.onset < period and period in spans[b])
        for branch in spans:
            if branch.onset != period:
                continue
            crisis = settings.crises[branch.crisis]
            if crisis.onsets is not None:
                found[branch] = next(onset.probability for onset in crisis.onsets if onset.period == period)
            elif rates[branch.crisis] == 0.0:
                found[branch] = 0.0
            else:
                window = crisis.onset_every / PERIODS_PER_YEAR[settings.resolution]
                starts = (1.0 - math.exp(-all_rates * window)) * rates[branch.crisis] / all_rates
                found[branch] = running * starts
    return found


def _state(world: World, node: Node) -> State:
    """Events on every node, then the effects of the node's own crisis; all of them multiply."""
    sources = [*world.suppliers, *world.projects]
    state = State(
        export=dict.fromkeys(sources, 1.0),
        route=dict.fromkeys(sources, 1.0),
        demand_factor=dict.fromkeys(world.materials, 1.0),
        price_factor=dict.fromkeys(world.materials, 1.0),
    )
    months = 12 // PERIODS_PER_YEAR[world.settings.resolution]
    begins = world.settings.start + (node.period - 1) * months
    for event in world.settings.events.values():
        inside = sum(event.from_ <= month <= event.to for month in range(begins, begins + months))
        for effect in event.effects:
            _apply(world, state, effect, inside / months)
    if node.crisis is not None:
        crisis = world.settings.crises[node.crisis]
        for timed in crisis.effects:
            duration = timed.duration if timed.duration is not None else crisis.duration
            since = node.period - node.onset - timed.start
            _apply(world, state, timed, _strength(since, duration, timed.return_over))
    return state


def _strength(since: int, duration: int, return_over: int) -> float:
    """How much of an effect acts `since` periods after it began: in full, then fading in a straight line."""
    if since < 0:
        return 0.0
    if since < duration:
        return 1.0
    fading = since - duration + 1
    return 1.0 - (fading - 0.5) / return_over if fading <= return_over else 0.0


def _apply(world: World, state: State, effect: EventEffect, strength: float) -> None:
    """Multiplies one effect, acting with a strength between zero and one, into a state."""
    reach = {source: _reach(world, source, effect) for source in state.export}
    if effect.loss is not None:
        taken = state.route if effect.routes else state.export
        for source, share in reach.items():
            taken[source] *= 1.0 - effect.loss * share * strength
    if effect.countries or effect.suppliers or effect.routes:
        rows = {**world.suppliers, **world.projects}
        materials = {rows[source].material for source, share in reach.items() if share > 0}
    else:
        materials = set(effect.materials or world.materials)
    for material in materials:
        if effect.demand_factor is not None:
            state.demand_factor[material] *= 1.0 + (effect.demand_factor - 1.0) * strength
        if effect.price_factor is not None:
            state.price_factor[material] *= 1.0 + (effect.price_factor - 1.0) * strength


def _reach(world: World, source: str, effect: EventEffect) -> float:
    """The share of a supplier or project that an effect selects; its selectors narrow each other."""
    row = world.suppliers[source] if source in world.suppliers else world.projects[source]
    if effect.suppliers and source not in effect.suppliers:
        return 0.0
    if effect.routes and row.route not in effect.routes:
        return 0.0
    if effect.materials and row.material not in effect.materials:
        return 0.0
    if not effect.countries:
        return 1.0
    countries = world.members(effect.countries)
    if row.country in countries:
        return 1.0
    return sum(share for country, share in world.origins[source].items() if country in countries)
