"""Countries: name, groups, governance."""

from __future__ import annotations

from functools import cache

from . import sources as src
from .purchases import purchases
from .writing import Record

COLUMNS = ["country", "name", "groups", "governance", "basis", "source"]


def groups(country: str) -> list[str]:
    """The groups a country is in."""
    rule = src.assumptions()["countries"]
    found = {name for name, members in rule["groups"].items() if country in members}
    if is_partner(country):
        found.add("partners")
    return sorted(found)


def points(country: str) -> dict[str, bool]:
    """What speaks for a country as a partner, by criterion."""
    rules = src.assumptions()
    rule = rules["countries"]["partners"]
    minerals = frozenset(spec["mineral"] for spec in rules["materials"].values())
    acts = {rule["acts"].get(row["actor"]) for row in src.rows("export-controls/export_control_events.csv")}
    acts |= {country for name, country in rule["acts"].items() if name.startswith("P")}
    return {
        "resources": src.largest_mine_share(country, minerals) >= rule["output_share"],
        "economics": any(country in purchases(material).flows for material in rules["materials"]),
        "export stability": country not in acts,
        "policy": any(country in members for members in rule["lists"].values()),
    }


@cache
def is_partner(country: str) -> bool:
    """Whether enough speaks for a country; those under sanctions are none."""
    rules = src.assumptions()
    if country in rules["suppliers"]["never_more"] or country == "JPN":
        return False
    return sum(points(country).values()) >= rules["countries"]["partners"]["needed"]


def records(used: set[str]) -> list[Record]:
    """Rows of countries.csv for the codes the other tables use."""
    rule = src.assumptions()["countries"]
    out: list[Record] = []
    for country in sorted(used):
        value = src.governance(country)
        text = f"mean of six estimates {rule['wgi_year']}, {rule['wgi_release']}, raw scale about -2.5 to 2.5"
        if value is None:
            text = "no governance estimate"
        out.append(
            {
                "country": country,
                "name": src.country_name(country),
                "groups": ";".join(groups(country)),
                "governance": value,
                "basis": "derived" if value is not None else "assumed",
                "source": f"{text}; groups by region; {_partner_text(country)}",
            }
        )
    return out


def _partner_text(country: str) -> str:
    for_it = [name for name, given in points(country).items() if given]
    return f"{len(for_it)} of 4 criteria of a partner: {', '.join(for_it) or 'none'}"
