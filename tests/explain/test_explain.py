"""Each policy that can leave a model without a plan, explained. For the world see `tests.by_hand`.

Shortage is always allowed, so no cap, floor or budget does it by itself: something has to ask for tonnes. That is a
reserve target, survive, a limit on expected shortage or on risk; or goods under way that have no place to go.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bichiku.explain import Change, Conflict, Explanation, Finding, as_record, explain
from bichiku.explain.judge import Judge
from bichiku.explain.physical_rules import physical_rules
from bichiku.explain.policy_rules import POLICY_KINDS, policy_rules
from bichiku.explain.rules import Rule, without
from bichiku.explain.unmet import with_unmet
from bichiku.explain.wording import told_together
from bichiku.formulate import stamp, stencil_of
from bichiku.outcome import Outcome
from bichiku.pipeline import grow, run_strategy
from bichiku.prices.questions import all_questions
from bichiku.read.settings import Policies
from bichiku.solve import Solution, Status
from tests.by_hand import MATERIAL, SPOT, description, halt, read

AUSTRALIA = {"supplier": "a", "country": "AUS", "price": 20, "capacity_t": 40}
TWO = [{}, AUSTRALIA]
STORE_30 = {"storage_limit_t": 30}
MINE = {"project": "p", "material": "m", "country": "AUS", "kind": "mine-stake", "max_build_t": 100, "capex": 10}
NO_SHORTAGE = {"expected_shortage": {"max_days": 0}}
SURVIVE = {"survive": {"crises": ["halt"]}}

# name: changes to the world, kinds of the rules in conflict, least changes by kind
CASES: dict[str, tuple[dict[str, Any], set[str], dict[str, float]]] = {
    # 180 days of 100 t a year are 49.32 t, 10 t are all there is: 36.5 days
    "reserve": (
        {"periods": 1, "suppliers": [{"capacity_t": 10}], "policies": {"reserve_days": 180}},
        {"reserve_days", "supplier_capacity"},
        {"reserve_days": 143.5, "supplier_capacity": 39.315, "new_source": 39.315},
    ),
    # 100 t in store; Australia's 40 t are 80 % of 50 t. With 60 t Chinese: 60 %
    "cap with a reserve": (
        {
            "periods": 1,
            "suppliers": TWO,
            "policies": {"reserve_days": 365, "share_caps": [{"group": ["CHN"], "max": 0.2}]},
        },
        {"reserve_days", "share_caps", "supplier_capacity"},
        {"reserve_days": 182.5, "share_caps": 40, "supplier_capacity": 40, "new_source": 40},
    ),
    # at 20 % and nobody else China may send nothing at all
    "cap with no other supplier": (
        {"periods": 1, "policies": {"reserve_days": 73, "share_caps": [{"group": ["CHN"], "max": 0.2}]}},
        {"reserve_days", "share_caps"},
        {"reserve_days": 73, "share_caps": 80, "new_source": 16},
    ),
    # 100 t, of which 40 t Australian
    "floor": (
        {
            "periods": 1,
            "suppliers": TWO,
            "policies": {**NO_SHORTAGE, "share_floors": [{"group": ["AUS"], "min": 0.5}]},
        },
        {"share_floors", "expected_shortage", "supplier_capacity", "demand"},
        {"share_floors": 10, "expected_shortage": 73, "supplier_capacity": 10, "demand": 20, "new_source": 10},
    ),
    # two countries with 30 % each never make a whole; China needs 60 % beside Australia's 40 t
    "any one country": (
        {"periods": 1, "suppliers": TWO, "policies": {**NO_SHORTAGE, "country_cap": {"max": 0.3}}},
        {"country_cap", "expected_shortage", "demand"},
        {"country_cap": 30, "expected_shortage": 365, "demand": 100, "new_source": 40},
    ),
    # a halt in the first year finds no stock
    "survive": (
        {"periods": 1, "crises": halt(1, 0.05), "policies": SURVIVE},
        {"survive", "demand", "loss"},
        {"survive": 100, "new_source": 100},
    ),
    "storage": (
        {"crises": halt(2, 0.05), "material": STORE_30, "policies": SURVIVE},
        {"survive", "demand", "loss", "storage_limit"},
        {"survive": 70, "storage_limit": 70, "new_source": 70},
    ),
    # 36.5 t a year may leave the store
    "release": (
        {"crises": halt(2, 0.05), "material": {"release_rate_t_per_day": 0.1}, "policies": SURVIVE},
        {"survive", "demand", "loss", "release_limit"},
        {"survive": 63.5, "release_limit": 63.5 / 365, "new_source": 63.5},
    ),
    # half of demand is missing in both years, all of it in the crisis: 182.5 + 0.8 * 182.5 + 0.2 * 365 = 401.5 days
    "expected shortage": (
        {
            "suppliers": [{"capacity_t": 50}],
            "crises": halt(2, 0.2),
            "policies": {"expected_shortage": {"max_days": 400}},
        },
        {"expected_shortage", "demand", "loss", "supplier_capacity"},
        {"expected_shortage": 1.5},
    ),
    # 30 t held leave 70 short at 100 each
    "risk": (
        {"crises": halt(2, 0.05), "material": STORE_30, "policies": {"risk": {"level": 0.5, "limit": 1000}}},
        {"risk_limit", "demand", "loss", "storage_limit"},
        {"risk_limit": 6000 / 1e6, "storage_limit": 60, "demand": 60, "new_source": 60},
    ),
    # 219 days are 60 t, 10 t more than there are, at 10 each; 99 buy 9.9 t
    "reserve budget": (
        {
            "periods": 1,
            "material": {"opening_stock_t": 50},
            "policies": {"reserve_days": 219, "budget": {"reserve_per_year": 99}},
        },
        {"reserve_days", "budget_reserve"},
        {"reserve_days": 0.365, "budget_reserve": 1e-6},
    ),
    # 73 days are 20 t: 5 bought, 15 from what is built at 10 each
    "investment budget": (
        {
            "periods": 1,
            "suppliers": [{"capacity_t": 5}],
            "tables": {"projects": [MINE]},
            "policies": {"reserve_days": 73, "budget": {"investment": 100}},
        },
        {"reserve_days", "budget_investment", "supplier_capacity", "project_capacity"},
        {
            "reserve_days": 18.25,
            "budget_investment": 50e-6,
            "supplier_capacity": 5,
            "project_capacity": 5,
            "new_source": 5,
        },
    ),
    # at most 12 t may be built: 3 t are missing
    "build limit": (
        {
            "periods": 1,
            "suppliers": [{"capacity_t": 5}],
            "tables": {"projects": [MINE | {"max_build_t": 12}]},
            "policies": {"reserve_days": 73},
        },
        {"reserve_days", "project_build_limit", "supplier_capacity", "project_capacity"},
        {
            "reserve_days": 10.95,
            "project_build_limit": 3,
            "supplier_capacity": 3,
            "project_capacity": 3,
            "new_source": 3,
        },
    ),
    # 500 t arrive, 100 are used
    "goods under way": (
        {"periods": 1, "material": {"storage_limit_t": 0}, "suppliers": [{"in_transit_t": 500, "lead_periods": 1}]},
        {"storage_limit", "demand"},
        {"storage_limit": 400},
    ),
    # 40 % can be saved, 60 % cannot
    "saving": (
        {
            "periods": 1,
            "suppliers": [{"capacity_t": 0}],
            "tables": {"substitution": [{"material": "m", "tranche": "x", "max_share": 0.4, "cost": 30}]},
            "policies": NO_SHORTAGE,
        },
        {"expected_shortage", "demand", "tranche_limit", "supplier_capacity"},
        {"expected_shortage": 219, "demand": 60, "tranche_limit": 60, "supplier_capacity": 60, "new_source": 60},
    ),
}


def explained(**changes: Any) -> Explanation:
    return explain(read(description(changes.pop("periods", 2), **changes)))


def the_conflict(**changes: Any) -> Conflict:
    found = explained(**changes)
    assert found.finding is Finding.INFEASIBLE
    assert len(found.conflicts) == 1, found.text()
    return found.conflicts[0]


def by_kind(conflict: Conflict) -> dict[str, Change]:
    return {change.kind: change for change in conflict.changes}


def feasible_with(rules: list[Rule], names: set[tuple[Any, ...]], program: Any) -> bool | None:
    """Whether the program can be kept with the named rules and no others."""
    return Judge(60).feasible(without(program, [rule for rule in rules if name_of(rule) not in names]))


def name_of(rule: Rule) -> tuple[Any, ...]:
    return (*rule.family, rule.year, rule.onset, rule.source)


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
    tree, state = grow(world)
    stencil = stencil_of(world, tree, state)
    outcome = Outcome(world, tree, state, stamp(stencil), Solution.none(Status.INFEASIBLE))
    wider = with_unmet(outcome.program, outcome)
    questions = list(all_questions(outcome, stencil))
    rules = [*policy_rules(outcome, questions), *physical_rules(outcome, wider, questions)]
    names = {name_of(rule) for rule in conflict.rules}
    assert feasible_with(rules, names, wider) is False
    for name in names:
        assert feasible_with(rules, names - {name}, wider) is True, name


def test_every_policy_of_the_model_file_has_a_case() -> None:
    asked = {key for changes, _, _ in CASES.values() for key in changes.get("policies", {})}
    assert asked | {"concentration"} == set(Policies.model_fields)  # concentration has a test of its own
    kinds = {kind for _, found, _ in CASES.values() for kind in found}
    assert set(POLICY_KINDS) <= kinds | {"concentration"}


@pytest.mark.parametrize(
    "policies",
    [
        {"share_caps": [{"group": ["CHN"], "max": 0}]},
        {"share_floors": [{"group": ["AUS"], "min": 1}]},
        {"country_cap": {"max": 0}},
        {"concentration": {"max": 0.4}},
        {"budget": {"reserve_per_year": 0, "investment": 0}},
        {"risk": {"level": 0.5, "weight": 1}},
    ],
    ids=lambda policies: next(iter(policies)),
)
def test_what_asks_for_no_tonnes_leaves_a_plan_as_shortage_is_allowed(policies: dict[str, Any]) -> None:
    found = explained(periods=1, suppliers=TWO, policies=policies)
    assert found.finding is Finding.FEASIBLE
    assert found.text() == "base: there is a plan that keeps all limits; nothing to explain"


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


def test_numbers_to_type_are_rounded_to_the_safe_side() -> None:
    found = by_kind(the_conflict(**CASES["reserve"][0]))
    assert found["supplier_capacity"].after == 49.32  # 49.315
    assert found["supplier_capacity"].words.startswith("raise the capacity of s from 10 t/year to 49.32 t/year")
    found = by_kind(the_conflict(periods=1, suppliers=[{"capacity_t": 10}], demand=70, policies={"reserve_days": 180}))
    assert found["reserve_days"].after == 52.14  # 52.1428...


def test_concentration_is_explained_and_not_called_irreducible() -> None:
    # No shortage: 100 t, of which 40 t Australian. 0.6^2 + 0.4^2 = 0.52
    policies = {"concentration": {"max": 0.51}, **NO_SHORTAGE}
    conflict = the_conflict(periods=1, suppliers=TWO, policies=policies)
    assert {"concentration", "expected_shortage"} <= {rule.kind for rule in conflict.rules}
    assert not conflict.irreducible
    change = by_kind(conflict)["concentration"]
    assert change.after == pytest.approx(0.52, abs=1.2e-3)
    assert change.verified


def test_onsets_that_cannot_be_survived_can_be_left_out() -> None:
    onsets = [{"period": 1, "probability": 0.01}, {"period": 3, "probability": 0.01}]
    conflict = the_conflict(periods=3, crises=halt(1, 0, onsets=onsets, recovery=0), policies=SURVIVE)
    change = by_kind(conflict)["later"]
    assert change.words == "ask to survive only what begins in 2028-01 or later (survive: from)"


def test_a_dated_path_may_take_longer() -> None:
    # 1095 days are 300 t, and 60 t a year can be bought, of which none need be used: 60, 120, ... 300 t at the end of
    # 2030. From 0 in 2026-12 to 300 t in 2030-12 the path asks for 75 t a year: 75 in 2027 and so on.
    path = {"2026-12": 0, "2028-12": 1095}
    changes = {"suppliers": [{"capacity_t": 60}], "policies": {"reserve_days": path}}
    conflict = the_conflict(periods=6, **changes)
    change = by_kind(conflict)["later"]
    assert change.words == "take until 2030-12 with reserve_days of m, instead of 2028-12"
    world = {**changes, "policies": {"reserve_days": {"2026-12": 0, "2030-12": 1095}}}
    assert run_strategy(read(description(6, **world)), prices=False)
    world = {**changes, "policies": {"reserve_days": {"2026-12": 0, "2029-12": 1095}}}
    assert explain(read(description(6, **world))).finding is Finding.INFEASIBLE


def test_one_number_for_all_years_has_no_later() -> None:
    conflict = the_conflict(**CASES["reserve"][0])
    assert "taking longer does not apply to reserve_days of m: it is one number for all years" in conflict.notes


def test_a_number_that_fails_in_every_year_is_turned_in_all_of_them() -> None:
    # 30 t a year at most in store; 182.5 days are 50 t in each of three years
    conflict = the_conflict(periods=3, material=STORE_30, policies={"reserve_days": 182.5})
    assert [rule.year for rule in conflict.rules if rule.kind == "reserve_days"] == [2026]
    change = by_kind(conflict)["reserve_days"]
    assert (change.year, change.least) == (None, pytest.approx(73))
    assert change.words == "lower the reserve of m by 73 days in every year (in 2026 from 182.5 days to 109.5 days)"


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
    assert "the other conflicts remain to be settled" in found.text()


def test_what_a_time_limit_leaves_open_is_said() -> None:
    found = explain(read(description(1, suppliers=[{"capacity_t": 10}], policies={"reserve_days": 180})), seconds=0)
    assert found.finding is Finding.UNDECIDED
    assert "the time was up before anything was found" in found.text()


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
    assert explained(**CASES["cap with a reserve"][0]).text() == expected


def test_many_capacities_are_summed_up_and_stand_for_what_is_missing_elsewhere() -> None:
    # six suppliers of 1 t each, 10 t asked for
    suppliers = [{"supplier": f"s{i}", "capacity_t": 1} for i in range(6)]
    found = explained(periods=1, suppliers=suppliers, policies={"reserve_days": 36.5})
    assert by_kind(found.conflicts[0])["new_source"].least == pytest.approx(4)
    assert "  - capacity of 6 suppliers of m: 6.00 t/year together\n" in found.text()
    assert "capacity of 6 suppliers of m: 6.00 t/year together (s0 1.00, s1 1.00," in found.text(full=True)
    assert "Too many to be tried one by one; see what would have to be found elsewhere:" in found.text()


def test_what_is_taken_as_given_is_said() -> None:
    suppliers = [{"capacity_t": 10, "lead_periods": 1, "in_transit_t": 5}]
    given = the_conflict(periods=1, suppliers=suppliers, policies={"reserve_days": 180}).given
    assert tuple(item.words for item in given) == (
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
    text = found.text()
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
    assert found.text(full=True).count("  - reserve of") == 2


def test_crises_that_cannot_be_survived_are_counted_and_the_first_is_named() -> None:
    # what is asked over both starts together is told once; nothing is in store for either
    onsets = [{"period": 1, "probability": 0.01}, {"period": 3, "probability": 0.01}]
    rules = the_conflict(periods=3, crises=halt(1, 0, onsets=onsets, recovery=0), policies=SURVIVE).rules
    (rule,) = (rule for rule in rules if rule.kind == "survive")
    later = replace(rule, onset=3, words=rule.words.replace("2026-01", "2028-01"))
    assert list(told_together([rule, later], names=False)) == [
        "no shortage of m in 2 crises, first of them halt of 2026-01"
    ]


def test_a_time_limit_does_not_turn_into_a_claim() -> None:
    # 100 t are missing in the first year; with no time left nothing may be called tried
    world = read(description(2, crises=halt(1, 0.05), policies=SURVIVE))
    text = explain(world, seconds=0).text()
    assert "cannot be survived" not in text
    assert "does not help" not in text


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
    text = replace(found, conflicts=(replace(conflict, changes=(bound, *others)),)).text()
    assert (
        f"""At least so much is needed; the time was up before it was shown to be enough:
  - {days.words}"""
        in text
    )
    assert "Each was checked" not in text
