"""Suppliers: what Japan buys now (spot and contract) and what it could buy more.

Tranches of one country and material, with their ids:
  <material>-<country>            now, spot
  <material>-<country>-contract   now, by contract
  <material>-<country>-more       further supply, dearer
"""

from __future__ import annotations

from functools import cache
from typing import Any

from . import sources as src
from .demand import need
from .materials import reference_price
from .purchases import Purchases, purchases
from .shipping import freight, lead_months, route
from .sources import Flow
from .values import value
from .writing import Record

COLUMNS = [
    "supplier", "material", "country", "kind", "capacity_t", "price", "freight",
    "tariff_rate", "lead_periods", "in_transit_t", "route", "ramp_periods", "minimum_t", "index", "basis", "source",
]  # fmt: skip


def supplier_id(material: str, country: str, tranche: str = "") -> str:
    """The id of a supplier."""
    return "-".join(part for part in (material, country.lower(), tranche) if part)


def now_t(material: str) -> dict[str, float]:
    """Tonnes per year bought from each country now, without headroom."""
    return {country: flow.tonnes for country, flow in purchases(material).flows.items()}


def price(material: str, unit_value: float, mean: float) -> float:
    """USD per tonne: the reference price, moved a little by how dear the supplier is."""
    rules = src.assumptions()["suppliers"]
    one_price = src.assumptions()["materials"][material].get("one_price", False)
    if one_price or not unit_value or not mean:
        return reference_price(material)
    low, high = rules["price_clip"]
    ratio = min(max(unit_value / mean, low), high)
    return reference_price(material) * float(ratio ** rules["price_shrinkage"])


@cache
def more_t(material: str) -> dict[str, tuple[float, float, str]]:
    """Further supply by country: tonnes per year, unit value and where they come from."""
    rules = src.assumptions()["suppliers"]
    spec = src.assumptions()["materials"][material]
    more = spec["more"]
    share = more.get("share", rules["more_share"])
    found: dict[str, tuple[float, float, str]] = {}
    if more["from"] == "exports":
        found = _from_exports(material, spec, share)
    elif more["from"] in ("usgs", "iea"):
        found = _from_output(material, more, share)
    if more["from"] != "exports":
        found = _from_flows(material, more, found) | found
    cap = rules["more_cap"] * need(material)
    banned = set(rules["never_more"]) | set(more.get("never", {}))
    kept = {
        c: (min(t, cap), uv, text)
        for c, (t, uv, text) in found.items()
        if c not in banned and c not in ("JPN", "OTH", "WLD") and t > 0
    }
    small = rules["more_floor"] * need(material)
    largest = sorted(kept, key=lambda c: (-kept[c][0], c))[: rules["more_countries"]]
    return {c: kept[c] for c in sorted(largest) if kept[c][0] >= small}


def _from_exports(material: str, spec: dict[str, Any], share: float) -> dict[str, Any]:
    """A share of what a country sold to others in 2024."""
    rules = src.assumptions()["suppliers"]
    codes = spec["more"].get("codes") or spec["codes"]["H92"]
    now = purchases(material).flows
    out: dict[str, Any] = {}
    for code in codes:
        world = src.world_exports(code)
        like_ours = src.unit_value(code)
        low, high = rules["more_uv_low"] * like_ours, rules["more_uv_high"] * like_ours
        same = {c: pair for c, pair in world.items() if low <= pair[0].unit_value <= high}
        all_t = sum(f.tonnes for f, _ in same.values())
        for country, (flow, to_japan) in same.items():
            if country not in now and flow.tonnes < rules["more_min_share"] * all_t:
                continue
            text = f"{share:g} of exports to others, BACI HS92 {code} 2024"
            out[country] = (share * max(flow.tonnes - to_japan, 0.0), flow.unit_value, text)
    return out


def _from_output(material: str, more: dict[str, Any], share: float) -> dict[str, Any]:
    """A share of a country's output beyond what it sells to Japan."""
    rules = src.assumptions()["suppliers"]
    if more["from"] == "usgs":
        output = src.usgs_output(more["mineral"], more["stage"], more.get("product"))
        label = f"USGS {more['stage']} {more['mineral']} 2024"
    else:
        output = src.iea_output(more["mineral"], more["stage"])
        label = f"IEA {more['stage']} {more['mineral']} 2024"
    now = purchases(material).flows
    world = output.get("WLD") or sum(output.values())
    out: dict[str, Any] = {}
    for country, tonnes in output.items():
        part = more.get("by_country", {}).get(country, share)
        if country not in now and tonnes < rules["more_min_output_share"] * world:
            continue
        to_japan = now.get(country, Flow(0.0, 0.0)).tonnes
        left = max(tonnes - to_japan, 0.0)
        out[country] = (part * left, _unit_value(now, country), f"{part:g} of output left, {label}")
    return out


def _from_flows(material: str, more: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """A share of the present flow, for sellers whose output is not known."""
    rules = src.assumptions()["suppliers"]
    share = more["share"] if more["from"] == "flows" else rules["more_flow_share"]
    now = purchases(material).flows
    # A country whose mines are smaller than its sales works on bought feed, so output
    # says nothing about what more it could sell.
    unknown = [c for c in now if known.get(c, (0.0,))[0] <= 0.0]
    for country in unknown:
        known.pop(country, None)
    text = f"{share:g} of the present flow"
    return {c: (share * now[c].tonnes, _unit_value(now, c), text) for c in unknown}


def _unit_value(flows: dict[str, Flow], country: str) -> float:
    return flows[country].unit_value if country in flows else 0.0


def records() -> list[Record]:
    """Rows of suppliers.csv."""
    out: list[Record] = []
    for material in src.assumptions()["materials"]:
        bought = purchases(material)
        now, more = now_t(material), more_t(material)
        for country in sorted(now.keys() | more.keys()):
            if country in now:
                out += _now_rows(material, country, bought, now[country])
            if country in more:
                out.append(_more_row(material, country, bought, more[country]))
        out += [_named_row(row) for row in src.assumptions()["suppliers"]["named"] if row["material"] == material]
    return out


def _named_row(item: dict[str, Any]) -> Record:
    """A contract that is public by name."""
    return _common(item["material"], item["country"]) | {
        "supplier": item["supplier"],
        "kind": "contract",
        "capacity_t": value(item["capacity_t"]),
        "price": float(item.get("price", reference_price(item["material"]))),
        "lead_periods": 0,
        "in_transit_t": 0,
        "minimum_t": value(item["minimum_t"]),
        "index": item["index"],
        "basis": "assumed",
        "source": item["why"],
    }


def _now_rows(material: str, country: str, bought: Purchases, tonnes: float) -> list[Record]:
    rules = src.assumptions()["suppliers"]
    shipping = src.assumptions()["shipping"]
    mean = src.total(bought.flows).unit_value
    base = price(material, bought.flows[country].unit_value, mean)
    part = rules["contract_share"]
    spec = src.assumptions()["materials"][material]
    basis = "assumed" if "given" in spec or "parts" in spec else "derived"
    if base == reference_price(material):
        price_text = "price = reference"
    else:
        price_text = f"price = reference x (unit value / mean)^{rules['price_shrinkage']:g}"
    text = (
        f"{bought.source}; assumed: {part:g} by contract, headroom {rules['now_headroom']:g},"
        f" freight, lead, zero tariff; {price_text}"
    )
    spot = _common(material, country) | {
        "supplier": supplier_id(material, country),
        "kind": "spot",
        "capacity_t": tonnes * (1 - part) * rules["now_headroom"],
        "price": base,
        "in_transit_t": tonnes * (1 - part) / 12 * shipping["in_transit_factor"],
        "basis": basis,
        "source": text,
    }
    if spot["lead_periods"] == 0:
        spot["in_transit_t"] = 0
    contract = _common(material, country) | {
        "supplier": supplier_id(material, country, "contract"),
        "kind": "contract",
        "capacity_t": tonnes * part * rules["now_headroom"],
        "price": base,
        "lead_periods": 0,
        "in_transit_t": 0,
        "index": rules["contract_index"],
        "basis": basis,
        "source": f"{text}; contract follows the spot price",
    }
    return [spot, contract]


def _more_row(material: str, country: str, bought: Purchases, more: tuple[float, float, str]) -> Record:
    rules = src.assumptions()["suppliers"]
    tonnes, unit_value, text = more
    mean = src.total(bought.flows).unit_value
    if country in bought.flows:
        base = price(material, bought.flows[country].unit_value, mean)
    else:
        base = price(material, unit_value, mean)
    # Never below the reference price: cheap world flows are lower grades in the same code.
    base = max(base, reference_price(material))
    return _common(material, country) | {
        "supplier": supplier_id(material, country, "more"),
        "kind": "spot",
        "capacity_t": tonnes,
        "price": base * (1 + rules["more_premium"]),
        "in_transit_t": 0,
        "ramp_periods": rules["more_ramp_periods"],
        "basis": "assumed",
        "source": (
            f"{text} (share assumed); premium {rules['more_premium']:g}, ramp of {rules['more_ramp_periods']} months,"
            " freight, lead, zero tariff assumed"
        ),
    }


def _common(material: str, country: str) -> Record:
    cargo = src.assumptions()["materials"][material]["cargo"]
    return {
        "material": material,
        "country": country,
        "freight": freight(country, cargo),
        "tariff_rate": src.assumptions()["shipping"]["tariff_rate"],
        "lead_periods": lead_months(country),
        "route": route(country),
    }
