"""How likely each crisis is in a year: one rule, from the record of events."""

from __future__ import annotations

import math
from typing import Any

from . import sources as src
from .writing import Record

COLUMNS = [
    "crisis", "events", "count", "years_observed", "severity_share",
    "rate_per_year", "annual_probability", "low", "high", "basis", "source",
]  # fmt: skip


def probability(count: int, years: float, severity: float) -> tuple[float, float]:
    """Yearly rate and probability.

    Jeffreys' rate (n + 0.5) / years keeps a crisis that has not happened yet possible; the
    severity share is the part of such events that would be as hard as the one modelled.
    """
    rate = (count + 0.5) / years * severity
    return rate, 1 - math.exp(-rate)


def records() -> list[Record]:
    """Rows of crisis_probabilities.csv."""
    rules: dict[str, Any] = src.assumptions()["crises"]
    known = {row["event_id"] for row in src.rows("export-controls/export_control_events.csv")}
    out: list[Record] = []
    for name, item in rules["list"].items():
        missing = set(item["events"]) - known
        if missing:
            raise ValueError(f"crisis {name}: unknown events {sorted(missing)}")
        years = rules["years"][item["years"]]
        rate, chance = probability(len(item["events"]), years, item["severity"])
        out.append(
            {
                "crisis": name,
                "events": ";".join(item["events"]),
                "count": len(item["events"]),
                "years_observed": years,
                "severity_share": item["severity"],
                "rate_per_year": round(rate, 4),
                "annual_probability": round(chance, 4),
                "low": item["low"],
                "high": item["high"],
                "basis": "assumed",
                "source": item["why"],
            }
        )
    return out
