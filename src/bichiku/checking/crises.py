"""Warnings about crises and events: those that never begin, hit nothing, or are likelier than the plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bichiku.checking.facts import Facts, Found
from bichiku.model.settings import Crisis, Effect, EventEffect
from bichiku.model.state import materials_hit, share_hit
from bichiku.model.tree import onset_periods
from bichiku.policies.survive import SURVIVE

LEAST_WEIGHT = 0.5  # of the plan: below it a crisis is more likely under way than not

_SELECTS_NOTHING = "no supplier or project is what it selects"


def _never_begins(facts: Facts) -> Iterator[Found]:
    periods = facts.world.calendar.periods
    for name, crisis in facts.world.settings.crises.items():
        if not onset_periods(crisis, periods):
            yield Found(name, f"its first onset lies after the last period, {periods}, so it never begins")


def _changes_nothing(facts: Facts) -> Iterator[Found]:
    for path, reasons in _idle(facts):
        if all(reasons):
            told = dict.fromkeys(reason for reason in reasons if reason)
            yield Found(path, f"it changes nothing: {'; '.join(told)}")


def _effect_changes_nothing(facts: Facts) -> Iterator[Found]:
    for path, reasons in _idle(facts):
        if not all(reasons):
            for i, reason in enumerate(reasons):
                if reason:
                    yield Found(f"{path}.effects[{i}]", f"it changes nothing: {reason}")


def _idle(facts: Facts) -> Iterator[tuple[str, list[str]]]:
    """Events and crises that begin, each with why its effects change nothing; empty for one that does."""
    settings = facts.world.settings
    for name, event in settings.events.items():
        yield f"events.{name}", [_why_idle(facts, effect) for effect in event.effects]
    for name, crisis in settings.crises.items():
        if onset_periods(crisis, facts.world.calendar.periods):
            reasons = [_too_late(facts, crisis, name, effect) or _why_idle(facts, effect) for effect in crisis.effects]
            yield f"crises.{name}", reasons


def _too_late(facts: Facts, crisis: Crisis, name: str, effect: Effect) -> str:
    longest = max(branch.end - branch.onset + 1 for branch in facts.tree.branches if branch.crisis == name)
    if effect.start < longest:
        return ""
    return f"it starts {effect.start} periods after the onset, and the branch has {longest}"


def _why_idle(facts: Facts, effect: EventEffect) -> str:
    """Why an effect changes nothing; empty where it does."""
    world = facts.world
    hit = {source: share for source in world.sources if (share := share_hit(effect, source, world)) > 0.0}
    materials = materials_hit(effect, hit, world)
    if not hit and not materials:
        return _SELECTS_NOTHING
    reasons = [
        None if effect.loss is None else _loss(facts, effect.loss, hit),
        None if effect.demand_factor is None else _demand(facts, effect.demand_factor, materials),
        None if effect.price_factor is None else _price(facts, effect.price_factor, materials),
    ]
    told = [reason for reason in reasons if reason is not None]
    return "" if "" in told else " and ".join(told)


def _loss(facts: Facts, loss: float, hit: dict[str, float]) -> str:
    if loss == 0.0:
        return "its loss is 0"
    if not hit:
        return _SELECTS_NOTHING
    return "" if any(_can_ship(facts, source) for source in hit) else "what it hits can ship nothing"


def _can_ship(facts: Facts, source: str) -> bool:
    world = facts.world
    if source in world.suppliers:
        row = world.suppliers[source]
        return row.capacity_t > 0 or (row.in_transit_t > 0 and row.lead_periods > 0)
    return world.projects[source].existing_t > 0 or world.projects[source].max_build_t > 0


def _demand(facts: Facts, factor: float, materials: list[str]) -> str:
    if factor == 1.0:
        return "its demand_factor is 1"
    used = any(any(facts.world.demand.get(material, {}).values()) for material in materials)
    return "" if used else "the materials it hits have no demand"


def _price(facts: Facts, factor: float, materials: list[str]) -> str:
    if factor == 1.0:
        return "its price_factor is 1"
    priced = any(row.material in materials and row.price > 0 for row in facts.world.spot.values())
    return "" if priced else "the materials it hits have no spot price"


def _no_probability(facts: Facts) -> Iterator[Found]:
    survive = SURVIVE.asked(facts.world)
    for name in facts.world.settings.crises:
        mine = [branch for branch in facts.tree.branches if branch.crisis == name]
        if mine and not any(branch.probability > 0 for branch in mine) and not (survive and name in survive.crises):
            yield Found(
                name, "its probability is 0, so it counts for nothing in the cost and the plan does not prepare for it"
            )


def _plan_is_the_exception(facts: Facts) -> Iterator[Found]:
    weight = facts.tree.weight[facts.tree.plan]
    period = int(weight.argmin())
    if weight[period] < LEAST_WEIGHT:
        branches = facts.tree.branches
        largest: dict[str, float] = {}
        for branch in branches:
            if branch.onset <= period + 1 <= branch.end:
                largest[branch.crisis] = largest.get(branch.crisis, 0.0) + branch.probability
        named = sorted(largest, key=lambda name: -largest[name])[:3]
        yield Found(
            facts.world.calendar.label(period + 1),
            f"the plan has a weight of {weight[period]:.0%}, so a crisis or the recovery from one is more likely than "
            f"none; most by {', '.join(f'{name} ({largest[name]:.0%})' for name in named)}",
        )


RULES: dict[str, Callable[[Facts], Iterator[Found]]] = {
    "W301": _never_begins,
    "W302": _changes_nothing,
    "W303": _effect_changes_nothing,
    "W304": _no_probability,
    "W305": _plan_is_the_exception,
}
