"""What a little more would be worth in a dated crisis: days in store, a supplier's tonne, a tonne of capacity."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from bichiku.result.columns import Column, Kind, ResultTable, Role
from bichiku.stressing.columns import MATERIAL, STRATEGY, UNIT
from bichiku.stressing.course import Course
from bichiku.stressing.operation import BlindOperator
from bichiku.stressing.struck import Struck

MORE_DAYS = 30.0

STEPS = ResultTable(
    "steps",
    "What a little more would be worth in this crisis, each by solving operation again; dearest first.",
    (
        STRATEGY,
        MATERIAL,
        Column(
            "step",
            Kind.TEXT,
            "",
            "`30 days`, unless the storage limit leaves no room for them; `supplier tonne` or `project tonne`, a year "
            "each",
            role=Role.GROUP,
        ),
        Column("source", Kind.TEXT, "", "the supplier or project; else empty"),
        Column("tonnes", Kind.NUMBER, "t, or t a year", "what there would be more"),
        Column("damage_avoided", Kind.NUMBER, "see `unit`", "in the material's whole chain"),
        Column(
            "cost",
            Kind.NUMBER,
            "see `unit`",
            "discounted, of having it over the horizon, what is lost in store made good; empty of a supplier, whose "
            "capacity has no price, and of a project of which no more may be built: its tonne is one that exists",
            optional=True,
        ),
        Column("avoided_per_cost", Kind.NUMBER, "money per money", "damage avoided per unit of that", optional=True),
        UNIT,
    ),
    key=("strategy", "material", "step", "source"),
)


def step_rows(it: Struck) -> Iterator[dict[str, object]]:
    """What 30 days and a tonne more of each source would avoid; nothing where the crisis does no damage."""
    damage = _damage(it, it.course)
    if damage <= 0.0:
        return
    world, onset = it.operator.world, it.strike.onset
    for material in it.materials:
        tonnes = MORE_DAYS * it.operator.daily_use(material, onset)
        if tonnes > 0.0 and not it.operator.holds_too_much(material, onset, MORE_DAYS):
            course = it.operator.operate(it.materials, [it.strike], more_days={material: MORE_DAYS})
            cost = stock_cost(it.operator, material, tonnes)
            yield _step(it, material, "30 days", "", tonnes, damage - _damage(it, course), cost)
    for kind, rows in (("supplier tonne", world.suppliers), ("project tonne", world.projects)):
        for source, row in rows.items():
            if row.material in it.materials:
                course = it.operator.with_tonne(source).operate(it.materials, [it.strike])
                is_built = source in world.projects and it.operator.can_build(source)
                cost = build_cost(it.operator, source) if is_built else math.nan
                yield _step(it, row.material, kind, source, 1.0, damage - _damage(it, course), cost)


def _damage(it: Struck, course: Course) -> float:
    return sum(course.harm(material)["damage"] for material in it.materials)


def _step(
    it: Struck, material: str, step: str, source: str, tonnes: float, avoided: float, cost: float
) -> dict[str, object]:
    return {
        "strategy": it.strategy,
        "material": material,
        "step": step,
        "source": source,
        "tonnes": tonnes,
        "damage_avoided": avoided,
        "cost": cost,
        "avoided_per_cost": avoided / cost if cost > 0.0 else math.nan,
        "unit": it.currency,
    }


def stock_cost(operator: BlindOperator, material: str, tonnes: float) -> float:
    """Discounted money of tonnes in store over the horizon: bought, stored, kept up, and valued at its end."""
    world, row = operator.world, operator.world.materials[material]
    discount, year = world.calendar.discount(world.settings.discount_rate), world.calendar.year_share
    each_period = row.storage_cost_rate * year + 1.0 - world.kept(material)
    left = (1.0 - row.haircut) * float(discount[-1])
    return tonnes * row.reference_price * (1.0 + each_period * float(discount[:-1].sum()) - left)


def build_cost(operator: BlindOperator, project: str) -> float:
    """Discounted money of a tonne a year of a project's capacity over the horizon."""
    world, row = operator.world, operator.world.projects[project]
    discount = world.calendar.discount(world.settings.discount_rate)
    usable = world.is_usable(project, np.arange(1, world.calendar.periods + 1))
    fixed = (row.fixed_cost or 0.0) * world.calendar.year_share * float(discount[:-1][usable].sum())
    bought = row.capex * (1.0 - row.subsidy_rate)
    return bought * (1.0 - world.remainder(project) * float(discount[-1])) + fixed
