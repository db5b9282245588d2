"""Warnings about policies that contradict each other, or the world, by arithmetic.

A share can always be kept by buying nothing, and shortage is always allowed at its cost, so most contradictions
leave a plan, though not the one that was meant. Where there is none at all, the message says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from bichiku.checking.facts import TOLERANCE, Facts, Found, beyond, years_text
from bichiku.checking.shares import Block, CheckedLimit, blocks, least_breach, most_bought
from bichiku.policies.concentration import CONCENTRATION, GRAM, ConcentrationKeys
from bichiku.policies.concentration import TOLERANCE as INDEX_TOLERANCE
from bichiku.policies.reserve_target import target_days
from bichiku.policies.shares import counted_sources
from bichiku.policies.survive import SURVIVE


def _nothing_to_buy(facts: Facts) -> Iterator[Found]:
    years = facts.plan_years
    for material, bad in _by_material(facts.once(_barred)).items():
        block = bad[0]
        rules = _in_conflict(facts, block)
        counted = _counted(facts, block)
        base = "imported" if _base(block) == "imports" else "supplied"
        forced = [years[b.at] for b in bad if _under_way(facts, counted, years[b.at]) > TOLERANCE]
        yield Found(
            material,
            f"in {years_text(years[b.at] for b in bad)} no mix of what can arrive keeps "
            f"{_limits_text(facts, rules, block)}, so none can be {base}{_arrives_all_the_same(forced)}",
        )


def _arrives_all_the_same(years: Sequence[int]) -> str:
    """What follows for a limit that allows nothing, where goods under way arrive in some years."""
    if not years:
        return ""
    return f"; what is under way at the start arrives in {years_text(years)} all the same, so there is no plan"


def _under_way(facts: Facts, sources: Sequence[str], year: int) -> float:
    nodes = facts.on_plan(year)
    return float(sum(facts.under_way(source)[nodes].sum() for source in sources))


def held_below_demand(facts: Facts) -> dict[Block, float]:
    """The most that can arrive of a material in a year, where limits on shares hold it below demand on the plan."""
    barred = {(block.material, block.at) for block in facts.once(_barred)}
    candidates = [
        block
        for block in blocks(facts)
        if block.material in facts.demand
        and (block.material, block.at) not in barred
        and not beyond(_uncovered(facts, block), _supply(facts, block))
    ]
    most = most_bought(facts, [(block, facts.sellers(block.material)) for block in candidates])
    return {
        block: tonnes
        for block, tonnes in zip(candidates, most, strict=True)
        if beyond(_uncovered(facts, block), tonnes)
    }


def _too_little_to_buy(facts: Facts) -> Iterator[Found]:
    short = facts.once(held_below_demand)
    for material, bad in _by_material(list(short)).items():
        worst = max(bad, key=lambda block: _uncovered(facts, block) - short[block])
        others = [facts.plan_years[block.at] for block in bad if block is not worst]
        so_too = f" (so too in {years_text(others)})" if others else ""
        limits = limits_that_hold(facts, worst)
        opening = _opening(facts, worst)
        stock = f" and the opening stock {opening:,.6g} t" if opening else ""
        yield Found(
            material,
            f"in {facts.plan_years[worst.at]} at most {short[worst]:,.6g} t can arrive under {limits}, demand is "
            f"{_demand(facts, worst):,.6g} t{stock}{so_too}; the rest comes from stock or substitution or stays short",
        )


def limits_that_hold(facts: Facts, block: Block) -> str:
    """The limits that hold arrivals below demand, in words."""
    return _limits_text(facts, _that_matter(facts, block), block)


def _that_matter(facts: Facts, block: Block) -> tuple[CheckedLimit, ...]:
    """Limits of a block that hold arrivals below demand together and, without any one of them, do not."""
    sellers, demand = facts.sellers(block.material), _uncovered(facts, block) * (1.0 - TOLERANCE)
    return _needed(block, lambda rest: most_bought(facts, [(rest, sellers)])[0] <= demand)


def _barred(facts: Facts) -> list[Block]:
    """Blocks in which the limits leave nothing of what they count, though it could arrive without them."""
    found = [block for block in blocks(facts) if _upper(facts, block, _counted(facts, block)) > 0.0]
    breaches = least_breach(facts, [(block, _counted(facts, block)) for block in found])
    return [block for block, breach in zip(found, breaches, strict=True) if breach > TOLERANCE]


def _in_conflict(facts: Facts, block: Block) -> tuple[CheckedLimit, ...]:
    """Limits of a block that bar all arrivals together and, without any one of them, do not."""
    counted = _counted(facts, block)
    return _needed(block, lambda rest: least_breach(facts, [(rest, counted)])[0] > TOLERANCE)


def _needed(block: Block, holds: Callable[[Block], bool]) -> tuple[CheckedLimit, ...]:
    """Limits of a block none of which can be spared for something to hold of it."""
    kept = list(block.limits)
    for limit in block.limits:
        rest = replace(block, limits=tuple(other for other in kept if other is not limit))
        if holds(rest):
            kept.remove(limit)
    return tuple(kept)


def _counted(facts: Facts, block: Block) -> list[str]:
    return facts.sellers(block.material, _base(block))


def _base(block: Block) -> str:
    """Imports where any limit is a share of them, as they are a part of supply."""
    bases = {row.of for limit in block.limits for key, row in limit.rows.items() if key[1] == block.material}
    return "imports" if "imports" in bases else "supply"


def _upper(facts: Facts, block: Block, sources: Sequence[str]) -> float:
    return float(sum(facts.yearly[name][block.at] for name in sources))


def _supply(facts: Facts, block: Block) -> float:
    return _upper(facts, block, facts.sellers(block.material))


def _demand(facts: Facts, block: Block) -> float:
    nodes = facts.on_plan(facts.plan_years[block.at])
    return float(facts.demand[block.material][nodes].sum())


def _opening(facts: Facts, block: Block) -> float:
    return facts.world.materials[block.material].opening_stock_t if block.at == 0 else 0.0


def _uncovered(facts: Facts, block: Block) -> float:
    """Demand of a block that the opening stock does not cover in the first year."""
    return max(_demand(facts, block) - _opening(facts, block), 0.0)


def _by_material(found: Sequence[Block]) -> dict[str, list[Block]]:
    result: dict[str, list[Block]] = {}
    for block in found:
        result.setdefault(block.material, []).append(block)
    return result


def _limits_text(facts: Facts, limits: Sequence[CheckedLimit], block: Block) -> str:
    words = []
    for limit in limits:
        row = next(row for key, row in limit.rows.items() if key[1] == block.material)
        bound = "at most" if limit.sense == "cap" else "at least"
        words.append(f"{limit.path} of {bound} {float(row.limit(np.array(facts.plan_years[block.at]))):.4g}")
    return " and ".join(words)


def _too_few_countries(facts: Facts) -> Iterator[Found]:
    policy = CONCENTRATION.asked(facts.world)
    if policy is None:
        return
    for material in facts.world.chosen(policy.materials):
        told, forced = "", []
        for year in facts.plan_years:
            able, countries = _able(facts, material, policy, year)
            limit = float(policy.max(np.array(year)))
            if not countries or 1.0 / countries <= limit + INDEX_TOLERANCE:
                continue
            told = told or (
                f"it can come from {countries} {'country' if countries == 1 else 'countries'} in {year}, so its "
                f"index is {1 / countries:.4g} at least; policies.concentration of {limit:.4g} is kept only "
                "by buying none"
            )
            # what arrives in any case is over the limit by this much, in the tonnes that the limit is held in
            over = _under_way(facts, able, year) * (countries**-0.5 - (limit + INDEX_TOLERANCE) ** 0.5)
            if over > GRAM:
                forced.append(year)
        if told:
            yield Found(material, told + _arrives_all_the_same(forced))


def _able(facts: Facts, material: str, policy: ConcentrationKeys, year: int) -> tuple[list[str], int]:
    """Whose goods of a material can arrive on the plan in a year and count, and from how many countries they come."""
    world, nodes = facts.world, facts.on_plan(year)
    able = [s for s in counted_sources(world, material, policy.of) if facts.most_arrivals[s][nodes].any()]
    countries = {world.sources[s].country for s in able}
    if policy.stage == "origin":
        countries = {country for s in able for country, share in world.origins[s].items() if share > 0}
    return able, len(countries)


def _reserve_out_of_reach(facts: Facts) -> Iterator[Found]:
    for material, target in _targets(facts):
        most = facts.most_stock(material, np.zeros(facts.world.calendar.periods))
        missed = [i for i in range(len(target)) if beyond(target[i], most[i])]
        if missed:
            at = missed[0]
            limit = facts.world.materials[material].storage_limit_t
            reason = (
                "storage holds no more" if limit is not None and most[at] >= limit else "even if none of it is used"
            )
            yield Found(
                material,
                f"its reserve target of {target[at]:,.6g} t in {_month(facts, at)} is out of reach, as stock can be "
                f"{most[at]:,.6g} t at most ({reason}); there is no plan",
            )


def _reserve_by_shortage(facts: Facts) -> Iterator[Found]:
    periods = facts.world.calendar.periods
    for material, target in _targets(facts):
        use = (facts.demand[material] - facts.most_saved(material))[:periods]
        most, unused = facts.most_stock(material, use), facts.most_stock(material, np.zeros(periods))
        missed = [i for i in range(periods) if beyond(target[i], most[i])]
        if missed and most.min() >= 0.0 and not any(beyond(target[i], unused[i]) for i in range(periods)):
            at = missed[0]
            yield Found(
                material,
                f"its reserve target of {target[at]:,.6g} t in {_month(facts, at)} takes a shortage to meet: with all "
                f"demand met stock can be {most[at]:,.6g} t at most",
            )


def _targets(facts: Facts) -> Iterator[tuple[str, np.ndarray]]:
    """Materials with demand and a reserve target, and its least tonnes at the end of each period: those of demand.

    What projects use as feed comes on top, and is the plan's to decide.
    """
    for material, demand in facts.demand.items():
        days = target_days(facts.world, material)
        if days is not None and days.any():
            yield material, days * demand[: facts.world.calendar.periods] / facts.world.calendar.days


def _month(facts: Facts, period: int) -> str:
    return facts.world.calendar.label(period + 1)


def _cannot_survive(facts: Facts) -> Iterator[Found]:
    policy = SURVIVE.asked(facts.world)
    if policy is None:
        return
    for material in facts.world.chosen(policy.materials):
        if material in facts.demand and len(facts.surviving(material)):
            node, lack = _first_lack(facts, material)
            if node is not None:
                crisis, onset, _, period = facts.tree(material).label(node)
                label = facts.world.calendar.label
                yield Found(
                    material,
                    f"policies.survive: if {crisis} begins in {label(onset)}, at least {lack:,.6g} t are short in "
                    f"{label(period)} whatever the plan; there is no plan",
                )


def _first_lack(facts: Facts, material: str) -> tuple[int | None, float]:
    """The first node at which a material must not be short but has to be, and by how much; tonnes."""
    row, nodes = facts.world.materials[material], facts.surviving(material)
    demand, saved = facts.demand[material], facts.most_saved(material)
    use = np.zeros(len(demand))
    use[nodes] = (demand - saved)[nodes]
    lack = -facts.most_stock(material, use)
    if row.release_rate_t_per_day is not None:
        released = row.release_rate_t_per_day * facts.world.calendar.days
        arrived = facts.arrivals(offers) if (offers := facts.offers(material)) else 0.0
        lack = np.maximum(lack, use - arrived - released)
    bad = [int(node) for node in nodes if beyond(lack[node], TOLERANCE * demand[node])]
    return (bad[0], float(lack[bad[0]])) if bad else (None, 0.0)


RULES: dict[str, Callable[[Facts], Iterator[Found]]] = {
    "W203": _nothing_to_buy,
    "W204": _too_little_to_buy,
    "W205": _too_few_countries,
    "W206": _reserve_out_of_reach,
    "W207": _reserve_by_shortage,
    "W208": _cannot_survive,
}
