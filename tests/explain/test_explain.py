"""Conflicts, the least changes that end them, and what is said of time that ran out."""

from __future__ import annotations

from typing import Any

import pytest

from bichiku.explaining import Diagnosis, explain
from bichiku.explaining.sacrifice import SacrificeKind
from bichiku.policies import FAMILIES, Policies
from bichiku.result.pipeline import run_strategy
from bichiku.show.explanation import as_record, change_words, text_of
from bichiku.show.explanation.remark_words import remark_words
from bichiku.show.numbers import three_digits
from oracles.by_hand import MATERIAL, SPOT, description, halt, read
from tests.explain.cases import (
    AUSTRALIA,
    CASES,
    NO_SHORTAGE,
    REFINERY,
    STORE_30,
    SURVIVE,
    TWO,
    by_kind,
    explained,
    feasible_with,
    rules_of,
    the_conflict,
)


@pytest.mark.parametrize("case", CASES)
def test_the_rules_and_the_least_changes_are_those_worked_out_by_hand(case: str) -> None:
    changes, kinds, least = CASES[case]
    conflict = the_conflict(**changes)
    assert {rule.kind for rule in conflict.rules} == kinds
    assert conflict.irreducible
    found = by_kind(conflict)
    assert all(change.verified and change.alone for change in conflict.changes)
    for kind, expected in least.items():
        assert found[kind].least == pytest.approx(expected, rel=1e-4, abs=2e-3 if found[kind].unit == "points" else 0)


@pytest.mark.parametrize("case", CASES)
def test_every_rule_of_a_conflict_is_needed_and_together_they_cannot_be_kept(case: str) -> None:
    world = read(description(**({"periods": 2} | CASES[case][0])))
    conflict = explain(world).conflicts[0]
    rules, wider = rules_of(world)
    names = {rule.key for rule in conflict.rules}
    assert feasible_with(rules, names, wider) is False
    for name in names:
        assert feasible_with(rules, names - {name}, wider) is True, name


def test_every_policy_of_the_model_file_has_a_case() -> None:
    asked = {key for changes, _, _ in CASES.values() for key in changes.get("policies", {})}
    assert asked | {"concentration"} == set(Policies.model_fields)  # concentration has a test of its own
    kinds = {kind for _, found, _ in CASES.values() for kind in found}
    assert set(FAMILIES) <= kinds | {"concentration"}


@pytest.mark.parametrize(
    ("policies", "days"),
    [
        ({"share_caps": [{"group": ["CHN"], "max": 0}]}, 219),  # Australia has 40 t of 100
        ({"share_floors": [{"group": ["AUS"], "min": 1}]}, 219),
        ({"country_cap": {"max": 0.5}}, 73),  # China's share is half with 40 t
        ({"country_cap": {"max": 0}}, 365),
        ({"concentration": {"max": 0.4}}, 365),  # of two countries one half is the least
        ({"budget": {"reserve_per_year": 0, "investment": 0}}, 0),
        ({"risk": {"level": 0.5, "weight": 1}}, 0),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else f"{value}-days",
)
def test_what_asks_for_no_tonnes_leaves_a_plan_that_may_be_short(policies: dict[str, Any], days: float) -> None:
    found = explained(periods=1, suppliers=TWO, policies=policies)
    assert found.diagnosis is Diagnosis.FEASIBLE
    start = "base: there is a plan that keeps all limits"
    if not days:
        assert text_of(found) == f"{start}; nothing to explain"
        return
    (family,) = policies
    assert text_of(found).splitlines() == [
        f"{start}, but only so:",
        f"  - with m {three_digits(days)} days short on the plan in 2026, as {family} would have it; "
        "policies.no_shortage forbids that",
    ]


def test_a_limit_that_is_kept_by_buying_ahead_says_so() -> None:
    # in 2027 Australia's 40 t are half of 80 t; the other 20 t are bought in 2026
    cap = {"share_caps": [{"group": ["CHN"], "max": {2026: 1.0, 2027: 0.5}}]}
    text = text_of(explained(periods=2, suppliers=TWO, policies=cap))
    assert text.splitlines()[1:] == [
        "  - only by buying 20.0 t of m for the store in 2026, as share_caps would have it"
    ]
    (record,) = as_record(explained(periods=2, suppliers=TWO, policies=cap))["only_so"]
    assert (record["kind"], record["years"], record["limits"]) == ("stored", (2026,), ("share_caps",))
    # a reserve is bought whatever the cap, so it is none of its doing
    enough = [{}, AUSTRALIA | {"capacity_t": 200}]
    assert explained(periods=2, suppliers=enough, policies=cap | {"reserve_days": 36.5}).sacrifices == ()


def test_a_shortage_that_may_fall_in_either_year_asks_for_no_store() -> None:
    # half of 80 t from Australia's 40, in both years: 20 t are short in each, or 40 in one and 20 stored for it
    cap = {"share_caps": [{"group": ["CHN"], "max": 0.5}]}
    suppliers = [{"capacity_t": 100}, AUSTRALIA]
    (found,) = explained(periods=2, suppliers=suppliers, policies=cap).sacrifices
    assert (found.kind, found.amount) == (SacrificeKind.SHORT, pytest.approx(146))


def test_what_is_short_for_want_of_supply_is_told_apart() -> None:
    # 80 t can come: 73 days a year are short anyway. A cap of 0.7 leaves 40 / 0.3 = 133 t in two years, 243 days short
    suppliers = [{"capacity_t": 60}, AUSTRALIA | {"capacity_t": 20}]
    text = text_of(explained(periods=2, suppliers=suppliers, policies={"share_caps": [{"group": ["CHN"], "max": 0.7}]}))
    assert "m 243 days short on the plan" in text
    assert "(146 of them whatever the limits), as share_caps would have it" in text


def test_a_limit_without_which_it_would_take_as_much_is_not_named() -> None:
    asked = {"share_caps": [{"group": ["CHN"], "max": 0.5}], "expected_shortage": {"max_days": 500}}
    (found,) = explained(periods=2, suppliers=TWO, policies=asked | {"budget": {"reserve_per_year": 1e5}}).sacrifices
    assert found.limits == ("share_caps",)


def test_what_one_material_or_another_must_be_short_is_told_of_both() -> None:
    # each of two materials has a plant alone, for 100 t at 10 a tonne, and 1000 may be spent: one of them goes without
    names = ("m", "n")
    plants = [
        {"project": f"p-{name}", "material": name, "country": "JPN", "kind": "recycling", "max_build_t": 100}
        | {"capex": 10, "fixed_cost": 0, "running_cost": 1}
        for name in names
    ]
    tables = {
        "materials": [MATERIAL | {"material": name} for name in names],
        "demand": [{"material": name, "year": 2026 + i, "tonnes": 100} for name in names for i in range(2)],
        "suppliers": [SPOT | {"capacity_t": 0}],
        "projects": plants,
    }
    (found,) = explained(periods=1, tables=tables, policies={"budget": {"investment": 1000}}).sacrifices
    assert (found.kind, found.amount) == (SacrificeKind.SHORT_AMONG, pytest.approx(365))
    assert {found.material, *found.tied} >= set(names)
    assert found.limits == ("budget_investment",)


def test_limits_on_a_world_without_demand_take_nothing() -> None:
    nothing = {"demand": [{"material": "m", "year": 2026 + i, "tonnes": 0} for i in range(3)]}
    found = explained(periods=2, tables=nothing, policies={"country_cap": {"max": 0.5}})
    assert (found.diagnosis, found.sacrifices) == (Diagnosis.FEASIBLE, ())


def test_stock_of_a_feed_may_be_that_of_its_product() -> None:
    # m is refined into oxide, 2 t for each of 50; China sells no more of m in 2027 than Australia's 40, so 20 t are
    # bought in 2026, as m or as 10 t of oxide: of tonnes in store there are fewer as oxide
    refined = {
        "materials": [MATERIAL, MATERIAL | {"material": "oxide"}],
        "demand": [{"material": "oxide", "year": 2026 + i, "tonnes": 50} for i in range(3)],
        "projects": [REFINERY],
    }
    cap = {"share_caps": [{"group": ["CHN"], "materials": ["m"], "max": {2026: 1.0, 2027: 0.5}}]}
    (found,) = explained(periods=2, suppliers=TWO, tables=refined, policies=cap).sacrifices
    assert (found.material, found.amount, found.years, found.tied) == (
        "oxide",
        pytest.approx(10, rel=1e-5),
        (2026,),
        ("m",),
    )


def test_the_numbers_to_type_are_enough_in_the_model_itself() -> None:
    world = CASES["cap with a reserve"][0]
    conflict = the_conflict(**world)
    share = by_kind(conflict)["share_caps"].after / 100
    days = by_kind(conflict)["reserve_days"].after
    cap = [{"group": ["CHN"], "max": share}]
    assert (share, days) == (0.6, 182.5)
    given = {"suppliers": TWO}
    assert run_strategy(read(description(1, **given, policies={"reserve_days": 365, "share_caps": cap})), prices=False)
    cap[0]["max"] = 0.2
    assert run_strategy(read(description(1, **given, policies={"reserve_days": days, "share_caps": cap})), prices=False)


def test_onsets_that_cannot_be_survived_can_be_left_out() -> None:
    onsets = [{"period": 1, "probability": 0.01}, {"period": 3, "probability": 0.01}]
    conflict = the_conflict(periods=3, crises=halt(1, 0, onsets=onsets, recovery=0), policies=SURVIVE)
    change = by_kind(conflict)["later"]
    assert change_words(change) == "ask to survive only what begins in 2028-01 or later (survive: from)"


def test_a_dated_path_may_take_longer() -> None:
    # 1095 days are 300 t, and 60 t a year can be bought, of which none need be used: 60, 120, ... 300 t at the end of
    # 2030. From 0 in 2026-12 to 300 t in 2030-12 the path asks for 75 t a year: 75 in 2027 and so on.
    path = {"2026-12": 0, "2028-12": 1095}
    changes = {"suppliers": [{"capacity_t": 60}], "policies": {"reserve_days": path}}
    conflict = the_conflict(periods=6, **changes)
    change = by_kind(conflict)["later"]
    assert change_words(change) == "take until 2030-12 with reserve_days of m, instead of 2028-12"
    world = {**changes, "policies": {"reserve_days": {"2026-12": 0, "2030-12": 1095}}}
    assert run_strategy(read(description(6, **world)), prices=False)
    world = {**changes, "policies": {"reserve_days": {"2026-12": 0, "2029-12": 1095}}}
    assert explain(read(description(6, **world))).diagnosis is Diagnosis.INFEASIBLE


def test_one_number_for_all_years_has_no_later() -> None:
    conflict = the_conflict(**CASES["reserve"][0])
    assert "taking longer does not apply to reserve_days of m: it is one number for all years" in map(
        remark_words, conflict.remarks
    )


def test_a_number_that_fails_in_every_year_is_turned_in_all_of_them() -> None:
    # 30 t a year at most in store; 182.5 days are 50 t in each of three years
    conflict = the_conflict(periods=3, material=STORE_30, policies={"reserve_days": 182.5})
    assert [rule.year for rule in conflict.rules if rule.kind == "reserve_days"] == [2026]
    change = by_kind(conflict)["reserve_days"]
    assert (change.year, change.least) == (None, pytest.approx(73))
    assert (
        change_words(change)
        == "lower the reserve of m by 73 days in every year (in 2026 from 182.5 days to 109.5 days)"
    )


def test_conflicts_that_share_a_rule_are_both_told() -> None:
    # 1000 days are 274 t; the store takes 200 t, and 30 t from Australia with as many from China make 180 t by 2028.
    reserve = {"2026-12": 100, "2027-12": 100, "2028-12": 1000}
    found = explained(
        periods=6,
        suppliers=[{"capacity_t": 150}, AUSTRALIA | {"capacity_t": 30}],
        material={"storage_limit_t": 200},
        policies={"reserve_days": reserve, "share_caps": [{"group": ["CHN"], "max": 0.5}]},
    )
    first, second = ({rule.kind for rule in conflict.rules} for conflict in found.conflicts)
    assert first == {"reserve_days", "storage_limit"}
    assert second == {"reserve_days", "share_caps", "supplier_capacity"}
    storage = by_kind(found.conflicts[0])["storage_limit"]
    assert (storage.alone, storage.after) == (False, 274)
    reserve_days = by_kind(found.conflicts[0])["reserve_days"]
    assert (reserve_days.alone, reserve_days.least) == (True, pytest.approx(1000 - 180 * 3.65))


def test_materials_that_have_nothing_in_common_have_a_conflict_each() -> None:
    tables = {
        "materials": [MATERIAL, MATERIAL | {"material": "n"}],
        "demand": [{"material": name, "year": 2026, "tonnes": 100} for name in "mn"],
        "suppliers": [SPOT | {"capacity_t": 10}, SPOT | {"supplier": "t", "material": "n", "capacity_t": 20}],
    }
    found = explained(periods=1, tables=tables, policies={"reserve_days": 365})
    assert [by_kind(conflict)["supplier_capacity"].after for conflict in found.conflicts] == [100, 100]
    assert not any(change.alone for conflict in found.conflicts for change in conflict.changes)
    assert "the other conflicts remain to be settled" in text_of(found)


def test_what_a_time_limit_leaves_open_is_said() -> None:
    found = explain(read(description(1, suppliers=[{"capacity_t": 10}], policies={"reserve_days": 180})), seconds=0)
    assert found.diagnosis is Diagnosis.UNDECIDED
    assert "the time was up before anything was found" in text_of(found)


def test_a_time_limit_does_not_turn_into_a_claim() -> None:
    # 100 t are missing in the first year; with no time left nothing may be called tried
    world = read(description(2, crises=halt(1, 0.05), policies=SURVIVE))
    text = text_of(explain(world, seconds=0))
    assert "cannot be survived" not in text
    assert "does not help" not in text


def test_a_number_that_falls_in_all_years_stops_at_nothing_where_it_was_small() -> None:
    # 5 t in store are 18.25 days; 2026 asks for 30, 2027 for 180
    reserve = {"2026-12": 30, "2027-12": 180}
    store = {"storage_limit_t": 5}
    change = by_kind(the_conflict(material=store, policies={"reserve_days": reserve}))["reserve_days"]
    assert change.least == pytest.approx(161.75)
    assert change_words(change) == (
        "lower the reserve of m by 161.8 days in every year, none below zero (in 2027 from 180 days to 18.25 days)"
    )
    assert change.verified
    typed = {"material": store, "policies": {"reserve_days": {"2026-12": 0, "2027-12": change.after}}}
    assert run_strategy(read(description(**typed)), prices=False)


def test_a_cap_of_a_hundred_per_cent_in_one_year_does_not_hold_the_others_back() -> None:
    # nobody ships in 2026; 300 days of 100 t are 82.19 t, five years of 10 t / (1 - share): a share of 39.17 %
    nothing = {"from": "2026-01", "to": "2026-12", "effects": [{"suppliers": ["s", "a"], "loss": 1}]}
    caps = [{"group": ["CHN"], "max": {2026: 1, 2027: 0.1, 2032: 0.1}}]
    conflict = the_conflict(
        periods=6,
        suppliers=[{}, AUSTRALIA | {"capacity_t": 10}],
        events={"none": nothing},
        policies={"reserve_days": {"2030-12": 0, "2031-12": 300}, "share_caps": caps},
    )
    change = by_kind(conflict)["share_caps"]
    assert change.least == pytest.approx(100 * (1 - 50 / (300 / 365 * 100)) - 10, abs=2e-3)
    assert "by 29.17 points in every year, none above 100 % (in 2027 from 10 % to 39.17 %)" in change_words(change)
    assert change.verified


def test_a_budget_is_one_number_for_all_years() -> None:
    # 73 days more each year are 20 t at 10 each
    reserve = {"2026-12": 73, "2027-12": 146}
    conflict = the_conflict(policies={"reserve_days": reserve, "budget": {"reserve_per_year": 50}})
    change = by_kind(conflict)["budget_reserve"]
    assert (change.year, change.least) == (None, pytest.approx(150e-6))
    assert change_words(change) == "raise the reserve budget from USD 50 to USD 200"


def test_a_policy_in_conflict_by_itself_in_one_year_does_not_hide_its_conflict_with_another_in_the_next() -> None:
    # 2026: 100 t under way from China against at most 40 t Australian. 2027: 40 t Australian and as many Chinese are
    # not the 100 t used, and nothing is stored
    found = explained(
        material={"storage_limit_t": 0},
        suppliers=[{"lead_periods": 1, "in_transit_t": 100}, AUSTRALIA],
        policies={"share_caps": [{"group": ["CHN"], "max": 0.5}], **NO_SHORTAGE},
    )
    first, *others = ({rule.kind for rule in conflict.rules} for conflict in found.conflicts)
    assert "share_caps" in first
    assert "expected_shortage" not in first
    assert any({"share_caps", "expected_shortage", "demand"} <= kinds for kinds in others)
    assert "what ends one may sharpen another" in text_of(found)


def test_a_path_that_asks_for_less_in_some_years_is_not_stretched() -> None:
    # 30 t of storage are 109.5 days, and 2027 asks for 180; the year after asks for less
    policies = {"reserve_days": {"2026-12": 10, "2027-12": 180, "2028-12": 20}}
    conflict = the_conflict(periods=4, material=STORE_30, policies=policies)
    assert "taking longer does not apply to reserve_days of m: in some years it asks for less than before" in map(
        remark_words, conflict.remarks
    )


def test_a_target_that_is_the_ceiling_too_falls_to_zero_and_no_further() -> None:
    # 20 t are 73 days: 300 days of 2027 are 227 too many, and the 100 of 2026 fall to none
    asked = {"reserve_days": {"2026-12": 100, "2027-12": 300}, "reserve_ceiling": "target"}
    text = text_of(explained(periods=2, material={"storage_limit_t": 20}, policies=asked))
    assert (
        "lower the reserve of m by 227 days in every year, none below zero (in 2027 from 300 days to 73 days)" in text
    )
