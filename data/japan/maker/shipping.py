"""Freight, lead time and route of a country (USD per tonne, months, name)."""

from __future__ import annotations

from . import sources as src

MONTH_DAYS = 365 / 12


def freight(country: str, cargo: str) -> float:
    """USD per tonne: sea kilometres times a rate, plus handling."""
    rate = src.assumptions()["shipping"]["classes"][cargo]
    return src.sea(country)[0] * float(rate["usd_per_t_km"]) + float(rate["handling"])


def lead_months(country: str) -> int:
    """Whole months from shipping to arrival."""
    rules = src.assumptions()["shipping"]
    kilometres, _, port_abroad = src.sea(country)
    days = kilometres / rules["speed_km_per_day"] + rules["handling_days"]
    if port_abroad:
        days += rules["inland_days"]
    return round(float(days) / MONTH_DAYS)


def route(country: str) -> str:
    """The one name of the sea road to Japan."""
    rules = src.assumptions()["shipping"]
    for name, countries in rules["routes_by_country"].items():
        if country in countries:
            return str(name)
    passages = src.sea(country)[1]
    for rule in rules["routes_by_passage"]:
        if rule["has"] in passages:
            return str(rule["name"])
    return str(rules["route_default"])
