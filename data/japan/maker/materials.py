"""Materials: reference price, keeping, opening stock, cost of shortage."""

from __future__ import annotations

from functools import cache
from typing import Any

from . import sources as src
from .demand import first_demand
from .writing import Record

COLUMNS = [
    "material", "name", "mineral", "unit_basis", "reference_price", "storage_cost_rate",
    "loss_rate", "haircut", "opening_stock_t", "release_rate_t_per_day", "storage_limit_t",
    "shortage_cost", "basis", "source",
]  # fmt: skip


@cache
def reference_price(material: str) -> float:
    """USD per tonne of the material in its unit, 2025."""
    return _price(src.assumptions()["materials"][material]["price"])[0]


def _price(spec: dict[str, Any]) -> tuple[float, str, str]:
    """Price, basis and source text."""
    if "baci" in spec:
        index = spec["index"]
        now = src.usgs_price(index["mineral"], index["series"])
        then = src.usgs_price(index["mineral"], index["series"], src.FLOW_YEAR)
        series = f"{index['mineral']}: {index['series']}"
        text = f"BACI {spec['baci']} import unit value 2024 x USGS price 2025 over 2024 ({series})"
        return src.unit_value(spec["baci"]) * now / then, "derived", text
    price = src.usgs_price(spec["mineral"], spec["series"]) * spec["factor"]
    text = f"USGS MCS 2026, price 2025 ({spec['mineral']}: {spec['series']})"
    if "times_unit_value_of" in spec:
        over, under = spec["times_unit_value_of"]
        price *= src.unit_value(over) / src.unit_value(under)
        return price, "derived", f"{text} x BACI 2024 unit value {over} over {under}"
    if spec["factor"] != 1.0:
        return price, "derived", f"{text} x {spec['factor']} ({spec['factor_why']})"
    return price, "sourced", text


def reserve_days() -> float:
    """Days of the scheme's target, national and private."""
    facts = src.assumptions()["reserve_scheme"]["facts"]
    days = src.fact(facts["total"])
    if days != src.fact(facts["national"]) + src.fact(facts["private"]):
        raise ValueError("national and private days do not add up to the total")
    return days


def opening_stock(material: str) -> float:
    """Tonnes in reserve on the first day: the scheme's target."""
    return first_demand(material) * reserve_days() / 365


def records() -> list[Record]:
    """Rows of materials.csv.

    Every row is `assumed`: the price is measured, but the cost of shortage and the
    opening stock, on which the answers rest, are not. The source text says which is which.
    """
    rules = src.assumptions()
    out: list[Record] = []
    for material, spec in rules["materials"].items():
        price, basis, text = _price(spec["price"])
        use, keep = rules["use_classes"][spec["use"]], rules["storage"][spec["storage"]]
        weak = f"; WEAK: {spec['weak']}" if "weak" in spec else ""
        out.append(
            {
                "material": material,
                "name": spec["name"],
                "mineral": spec["mineral"],
                "unit_basis": spec["unit_basis"],
                "reference_price": price,
                "storage_cost_rate": keep["storage_cost_rate"],
                "loss_rate": keep["loss_rate"],
                "haircut": use["haircut"],
                "opening_stock_t": opening_stock(material),
                "shortage_cost": price * use["shortage_multiple"],
                "basis": "assumed",
                "source": (
                    f"price {basis}: {text}; assumed: shortage cost {use['shortage_multiple']} x price"
                    f" ({spec['use']}), storage, loss and haircut; opening stock {reserve_days():g}"
                    f" days of first-year demand (W012, a target){weak}"
                ),
            }
        )
    return out
