"""The keys of model.yaml: which there are, what they take, and how a mistake in them is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from bichiku.reading.schema import ModelFile as Settings
from oracles.models import MODEL, faults_of, the_fault, world_of, write_model

COUNTRIES = "country,groups\nCHN,rivals\nAUS,partners;mines\n"
SUPPLIERS = "supplier,material,country,capacity_t,price,route\ncobalt-cod,cobalt,COD,1000,10,strait\n"

# every key that the interface promises, but those that are not supported yet
EVERY_KEY = """\
model: Everything
currency: EUR
buyer: JPN
start: 2026-04
periods: 21
resolution: month
report_until: 2027-09
discount_rate: 0.03
tables: .
policies:
  reserve_days: {default: 60, cobalt: {2026-04: 60, 2027-12: 180}}
  share_caps:
    - {group: [CHN, rivals], stage: origin, of: supply, materials: [cobalt], max: {2026: 0.9, 2027: 0.5}, name: less}
    - {group: [CHN], stage: exporter, of: imports, materials: all, max: 0.9, soft: 100}
  share_floors: [{group: [partners], stage: exporter, of: imports, materials: all, min: 0.0, name: friends, soft: 5}]
  country_cap: {max: 1, stage: exporter, of: imports, materials: [cobalt], except: [AUS]}
  concentration: {max: {2026: 1, 2027: 0.5}, stage: origin, of: supply, materials: [cobalt]}
  survive: {crises: [halt], materials: [cobalt], days: 90, from: 2026-12}
  risk: {level: 0.9, weight: 1, limit: 1000000}
  expected_shortage: {max_days: 10, materials: [cobalt]}
  budget: {investment: 1000, reserve_per_year: 5000}
events:
  quota:
    from: 2026-04
    to: 2026-12
    effects: [{countries: [COD], loss: 0.5, demand_factor: 0.9, price_factor: 1.1}]
crises:
  halt:
    annual_probability: 0.1
    onset_every: 6
    first_onset: 2
    duration: 3
    recovery: to-end
    effects:
      - {countries: [rivals], suppliers: [cobalt-cod], routes: [strait], materials: [cobalt], loss: 1}
      - {all: true, demand_factor: 0.5, price_factor: 2, start: 1, duration: 2, return_over: 3}
  listed:
    onsets: [{period: 5, probability: 0.01}, {period: 9, probability: 0.01}]
    duration: 3
    recovery: 3
    effects: [{all: true, loss: 0.5}]
strategies:
  today: {}
solver: {method: ipm, time_limit: 60}
"""


def _crisis(text: str) -> str:
    return f"crises:\n  halt: {{{text}}}\n"


EFFECT = "effects: [{all: true, loss: 1}]"


def test_every_key_of_the_interface_is_accepted(tmp_path: Path) -> None:
    folder = write_model(tmp_path, whole=EVERY_KEY, countries=COUNTRIES, suppliers=SUPPLIERS)
    assert faults_of(folder) == []
    settings = world_of(folder, "today").settings
    assert isinstance(settings, Settings)
    assert settings.policies.survive is not None
    assert settings.policies.survive.from_ == 2026 * 12 + 11
    assert settings.policies.country_cap is not None
    assert settings.policies.country_cap.except_ == ["AUS"]


@pytest.mark.parametrize("key", ["model", "start", "periods", "resolution"])
def test_a_required_key_that_is_missing_is_named(tmp_path: Path, key: str) -> None:
    whole = "".join(line for line in MODEL.splitlines(keepends=True) if not line.startswith(f"{key}:"))
    assert the_fault(write_model(tmp_path, whole=whole)) == f"model.yaml:1: {key}: is missing"


@pytest.mark.parametrize(
    ("extra", "place", "nearest"),
    [
        ("polices: {}\n", "model.yaml:6: polices:", "policies"),
        ("policies:\n  reserve_day: 60\n", "model.yaml:7: policies.reserve_day:", "reserve_days"),
        (
            "policies:\n  share_caps:\n    - group: [CHN]\n      maximum: 1\n      max: 1\n",
            "model.yaml:9: policies.share_caps[0].maximum:",
            "max",
        ),
        ("policies:\n  country_cap: {max: 1, excpt: [AUS]}\n", "model.yaml:7: policies.country_cap.excpt:", "except"),
        (
            "events:\n  e:\n    from: 2026-01\n    to: 2026-12\n    effects:\n      - {all: true, lose: 1, loss: 1}\n",
            "model.yaml:11: events.e.effects[0].lose:",
            "loss",
        ),
        ("solver:\n  time_limt: 5\n", "model.yaml:7: solver.time_limt:", "time_limit"),
    ],
)
def test_an_unknown_key_is_named_with_its_line_and_the_nearest_right_one(
    tmp_path: Path, extra: str, place: str, nearest: str
) -> None:
    fault = the_fault(write_model(tmp_path, extra))
    assert fault.startswith(f"{place} unknown key")
    assert fault.endswith(f"(did you mean '{nearest}'?)")


def test_an_unknown_key_of_a_crisis_comes_with_the_keys_that_a_crisis_has(tmp_path: Path) -> None:
    extra = "crises:\n  halt:\n    probability: 0.1\n    onset_every: 1\n    annual_probability: 0.1\n"
    extra += f"    duration: 1\n    recovery: 1\n    {EFFECT}\n"
    assert the_fault(write_model(tmp_path, extra)) == (
        "model.yaml:8: crises.halt.probability: unknown key 'probability' (did you mean 'annual_probability'?)"
    )


@pytest.mark.parametrize("effect", ["start: 1", "duration: 1", "return_over: 1"])
def test_events_have_dates_and_so_no_periods(tmp_path: Path, effect: str) -> None:
    extra = f"events: {{e: {{from: 2026-01, to: 2026-12, effects: [{{all: true, loss: 1, {effect}}}]}}}}\n"
    assert "unknown key" in the_fault(write_model(tmp_path, extra))


def test_what_is_not_supported_yet_says_so(tmp_path: Path) -> None:
    fault = the_fault(write_model(tmp_path, "carbon_price: 50\n"))
    assert fault.startswith("model.yaml:6: carbon_price:")
    assert "not supported yet" in fault


@pytest.mark.parametrize(
    ("extra", "key"),
    [
        ("discount_rate: 3 %\n", "discount_rate"),
        ("discount_rate: '0.03'\n", "discount_rate"),
        ("discount_rate: true\n", "discount_rate"),
        ("currency: [7]\n", "currency"),
        ("policies: 60\n", "policies"),
        ("policies: {concentration: 0.3}\n", "policies.concentration"),
        ("policies: {share_caps: [{group: [CHN], max: 0.5, soft: much}]}\n", "policies.share_caps[0].soft"),
        ("policies: {reserve_days: sixty}\n", "policies.reserve_days"),
        ("policies: {reserve_days: [60, 180]}\n", "policies.reserve_days"),
        ("policies: {reserve_days: true}\n", "policies.reserve_days"),
        ("policies: {share_caps: {group: [CHN], max: 0.5}}\n", "policies.share_caps"),
        ("policies: {share_caps: [{group: CHN, max: 0.5}]}\n", "policies.share_caps[0].group"),
        ("policies: {share_caps: [{group: [], max: 0.5}]}\n", "policies.share_caps[0].group"),
        ("crises: [halt]\n", "crises"),
        ("solver: {method: magic}\n", "solver.method"),
        ("report_until: 2027\n", "report_until"),
        (_crisis(f"annual_probability: 0.1, onset_every: 1.5, duration: 1, recovery: 1, {EFFECT}"), "onset_every"),
        (_crisis(f"annual_probability: 0.1, onset_every: 1, duration: 1, recovery: never, {EFFECT}"), "recovery"),
        (_crisis(f"annual_probability: 10 %, onset_every: 1, duration: 1, recovery: 1, {EFFECT}"), "annual_probabil"),
    ],
)
def test_a_wrong_type_is_an_error_and_never_converted(tmp_path: Path, extra: str, key: str) -> None:
    fault = the_fault(write_model(tmp_path, extra))
    assert fault.startswith(("model.yaml:6:", "model.yaml:7:"))
    assert key in fault


@pytest.mark.parametrize("number", [".nan", ".inf", "-.inf", "-1"])
@pytest.mark.parametrize(
    "extra",
    [
        "discount_rate: {}\n",
        "policies: {{reserve_days: {}}}\n",
        "policies: {{reserve_days: {{2026-01: 60, 2027-01: {}}}}}\n",
        "policies: {{share_caps: [{{group: [CHN], max: {}}}]}}\n",
        "policies: {{country_cap: {{max: {{2026: {}}}}}}}\n",
        "policies: {{risk: {{level: {}, weight: 1}}}}\n",
        "policies: {{risk: {{level: 0.9, weight: {}}}}}\n",
        "policies: {{expected_shortage: {{max_days: {}}}}}\n",
        "policies: {{budget: {{investment: {}}}}}\n",
        "events: {{e: {{from: 2026-01, to: 2026-12, effects: [{{all: true, loss: {}}}]}}}}\n",
        "events: {{e: {{from: 2026-01, to: 2026-12, effects: [{{all: true, price_factor: {}}}]}}}}\n",
        "solver: {{time_limit: {}}}\n",
    ],
)
def test_numbers_must_be_finite_and_not_negative(tmp_path: Path, extra: str, number: str) -> None:
    assert the_fault(write_model(tmp_path, extra.format(number))).startswith("model.yaml:6: ")


@pytest.mark.parametrize("key", ["policies: {reserve_days: %s}", "discount_rate: %s", "solver: {time_limit: %s}"])
def test_a_whole_number_beyond_all_floats_is_an_error(tmp_path: Path, key: str) -> None:
    assert the_fault(write_model(tmp_path, key % ("1" + "0" * 400))).startswith("model.yaml:6: ")


def test_a_share_is_at_most_one(tmp_path: Path) -> None:
    fault = the_fault(write_model(tmp_path, "policies:\n  share_caps:\n    - {group: [CHN], max: 50}\n"))
    assert fault == "model.yaml:8: policies.share_caps[0].max: 50 is over 1"


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("", "needs either annual_probability with onset_every, or onsets"),
        (
            "annual_probability: 0.1, onset_every: 1, onsets: [{period: 1, probability: 0.1}], ",
            "needs either annual_probability with onset_every, or onsets",
        ),
        ("annual_probability: 0.1, ", "annual_probability needs onset_every"),
        ("onset_every: 1, onsets: [{period: 1, probability: 0.1}], ", "go with annual_probability"),
        ("first_onset: 1, onsets: [{period: 1, probability: 0.1}], ", "go with annual_probability"),
    ],
)
def test_a_crisis_has_exactly_one_kind_of_probability(tmp_path: Path, keys: str, words: str) -> None:
    fault = the_fault(write_model(tmp_path, _crisis(f"{keys}duration: 1, recovery: 1, {EFFECT}")))
    assert fault.startswith("model.yaml:7: crises.halt:")
    assert words in fault


@pytest.mark.parametrize("probability", ["1", "1.5"])
def test_a_yearly_probability_is_below_one(tmp_path: Path, probability: str) -> None:
    keys = f"annual_probability: {probability}, onset_every: 1, duration: 1, recovery: 1, {EFFECT}"
    assert "annual_probability" in the_fault(write_model(tmp_path, _crisis(keys)))


def test_an_effect_must_hit_something_and_do_something(tmp_path: Path) -> None:
    effects = "effects: [{loss: 1}, {all: true}]"
    keys = f"annual_probability: 0.1, onset_every: 1, duration: 1, recovery: 1, {effects}"
    first, second = faults_of(write_model(tmp_path, _crisis(keys)))
    assert "names nothing to hit" in first
    assert "does nothing" in second


def test_risk_needs_a_weight_or_a_limit(tmp_path: Path) -> None:
    assert "needs a weight, a limit or both" in the_fault(write_model(tmp_path, "policies: {risk: {level: 0.9}}\n"))


def test_messages_do_not_speak_of_the_program_behind_them(tmp_path: Path) -> None:
    # "instance of Policies", "List should have at least 1 item after validation" mean nothing to a user
    extra = "policies: 60\nevents: {e: {from: 2026-01, to: 2026-02, effects: []}}\n5: 3\ncrises: {2026: {}}\n"
    text = "\n".join(faults_of(write_model(tmp_path, extra)))
    assert "instance of" not in text
    assert "validation" not in text
    assert "should be List should" not in text
    assert "should be Keys should" not in text


@pytest.mark.parametrize(
    ("extra", "fault"),
    [
        ('"a[b]": 1\n', "a[b]: unknown key 'a[b]'"),
        ('policies: {"function-x": 1}\n', "policies.function-x: unknown key 'function-x'"),
        ("policies: {reserve_days: {default: 1, 5: 1}}\n", "policies.reserve_days: unknown material '5'"),
        ("policies: {country_cap: {max: {99999999999: 1}}}\n", "policies.country_cap.max: 99999999999 cannot be a key"),
    ],
)
def test_odd_keys_are_told_where_they_stand(tmp_path: Path, extra: str, fault: str) -> None:
    found = faults_of(write_model(tmp_path, extra))
    assert found[0].startswith(f"model.yaml:6: {fault}")
