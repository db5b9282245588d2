"""Substitution: demand that can be saved, and at what cost (USD per tonne saved)."""

from __future__ import annotations

from . import sources as src
from .materials import reference_price
from .writing import Record

COLUMNS = ["material", "tranche", "max_share", "cost", "delay_periods", "basis", "source"]


def records() -> list[Record]:
    """Rows of substitution.csv."""
    rules = src.assumptions()
    out: list[Record] = []
    for material, spec in rules["materials"].items():
        why = spec.get("substitution_why", "a rule for all materials")
        out += [
            {
                "material": material,
                "tranche": item["tranche"],
                "max_share": item["max_share"],
                "cost": reference_price(material) * item["price_multiple"],
                "delay_periods": item["delay_periods"],
                "basis": "assumed",
                "source": f"judgement, {item['price_multiple']:g} x reference price: {why}",
            }
            for item in spec.get("substitution", rules["substitution"])
        ]
    return out
