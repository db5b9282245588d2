"""Demand by year (tonnes per year): flat, or on the way to the country's battery target."""

from __future__ import annotations

from typing import Any

from . import sources as src
from .purchases import purchases
from .values import value
from .writing import Record

COLUMNS = ["material", "year", "tonnes", "basis", "source"]
LCE_OF_HYDROXIDE = 73.89 / (2 * 41.96)  # lithium carbonate holds two lithium, hydroxide monohydrate one


def need(material: str) -> float:
    """Tonnes a year that Japan needs now."""
    return purchases(material).demand_t


def records() -> list[Record]:
    """Rows of demand.csv: what is needed now, in every year."""
    rules = src.assumptions()
    return [
        {
            "material": material,
            "year": year,
            "tonnes": need(material),
            "basis": "assumed" if "given" in spec or "weak" in spec else "derived",
            "source": f"{purchases(material).source}; held flat (assumed)",
        }
        for material, spec in rules["materials"].items()
        for year in rules["time"]["years"]
    ]


def battery_records() -> list[Record]:
    """The same rows where Japan makes 150 GWh of cells a year by the case's year, in a straight line from the first."""
    rules = src.assumptions()["time"]
    first, reached = rules["years"][0], rules["case_year"]
    rows = []
    for row in records():
        case = src.assumptions()["battery_case"].get(row["material"])
        if case is not None:
            part = min((row["year"] - first) / (reached - first), 1.0)
            more = battery_need(row["material"], case) - row["tonnes"]
            row = row | {
                "tonnes": row["tonnes"] + part * more,
                "basis": "assumed",
                "source": f"{row['source']}; by {reached} that of 150 GWh (P063): {case['why']}",
            }
        rows.append(row)
    return rows


def battery_need(material: str, case: dict[str, Any]) -> float:
    """Tonnes a year needed once the target is met: in proportion to what the mineral's need is then and now."""
    if "more" in case:
        return need(material) + float(case["more"])
    if "lce" in case["now"]:
        now = need("lithium-carbonate") + need("lithium-hydroxide") * LCE_OF_HYDROXIDE
    else:
        now = float(case["now"]["tonnes"]) + sum(need(name) for name in case["now"]["and"])
    return need(material) * value(case["need"]) / now
