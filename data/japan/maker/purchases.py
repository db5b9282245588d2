"""What Japan buys now, by country, and what it needs (tonnes per year, base year)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from . import sources as src
from .sources import Flow


@dataclass(frozen=True)
class Purchases:
    """Japan's buying of one material in the base year.

    `flows` are the purchases by country (after small ones are dropped) and add up to what
    is imported for use at home; `demand_t` is the need, `home_t` of it made at home.
    """

    flows: dict[str, Flow]
    demand_t: float
    home_t: float
    source: str


@cache
def purchases(material: str) -> Purchases:
    """Purchases of one material as assumptions.yaml says to count them."""
    spec = src.assumptions()["materials"][material]
    if "facts" in spec:
        return _from_facts(spec["facts"])
    return _from_trade(spec)


def _from_trade(spec: dict[str, Any]) -> Purchases:
    codes, years = spec["codes"], spec.get("years", [])
    h92, h17 = codes.get("H92", []), codes.get("H17", [])
    flows = src.add(*[src.imports_h92(c, years) for c in h92], *[src.imports_h17(c) for c in h17])
    # The flows leave out the very small; the totals of HS92 hold them. HS17 has no totals.
    totals = [src.trade_totals(c, years) for c in h92]
    bought = sum(t[0] for t in totals) + sum(src.total(src.imports_h17(c)).tonnes for c in h17)
    sold = sum(t[1] for t in totals) if spec["net"] else 0.0
    need = bought - sold
    floor = src.assumptions()["suppliers"]["drop_share"] * bought
    kept = {c: f for c, f in flows.items() if f.tonnes >= floor}
    # What dropped flows brought and what exports take is spread over the others by weight.
    spread = need / src.total(kept).tonnes
    scaled = {c: Flow(f.tonnes * spread, f.usd * spread) for c, f in kept.items()}
    return Purchases(
        flows=scaled,
        demand_t=need,
        home_t=0.0,
        source=_trade_source(spec),
    )


def _trade_source(spec: dict[str, Any]) -> str:
    parts = []
    if spec["codes"].get("H92"):
        years = spec["years"]
        when = str(years[0]) if len(years) == 1 else f"mean {years[0]}-{years[-1]}"
        parts.append(f"BACI HS92 {'+'.join(spec['codes']['H92'])} {when}")
    if spec["codes"].get("H17"):
        parts.append(f"BACI HS17 {'+'.join(spec['codes']['H17'])} 2024")
    return " and ".join(parts) + (", imports less exports" if spec["net"] else ", imports")


def _from_facts(name: str) -> Purchases:
    facts = src.assumptions()["facts"][name]
    return _gallium(facts) if name == "gallium" else _germanium(facts)


def _gallium(facts: dict[str, Any]) -> Purchases:
    china, home = src.fact(facts["china_t"]), src.fact(facts["home_t"])
    imports = china / (src.fact(facts["china_share"]) / 100)
    tonnes = {"CHN": china}
    for country, share in facts["others"].items():
        tonnes[country] = (imports - china) * share
    return Purchases(
        flows=_priceless(tonnes),
        demand_t=imports + home,
        home_t=home,
        source="press 2021 (W044 from China; W043 home) and China's share 2022 (S0-019)",
    )


def _germanium(facts: dict[str, Any]) -> Purchases:
    tonnes: dict[str, float] = {}
    for form, content in (("metal", 1.0), ("dioxide", facts["dioxide_content"])):
        spec = facts[form]
        yearly = src.fact(spec["kg"]) / 1000 * 12 / spec["months"] * content
        known = {c: src.fact(name) / 100 for c, name in spec["shares"].items()}
        rest = 1.0 - sum(known.values())
        shares = known | {c: rest * part for c, part in spec["rest"].items()}
        for country, share in shares.items():
            tonnes[country] = tonnes.get(country, 0.0) + yearly * share
    return Purchases(
        flows=_priceless(tonnes),
        demand_t=sum(tonnes.values()),
        home_t=0.0,
        source="press 2023 (W051 metal, W054 dioxide as content) and shares 2022 (S0-008, S0-011, S0-012)",
    )


def _priceless(tonnes: dict[str, float]) -> dict[str, Flow]:
    """Flows without a price of their own: all get the reference price later."""
    return {c: Flow(t, 0.0) for c, t in sorted(tonnes.items())}
