"""Budget: net investment in all, and money spent on the reserve in each year of the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from bichiku.model.values import NotNegative, Strict
from bichiku.model.world import World
from bichiku.policies.policy import Family, Inputs, Limit, Policy, totals
from bichiku.policies.views import Bounds, Built, CouplingWriter, PhraseWords, RowWriter, RuleWords
from bichiku.program import Move


class BudgetKeys(Strict):
    """Limits on money: net investment in all, and reserve purchases in each year of the plan."""

    investment: NotNegative | None = None
    reserve_per_year: NotNegative | None = None


class Budget(Policy[BudgetKeys]):
    """``Σ capex · (1 − subsidy rate) · build ≤ investment``, and for each year of the plan
    ``Σ reference price · (stock − stock at the last year's end) ≤ reserve_per_year`` at the end of each of its periods.
    """

    name = "budget"
    keys = BudgetKeys | None
    families = (
        Family("budget_investment", "One more {unit} of investment budget", "the investment budget", "investment"),
        Family(
            "budget_reserve",
            "One more {unit} of reserve budget in {year}",
            "the reserve budget",
            "reserve budget",
            undated=True,
        ),
    )
    inputs = {
        "budget_investment": Inputs("policies.budget.investment", {"build": "projects[{column}].capex"}),
        "budget_reserve": Inputs("policies.budget.reserve_per_year", {"stock": "materials[{column}].reference_price"}),
    }
    text = "limits on net investment and on money spent on the reserve in each year"

    def add_rows(self, rows: RowWriter, world: World) -> None:
        if self.asked(world) is None:
            return
        chain, projects = rows.chain, world.projects
        starts = np.zeros(rows.tree.size)
        starts[0] = 1.0
        rows.parameters("start", {chain: starts})

        def investment(m: Any, _: str) -> Any:
            net = {name: projects[name].capex * (1.0 - projects[name].subsidy_rate) for name in m.build}
            return m.start[chain] * sum(net[name] * m.build[name] for name in m.build)

        def reserve(m: Any, _: str) -> Any:
            return sum(
                row.reference_price * (m.stock[name] - m.stock_before[name]) for name, row in world.materials.items()
            )

        rows.add_quantity("net_investment", [chain], investment)
        rows.add_quantity("reserve_rise", [chain], reserve)

    def couple(self, coupling: CouplingWriter, world: World) -> None:
        asked, unit = self.asked(world), world.settings.currency
        if asked is None:
            return
        if asked.investment is not None:
            start = np.array([0])
            terms = [q.terms(start) for chain in coupling.chains for q in coupling.quantities("net_investment", chain)]
            if any(len(columns) for columns, *_ in terms):
                limit = np.array([asked.investment])
                coupling.add_rows("budget_investment", start, [terms], limit, place="once", unit=unit, policy=True)
        if asked.reserve_per_year is not None:
            years = world.calendar.years
            periods = np.arange(1, len(years) + 1)
            since_last_year = [
                [
                    quantity.terms(np.flatnonzero((years == years[period - 1]) & (periods <= period)))
                    for chain in coupling.chains
                    for quantity in coupling.quantities("reserve_rise", chain)
                ]
                for period in periods
            ]
            limit = np.full(len(periods), asked.reserve_per_year)
            coupling.add_rows("budget_reserve", periods, since_last_year, limit, place="period", unit=unit, policy=True)

    def limits(self, built: Built) -> Iterator[Limit]:
        unit, size = f"million {built.world.settings.currency}", 1e6
        yield from totals(built.program, "budget_investment", unit, size)
        for block in built.program.blocks("budget_reserve"):
            years = built.world.calendar.years[block.keys - 1]
            for year in np.unique(years):
                rows = block.numbers[years == year]
                value = float(built.program.limits_as_set(rows)[0]) / size
                move = Move(rows=rows, row_moves=np.full(len(rows), size))
                yield Limit("budget_reserve", "", "", int(year), value, unit, move, rows)

    def describe(self, rule: Limit, world: World, words: RuleWords) -> str:
        value = words.amount(rule.value, rule.unit)
        if rule.family == "budget_investment":
            return f"net investment: at most {value}"
        return f"reserve budget in {rule.year}: at most {value}"

    def phrases(self, asked: BudgetKeys, words: PhraseWords) -> Iterator[str]:
        if asked.investment is not None:
            yield f"net investment at most {words.money(asked.investment)}"
        if asked.reserve_per_year is not None:
            yield f"reserve purchases at most {words.money(asked.reserve_per_year)} a year"

    def never_binds(self, bounds: Bounds) -> Mapping[str, str]:
        asked, world = self.asked(bounds.world), bounds.world
        found: dict[str, str] = {}
        if asked is None:
            return found
        if asked.investment is None and asked.reserve_per_year is None:
            return {"budget": "it limits nothing (see investment and reserve_per_year)"}
        if asked.investment is not None:
            all_built = sum(row.max_build_t * row.capex * (1.0 - row.subsidy_rate) for row in world.projects.values())
            if asked.investment >= all_built:
                found["budget.investment"] = f"all that can be built costs {all_built:,.6g}"
        if asked.reserve_per_year is not None:
            most = max(_most_rise(bounds, year) for year in bounds.plan_years)
            if asked.reserve_per_year >= most:
                text = f"stocks can rise by at most {most:,.6g} in a year at reference prices"
                found["budget.reserve_per_year"] = text
        return found


def _most_rise(bounds: Bounds, year: int) -> float:
    """The most that stocks can rise by in a year if nothing is used; money."""
    total, nodes = 0.0, bounds.on_plan(year)
    for material, row in bounds.world.materials.items():
        arrived = float(bounds.arrivals(bounds.offers(material))[nodes].sum())
        total += row.reference_price * min(arrived, np.inf if row.storage_limit_t is None else row.storage_limit_t)
    return total


BUDGET = Budget()
