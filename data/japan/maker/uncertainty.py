"""How far each assumed number may be off: rows of uncertainty.csv."""

from __future__ import annotations

from typing import Any

from . import crises
from . import sources as src
from .materials import reserve_days
from .shortage import total_use
from .values import value
from .writing import Record

COLUMNS = ["group", "path", "kind", "low", "high", "basis", "source"]


def records() -> list[Record]:
    """Rows of uncertainty.csv: probabilities, use, stocks, and the ranges listed in assumptions.yaml."""
    rows = [*_probabilities(), *_use(), *_stocks(), *_prices()]
    rows += [_listed(item) for item in src.assumptions()["ranges"]]
    return [{"basis": "assumed"} | row for row in rows]


def _probabilities() -> list[Record]:
    return [
        {
            "path": f"crises.{row['crisis']}.annual_probability",
            "low": row["low"],
            "high": row["high"],
            "source": row["source"],
        }
        for row in crises.records()
    ]


def _use() -> list[Record]:
    """Use that was assumed with a range; what a plant at home takes as feed follows from the plant."""
    rows = []
    for material, spec in src.assumptions()["materials"].items():
        fact = src.assumptions()["facts"].get(spec.get("given", ""), {})
        if "low" in fact:
            now = value(fact["demand"]) if "demand" in fact else sum(value(flow) for flow in fact["flows"].values())
            rows.append(
                {
                    "path": f"demand[{material}/*].tonnes",
                    "kind": "factor",
                    "low": fact["low"] / now,
                    "high": fact["high"] / now,
                    "source": f"{fact['low']:g} to {fact['high']:g} t a year",
                }
            )
    return rows


def _stocks() -> list[Record]:
    """The national stock from 20 days to its target; of all else from nothing to 60 days of use."""
    rows = []
    for material in src.assumptions()["materials"]:
        held = reserve_days(material)
        days = {"low": 20 / held, "high": 1.0, "kind": "factor"} if held else {"low": 0.0}
        rows.append(
            {
                "group": "national stock" if held else "company stock",
                "path": f"materials[{material}].opening_stock_t",
                "high": total_use(material) * 60 / 365,
                "source": "20 to 60 days (W015-W022, P030)" if held else "none is known; up to 60 days of use",
            }
            | days
        )
    return rows


def _prices() -> list[Record]:
    """Reference prices that no series gives."""
    return [
        {
            "path": f"materials[{material}].reference_price",
            "low": spec["price"]["low"],
            "high": spec["price"]["high"],
            "source": spec["price"]["why"],
        }
        for material, spec in src.assumptions()["materials"].items()
        if "assumed" in spec["price"]
    ]


def _listed(item: dict[str, Any]) -> Record:
    return {name: item[name] for name in ("group", "path", "kind", "low", "high") if name in item} | {
        "source": item["why"]
    }
