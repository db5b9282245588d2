"""Origins: where a supplier's feed comes from, when not from its own country.

Shares are of the supplier's goods; what is not listed counts as the exporter's own.
"""

from __future__ import annotations

from typing import Any

from . import sources as src
from .purchases import purchases
from .writing import Record

COLUMNS = ["supplier", "country", "share", "basis", "source"]


def feed(rule: dict[str, Any], exporter: str) -> dict[str, float]:
    """Foreign feed shares of one exporter under one rule."""
    if rule["rule"] == "given":
        shares = dict(rule["shares"])
    elif rule["rule"] == "mix":
        shares = _mix(rule, exporter)
    elif rule["rule"] == "surplus":
        shares = _surplus(rule, exporter)
    elif rule["rule"] == "trade":
        shares = src.bought_by(exporter, rule["code"])
    else:
        raise ValueError(f"unknown origin rule {rule['rule']}")
    floor = src.assumptions()["origins"]["min_share"]
    return {c: s for c, s in sorted(shares.items()) if s >= floor and c != exporter}


def _upstream(rule: dict[str, Any]) -> dict[str, float]:
    if rule["source"] == "usgs":
        return src.usgs_output(rule["mineral"], rule["stage"], rule.get("product"))
    return src.iea_output(rule["mineral"], rule["stage"])


def shipped_t(material: str, exporter: str) -> float:
    """What the exporter ships in all, or to Japan where that is all we know."""
    spec = src.assumptions()["materials"][material]
    to_japan = purchases(material).flows.get(exporter)
    world = 0.0
    for code in spec.get("codes", {}).get("H92", []):
        flow = src.world_exports(code).get(exporter)
        world += flow[0].tonnes if flow else 0.0
    return max(world, to_japan.tonnes if to_japan else 0.0)


def _mix(rule: dict[str, Any], exporter: str) -> dict[str, float]:
    """The world's upstream mix for all that the exporter cannot make from its own.

    'Other countries' stay in the total, so the listed shares do not stand in for them.
    """
    output = dict(_upstream(rule))
    output.pop("WLD", None)
    own_t = output.pop(exporter, 0.0)
    shipped = shipped_t(rule["material"], exporter)
    foreign = 1.0 - (min(1.0, own_t / shipped) if shipped else 0.0)
    everyone = sum(output.values())
    output.pop("OTH", None)
    return {c: foreign * t / everyone for c, t in output.items()}


def _surplus(rule: dict[str, Any], exporter: str) -> dict[str, float]:
    """Feed from countries that mine more than they refine, for what own mines leave open."""
    mined = src.iea_output(rule["mineral"], "mining")
    refined = src.iea_output(rule["mineral"], "refining")
    foreign = max(0.0, 1.0 - mined.get(exporter, 0.0) / refined[exporter])
    surplus = {c: max(0.0, t - refined.get(c, 0.0)) for c, t in mined.items() if c not in ("WLD", exporter)}
    everyone = sum(surplus.values())
    surplus.pop("OTH", None)
    return {c: foreign * t / everyone for c, t in surplus.items()}


def records(suppliers: list[Record]) -> list[Record]:
    """Rows of origins.csv for the suppliers that a rule covers."""
    out: list[Record] = []
    named = {item["supplier"]: item for item in src.assumptions()["suppliers"]["named"]}
    for rule in src.assumptions()["origins"]["rules"]:
        for project in rule.get("projects", ()):
            out += [_row(project, country, share, rule) for country, share in sorted(rule["shares"].items())]
        for exporter in rule.get("exporters", ()):
            shares = feed(rule, exporter)
            for row in suppliers:
                if (row["material"], row["country"]) != (rule["material"], exporter):
                    continue
                if row["supplier"] in named:
                    continue
                out += [_row(row["supplier"], country, share, rule) for country, share in shares.items()]
    for item in named.values():
        out += [
            _row(item["supplier"], country, share, item | {"rule": "given"}) for country, share in item["feed"].items()
        ]
    order = {row["supplier"]: i for i, row in enumerate(suppliers)}
    return sorted(out, key=lambda r: (order.get(r["supplier"], len(order)), r["supplier"], r["country"]))


def _row(supplier: str, country: str, share: float, rule: dict[str, Any]) -> Record:
    return {
        "supplier": supplier,
        "country": country,
        # Rounded down, so that shares can never add up to more than one.
        "share": int(share * 10000) / 10000,
        "basis": "assumed" if rule["rule"] == "given" else "derived",
        "source": _source(rule),
    }


def _source(rule: dict[str, Any]) -> str:
    if rule["rule"] == "given":
        return f"judgement: {rule['why']}"
    if rule["rule"] == "trade":
        return f"BACI {rule['code']} 2024, its imports by value; {rule['why']}"
    if rule["rule"] == "surplus":
        return f"IEA 2024 {rule['mineral']}: mined less refined by country; {rule['why']}"
    label = "USGS MCS 2026" if rule["source"] == "usgs" else "IEA"
    return f"{label} 2024 {rule['stage']} mix of {rule['mineral']}; {rule['why']}"
