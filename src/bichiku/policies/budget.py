"""Budget: net investment in all, and money spent on the reserve in each year of the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from bichiku.model.values import NotNegative, Strict
from bichiku.model.world import World
from bichiku.policies.policy import (
    Bounds,
    Built,
    Family,
    Inputs,
    Limit,
    PhraseWords,
    Policy,
    RowWriter,
    RuleWords,
    totals,
)
from bichiku.program import ALL


class BudgetKeys(Strict):
    """Limits on money: net investment in all, and reserve purchases in each year of the plan."""

    investment: NotNegative | None = None
    reserve_per_year: NotNegative | None = None


class Budget(Policy[BudgetKeys]):
    """``Σ capex · (1 − subsidy rate) · build ≤ investment``, and for each year of the plan
    ``Σ reference price · (stock at its end − stock at its start) ≤ reserve_per_year``.
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
        asked = self.asked(world)
        if asked is None:
            return
        unit, projects = world.settings.currency, world.projects

        def investment(m: Any, _: str) -> Any:
            net = {name: projects[name].capex * (1.0 - projects[name].subsidy_rate) for name in m.build}
            return sum(net[name] * m.build[name] for name in m.build) <= asked.investment

        def reserve(m: Any, _: str) -> Any:
            rises = [
                row.reference_price * (m.stock[name] - m.stock_before[name]) for name, row in world.materials.items()
            ]
            return sum(rises) <= asked.reserve_per_year

        if asked.investment is not None and len(rows.model.build):
            start, once = np.array([0]), np.zeros(rows.tree.size, dtype=int)
            rows.add_rows(
                "budget_investment", [ALL], investment, nodes=start, key=once, place="once", unit=unit, policy=True
            )
        if asked.reserve_per_year is not None:
            plan = rows.tree.plan
            rows.add_rows(
                "budget_reserve", [ALL], reserve, nodes=plan, key=rows.years, place="year", unit=unit, policy=True
            )

    def limits(self, built: Built) -> Iterator[Limit]:
        for family in self.families:
            yield from totals(built.program, family.name, f"million {built.world.settings.currency}", 1e6)

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
