"""What Japan buys now, by country, and what it needs (tonnes per year, base year)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from . import sources as src
from .sources import Flow
from .values import told, value


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
    if "given" in spec:
        return _given(spec["given"])
    return _from_trade(spec)


def _from_trade(spec: dict[str, Any]) -> Purchases:
    codes, years = spec["codes"], spec.get("years", [])
    h92, h17 = codes.get("H92", []), codes.get("H17", [])
    flows = src.add(*[src.imports_h92(c, years) for c in h92], *[src.imports_h17(c) for c in h17])
    # The flows leave out the very small; the totals of HS92 hold them. HS17 has no totals.
    totals = [src.trade_totals(c, years) for c in h92]
    bought = sum(t[0] for t in totals) + sum(src.total(src.imports_h17(c)).tonnes for c in h17)
    floor = src.assumptions()["suppliers"]["drop_share"] * bought
    kept = {c: f for c, f in flows.items() if f.tonnes >= floor}
    # What dropped flows brought is spread over the others by weight.
    spread = bought / src.total(kept).tonnes
    scaled = {c: Flow(f.tonnes * spread, f.usd * spread) for c, f in kept.items()}
    mine = _parts(scaled, spec)
    sold = sum(t[1] for t in totals) if spec["net"] else 0.0
    home = value(spec["home_t"]) if "home_t" in spec else 0.0
    feed = value(spec["feed_t"]) if "feed_t" in spec else 0.0
    need = src.total(mine).tonnes - sold + home - feed
    imports = src.total(mine).tonnes if spec.get("gross") else need - home + feed
    # What exports take is spread over the suppliers by weight, unless they are capacity beside it.
    left = imports / src.total(mine).tonnes
    return Purchases(
        flows={c: Flow(f.tonnes * left, f.usd * left) for c, f in mine.items()},
        demand_t=need,
        home_t=home,
        source=_trade_source(spec),
    )


def _parts(flows: dict[str, Flow], spec: dict[str, Any]) -> dict[str, Flow]:
    """The part of each flow that is the good meant, or another figure where there is a better one."""
    parts, better = spec.get("parts", {}), spec.get("replace", {})
    out: dict[str, Flow] = {}
    for country, flow in flows.items():
        part = (
            value(better[country]) / flow.tonnes if country in better else parts.get(country, parts.get("others", 1.0))
        )
        if part:
            out[country] = Flow(flow.tonnes * part, flow.usd * part)
    return out


def _trade_source(spec: dict[str, Any]) -> str:
    parts = []
    if spec["codes"].get("H92"):
        years = spec["years"]
        when = str(years[0]) if len(years) == 1 else f"mean {years[0]}-{years[-1]}"
        parts.append(f"BACI HS92 {'+'.join(spec['codes']['H92'])} {when}")
    if spec["codes"].get("H17"):
        parts.append(f"BACI HS17 {'+'.join(spec['codes']['H17'])} 2024")
    text = " and ".join(parts) + (", imports less exports" if spec["net"] else ", imports")
    if "parts" in spec:
        text += "; parts " + ", ".join(f"{country} {part:g}" for country, part in spec["parts"].items()) + " (assumed)"
    for country, better in spec.get("replace", {}).items():
        text += f"; {country} {told(better)}"
    if "home_t" in spec:
        text += f"; home output {told(spec['home_t'])}"
    if "feed_t" in spec:
        text += f"; less feed {told(spec['feed_t'])}"
    return text


def _given(name: str) -> Purchases:
    facts = src.assumptions()["facts"][name]
    if "metal" in facts:
        return _germanium(facts)
    home = value(facts["home_t"]) if "home_t" in facts else 0.0
    flows = {country: value(given) for country, given in facts["flows"].items()}
    total = value(facts["demand"]) - home if facts.get("shares") else sum(flows.values())
    if facts.get("shares"):
        flows = {country: share * total for country, share in flows.items()}
    need = value(facts["demand"]) if "demand" in facts else total + home
    # What a plant at home takes as feed is asked for by the plant and is no demand of its own.
    own = need * (1 - facts["feed"]["share"]) if "feed" in facts else need
    text = "; ".join(f"{country} {told(given)}" for country, given in facts["flows"].items() if not facts.get("shares"))
    demand = f"demand {told(facts['demand'])}" if "demand" in facts else "demand as bought"
    return Purchases(
        flows=_priceless(flows),
        demand_t=own,
        home_t=home,
        source=f"{demand}; {text or 'shares assumed'}: {facts['why']}",
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
