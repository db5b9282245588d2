"""Names that hold the signs and words of the sentences around them: nothing is read out of a sentence again."""

from __future__ import annotations

from typing import Any

from bichiku.show.explanation import text_of
from bichiku.show.explanation.rule_lines import lines_of_kind
from oracles.by_hand import MATERIAL, SPOT, halt
from tests.explain.cases import explained

CRISIS = "halt (China): crisis of 2027"
SUPPLIER = "crisis s (a): b"
CAP = "cap (a): crisis b"
ORE, OXIDE = "ore (crisis of: x)", "oxide?"


def tables(materials: list[dict[str, Any]], suppliers: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """A hundred tonnes a year of each material, from suppliers with as much as they like."""
    demand = [{"material": row["material"], "year": 2026 + i, "tonnes": 100} for row in materials for i in range(3)]
    return {
        "materials": [MATERIAL | row for row in materials],
        "demand": demand,
        "suppliers": [SPOT | row for row in suppliers],
    }


TWO_MATERIALS = tables(
    [{"material": ORE, "storage_limit_t": 30}, {"material": OXIDE, "storage_limit_t": 40}],
    [{"supplier": SUPPLIER, "material": ORE}, {"supplier": "t (b)", "material": OXIDE}],
)
ONE_MATERIAL = tables([{"material": ORE}], [{"supplier": SUPPLIER, "material": ORE}])


def survived(**changes: Any) -> dict[str, Any]:
    return {"crises": {CRISIS: halt(2, 0.05)["halt"] | changes}, "policies": {"survive": {"crises": [CRISIS]}}}


def test_crises_suppliers_and_materials() -> None:
    text = text_of(explained(tables=TWO_MATERIALS, **survived()))
    assert (
        """\
  - no shortage of ore (crisis of: x) in crisis halt (China): crisis of 2027 of 2027-01 (1 node of its branch)
  - demand for ore (crisis of: x): 100 t in 2026, 100 t in 2027
  - crisis halt (China): crisis of 2027 of 2027-01: crisis s (a): b loses 100 % of what it can ship
"""
        in text
    )
    # 30 t and 40 t in store of the 100 t that the year of the halt asks for
    assert (
        """\
  material            in                                       accept short  find elsewhere  storage limit
  ore (crisis of: x)  halt (China): crisis of 2027 of 2027-01          70 t       70 t/year          100 t
  oxide?              halt (China): crisis of 2027 of 2027-01          60 t       60 t/year          100 t
"""
        in text
    )
    assert "not checked" not in text  # a name with a question mark at its end is no number in doubt


def test_crises_in_one_line() -> None:
    # most of what is shipped is lost on the plan as well, so nothing is in store for the first of two starts
    onsets = [{"period": 2, "probability": 0.01}, {"period": 3, "probability": 0.01}]
    crises = survived(onsets=onsets, recovery=0)
    events = {"ban (old): crisis": {"from": "2026-01", "to": "2026-12", "effects": [{"all": True, "loss": 0.95}]}}
    found = explained(periods=3, tables=ONE_MATERIAL, events=events, **crises)
    losses = [rule for rule in found.conflicts[0].rules if rule.kind == "loss"]
    (line,) = lines_of_kind(losses, found.world, names=False)
    assert line == (
        "events on the plan and crisis halt (China): crisis of 2027 of 2027-01:"
        " crisis s (a): b loses up to 100 % of what can be shipped"
    )


def test_caps() -> None:
    # four fifths of 20 t must come from elsewhere for a fifth to come from China
    policies = {"reserve_days": 73, "share_caps": [{"group": ["CHN"], "max": 0.2, "name": CAP}]}
    text = text_of(explained(periods=1, tables=ONE_MATERIAL, policies=policies))
    assert "  - share cap cap (a): crisis b: at most 20 % of imports of ore (crisis of: x) in 2026\n" in text
    assert "  - raise the share cap cap (a): crisis b on ore (crisis of: x) in 2026 from 20 % to 100 %\n" in text
    assert "  - find 16 t/year of ore (crisis of: x) elsewhere " in text


def test_countries() -> None:
    policies = {"reserve_days": 73, "country_cap": {"max": 0.2}}
    suppliers = [
        {"supplier": SUPPLIER, "material": "m (CHN)"},
        {"supplier": "a", "material": "m (CHN)", "country": "AUS"},
    ]
    text = text_of(explained(periods=1, tables=tables([{"material": "m (CHN)"}], suppliers), policies=policies))
    assert "  - any one country (AUS, CHN) at most 20 % of imports of m (CHN) in 2026\n" in text
