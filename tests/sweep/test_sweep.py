"""Sweeps of the tutorial: hot and cold answers agree, and an interrupted sweep goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from bichiku.api.sweep.axes import SweepAxis, parse_axes
from bichiku.api.sweep.border import Point, border_point
from bichiku.api.sweep.points import PointSolver
from bichiku.api.sweep.run import COLUMNS, POINTS, kept_points, run_sweep
from bichiku.cli import main
from bichiku.cli.screen import NO_RESULT, WRONG_INPUT
from bichiku.model.world import World
from bichiku.reading.model import read_model
from bichiku.result.pipeline import run_strategy

TUTORIAL = Path(__file__).parents[2] / "models" / "tutorial"
DAYS = "policies.reserve_days"
HALT = "{countries: [CHN], loss: 1.0}"


def _world(strategy: str) -> World:
    return read_model(TUTORIAL, [strategy])[strategy]


@pytest.mark.parametrize(
    ("strategy", "path", "values"),
    [
        ("today", DAYS, ["0", "60", "180", "90"]),
        ("china-half", "policies.share_caps[0].max", ["1", "0.5", "0.75", "0.4"]),
        ("today", "crises.china-halt.annual_probability", ["0.01", "0.2", "0.05"]),
        ("today", "suppliers[tungsten-chn].price", ["38000", "60000", "30000"]),
        ("today", "suppliers[graphite-moz].capacity_t", ["6000", "0"]),
        ("today", "discount_rate", ["0", "0.1", "0.03"]),
        ("today", "crises.china-halt.duration", ["1", "6"]),  # another tree each time
        ("today", "policies.concentration.max", ["0.9", "0.7"]),  # planes come and go
    ],
)
def test_hot_answers_are_cold_answers(strategy: str, path: str, values: list[str]) -> None:
    solver = PointSolver(_world(strategy), (path,))
    for value in values:
        world = read_model(TUTORIAL, [strategy], [f"{path}={value}"]).worlds[strategy]
        cold = run_strategy(world, prices=False).outcome.solution.objective
        assert solver.solve((value,))["objective"] == pytest.approx(cold, rel=1e-6)


def test_a_point_without_a_solution_says_so_and_the_next_one_is_solved() -> None:
    solver = PointSolver(_world("today"), ("policies.concentration.max",))
    assert solver.solve(("0.2",)) == {"status": "infeasible"}  # three countries cannot be below a third
    assert solver.solve(("1",))["status"] == "optimal"


def test_levels_of_risk_stand_in_one_column_of_comparable_numbers() -> None:
    # a weight of a millionth moves nothing, so it is one plan: the halt of 2026, 6.03 m with 0.05, is half of the worst
    # tenth of that year
    world = _world("today").changed({"policies.risk": {"level": 0.9, "weight": 1.0e-6}})
    solver = PointSolver(world, ("policies.risk.level",))
    assert [solver.solve((level,))["cvar_damage"] for level in ("0", "0.5")] == pytest.approx([3_015_250] * 2, rel=1e-4)


def _sweep(output: Path, axes: list[SweepAxis], progress: Callable[[int, int], None] = lambda *_: None) -> pd.DataFrame:
    return run_sweep(_world("today"), axes, output, progress).frontier


def test_an_interrupted_sweep_goes_on_where_it_stopped(tmp_path: Path) -> None:
    axes = parse_axes([f"{DAYS}=0,60,120"])

    def stop(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _sweep(tmp_path, axes, stop)
    points = tmp_path / POINTS
    assert len(points.read_text(encoding="utf-8").splitlines()) == 2
    with points.open("a", encoding="utf-8") as stream:
        stream.write('{"point": ["12')  # a line cut off by the interruption
    seen: list[int] = []
    frontier = _sweep(tmp_path, axes, lambda done, _: seen.append(done))
    assert seen == [2, 3]
    assert list(frontier[DAYS]) == [0, 60, 120]
    assert (frontier["status"] == "optimal").all()


def test_points_of_another_sweep_in_the_same_folder_are_not_taken_up(tmp_path: Path) -> None:
    # another world, and another path with the same values
    values = "60,120"
    first = _sweep(tmp_path, parse_axes([f"{DAYS}={values}"]))
    dearer = _world("today").changed({"materials[graphite].reference_price": 5_000})
    again = run_sweep(dearer, parse_axes([f"{DAYS}={values}"]), tmp_path).frontier
    other = _sweep(tmp_path, parse_axes([f"policies.expected_shortage.max_days={values}"]))
    assert not {*first["objective"]} & {*again["objective"]}
    assert (first["objective"].nunique(), other["objective"].nunique()) == (2, 1)  # nobody is short for so long
    pd.testing.assert_frame_equal(first, _sweep(tmp_path, parse_axes([f"{DAYS}={values}"])))


DAMAGED = [b"5", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"of": "a", "point": ["0"]}', b'{"point": ["0"]}']
DAMAGED += [b'{"of": "a", "point": ["0"], "found": 5}', b'{"of": "a", "point": [0], "found": {"status": "infeasible"}}']
DAMAGED += [b'{"of": "a", "point": ["0"], "found": {"status": "optimal", "objective": "5"}}']
DAMAGED += [b'{"of": "b", "point": ["0"], "found": {"status": "infeasible"}}']
DAMAGED += [b'{"of": "a", "point": ["0"], "found": {"status": "optimum"}}']
DAMAGED += [b'{"of": "a", "point": ["0"], "found": {"status": "time limit reached"}}']
DAMAGED += [
    json.dumps(
        {"of": "a", "point": ["0"], "found": {"status": "optimal", **dict.fromkeys(COLUMNS[1:], value)}}
    ).encode()
    for value in (float("nan"), float("inf"))
]


@pytest.mark.parametrize("line", DAMAGED)
def test_a_damaged_point_is_solved_again(tmp_path: Path, line: bytes) -> None:
    whole = {"of": "a", "point": ["60"], "found": {"status": "optimal", **dict.fromkeys(COLUMNS[1:], 1.5)}}
    failed = {"of": "a", "point": ["90"], "found": {"status": "infeasible"}}
    (tmp_path / POINTS).write_bytes(b"\n".join([json.dumps(whole).encode(), line, json.dumps(failed).encode()]))
    assert kept_points(tmp_path / POINTS, "a") == {("60",): whole["found"], ("90",): failed["found"]}


def test_cost_rises_with_the_days_demanded(tmp_path: Path) -> None:
    frontier = _sweep(tmp_path, parse_axes([f"{DAYS}=0:120:60"]))
    assert frontier["objective"].is_monotonic_increasing


def test_the_command_writes_frontier_and_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vary = ["--vary", f"{DAYS}=30,90", "--vary", "policies.share_caps[0].max=0.5,0.9"]
    arguments = ["bichiku", "sweep", str(TUTORIAL), "-s", "china-half", *vary, "-o", str(tmp_path), "-q"]
    monkeypatch.setattr("sys.argv", arguments)
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 0
    (folder,) = tmp_path.iterdir()
    assert not (folder / POINTS).exists()
    frontier = pd.read_csv(folder / "frontier.csv")
    cost = frontier[frontier["metric"] == "cost_per_year"]
    assert len(cost) == 4
    assert set(cost["unit"]) == {"USD/year"}
    assert json.loads((folder / "manifest.json").read_text())["axes"][0]["values"] == ["30", "90"]
    for picture in ("cost-and-damage", "cost-against-china-share", "map-cost-per-year"):
        assert "<svg" in (folder / f"{picture}.svg").read_text(encoding="utf-8")


def _refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *options: str) -> None:
    output = tmp_path / "runs"
    monkeypatch.setattr("sys.argv", ["bichiku", "sweep", str(TUTORIAL), "-s", "today", *options, "-o", str(output)])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == WRONG_INPUT
    assert not output.exists()


def _dated(probability: float) -> str:
    return f"{{onsets: [{{period: 3, probability: {probability}}}], duration: 1, recovery: 1, effects: [{HALT}]}}"


def test_a_point_whose_crises_are_too_likely_together_is_told_before_any_is_solved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # 0.6 and 0.1 leave 0.3 for the plan; 0.6 and 0.9 are more than one
    sets = ["--set", "crises.china-halt=null", "--set", f"crises.a={_dated(0.6)}", "--set", f"crises.b={_dated(0.1)}"]
    vary = ["--vary", "crises.b.onsets[0].probability=0.1,0.9"]
    _refused(tmp_path, monkeypatch, *sets, *vary)
    said = capsys.readouterr().err
    assert "1 fault in the input; nothing was run" in said
    assert "a probability of 1.5 together in 2026-07: a, b; " in said
    assert "; at crises.b.onsets[0].probability=0.9" in said


def test_values_that_fit_alone_and_not_together_are_told_with_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # each crisis can have a half by itself, 0.5 and 0.6 are more than one
    sets = ["--set", "crises.china-halt=null", "--set", f"crises.a={_dated(0.1)}", "--set", f"crises.b={_dated(0.1)}"]
    vary = [f"--vary=crises.{name}.onsets[0].probability={values}" for name, values in (("a", "0,0.5"), ("b", "0,0.6"))]
    _refused(tmp_path, monkeypatch, *sets, *vary)
    said = capsys.readouterr().err
    assert "at crises.a.onsets[0].probability=0.5 and crises.b.onsets[0].probability=0.6" in said


@pytest.mark.parametrize(
    ("statuses", "chosen"),
    [
        ({("0",): "optimal", ("60",): "optimal"}, None),
        ({("0",): "optimal", ("60",): "optimal", ("120",): "infeasible", ("180",): "infeasible"}, (("120",), ("60",))),
        ({("9",): "infeasible", ("10",): "infeasible"}, (("9",), None)),
        # 100 comes after 20, whatever their letters say
        ({("100",): "infeasible", ("20",): "optimal", ("3",): "infeasible"}, (("100",), ("20",))),
        ({("0",): "solver error", ("1",): "optimal", ("2",): "infeasible"}, (("2",), ("1",))),
        ({("0",): "time limit reached", ("1",): "optimal"}, None),
        (
            {("0", "a"): "infeasible", ("0", "b"): "infeasible", ("1", "a"): "infeasible", ("1", "b"): "optimal"},
            (("0", "b"), ("1", "b")),
        ),
    ],
    ids=["all solved", "border", "none solved", "numbers by size", "infeasible first", "no time", "two axes"],
)
def test_the_point_to_explain_is_next_to_a_solved_one(statuses: dict[Point, str], chosen: object) -> None:
    assert border_point(statuses) == chosen


def test_a_sweep_explains_a_point_without_a_solution_and_keeps_its_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # three countries cannot all be below a third
    arguments = ["sweep", str(TUTORIAL), "-s", "today", "--vary", "policies.concentration.max=0.2,1", "-q"]
    monkeypatch.setattr("sys.argv", ["bichiku", *arguments, "-o", str(tmp_path)])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 0
    said = capsys.readouterr().err
    assert (
        "1 of 2 points has no solution; why policies.concentration.max=0.2 has none, next to "
        "policies.concentration.max=1 which has one:"
    ) in said
    assert "at most 0.2" in said


def test_a_sweep_without_any_solution_explains_the_first_point_and_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["sweep", str(TUTORIAL), "-s", "today", "--vary", f"{DAYS}=250,300", "-q"]
    sets = ["--set", "policies.budget={reserve_per_year: 0}"]
    monkeypatch.setattr("sys.argv", ["bichiku", *arguments, *sets, "-o", str(tmp_path)])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == NO_RESULT
    said = capsys.readouterr().err
    assert f"2 of 2 points have no solution; why {DAYS}=250 has none:" in said
    assert "reserve budget in 2026: at most USD 0" in said
