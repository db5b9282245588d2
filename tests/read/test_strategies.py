"""Strategies change the base; the command line changes every strategy."""

from __future__ import annotations

from pathlib import Path

import pytest

from bichiku.reading.model import read_model
from oracles.models import faults_of, the_fault, world_of, write_model

STRATEGIES = """\
discount_rate: 0.03
policies:
  reserve_days: 60
  budget: {investment: 100, reserve_per_year: 50}
  share_caps:
    - {group: [COD], max: {2026: 0.9, 2027: 0.8}}
    - {group: [CHN], max: 0.7}
strategies:
  today: {}
  unlimited: {policies: {budget: null}}
  more: {policies: {reserve_days: 120, budget: {investment: 200}}}
  fewer-caps: {policies: {share_caps: [{group: [COD], max: 0.5}]}}
"""


def _resolved(folder: Path, strategy: str, *sets: str) -> dict:  # type: ignore[type-arg]
    policies = read_model(folder, [strategy], sets).resolved[strategy]["policies"]
    assert isinstance(policies, dict)
    return policies


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_model(tmp_path, STRATEGIES)


# Strategies


def test_a_strategy_without_changes_is_the_base(folder: Path) -> None:
    assert _resolved(folder, "today") == {
        "reserve_days": 60,
        "budget": {"investment": 100, "reserve_per_year": 50},
        "share_caps": [{"group": ["COD"], "max": {2026: 0.9, 2027: 0.8}}, {"group": ["CHN"], "max": 0.7}],
    }


def test_mappings_merge(folder: Path) -> None:
    more = _resolved(folder, "more")
    assert more["budget"] == {"investment": 200, "reserve_per_year": 50}
    assert more["reserve_days"] == 120


def test_lists_replace(folder: Path) -> None:
    assert _resolved(folder, "fewer-caps")["share_caps"] == [{"group": ["COD"], "max": 0.5}]


def test_null_takes_a_policy_away(folder: Path) -> None:
    assert "budget" not in _resolved(folder, "unlimited")


def test_strategies_come_in_the_order_of_the_file(folder: Path) -> None:
    assert list(read_model(folder).worlds) == ["today", "unlimited", "more", "fewer-caps"]


def test_strategies_asked_for_come_once_in_the_order_asked_for(folder: Path) -> None:
    assert list(read_model(folder, ["more", "today", "more"]).worlds) == ["more", "today"]


@pytest.mark.parametrize("extra", ["", "strategies: {}\n"])
def test_without_strategies_the_base_runs(tmp_path: Path, extra: str) -> None:
    assert list(read_model(write_model(tmp_path, extra)).worlds) == ["base"]


def test_an_unknown_strategy_comes_with_the_nearest(folder: Path) -> None:
    assert the_fault(folder, ["tody"]) == "--strategy: no strategy 'tody' (did you mean 'today'?)"


def test_a_fault_inside_a_strategy_stands_at_its_line(tmp_path: Path) -> None:
    extra = "strategies:\n  today: {}\n  wrong:\n    policies:\n      reserve_days: much\n"
    assert the_fault(write_model(tmp_path, extra)).startswith("model.yaml:10: policies.reserve_days: 'much'")


def test_a_fault_of_the_base_is_told_once_however_many_strategies_share_it(tmp_path: Path) -> None:
    extra = "policies: {reserve_days: much}\nstrategies: {a: {}, b: {}, c: {}}\n"
    assert the_fault(write_model(tmp_path, extra)).startswith("model.yaml:6:")


@pytest.mark.parametrize("key", ["start: 2027-01", "periods: 3", "resolution: month", "tables: other", "model: x"])
def test_strategies_share_one_world(tmp_path: Path, key: str) -> None:
    extra = f"strategies:\n  later:\n    {key}\n"
    assert faults_of(write_model(tmp_path, extra))[0].startswith("model.yaml:8: strategies.later.")


@pytest.mark.parametrize("name", ["a b", "a/b", "..", "-a", "''", "'é'"])
def test_a_name_that_cannot_be_a_folder_is_refused(tmp_path: Path, name: str) -> None:
    fault = the_fault(write_model(tmp_path, f"strategies:\n  {name}: {{}}\n"))
    assert "cannot name a strategy" in fault


@pytest.mark.parametrize("strategies", ["strategies: ~\n", "strategies: [today]\n", "strategies: {today: 3}\n"])
def test_strategies_are_mappings(tmp_path: Path, strategies: str) -> None:
    assert "mapping" in the_fault(write_model(tmp_path, strategies))


def test_a_key_without_a_value_in_the_base_is_an_error(tmp_path: Path) -> None:
    assert the_fault(write_model(tmp_path, "policies:\n  reserve_days:\n")).startswith(
        "model.yaml:7: policies.reserve_days: has no value"
    )


# --set


def test_a_number_is_set_in_every_strategy(folder: Path) -> None:
    model = read_model(folder, ["today", "more"], ["discount_rate=0.05"])
    assert [world.settings.discount_rate for world in model.worlds.values()] == [0.05, 0.05]


def test_a_path_reaches_into_mappings(folder: Path) -> None:
    assert _resolved(folder, "today", "policies.budget.investment=300")["budget"] == {
        "investment": 300,
        "reserve_per_year": 50,
    }


def test_a_path_reaches_into_lists_and_years(folder: Path) -> None:
    caps = _resolved(folder, "today", "policies.share_caps[0].max.2027=0.4")["share_caps"]
    assert caps[0]["max"] == {2026: 0.9, 2027: 0.4}
    assert caps[1] == {"group": ["CHN"], "max": 0.7}


def test_mappings_on_the_way_are_made(tmp_path: Path) -> None:
    folder = write_model(tmp_path)
    assert world_of(folder, sets=["policies.expected_shortage.max_days=5"]).policies.expected_shortage is not None


def test_several_changes_add_up_and_the_last_wins(folder: Path) -> None:
    changed = _resolved(folder, "today", "policies.reserve_days=90", "discount_rate=0.1", "policies.reserve_days=30")
    assert changed["reserve_days"] == 30


def test_a_value_may_be_a_mapping_a_list_or_contain_equal_signs(folder: Path) -> None:
    days = _resolved(folder, "today", "policies.reserve_days={2026-01: 60, 2027-12: 90}")["reserve_days"]
    assert days == {"2026-01": 60, "2027-12": 90}
    assert world_of(folder, "today", ["currency=a=b"]).settings.currency == "a=b"


@pytest.mark.parametrize("nothing", ["null", "~"])
def test_nothing_takes_a_key_away(folder: Path, nothing: str) -> None:
    assert "budget" not in _resolved(folder, "today", f"policies.budget={nothing}")


def test_a_change_leaves_other_strategies_documents_alone(folder: Path) -> None:
    model = read_model(folder, ["today", "more"], ["policies.budget.investment=1"])
    assert model.resolved["today"]["policies"]["reserve_days"] == 60
    assert model.resolved["more"]["policies"]["reserve_days"] == 120


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("discount_rate", "is not PATH=VALUE"),
        ("=3", "is not a path"),
        ("policies..reserve_days=3", "is not a path"),
        ("policies.share_caps[-1].max=3", "is not a path"),
        ("polices.reserve_days=3", "did you mean 'policies'?"),
        ("policies.reserve_dais=3", "did you mean 'reserve_days'?"),
        ("policies.share_caps[2].max=0.1", "the list has 2 entries"),
        ("policies.share_caps.first=0.1", "the list has 2 entries"),
        ("policies.reserve_days.2026-01=30", "policies.reserve_days is 60, not a mapping; set it as a whole"),
        ("policies.reserve_days.2026-01.deep=30", "policies.reserve_days is 60, not a mapping; set it as a whole"),
        ("policies.reserve_days.cobalt=180", "for a material as policies.reserve_days={default: 60, cobalt: ...}"),
        ("discount_rate=[1", "is not YAML"),
        ("discount_rate=many", "'many' is not a number"),
        ("strategies.today=3", "strategies cannot be set here"),
        ("tables=elsewhere", "tables cannot be set here"),
        ("strategy=today", "unknown key 'strategy'"),
    ],
)
def test_a_wrong_change_is_told_as_typed(folder: Path, change: str, words: str) -> None:
    fault = the_fault(folder, ["today"], [change])
    assert fault.startswith("--set:")
    assert words in fault


def test_a_wrong_value_names_the_key_it_was_meant_for(folder: Path) -> None:
    # with several --set, "--set:1: is not YAML" does not say which
    assert "discount_rate" in the_fault(folder, ["today"], ["policies.reserve_days=30", "discount_rate=[1"])
    fault = the_fault(folder, ["today"], ["policies.reserve_days=30", "policies.budget={investment: 1, investment: 2}"])
    assert fault == "--set: policies.budget.investment: appears twice"


def test_a_misspelt_key_below_a_new_mapping_is_found(folder: Path) -> None:
    fault = the_fault(folder, ["today"], ["solver.methode=ipm"])
    assert fault == "--set: solver.methode: unknown key 'methode' (did you mean 'method'?)"


def test_a_wrong_change_is_told_once_for_all_strategies(folder: Path) -> None:
    assert "--set" in the_fault(folder, (), ["polices.reserve_days=3"])


def test_an_empty_value_is_an_error_and_null_removes(tmp_path: Path) -> None:
    write_model(tmp_path, "policies: {reserve_days: 60}\n")
    assert any("has no value" in fault for fault in faults_of(tmp_path, sets=["policies.reserve_days="]))
    assert world_of(tmp_path, sets=["policies.reserve_days=null"]).policies.reserve_days is None


def test_a_strategy_of_a_name_too_long_for_a_folder_is_refused(tmp_path: Path) -> None:
    assert "cannot name a strategy" in the_fault(write_model(tmp_path, f"strategies: {{{'a' * 101}: {{}}}}\n"))


@pytest.mark.parametrize("text", ["", " ", "---", "# 60", "--- # 60"])
def test_a_value_that_is_none_removes_nothing(tmp_path: Path, text: str) -> None:
    folder = write_model(tmp_path, "policies: {reserve_days: 60}\n")
    assert "has no value; write null to remove the key" in the_fault(folder, sets=[f"policies.reserve_days={text}"])


@pytest.mark.parametrize("text", ["null", "~", " NULL "])
def test_null_removes_a_key(tmp_path: Path, text: str) -> None:
    folder = write_model(tmp_path, "policies: {reserve_days: 60}\n")
    assert world_of(folder, sets=[f"policies.reserve_days={text}"]).policies.reserve_days is None


CRISIS = "{annual_probability: 0.1, onset_every: 1, duration: 1, recovery: 1, effects: [{all: true, loss: 1}]}"


@pytest.mark.parametrize("change", ["crises.hault.duration=3", "crises.hault={duration: 3, effects: []}"])
def test_a_misspelt_name_that_begins_something_new_comes_with_the_nearest(tmp_path: Path, change: str) -> None:
    write_model(tmp_path, f"crises: {{halt: {CRISIS}}}\n")
    told = "--set: crises.hault.recovery: is missing, as crises.hault is new (did you mean 'halt'?)"
    assert told in faults_of(tmp_path, sets=[change])


def test_what_is_new_and_like_nothing_else_is_only_incomplete(tmp_path: Path) -> None:
    write_model(tmp_path, f"crises: {{halt: {CRISIS}}}\n")
    assert "--set: crises.quake.recovery: is missing" in faults_of(tmp_path, sets=["crises.quake.duration=3"])


def test_what_is_missing_from_the_file_is_no_misspelt_name(tmp_path: Path) -> None:
    write_model(tmp_path, f"crises: {{halt: {CRISIS}, halt-2: {{duration: 1, effects: []}}}}\n")
    assert "model.yaml:6: crises.halt-2.recovery: is missing" in faults_of(tmp_path)
