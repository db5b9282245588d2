"""What a user reads of an explanation, and what a script does."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bichiku.show.explanation import as_record, change_words, text_of
from bichiku.show.explanation.remark_words import given_words
from bichiku.show.explanation.rule_lines import lines_of_kind
from oracles.by_hand import MATERIAL, SPOT, halt
from tests.explain.cases import (
    CASES,
    SURVIVE,
    by_kind,
    explained,
    the_conflict,
)


def test_the_text_is_what_a_user_reads() -> None:
    expected = """\
base: no plan keeps all of its limits

These rules cannot be kept together; without any one of them the others can:
  - reserve of m: 365 days in 2026 (100 t)
  - share cap CHN: at most 20 % of imports of m in 2026
  - capacity of a (AUS): 40.0 t/year
  given: opening stock of m: 0 t
Any one of these is enough, and is the least of its kind:
  - lower the reserve of m in 2026 from 365 days to 182.5 days
  - raise the share cap CHN on m in 2026 from 20 % to 60 %
  - find 40 t/year of m elsewhere (a source that no crisis hits and no cap counts)
  - raise the capacity of a from 40 t/year to 80 t/year, 40 t/year more
Each was checked by solving again: the changed model keeps all limits, and a little less does not.
(taking longer does not apply to reserve_days of m: it is one number for all years)
(taking longer does not apply to share_caps of m: it is one number for all years)"""
    assert text_of(explained(**CASES["cap with a reserve"][0])) == expected


def test_many_capacities_are_summed_up_and_stand_for_what_is_missing_elsewhere() -> None:
    # six suppliers of 1 t each, 10 t asked for
    suppliers = [{"supplier": f"s{i}", "capacity_t": 1} for i in range(6)]
    found = explained(periods=1, suppliers=suppliers, policies={"reserve_days": 36.5})
    assert by_kind(found.conflicts[0])["new_source"].least == pytest.approx(4)
    assert "  - capacity of 6 suppliers of m: 6.00 t/year together\n" in text_of(found)
    assert "capacity of 6 suppliers of m: 6.00 t/year together (s0 1.00, s1 1.00," in text_of(found, full=True)
    assert "Too many to be tried one by one; see what would have to be found elsewhere:" in text_of(found)


def test_what_is_taken_as_given_is_said() -> None:
    suppliers = [{"capacity_t": 10, "lead_periods": 1, "in_transit_t": 5}]
    given = the_conflict(periods=1, suppliers=suppliers, policies={"reserve_days": 180}).given
    assert tuple(map(given_words, given)) == (
        "opening stock of m: 0 t",
        "s delivers 1 period after shipping, 5.00 t a period are under way at the start",
    )


def test_alike_conflicts_are_told_once_with_a_table_of_their_numbers() -> None:
    # at 20 % and nobody else China may send nothing; 73 days are 20 t of m and 40 t of n, the reserves themselves
    tables = {
        "materials": [MATERIAL, MATERIAL | {"material": "n"}],
        "demand": [{"material": name, "year": 2026, "tonnes": t} for name, t in (("m", 100), ("n", 200))],
        "suppliers": [SPOT, SPOT | {"supplier": "t", "material": "n"}],
    }
    policies = {"reserve_days": 73, "share_caps": [{"group": ["CHN"], "max": 0.2}]}
    found = explained(periods=1, tables=tables, policies=policies)
    text = text_of(found)
    assert "Conflicts 1 to 2 of 2" in text
    assert text.count("  - reserve of") == 1
    # four fifths of 20 t and of 40 t must come from elsewhere for a fifth to come from China
    assert (
        """
  material  in    reserve  cap CHN  find elsewhere
  m         2026   0 days    100 %       16 t/year
  n         2026   0 days    100 %       32 t/year"""
        in text
    )
    assert text_of(found, full=True).count("  - reserve of") == 2


def test_crises_that_cannot_be_survived_are_counted_and_the_first_is_named() -> None:
    # what is asked over both starts together is told once; nothing is in store for either
    onsets = [{"period": 1, "probability": 0.01}, {"period": 3, "probability": 0.01}]
    found = explained(periods=3, crises=halt(1, 0, onsets=onsets, recovery=0), policies=SURVIVE)
    (rule,) = (rule for rule in found.conflicts[0].rules if rule.kind == "survive")
    later = replace(rule, limit=replace(rule.limit, onset=3))
    assert list(lines_of_kind([rule, later], found.world, names=False)) == [
        "no shortage of m in 2 crises, first of them halt of 2026-01"
    ]


def test_a_crisis_of_several_lengths_is_told_with_the_length_that_cannot_be_survived() -> None:
    # 130 t in store last for a year of 100 t, and not for two
    found = explained(**CASES["a long crisis"][0])
    text = text_of(found)
    halt = "no shortage of m in crisis halt of 2027-01 (3 nodes of its branch)"
    assert f"  - {halt}; it cannot be survived where it lasts 2 periods\n" in text
    assert "  - accept 70 t of m short in crisis halt of 2027, all its lengths together\n" in text
    record = as_record(found)
    assert {rule["kind"]: rule["fails_at_length"] for rule in record["conflicts"][0]["rules"]}["survive"] == 2


def test_a_length_is_left_out_where_there_is_but_one() -> None:
    assert "lasts" not in text_of(explained(**CASES["survive"][0]))


def test_the_shortest_of_the_lengths_may_be_too_long_already() -> None:
    changes = CASES["a long crisis"][0] | {"material": {"storage_limit_t": 30}}
    assert "it cannot be survived where it lasts 1 period\n" in text_of(explained(**changes))


def test_what_befalls_in_a_crisis_is_told_and_no_change_of_it_is_offered() -> None:
    text = text_of(explained(**CASES["ration"][0]))
    assert (
        "halt of 2027-01: s loses up to 50 % of what it can ship, and of the rest ships no more than before\n" in text
    )
    assert "No change of these" not in text
    text = text_of(explained(**CASES["a reserve that stays"][0]))
    assert "  - the reserve of m stays in crisis halt of 2027-01 while that does not concern it\n" in text
    assert "  - events during crisis halt of 2027-01: s loses 100 % of what it can ship\n" in text
    assert "No change of these" not in text


def test_an_explanation_is_plain_data_for_scripts() -> None:
    record = json.loads(json.dumps(as_record(explained(**CASES["cap with a reserve"][0]))))
    (conflict,) = record["conflicts"]
    assert record["finding"] == "infeasible"
    assert conflict["irreducible"] is True
    assert {rule["kind"] for rule in conflict["rules"]} == {"reserve_days", "share_caps", "supplier_capacity"}
    assert {c["kind"]: c["after"] for c in conflict["changes"]} == {
        "reserve_days": 182.5,
        "share_caps": 60,
        "new_source": 40,
        "supplier_capacity": 80,
    }


def test_what_is_only_a_bound_from_below_is_not_called_enough() -> None:
    found = explained(**CASES["cap with a reserve"][0])
    (conflict,) = found.conflicts
    days, *others = conflict.changes
    bound = replace(days, enough=False, verified=False)
    text = text_of(replace(found, conflicts=(replace(conflict, changes=(bound, *others)),)))
    assert (
        f"""At least so much is needed, and it was not shown to be enough:
  - {change_words(days)}"""
        in text
    )
    assert "Each was checked" not in text


def test_numbers_to_type_are_rounded_to_the_safe_side() -> None:
    found = by_kind(the_conflict(**CASES["reserve"][0]))
    assert found["supplier_capacity"].after == 49.32  # 49.315
    assert change_words(found["supplier_capacity"]).startswith("raise the capacity of s from 10 t/year to 49.32 t/year")
    found = by_kind(the_conflict(periods=1, suppliers=[{"capacity_t": 10}], demand=70, policies={"reserve_days": 180}))
    assert found["reserve_days"].after == 52.14  # 52.1428...


def test_demand_that_an_event_moves_is_told_as_such() -> None:
    # 100 t a year, three times as much under the event
    boom = {"from": "2026-01", "to": "2026-12", "effects": [{"materials": ["m"], "demand_factor": 3}]}
    policies = {"expected_shortage": {"max_days": 0}}
    text = text_of(explained(suppliers=[{"capacity_t": 150}], events={"boom": boom}, policies=policies))
    assert "  - demand for m: 300 t in 2026, 100 t in 2027, as events move it\n" in text
