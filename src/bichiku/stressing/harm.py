"""What a dated crisis does to each material, in all and month by month."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from bichiku.result.columns import Column, Kind, ResultTable
from bichiku.result.outcome import DAMAGE_PARTS
from bichiku.result.tables.crises import CRISES
from bichiku.stressing.columns import MATERIAL, MONTH, PERIOD, STRATEGY, UNIT
from bichiku.stressing.course import Course
from bichiku.stressing.struck import Struck

BY_NODE = ("shortage", "substitution", "dearer_purchases")  # parts of damage that fall in a month
AS_IN_CRISES = (
    "branch_days", "short_t", "short_days", "time_to_survive_days", "full_supply_after_days", "stock_back_after_days",
    *DAMAGE_PARTS, "damage",
)  # fmt: skip

HARM = ResultTable(
    "harm",
    "What the crisis does to each material of the chains that it touches, from its onset to the end of its recovery.",
    (
        STRATEGY,
        MATERIAL,
        Column("stock_t", Kind.NUMBER, "t", "in store when it begins"),
        Column("stock_days", Kind.NUMBER, "days", "the same in days of the use of the period before", optional=True),
        *(column for column in CRISES.columns if column.name in AS_IN_CRISES),
        Column("damage_foreseen", Kind.NUMBER, "see `unit`", "damage if its length were known when it begins"),
        UNIT,
    ),
    key=("strategy", "material"),
)

MONTHS = ResultTable(
    "months",
    "The store and the shortage of each material in each period of the crisis and its recovery.",
    (
        STRATEGY,
        MATERIAL,
        PERIOD,
        MONTH,
        Column("use_t", Kind.NUMBER, "t", "demand, and feed of projects"),
        Column("stock_t", Kind.NUMBER, "t", "in store at the end"),
        Column("plan_stock_t", Kind.NUMBER, "t", "the same on the plan"),
        Column("days_left", Kind.NUMBER, "days", "the store in days of the period's use", optional=True),
        Column("short_t", Kind.NUMBER, "t", "demand not met"),
        Column("short_days", Kind.NUMBER, "days", "the same in days of the period's demand"),
        *(column for column in CRISES.columns if column.name in BY_NODE),
        UNIT,
    ),
    key=("strategy", "material", "period"),
)


def harm_rows(it: Struck, foreseen: Course) -> Iterator[dict[str, object]]:
    """One row for each material; `foreseen` is what becomes of it when the length is known."""
    for material in it.materials:
        found = it.course.harm(material)
        stock, use = it.course.opening(material), it.operator.daily_use(material, it.strike.onset)
        yield {
            "strategy": it.strategy,
            "material": material,
            "stock_t": stock,
            "stock_days": stock / use if use > 0 else math.nan,
            **{name: found[name] for name in AS_IN_CRISES},
            "damage_foreseen": foreseen.harm(material)["damage"],
            "unit": it.currency,
        }


def month_rows(it: Struck) -> Iterator[dict[str, object]]:
    """One row for each material and period."""
    part, path = it.course.part, it.course.path
    plan = part.tree.on_plan
    for material in it.materials:
        use = part.use(material)
        stock = part.stock[material]
        short = part.short[material] if material in part.demand else np.zeros(part.tree.size)
        days = part.short_days(material) if material in part.demand else np.zeros(part.tree.size)
        money = {name: part.damage_part(name, material) for name in BY_NODE}
        for node in path:
            yield {
                "strategy": it.strategy,
                "material": material,
                **it.month(node),
                "use_t": use[node],
                "stock_t": stock[node],
                "plan_stock_t": stock[plan[node]],
                "days_left": stock[node] / use[node] * part.world.calendar.days if use[node] > 0 else math.nan,
                "short_t": short[node],
                "short_days": days[node],
                **{name: money[name][node] for name in BY_NODE},
                "unit": it.currency,
            }
