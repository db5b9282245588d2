"""Small worlds for tests that carry their arithmetic, read and solved by the product.

Unless a test says otherwise: periods are years from 2026, nothing is discounted, the one material ``m`` has a
reference price of 10, what is left of it at the horizon is worth nothing (haircut 1), storage is free, a
tonne short costs 100, demand is 100 t a year, and one spot supplier ``s`` in China offers 1000 t a year at 10.
The buyer is Japan.
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from bichiku.model.world import World
from bichiku.reading.model import Model
from bichiku.result.pipeline import run_strategy
from bichiku.result.run import Run
from oracles.world_strategies import PERIODS_PER_YEAR, Description

Row = dict[str, Any]

ALL_HALT = {"all": True, "loss": 1.0}
MATERIAL: Row = {"material": "m", "reference_price": 10, "haircut": 1, "shortage_cost": 100}
SPOT: Row = {"supplier": "s", "material": "m", "country": "CHN", "capacity_t": 1000, "price": 10}
MODEL: Row = {"format": 2, "model": "by hand", "buyer": "JPN", "start": "2026-01", "resolution": "year"}


def description(
    periods: int = 2,
    *,
    material: Row | None = None,
    suppliers: list[Row] | None = None,
    demand: float = 100,
    tables: dict[str, list[Row]] | None = None,
    **model: Any,
) -> Description:
    """The world above with changes.

    Args:
        periods: number of periods.
        material: changes to the row of ``m``.
        suppliers: changes to the row of ``s``, one for each supplier wanted.
        demand: tonnes of ``m`` a year.
        tables: whole tables that replace those above or stand beside them.
        model: keys of model.yaml; None takes one out.
    """
    settings = {key: value for key, value in {**MODEL, "periods": periods, **model}.items() if value is not None}
    years = 1 + math.ceil(periods / PERIODS_PER_YEAR[settings["resolution"]])
    return {
        "model": settings,
        "tables": {
            "materials": [MATERIAL | (material or {})],
            "demand": [{"material": "m", "year": 2026 + i, "tonnes": demand} for i in range(years)],
            "suppliers": [SPOT | changes for changes in (suppliers or [{}])],
            **(tables or {}),
        },
    }


def read(given: Description) -> World:
    """The world of a description, through the product's checks."""
    tables = {name: pd.DataFrame(rows, dtype=object) for name, rows in given["tables"].items() if rows}
    return Model.from_tables(given["model"], tables)["base"]


def small_world(periods: int = 2, **changes: Any) -> World:
    """The world above with changes; for the arguments see `description`."""
    return read(description(periods, **changes))


def solve(periods: int = 2, **changes: Any) -> Run:
    """The solved world, without prices.csv; for the arguments see `description`."""
    return run_strategy(small_world(periods, **changes), prices=False)


def cost(periods: int = 2, **changes: Any) -> float:
    """Its optimal value."""
    return solve(periods, **changes).outcome.solution.objective


def halt(onset: int, probability: float, **other: Any) -> dict[str, Row]:
    """A crisis of one period to the horizon in which nobody ships, unless `other` says otherwise."""
    onsets = [{"period": onset, "probability": probability}]
    return {"halt": {"onsets": onsets, "duration": 1, "recovery": "to-end", "effects": [ALL_HALT], **other}}


def plan(solved: Run, values: Any) -> list[float]:
    """The plan's part of an array by node."""
    return [float(value) for value in values[solved.outcome.plan]]


def branch(
    solved: Run,
    values: Any,
    crisis: str = "halt",
    onset: int | None = None,
    length: int | None = None,
    material: str = "m",
) -> list[float]:
    """The part of an array by node of a material's chain that belongs to a crisis, to one onset or to one future of it.

    Without a length every node of its branches once, in their order; with one those of the path of that length.
    """
    tree = solved.outcome.of(material).tree
    paths = [
        future.path
        for future in tree.futures
        if future.crisis == crisis and onset in (None, future.onset) and length in (None, future.length)
    ]
    nodes = sorted({int(node) for path in paths for node in path})
    return [float(values[node]) for node in nodes]


def line(solved: Run, name: str, **where: Any) -> float:
    """Money of one cost line, over all materials and years unless `where` names one."""
    table = solved.tables["costs"]
    table = table[table["line"] == name]
    for column, value in where.items():
        table = table[table[column] == value]
    return float(table["value"].sum())


def summed(solved: Run, metric: str, material: str = "all") -> tuple[float, str]:
    """Value and detail of a metric of the summary; not a number and no words where it has none."""
    table = solved.tables["summary"]
    table = table[(table["metric"] == metric) & (table["material"] == material)]
    return (float(table["value"].item()), str(table["detail"].item())) if len(table) else (math.nan, "")


def duals(solved: Run, policy: str) -> pd.DataFrame:
    """Rows of the table of duals that belong to a policy."""
    table = solved.tables["duals"]
    return table[table["policy"] == policy].reset_index(drop=True)
