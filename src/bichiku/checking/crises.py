"""Warnings about crises and events: those that never begin, hit nothing, are cut, or are likelier than the plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from bichiku.checking.facts import Facts, Found
from bichiku.model.chains import LastWorld
from bichiku.model.settings import Crisis, Effect, Event, EventEffect
from bichiku.model.state import materials_hit, moves_price, share_hit
from bichiku.model.tree import starts
from bichiku.model.world import World
from bichiku.policies.survive import SURVIVE

LEAST_WEIGHT = 0.5  # of a chain's plan: below it a crisis is more likely under way than not

SELECTORS = ("countries", "suppliers", "routes", "materials")
_SELECTS_NOTHING = "no supplier or project is what it selects"


def _never_begins(facts: Facts) -> Iterator[Found]:
    calendar = facts.world.calendar
    for name, crisis in facts.world.settings.crises.items():
        if not starts(name, crisis, calendar):
            window = f"the window of its first onset begins after the last period, {calendar.periods}"
            yield Found(name, f"{window}, so it never begins")


def _changes_nothing(facts: Facts) -> Iterator[Found]:
    for path, reasons in _IDLE.of(facts.world):
        if all(reasons):
            told = dict.fromkeys(reason for reason in reasons if reason)
            yield Found(path, f"it changes nothing: {'; '.join(told)}")


def _effect_changes_nothing(facts: Facts) -> Iterator[Found]:
    for path, reasons in _IDLE.of(facts.world):
        if not all(reasons):
            for i, reason in enumerate(reasons):
                if reason:
                    yield Found(f"{path}.effects[{i}]", f"it changes nothing: {reason}")


def _idle(world: World) -> Iterator[tuple[str, list[str]]]:
    """Events and crises that begin, each with why its effects change nothing; empty for one that does."""
    for name, event in world.settings.events.items():
        yield f"events.{name}", [_why_idle(world, effect) for effect in event.effects]
    for name, crisis in world.settings.crises.items():
        longest = _longest(world, name, crisis)
        if longest:
            reasons = [_too_late(effect, longest) or _why_idle(world, effect) for effect in crisis.effects]
            yield f"crises.{name}", reasons


_IDLE = LastWorld(lambda world: list(_idle(world)))


def _names_what_it_does_not_hit(facts: Facts) -> Iterator[Found]:
    for path, named in _DEAD.of(facts.world):
        yield Found(path, named)


def _dead(world: World) -> Iterator[tuple[str, str]]:
    """Names beside others in a selector that select nothing by themselves: where the effect is, and which they are."""
    causes: dict[str, Mapping[str, Event | Crisis]] = {
        "events": world.settings.events,
        "crises": world.settings.crises,
    }
    for kind, some in causes.items():
        for name, cause in some.items():
            for i, effect in enumerate(cause.effects):
                for selector in SELECTORS:
                    names = getattr(effect, selector) or []
                    dead = [one for one in names if not _selects(world, effect.model_copy(update={selector: [one]}))]
                    if 0 < len(dead) < len(names):
                        yield (
                            f"{kind}.{name}.effects[{i}]",
                            f"{selector} names {', '.join(dead)}, of which it hits nothing",
                        )


_DEAD = LastWorld(lambda world: list(_dead(world)))


def _longest(world: World, name: str, crisis: Crisis) -> int:
    """Most periods that a crisis goes on within the horizon; 0 where it never begins."""
    left = [world.calendar.periods + 1 - start.onset for start in starts(name, crisis, world.calendar)]
    return min(max(left, default=0), max(crisis.duration))


def _too_late(effect: Effect, longest: int) -> str:
    if effect.start < longest:
        return ""
    return f"it starts {effect.start} periods after the onset, and the crisis goes on for {longest} at most"


def _why_idle(world: World, effect: EventEffect) -> str:
    """Why an effect changes nothing; empty where it does."""
    hit = {source: share for source in world.sources if (share := share_hit(effect, source, world)) > 0.0}
    materials = materials_hit(effect, world)
    moved = [name for name in world.floating if effect.price_factor is not None and moves_price(effect, name, world)]
    if not _selects(world, effect):
        return _SELECTS_NOTHING
    reasons = [
        None if effect.loss is None else _loss(world, effect.loss, hit),
        None if effect.demand_factor is None else _demand(world, effect.demand_factor, materials),
        None if effect.price_factor is None else _price(world, effect.price_factor, moved),
    ]
    told = [reason for reason in reasons if reason is not None]
    return "" if "" in told else " and ".join(told)


def _selects(world: World, effect: EventEffect) -> bool:
    """Whether there is anything that an effect selects."""
    return (
        any(share_hit(effect, source, world) > 0.0 for source in world.sources)
        or bool(materials_hit(effect, world))
        or any(effect.price_factor is not None and moves_price(effect, name, world) for name in world.floating)
    )


def _loss(world: World, loss: float, hit: dict[str, float]) -> str:
    if loss == 0.0:
        return "its loss is 0"
    if not hit:
        return _SELECTS_NOTHING
    return "" if any(_can_ship(world, source) for source in hit) else "what it hits can ship nothing"


def _can_ship(world: World, source: str) -> bool:
    if source in world.suppliers:
        row = world.suppliers[source]
        return row.capacity_t > 0 or (row.under_way > 0 and row.lead_periods > 0)
    return world.projects[source].existing_t > 0 or world.projects[source].max_build_t > 0


def _demand(world: World, factor: float, materials: list[str]) -> str:
    if factor == 1.0:
        return "its demand_factor is 1"
    used = any(any(world.demand.get(material, {}).values()) for material in materials)
    return "" if used else "the materials it hits have no demand"


def _price(world: World, factor: float, moved: list[str]) -> str:
    if factor == 1.0:
        return "its price_factor is 1"
    return "" if any(world.floating[name].price > 0 for name in moved) else "it moves no spot price"


def _no_probability(facts: Facts) -> Iterator[Found]:
    survive = SURVIVE.asked(facts.world)
    for name, crisis in facts.world.settings.crises.items():
        begun = starts(name, crisis, facts.world.calendar)
        if begun and not any(start.probability > 0 for start in begun) and not (survive and name in survive.crises):
            yield Found(
                name, "its probability is 0, so it counts for nothing in the cost and the plan does not prepare for it"
            )


def _plan_is_the_exception(facts: Facts) -> Iterator[Found]:
    for chain in facts.chains:
        tree = chain.tree
        period = int(tree.weight[tree.plan].argmin()) + 1
        weight = tree.weight[period - 1]
        if weight < LEAST_WEIGHT:
            active = tree.period == period
            share = {
                name: float(tree.weight[active & tree.of_crisis(name)].sum()) for name in chain.world.settings.crises
            }
            named = [name for name in sorted(share, key=lambda name: -share[name])[:3] if share[name] > 0]
            label = facts.world.calendar.label(period)
            yield Found(
                chain.name,
                f"in {label} its plan has a weight of {weight:.0%}, so a crisis or the recovery from one is more "
                "likely than none, and two at once, which are not followed, are not rare; most by "
                f"{', '.join(f'{name} ({share[name]:.0%})' for name in named)}",
            )


def _recovers_before_goods_are_through(facts: Facts) -> Iterator[Found]:
    periods = facts.world.calendar.periods
    for chain in facts.chains:
        through = longest_way(chain.world)
        for name, crisis in chain.world.settings.crises.items():
            if crisis.recovery == "to-end" or crisis.recovery >= through:
                continue
            ends = [
                future.onset + future.length + int(crisis.recovery) - 1
                for future in chain.tree.futures
                if future.crisis == name
            ]
            if any(end < periods for end in ends):
                yield Found(
                    name,
                    f"its recovery of {crisis.recovery} is shorter than the {through} periods that goods take through "
                    f"the chain of {chain.name}, from the first shipment to the last product at full ramp, so what is "
                    "shipped when it ends is not there when the branch hands back",
                )


def longest_way(world: World) -> int:
    """Most periods from a shipment of a supplier to the arrival, at full ramp, of what is made of it last."""
    return max((_way(world, material, frozenset()) for material in world.materials), default=0)


def _way(world: World, material: str, passed: frozenset[str]) -> int:
    """Most periods from the first shipment to the full arrival of a material; a circle is gone round once."""
    sellers = [world.spot[name] for name in world.sellers(material) if name in world.spot]
    bought = [row.lead_periods + row.ramp_periods for row in sellers]
    made = []
    for name in world.makers(material):
        row = world.projects[name]
        feed = row.input_material
        before = 0 if feed is None or feed in passed else _way(world, feed, passed | {material})
        made.append(row.lead_periods + row.ramp_periods + before)
    return max([*bought, *made], default=0)


def _effect_is_cut(facts: Facts) -> Iterator[Found]:
    for name, crisis in facts.world.settings.crises.items():
        longest = max(crisis.duration)
        for i, effect in enumerate(crisis.effects):
            if effect.duration is not None and effect.start < longest < effect.start + effect.duration:
                yield Found(
                    f"crises.{name}.effects[{i}]",
                    f"its own duration of {effect.duration} periods would end {effect.start + effect.duration} after "
                    f"the onset, and the crisis ends after {longest} at most, so it is cut there; let it fade with "
                    "return_over, or give the crisis a longer duration",
                )


RULES: dict[str, Callable[[Facts], Iterator[Found]]] = {
    "W301": _never_begins,
    "W302": _changes_nothing,
    "W303": _effect_changes_nothing,
    "W304": _no_probability,
    "W305": _plan_is_the_exception,
    "W306": _recovers_before_goods_are_through,
    "W307": _effect_is_cut,
    "W308": _names_what_it_does_not_hit,
}
