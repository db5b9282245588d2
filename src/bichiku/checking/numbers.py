"""Warnings about numbers in a wrong unit or of an unlikely size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from bichiku.checking.facts import TOLERANCE, Facts, Found

PRICE_TIMES = 10.0  # prices of one good differ by grade and year, but hardly by ten; kg for t is a factor of 1000
JUMP_TIMES = 10.0  # from one year to the next: a digit too many or too few
STOCK_YEARS = 3.0  # of demand; the largest national reserves hold months
STORAGE_RATE = 0.5  # of the price a year; warehouse and insurance cost a few hundredths
TARIFF_RATE = 1.0  # more than the price itself: 5 for 5 %
DISCOUNT_RATE = 0.25  # real, a year; public projects use 0.01 to 0.08
CAPACITY_TIMES = 1000.0  # of all use: kg for t
TRANSIT_TIMES = 2.0  # of what a period can ship: a year's tonnes typed for a period's
LEAST_DEMAND = (
    1e-3  # of what counts as a tonne, a year: what a month takes of it is eighty times what the solver lets pass
)
SOLVER_TONNES = 1e-6  # of what counts as a tonne, see `certify`; a balance may be off by so much


def _far_from_reference(facts: Facts) -> Iterator[Found]:
    world = facts.world
    for name, row in world.suppliers.items():
        reference, delivered = world.materials[row.material].reference_price, world.delivered_price(name)
        for what, price in (("price", row.price), ("delivered price", delivered)):
            if price > PRICE_TIMES * reference or price * PRICE_TIMES < reference:
                times = f"{price / reference:.3g} times " if reference else "far from "
                yield Found(
                    f"suppliers[{name}]",
                    f"{what} {price:,.6g} is {times}the reference price of {row.material}, {reference:,.6g}; a unit?",
                )
                break


def _cheaper_to_go_without(facts: Facts) -> Iterator[Found]:
    for material in facts.world.demand:
        row = facts.world.materials[material]
        least = min(facts.world.shortage_costs(material))
        if least < row.reference_price:
            yield Found(
                f"materials[{material}]",
                f"shortage_cost {least:,.6g} is below reference_price {row.reference_price:,.6g}, so it "
                "can be cheaper to go without than to buy",
            )


def _dear_substitution(facts: Facts) -> Iterator[Found]:
    world = facts.world
    for (material, tranche), row in world.tranches.items():
        shortage = max(world.shortage_costs(material))
        if material in world.demand and row.max_share > 0 and row.cost > shortage:
            yield Found(
                f"substitution[{material}/{tranche}]",
                f"cost {row.cost:,.6g} is above the shortage_cost {shortage:,.6g}, so only a limit on shortage "
                "can make it worth using",
            )


def _made_for_nothing(facts: Facts) -> Iterator[Found]:
    for name, row in facts.world.projects.items():
        free = []
        if row.max_build_t > 0 and row.capex == 0.0:
            free.append("no capex for what may be built")
        if row.max_build_t > 0 and row.fixed_cost == 0.0:
            free.append("no fixed_cost, so that it stands by for nothing")
        if (row.max_build_t > 0 or row.existing_t > 0) and row.running_cost == 0.0:
            free.append("no running_cost")
        if free:
            yield Found(f"projects[{name}]", f"it has {' and '.join(free)}")


def _dear_to_keep_up(facts: Facts) -> Iterator[Found]:
    for name, row in facts.world.projects.items():
        if row.fixed_cost and row.max_build_t > 0 and row.fixed_cost > row.capex:
            yield Found(
                f"projects[{name}]",
                f"its fixed_cost of {row.fixed_cost:,.6g} a year is above its capex of {row.capex:,.6g}; both are per "
                "t/year of capacity",
            )


def _ramp_beyond_the_horizon(facts: Facts) -> Iterator[Found]:
    periods = facts.world.calendar.periods
    for name, row in facts.world.sources.items():
        if row.ramp_periods > periods:
            table = "suppliers" if name in facts.world.suppliers else "projects"
            yield Found(
                f"{table}[{name}]",
                f"its ramp of {row.ramp_periods} periods is longer than the {periods} that are solved; months?",
            )


def _demand_jumps(facts: Facts) -> Iterator[Found]:
    for material, by_year in facts.world.demand.items():
        years = sorted(by_year)
        for year, following in pairwise(years):
            low, high = sorted((by_year[year], by_year[following]))
            if low > 0 and high > JUMP_TIMES * low:
                yield Found(
                    f"demand[{material}/{following}]",
                    f"{by_year[following]:,.6g} t after {by_year[year]:,.6g} t in {year}, over {JUMP_TIMES:g} times up "
                    "or down",
                )


def _years_in_stock(facts: Facts) -> Iterator[Found]:
    for material, by_year in facts.world.demand.items():
        opening, most = facts.world.materials[material].opening_stock_t, max(by_year.values())
        if most > 0 and opening > STOCK_YEARS * most:
            yield Found(
                f"materials[{material}]",
                f"opening_stock_t {opening:,.6g} is {opening / most:.3g} years of its largest demand, {most:,.6g} t",
            )


def _percent_for_share(facts: Facts) -> Iterator[Found]:
    world = facts.world
    rates = [("discount_rate", world.settings.discount_rate, DISCOUNT_RATE)]
    for material, row in world.materials.items():
        rates.append((f"materials[{material}].storage_cost_rate", row.storage_cost_rate, STORAGE_RATE))
    for name, seller in world.suppliers.items():
        rates.append((f"suppliers[{name}].tariff_rate", seller.tariff_rate, TARIFF_RATE))
    for where, rate, most in rates:
        if rate > most:
            yield Found(where, f"{rate:g} is {rate:.0%}; {rate:g} % is written {rate / 100:g}")


def _capacity_beyond_use(facts: Facts) -> Iterator[Found]:
    world = facts.world
    for material in world.materials:
        demand = max(world.demand.get(material, {0: 0.0}).values())
        feed = sum(
            (row.existing_t + row.max_build_t) * (row.input_per_output or 0.0)
            for row in world.projects.values()
            if row.input_material == material
        )
        for name, row in world.sources.items():
            size = row.capacity_t if name in world.suppliers else row.existing_t + row.max_build_t  # type: ignore[union-attr]
            if row.material == material and demand + feed > 0 and size > CAPACITY_TIMES * (demand + feed):
                yield Found(
                    f"{row.table}[{name}]",
                    f"its {size:,.6g} t a year are {size / (demand + feed):,.3g} times the largest use of {material}, "
                    f"{demand + feed:,.6g} t; a unit?",
                )


def _transit_over_capacity(facts: Facts) -> Iterator[Found]:
    for name, row in facts.world.spot.items():
        period = row.capacity_t * facts.year_share
        if row.lead_periods and row.under_way > TRANSIT_TIMES * period:
            yield Found(
                f"suppliers[{name}]",
                f"in_transit_t of {row.under_way:,.6g} t arrives in each of its lead periods, and {period:,.6g} t a "
                "period is all it can ship; the tonnes of a year?",
            )


def _transit_without_lead(facts: Facts) -> Iterator[Found]:
    for name, row in facts.world.spot.items():
        if row.in_transit_t and not row.lead_periods and not row.ramp_periods:
            yield Found(
                f"suppliers[{name}]",
                f"in_transit_t of {row.in_transit_t:,.6g} t never arrives, as lead_periods is 0: what is shipped comes "
                "in the same period; give the lead time, or leave it out",
            )


def _below_the_solver(facts: Facts) -> Iterator[Found]:
    one = facts.world.units.tonnes
    for material, by_year in facts.world.demand.items():
        most = max(by_year.values())
        if 0.0 < most < LEAST_DEMAND * one:
            yield Found(
                f"demand[{material}]",
                f"its largest demand is {most:.3g} t a year, and the solver may leave up to {SOLVER_TONNES * one:g} t "
                "out of account at each step, so that limits need not hold; it is small beside the other materials, so "
                "give it a model of its own",
            )


def _stock_pays_at_the_horizon(facts: Facts) -> Iterator[Found]:
    """A tonne bought in the last period against what it is worth at the end of it, in money of that period."""
    world = facts.world
    last = world.calendar.periods - 1
    discount = world.calendar.discount(world.settings.discount_rate)
    for material, row in world.materials.items():
        state = facts.state(material)
        prices = {
            name: world.delivered_price(
                name, float(state.price_factor[name][last]) if name in state.price_factor else 1.0
            )
            for name in world.sellers(material)
            if facts.most_arrivals[name][last] > 0.0
        }
        arriving = sum(facts.most_arrivals[name][last] for name in prices)
        used = state.demand[material][last] if material in world.demand else 0.0
        if not prices or arriving <= used * (1.0 + TOLERANCE):
            continue  # nothing is left to store
        cheapest = min(prices, key=lambda name: prices[name])
        credit = row.reference_price * (1.0 - row.haircut) * discount[last + 1] / discount[last]
        storing = row.storage_cost_rate * row.reference_price * facts.year_share / 2
        if credit - storing > prices[cheapest] + TOLERANCE * row.reference_price:
            yield Found(
                f"materials[{material}]",
                f"a tonne in stock at the horizon counts {credit:,.6g}, and {cheapest} delivers one for "
                f"{prices[cheapest]:,.6g} in the last period, so it pays to buy all that is not used and store it; "
                "give a larger haircut, or look for a wrong price",
            )


RULES: dict[str, Callable[[Facts], Iterator[Found]]] = {
    "W403": _far_from_reference,
    "W404": _cheaper_to_go_without,
    "W405": _dear_substitution,
    "W406": _made_for_nothing,
    "W407": _demand_jumps,
    "W408": _years_in_stock,
    "W409": _percent_for_share,
    "W410": _capacity_beyond_use,
    "W411": _transit_over_capacity,
    "W412": _below_the_solver,
    "W413": _stock_pays_at_the_horizon,
    "W414": _ramp_beyond_the_horizon,
    "W415": _dear_to_keep_up,
    "W416": _transit_without_lead,
}
