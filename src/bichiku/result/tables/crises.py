"""crises.csv: what each crisis does to each material, branch by branch."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bichiku.result.columns import Column, Kind, ResultTable, Role
from bichiku.result.outcome import SHORT_TOLERANCE, STOCK_TOLERANCE, Outcome

CRISES = ResultTable(
    "crises",
    "What each crisis does: one row for each branch and material with demand.",
    (
        Column("crisis", Kind.TEXT, "", "its name"),
        Column("onset", Kind.COUNT, "period", "first period of the branch"),
        Column("month", Kind.MONTH, "", "month in which it begins"),
        Column("material", Kind.TEXT, "", "the material", role=Role.GROUP),
        Column("probability", Kind.NUMBER, "0 to 1", "probability of the branch"),
        Column("branch_days", Kind.NUMBER, "days", "length of the branch, crisis and recovery"),
        Column("short_t", Kind.NUMBER, "t", "demand not met in the branch"),
        Column("short_days", Kind.NUMBER, "days", "the same in days of each period's demand"),
        Column(
            "time_to_survive_days",
            Kind.NUMBER,
            "days from the onset",
            "whole periods without shortage and the covered share of the first short one; empty when no period of the "
            "branch is short",
            optional=True,
        ),
        Column(
            "full_supply_after_days",
            Kind.NUMBER,
            "days from the onset",
            "end of the last short period; 0 when none is short, empty when the last period of the branch is still "
            "short",
            optional=True,
        ),
        Column(
            "stock_back_after_days",
            Kind.NUMBER,
            "days from the onset",
            "end of the last period with less stock than the plan has; 0 when it never has less, empty when that is "
            "still so at the end of the branch",
            optional=True,
        ),
        Column("damage", Kind.NUMBER, "see `unit`", "discounted shortage and substitution cost, if the crisis happens"),
        Column("unit", Kind.TEXT, "", "unit of the damage", role=Role.GROUP),
    ),
    key=("crisis", "onset", "material"),
)


def crises_table(outcome: Outcome) -> pd.DataFrame:
    """One row for each branch and material with demand.

    `time_to_survive_days` counts whole periods without shortage and the covered share of the first short
    one; it is empty when no period of the branch is short. `full_supply_after_days` runs from the onset to
    the end of the last short period, `stock_back_after_days` to the end of the first period from which the
    stock is the plan's again for the rest of the branch; both are empty when that does not happen within
    the branch. `damage` is shortage and substitution cost, discounted, if the crisis happens.
    """
    world, tree, days = outcome.world, outcome.tree, outcome.world.calendar.days
    records = []
    for material in world.demand:
        demand = outcome.demand[material]
        short = outcome.short[material]
        is_short = short > SHORT_TOLERANCE * demand
        short_days = outcome.short_days(material)
        plan_stock = outcome.stock[material][tree.on_plan]
        lacks_stock = outcome.stock[material] < plan_stock * (1.0 - STOCK_TOLERANCE) - 1e-9
        for number, branch in enumerate(tree.branches):
            nodes = slice(int(tree.first[number]), int(tree.last[number]) + 1)
            records.append(
                {
                    "crisis": branch.crisis,
                    "onset": branch.onset,
                    "month": world.calendar.label(branch.onset),
                    "material": material,
                    "probability": branch.probability,
                    "branch_days": (branch.end - branch.onset + 1) * days,
                    "short_t": short[nodes].sum(),
                    "short_days": short_days[nodes].sum(),
                    "time_to_survive_days": _survived(is_short[nodes], short_days[nodes], days),
                    "full_supply_after_days": _until_last(is_short[nodes], days),
                    "stock_back_after_days": _until_back(lacks_stock[nodes], days),
                    "damage": _damage(outcome, material, nodes),
                    "unit": world.settings.currency,
                }
            )
    return CRISES.from_rows(records).sort_values(["crisis", "onset", "material"], ignore_index=True)


def _survived(is_short: np.ndarray, short_days: np.ndarray, days: float) -> float:
    if not is_short.any():
        return float("nan")
    first = int(is_short.argmax())
    return float(first * days + days - short_days[first])


def _until_last(lacking: np.ndarray, days: float) -> float:
    """Days from the onset to the end of the last lacking period; nan when the branch ends lacking."""
    if lacking[-1]:
        return float("nan")
    return float(days * (np.flatnonzero(lacking)[-1] + 1)) if lacking.any() else 0.0


def _until_back(lacking: np.ndarray, days: float) -> float:
    """Days to the end of the first period that ends with the stock back for good; nan when none does."""
    if lacking[-1]:
        return float("nan")
    return float(days * (np.flatnonzero(lacking)[-1] + 2)) if lacking.any() else 0.0


def _damage(outcome: Outcome, material: str, nodes: slice) -> float:
    world, tree = outcome.world, outcome.tree
    discount = world.calendar.discount(world.settings.discount_rate)[tree.period[nodes] - 1]
    cost = (world.materials[material].shortage_cost or 0.0) * outcome.short[material][nodes]
    for (name, tranche), row in world.tranches.items():
        if name == material:
            cost = cost + row.cost * outcome.values("saved", name, tranche)[nodes]
    return float(discount @ cost)
