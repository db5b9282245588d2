"""Materials: reference price, keeping, opening stock."""

from __future__ import annotations

from functools import cache
from typing import Any

from . import sources as src
from .demand import need
from .writing import Record

COLUMNS = [
    "material", "name", "mineral", "unit_basis", "reference_price", "storage_cost_rate",
    "loss_rate", "haircut", "opening_stock_t", "release_rate_t_per_day", "storage_limit_t",
    "shortage_cost", "basis", "source",
]  # fmt: skip


@cache
def reference_price(material: str) -> float:
    """USD per tonne of the material in its unit: of 2025, or the mean of years before export controls."""
    return _price(src.assumptions()["materials"][material]["price"])[0]


def _price(spec: dict[str, Any]) -> tuple[float, str, str]:
    """Price, basis and source text."""
    if "assumed" in spec:
        return float(spec["assumed"]), "assumed", f"{spec['why']} ({spec['low']:g} to {spec['high']:g})"
    if "baci" in spec:
        index = spec["index"]
        now = src.usgs_price(index["mineral"], index["series"])
        then = src.usgs_price(index["mineral"], index["series"], src.FLOW_YEAR)
        series = f"{index['mineral']}: {index['series']}"
        text = f"BACI {spec['baci']} import unit value 2024 x USGS price 2025 over 2024 ({series})"
        return src.unit_value(spec["baci"]) * now / then, "derived", text
    years = spec.get("years", [src.PRICE_YEAR])
    when = f"price {years[0]}" if len(years) == 1 else f"mean price {years[0]}-{years[-1]}, before export controls"
    if "mix" in spec:
        price = sum(part * src.mean_price(spec["mineral"], series, years) for series, part in spec["mix"].items())
        mix = ", ".join(f"{part:g} {series}" for series, part in spec["mix"].items())
        return price, "derived", f"USGS MCS 2026, {when} ({spec['mineral']}: {mix})"
    price = src.mean_price(spec["mineral"], spec["series"], years) * spec["factor"]
    text = f"USGS MCS 2026, {when} ({spec['mineral']}: {spec['series']})"
    if "times_unit_value_of" in spec:
        over, under = spec["times_unit_value_of"]
        price *= src.unit_value(over) / src.unit_value(under)
        return price, "derived", f"{text} x BACI 2024 unit value {over} over {under}"
    if spec["factor"] != 1.0:
        return price, "derived", f"{text} x {spec['factor']} ({spec['factor_why']})"
    return price, "sourced" if len(years) == 1 else "derived", text


def reserve_days(material: str) -> float:
    """Days that the national reserve is taken to hold: its target for the metals in it, none of all else."""
    scheme = src.assumptions()["reserve_scheme"]
    return src.fact(scheme["days"]) if material in scheme["metals"] else 0.0


def opening_stock(material: str) -> float:
    """Tonnes in reserve on the first day."""
    return need(material) * reserve_days(material) / 365


def records() -> list[Record]:
    """Rows of materials.csv.

    Every row is `assumed`: the price may be measured, but the opening stock and the costs of keeping are not. The
    source text says which is which.
    """
    rules = src.assumptions()
    out: list[Record] = []
    for material, spec in rules["materials"].items():
        price, basis, text = _price(spec["price"])
        use, keep = rules["use_classes"][spec["use"]], rules["storage"][spec["storage"]]
        weak = f"; WEAK: {spec['weak']}" if "weak" in spec else ""
        days = reserve_days(material)
        held = f"{days:g} days of use (P030, a target; 20 to 60)" if days else "none (0 to 60 days)"
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
                "basis": "assumed",
                "source": f"price {basis}: {text}; assumed: storage, loss and haircut; opening stock {held}{weak}",
            }
        )
    return out
