"""Warnings about the tables: rows that do not say what they seem to, and supply below demand."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bichiku.checking.facts import Facts, Found, beyond, years_text
from bichiku.checking.shares import share_limits
from bichiku.model.world import World
from bichiku.reading.references import ROUNDING

SHARE_ROUNDING = 0.005  # for each row of origins: what a share written with two decimals may be off by
LIKE = 0.85  # of two names: a letter more than another's three, or two letters swapped in seven


def _lead_time_on_contract(facts: Facts) -> Iterator[Found]:
    for name, row in facts.world.contracts.items():
        if row.lead_periods or row.in_transit_t:
            yield Found(name, "contracts deliver through the whole year; lead_periods and in_transit_t are not used")


def _gap_without_supplier(facts: Facts) -> Iterator[Found]:
    world = facts.world
    sold = {row.material for row in world.suppliers.values()}
    for material in world.materials:
        if material not in sold and facts.tree(material).futures:
            yield Found(
                material,
                "no supplier sells it, so what a crisis leaves missing of it is priced from its reference price on",
            )


@dataclass(frozen=True)
class _Year:
    """Supply and use of a material in a calendar year of the plan; tonnes."""

    year: int
    supply: float
    demand: float
    feed: float

    @property
    def use(self) -> float:
        return self.demand + self.feed


def _supply_below_demand(facts: Facts) -> Iterator[Found]:
    for material, row in facts.world.materials.items():
        years = [_year(facts, material, at) for at in range(len(facts.plan_years))]
        bad = [year for year in years if beyond(year.use, year.supply)]
        first = years[0]
        if first in bad and not beyond(first.use, first.supply + row.opening_stock_t):
            bad.remove(first)  # the opening stock is there to bridge the first lead times
        if bad:
            yield Found(material, _shortfall(bad))


def _year(facts: Facts, material: str, at: int) -> _Year:
    supply = float(sum(facts.yearly[name][at] for name in facts.offers(material)))
    return _Year(facts.plan_years[at], supply, _demand(facts, material, at), _least_feed(facts, material, at))


def _demand(facts: Facts, material: str, at: int) -> float:
    return float(facts.demand[material][facts.on_plan(facts.plan_years[at])].sum()) if material in facts.demand else 0.0


def _least_feed(facts: Facts, material: str, at: int) -> float:
    """What other materials' demand takes of a material as feed, where no other source of theirs covers it."""
    made: dict[str, dict[str, float]] = {}
    for name, row in facts.world.projects.items():
        if row.input_material == material and row.material in facts.demand:
            made.setdefault(row.material, {})[name] = row.input_per_output or 0.0
    total = 0.0
    for product, inputs in made.items():
        others = sum(facts.yearly[name][at] for name in facts.offers(product) if name not in inputs)
        missing = max(_demand(facts, product, at) - others, 0.0)
        total += min(missing, sum(facts.yearly[name][at] for name in inputs)) * min(inputs.values())
    return float(total)


def _shortfall(bad: list[_Year]) -> str:
    worst = max(bad, key=lambda year: year.use - year.supply)
    feed = f" and {worst.feed:,.6g} t are needed as feed" if worst.feed else ""
    others = f" (so too in {years_text(year.year for year in bad if year is not worst)})" if len(bad) > 1 else ""
    return (
        f"in {worst.year} at most {worst.supply:,.6g} t can arrive on the plan, demand is {worst.demand:,.6g} t"
        f"{feed}{others}; the rest comes from stock or substitution or stays short"
    )


def _origins_do_not_sum(facts: Facts) -> Iterator[Found]:
    for name, left, own in _open_origins(facts.world):
        if own > 0.0:
            country = facts.world.sources[name].country
            yield Found(
                name,
                f"its origins sum to {1 - left:.4g} with {own:.4g} from {country}; the other {left:.4g} is added to "
                f"{country}, which makes {own + left:.4g}",
            )


def _origins_in_part(facts: Facts) -> Iterator[Found]:
    for name, left, own in _open_origins(facts.world):
        if own == 0.0:
            country = facts.world.sources[name].country
            yield Found(name, f"its origins sum to {1 - left:.4g}; the other {left:.4g} counts as its own, {country}")


def _open_origins(world: World) -> Iterator[tuple[str, float, float]]:
    """Sources whose origins do not sum to one, the share left out, and that listed for their own country."""
    for name, left in world.unlisted.items():
        listed_own = world.origins[name].get(world.sources[name].country, 0.0) - left
        own = listed_own if listed_own > SHARE_ROUNDING / 100 else 0.0  # the rest is rounding
        rows = len(world.origins[name]) - (own == 0.0)
        if left > SHARE_ROUNDING * rows + ROUNDING:
            yield name, left, own


def _never_delivers(facts: Facts) -> Iterator[Found]:
    for name, row in facts.world.projects.items():
        if (row.existing_t == 0.0 and row.max_build_t == 0.0) or facts.most_arrivals[name].any():
            continue
        if row.input_material and not _has_any(facts, row.input_material):
            reason = f"nobody sells its input {row.input_material}, and none is in stock"
        elif row.existing_t == 0.0 and facts.buildable(name) == 0.0:
            continue  # a budget of nothing is meant
        else:
            wait = (0 if row.existing_t else row.build_periods) + row.lead_periods
            reason = f"it takes {wait} periods to build and deliver, and {facts.world.calendar.periods} are solved"
            if wait < facts.world.calendar.periods:
                reason = "events take all that it could deliver"
        yield Found(name, f"can deliver nothing: {reason}")


def _has_any(facts: Facts, material: str) -> bool:
    return facts.world.materials[material].opening_stock_t > 0 or bool(facts.arrivals(facts.offers(material)).any())


def _used_by_nothing(facts: Facts) -> Iterator[Found]:
    world = facts.world
    inputs = {row.input_material for row in world.projects.values()}
    for material in world.materials:
        if material not in inputs and not any(world.demand.get(material, {}).values()):
            yield Found(material, "it has no demand in the horizon and is an input of nothing")


def _stock_over_storage(facts: Facts) -> Iterator[Found]:
    for material, row in facts.world.materials.items():
        if row.storage_limit_t is not None and row.opening_stock_t > row.storage_limit_t:
            yield Found(
                material,
                f"opening_stock_t {row.opening_stock_t:,.6g} is above storage_limit_t {row.storage_limit_t:,.6g}; if "
                "the first period does not use the rest, there is no plan",
            )


def _like_another_group(facts: Facts) -> Iterator[Found]:
    groups = facts.world.groups
    for name, members in groups.items():
        larger = [other for other in groups if (len(groups[other]), other) > (1, name) and _misspelt(name, other)]
        if len(members) == 1 and larger:
            (country,) = members
            yield Found(
                f"countries[{country}].groups",
                f"no other country is of the group {name!r}, and {', '.join(sorted(groups[larger[0]]))} "
                f"{'is' if len(groups[larger[0]]) == 1 else 'are'} of {larger[0]!r}; the same group?",
            )


def _misspelt(one: str, other: str) -> bool:
    """Whether two names are nearly equal, and not two of a series such as ``tier-1`` and ``tier-2``."""
    one, other = one.casefold(), other.casefold()
    if one[:-1] == other[:-1] and one != other:
        return False
    return difflib.SequenceMatcher(None, one, other).ratio() > LIKE


def _commits_beyond_use(facts: Facts) -> Iterator[Found]:
    world = facts.world
    for material in world.materials:
        committed = {name: row.minimum_t for name, row in world.committed.items() if row.material == material}
        most = max(world.demand.get(material, {}).values(), default=0.0)
        for name in world.consumers(material):
            row = world.projects[name]
            most += (row.existing_t + row.max_build_t) * (row.input_per_output or 0.0)
        if beyond(sum(committed.values()), most):
            yield Found(
                material,
                f"{' and '.join(committed)} commit {sum(committed.values()):,.6g} t a year, and at most {most:,.6g} t "
                "are used; the rest is paid and refused or stored",
            )


def _index_of_nothing(facts: Facts) -> Iterator[Found]:
    for name, row in facts.world.contracts.items():
        if row.index and (facts.state(row.material).price_factor[name] == 1.0).all():
            yield Found(name, f"no effect moves the spot price that its index of {row.index:g} follows")


def _no_life(facts: Facts) -> Iterator[Found]:
    for name, row in facts.world.projects.items():
        years = (facts.world.calendar.periods - row.build_periods) * facts.year_share
        if row.max_build_t > 0 and row.capex > 0 and row.life_years is None and years > 0:
            yield Found(
                name,
                f"life_years is empty, so all of its capex is paid for the {years:.3g} years in which it is used; with "
                "a life, what is left of it at the horizon is credited",
            )


def _input_without_origins(facts: Facts) -> Iterator[Found]:
    world = facts.world
    for name, row in world.projects.items():
        abroad = {s.country for s in world.suppliers.values() if s.material == row.input_material} - {row.country}
        stands = row.existing_t > 0.0 or row.max_build_t > 0.0
        if abroad and stands and name not in world.unlisted and _origin_matters(facts, name):
            yield Found(
                name,
                f"it makes {row.material} from {row.input_material}, which {', '.join(sorted(abroad))} "
                f"{'sells' if len(abroad) == 1 else 'sell'}, and has no row in origins.csv: at the stage of origin all "
                f"that it makes counts as from {row.country}",
            )


def _origin_matters(facts: Facts, project: str) -> bool:
    """Whether a project is counted by origin: among imports, or by a limit on shares of supply."""
    material = facts.world.projects[project].material
    limited = (row for limit in facts.once(share_limits) for key, row in limit.rows.items() if key[1] == material)
    return facts.world.is_import(project) or any(row.stage == "origin" and row.of == "supply" for row in limited)


RULES: dict[str, Callable[[Facts], Iterator[Found]]] = {
    "W101": _lead_time_on_contract,
    "W102": _gap_without_supplier,
    "W103": _supply_below_demand,
    "W104": _origins_do_not_sum,
    "W105": _origins_in_part,
    "W106": _never_delivers,
    "W107": _used_by_nothing,
    "W108": _stock_over_storage,
    "W109": _like_another_group,
    "W112": _input_without_origins,
    "W113": _commits_beyond_use,
    "W114": _index_of_nothing,
    "W115": _no_life,
}
