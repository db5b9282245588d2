"""`bichiku.stress` from Python: what it gives back is what the command writes."""

from __future__ import annotations

from pathlib import Path

import pytest

import bichiku
from oracles.by_hand import halt, small_world

HALT = {"crises": halt(2, 0.25, recovery=0)}


@pytest.fixture(scope="module")
def run() -> bichiku.Run:
    # 100 t a year, of which a halt in year 2 leaves none, and nothing in store: 10,000
    return bichiku.solve(small_world(3, **HALT, policies={"reserve_ceiling": 0}), prices=False)


def test_a_dated_crisis_gives_its_tables(run: bichiku.Run) -> None:
    found = bichiku.stress(run, "halt", "2027-01")
    assert list(found) == ["harm", "months", "gap", "steps"]
    assert found["harm"][["short_t", "damage"]].iloc[0].to_list() == pytest.approx([100, 10_000])
    assert repr(found) == "<Stress of base: halt from 2027-01: harm, months, gap, steps>"


@pytest.mark.parametrize(
    ("asked", "first", "files"),
    [
        ({"crisis": "halt", "month": "2027-01"}, "harm", {"harm.csv", "months.csv", "gap.csv", "steps.csv"}),
        ({"losses": True}, "losses", {"losses.csv", "static.csv"}),
        ({"draws": 4}, "distribution", {"draws.csv", "distribution.csv", "promise.csv", "paired.csv"}),
        ({"value": True}, "value", {"value.csv", "futures.csv"}),
    ],
)
def test_each_way_writes_its_tables_with_a_page_and_shows_the_first(
    run: bichiku.Run, tmp_path: Path, asked: dict[str, object], first: str, files: set[str]
) -> None:
    found = bichiku.stress([run], **asked, workers="1")  # type: ignore[arg-type]
    assert {file.name for file in found.write(tmp_path).iterdir()} == {*files, "report.html", "manifest.json"}
    assert {f"{name}.csv" for name in found} == files
    assert str(found[first].columns[1]) in found._repr_html_()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "nothing is asked for"),
        ({"losses": True, "value": True}, "losses and value do not go together"),
        ({"crisis": "halt"}, "month: is missing"),
        ({"value": True, "month": "2027-01"}, "month: goes with a crisis alone"),
        ({"value": True, "price_noise": 0.5}, "price_noise: goes with draws alone"),
        ({"crisis": "halt", "month": "2027-01", "demand_noise": 0.5}, "demand_noise: goes with draws alone"),
        ({"draws": 4, "days": 30.0}, "days: does not go with draws"),
        ({"draws": 4, "demand_noise": 2.0}, "--demand-noise: 2 is not a standard deviation"),
    ],
)
def test_what_does_not_fit_is_told(run: bichiku.Run, asked: dict[str, object], said: str) -> None:
    with pytest.raises(bichiku.ModelFaults, match=said):
        bichiku.stress(run, **asked, workers="1")  # type: ignore[arg-type]


def test_no_run_is_told() -> None:
    with pytest.raises(bichiku.ModelFaults, match="no run is given"):
        bichiku.stress([], value=True)
