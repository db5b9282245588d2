"""Names and dates in model.yaml must exist in the tables and inside the horizon."""

from __future__ import annotations

from pathlib import Path

import pytest

from oracles.models import MODEL, the_fault, with_line, write_model

COUNTRIES = "country,groups\nCHN,rivals\nAUS,partners;mines\n"
CRISIS = """\
crises:
  halt:
    annual_probability: 0.1
    onset_every: 1
    duration: 1
    recovery: 1
"""


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        (
            "policies:\n  reserve_days: {default: 60, cobolt: 90}\n",
            "model.yaml:7: policies.reserve_days: unknown material 'cobolt' (did you mean 'cobalt'?)",
        ),
        (
            "policies:\n  share_caps:\n    - {group: [partner], max: 1}\n",
            "model.yaml:8: policies.share_caps[0].group: 'partner' is not a country code or group"
            " (did you mean 'partners'?)",
        ),
        (
            "policies:\n  survive: {crises: [halt]}\n",
            "model.yaml:7: policies.survive.crises: unknown crisis 'halt' (none is defined)",
        ),
        ("buyer_country: JPN\n", "model.yaml:6: buyer_country: unknown key 'buyer_country' (did you mean 'buyer'?)"),
        ("report_until: 2031-12\n", "model.yaml:6: report_until: lies outside the periods that are solved"),
    ],
)
def test_names_and_dates_must_exist(tmp_path: Path, extra: str, expected: str) -> None:
    assert the_fault(write_model(tmp_path, extra, countries=COUNTRIES)) == expected


def test_an_unknown_buyer_is_named(tmp_path: Path) -> None:
    whole = with_line(MODEL, ("buyer:", "buyer: JAP"))
    assert the_fault(write_model(tmp_path, whole=whole)).startswith("model.yaml:2: buyer: 'JAP' is not a country code")


@pytest.mark.parametrize("extra", ["policies: {country_cap: {max: 0.5, except: [friends]}}\n", "buyer: friends\n"])
def test_a_group_in_the_place_of_a_country_is_called_one(tmp_path: Path, extra: str) -> None:
    whole = MODEL.replace("buyer: JPN\n", "") + extra
    model = write_model(tmp_path, whole=whole, countries="country,groups\nCOD,friends\n")
    assert "'friends' is a group, and only countries can stand here (name its countries one by one)" in the_fault(model)


@pytest.mark.parametrize(
    ("selector", "words"),
    [
        ("countries: [XXX]", "'XXX' is not a country code or group"),
        ("countries: [CXD]", "'CXD' is not a country code or group (did you mean COD ("),  # not CXR, which nobody has
        ("suppliers: [cobalt-cdo]", "unknown supplier or project 'cobalt-cdo' (did you mean 'cobalt-cod'?)"),
        ("routes: [malacca]", "unknown route 'malacca' (none is defined)"),
        ("materials: [cobolt]", "unknown material 'cobolt' (did you mean 'cobalt'?)"),
    ],
)
def test_effects_can_only_hit_what_exists(tmp_path: Path, selector: str, words: str) -> None:
    extra = f"{CRISIS}    effects:\n      - {{all: true, loss: 0.1}}\n      - {{{selector}, loss: 1}}\n"
    fault = the_fault(write_model(tmp_path, extra))
    assert fault.startswith("model.yaml:14: crises.halt.effects[1].")
    assert words in fault


@pytest.mark.parametrize(
    ("onsets", "words"),
    [
        ("[{period: 3, probability: 0.1}]", "onsets[0].period: 3 is after the last period"),
        ("[{period: 2, probability: 0.1}, {period: 2, probability: 0.2}]", "onsets[1].period: 2 is listed twice"),
    ],
)
def test_onsets_lie_inside_the_horizon_and_differ(tmp_path: Path, onsets: str, words: str) -> None:
    extra = f"crises: {{halt: {{onsets: {onsets}, duration: 1, recovery: 1, effects: [{{all: true, loss: 1}}]}}}}\n"
    assert words in the_fault(write_model(tmp_path, extra))


@pytest.mark.parametrize("dates", ["from: 2030-01, to: 2030-12", "from: 2020-01, to: 2025-12"])
def test_an_event_outside_the_horizon_is_an_error(tmp_path: Path, dates: str) -> None:
    extra = f"events: {{quota: {{{dates}, effects: [{{all: true, loss: 1}}]}}}}\n"
    assert "lies outside the periods that are solved" in the_fault(write_model(tmp_path, extra))


def test_an_event_ends_after_it_begins(tmp_path: Path) -> None:
    extra = "events: {quota: {from: 2026-05, to: 2026-04, effects: [{all: true, loss: 1}]}}\n"
    assert "ends before it begins" in the_fault(write_model(tmp_path, extra))


def test_a_crisis_cannot_be_called_plan(tmp_path: Path) -> None:
    # flows.csv calls the calm path `plan`; a crisis of that name could not be told from it
    extra = CRISIS.replace("halt", "plan") + "    effects: [{all: true, loss: 1}]\n"
    assert "plan" in the_fault(write_model(tmp_path, extra))
