"""Countries: name, groups, governance."""

from __future__ import annotations

from . import sources as src
from .writing import Record

COLUMNS = ["country", "name", "groups", "governance", "basis", "source"]


def groups(country: str) -> list[str]:
    """The groups a country is in."""
    rule = src.assumptions()["countries"]
    found = {name for name, members in rule["groups"].items() if country in members}
    if found & set(rule["partners_include"]):
        found.add("partners")
    return sorted(found)


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
                "source": f"{text}; groups are judgement, to be confirmed",
            }
        )
    return out
