"""Projects: recycling, refineries, mine stakes, sea bed.

Capex is overnight cost per tonne a year of capacity, paid in full at the start; what is left of a
plant's life at the horizon is credited there by the model.
"""

from __future__ import annotations

from typing import Any

from . import sources as src
from .materials import reference_price
from .shipping import freight, lead_months, route
from .shortage import total_use
from .suppliers import now_t
from .values import told, value
from .writing import Record

COLUMNS = [
    "project", "material", "country", "kind", "existing_t", "max_build_t", "capex",
    "subsidy_rate", "running_cost", "build_periods", "input_material", "input_per_output",
    "lead_periods", "route", "fixed_cost", "life_years", "ramp_periods", "basis", "source",
]  # fmt: skip

HOME = "JPN"


def records() -> list[Record]:
    """Rows of projects.csv."""
    out = [_record(item, material) for item in src.assumptions()["project_list"] for material in item["materials"]]
    return sorted(out, key=lambda r: r["project"])


def _record(item: dict[str, Any], material: str) -> Record:
    rules = src.assumptions()["projects"]
    kind = rules["kinds"][item["kind"]]
    country = item.get("country", HOME)
    build = item.get("build_periods", kind["build_periods"])
    price = reference_price(material)
    capex = float(item.get("capex", price * item.get("capex_multiple", kind["capex_multiple"])))
    existing, size, size_text = _size(item, material)
    ratio = float(item["input_per_output"]) if "input" in item else 0.0
    input_cost = ratio * reference_price(item["input"]) if "input" in item else 0.0
    whole = item.get("cost_ratio", kind["cost_ratio"]) * price
    running = float(item.get("conversion", max(rules["running_floor"] * price, whole - input_cost)))
    if country != HOME:
        cargo = src.assumptions()["materials"][material]["cargo"]
        running += freight(country, cargo)
    ratio_text = f"; input ratio: {item['input_why']}" if "input" in item else ""
    capex_text = "capex by source, other costs" if "capex" in item else "costs"
    return {
        "project": "-".join([material, country.lower(), item.get("name", item["kind"])]),
        "material": material,
        "country": country,
        "kind": item["kind"],
        "existing_t": existing,
        "max_build_t": size,
        "capex": capex,
        "subsidy_rate": src.fact(rules["subsidy_rate"]),
        "running_cost": running,
        "build_periods": build,
        "input_material": item.get("input"),
        "input_per_output": ratio if "input" in item else None,
        "lead_periods": 0 if country == HOME else lead_months(country),
        "route": None if country == HOME else route(country),
        "fixed_cost": rules["fixed_share"] * capex,
        "life_years": rules["life_years"],
        "ramp_periods": rules["ramp_periods"],
        "basis": "assumed",
        "source": (
            f"{size_text}; {item['why']}{ratio_text}; {capex_text}, build time, life, fixed cost"
            f" ({rules['fixed_share']:.0%} of capex a year) and ramp assumed; subsidy {rules['subsidy_rate']}"
        ),
    }


def _size(item: dict[str, Any], material: str) -> tuple[float, float, str]:
    """Existing and further capacity in tonnes per year, and where they come from."""
    existing = value(item["existing"]) if "existing" in item else 0.0
    text = f"existing {told(item['existing'])}; " if "existing" in item else ""
    if "max_build_t" in item:
        return existing, value(item["max_build_t"]), f"{text}more: {told(item['max_build_t'])}"
    if item["size"] == "eu_rate":
        mineral = src.assumptions()["materials"][material]["mineral"]
        rate = src.eu_recycling_rate(mineral)
        return existing, rate * total_use(material), f"{text}size {rate:g} (EU end-of-life input rate 2023) of demand"
    size = item["size"] * total_use(material)
    if "stake" in item:
        entitled = src.fact(item["stake"]) / 100 * src.fact(item["capacity"])
        bought = now_t(material).get(item["country"], 0.0)
        bought *= src.assumptions()["suppliers"]["now_headroom"]
        stake = f"{item['stake']} x {item['capacity']} = {entitled:g} t/yr"
        text = f"existing derived: {stake} less {bought:.0f} bought now; more: {item['size']:g} of demand"
        return max(0.0, entitled - bought), size, text
    return existing, size, f"{text}size {item['size']:g} of demand, assumed"
