"""Strategies side by side, from a model and from runs solved before."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from bichiku.cli import main
from bichiku.cli.screen import NO_RESULT, WRONG_INPUT

TUTORIAL = Path(__file__).parents[2] / "models" / "tutorial"


def bichiku(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> int | str | None:
    """Exit status of a command."""
    monkeypatch.setattr("sys.argv", ["bichiku", *map(str, arguments)])
    with pytest.raises(SystemExit) as stop:
        main()
    return stop.value.code


def comparison(output: Path) -> tuple[Path, pd.DataFrame]:
    """The one comparison below a folder, and its table."""
    (folder,) = output.glob("*-comparison-*")
    return folder, pd.read_csv(folder / "comparison.csv", keep_default_na=False, na_values=[""])


def value(table: pd.DataFrame, strategy: str, metric: str, material: str = "all") -> float:
    chosen = (table["strategy"] == strategy) & (table["metric"] == metric) & (table["material"] == material)
    return float(table.loc[chosen, "value"].item())


def test_all_strategies_of_a_model_stand_in_one_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bichiku(monkeypatch, "compare", TUTORIAL, "-o", tmp_path, "-q") == 0
    folder, table = comparison(tmp_path)
    assert sorted(file.name for file in folder.iterdir()) == ["comparison.csv", "comparison.md", "report.html"]
    assert set(table["strategy"]) == {"today", "reserve-180", "china-half"}
    extra = value(table, "china-half", "cost_per_year") - value(table, "today", "cost_per_year")
    assert value(table, "china-half", "extra_cost_per_year") == pytest.approx(extra)
    assert value(table, "today", "extra_cost_per_year") == 0
    # the cap holds in the last reported year
    assert value(table, "china-half", "china_share_exporter", "graphite") <= 0.5 + 1e-9


def test_another_baseline_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bichiku(monkeypatch, "compare", TUTORIAL, "--baseline", "china-half", "-o", tmp_path, "-q") == 0
    _, table = comparison(tmp_path)
    assert value(table, "china-half", "extra_cost_per_year") == 0
    assert value(table, "today", "extra_cost_per_year") < 0


def test_runs_give_the_table_that_their_model_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both = ("-s", "today", "-s", "china-half")
    assert bichiku(monkeypatch, "compare", TUTORIAL, *both, "-o", tmp_path / "model", "-q") == 0
    assert bichiku(monkeypatch, "run", TUTORIAL, *both, "-o", tmp_path / "runs", "-q") == 0
    runs = [next((tmp_path / "runs").glob(f"tutorial-{name}-*")) for name in ("today", "china-half")]
    assert bichiku(monkeypatch, "compare", *runs, "-o", tmp_path / "again", "-q") == 0
    _, one = comparison(tmp_path / "model")
    _, other = comparison(tmp_path / "again")
    pd.testing.assert_frame_equal(one, other, check_dtype=False)


def test_a_strategy_without_a_solution_keeps_its_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = shutil.copytree(TUTORIAL, tmp_path / "model")
    with (model / "model.yaml").open("a", encoding="utf-8") as stream:
        stream.write("  nobody:\n    policies:\n      concentration: {max: 0.1}\n")
    assert bichiku(monkeypatch, "compare", model, "-o", tmp_path, "-q") == NO_RESULT
    folder, table = comparison(tmp_path)
    row = table[table["strategy"] == "nobody"].squeeze()
    assert row["metric"] == "status"
    assert "infeasible" in row["detail"]
    assert {"today", "reserve-180", "china-half"} < set(table["strategy"])
    assert "infeasible" in (folder / "comparison.md").read_text(encoding="utf-8")


def run_of(folder: Path, monkeypatch: pytest.MonkeyPatch, *words: str | Path) -> Path:
    """The run that a call writes into an empty folder."""
    assert bichiku(monkeypatch, "run", *words, "-s", "today", "-o", folder, "-q") == 0
    (run,) = folder.iterdir()
    return run


def test_runs_over_other_tables_are_compared_and_the_tables_that_differ_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = shutil.copytree(TUTORIAL, tmp_path / "other")
    suppliers = (other / "suppliers.csv").read_text(encoding="utf-8")
    # a supplier more has origins of its own, though origins.csv is as it was
    (other / "suppliers.csv").write_text(f"{suppliers}graphite-aus,graphite,AUS,spot,10,1500,0,0,0,0,assumed,made up\n")
    one = run_of(tmp_path / "one", monkeypatch, TUTORIAL)
    two = run_of(tmp_path / "two", monkeypatch, other, "--as", "more-sellers")
    assert two.name.startswith("other-more-sellers-")
    assert bichiku(monkeypatch, "compare", one, two, "-o", tmp_path, "-q") == 0
    told = "more-sellers and today differ in suppliers.csv, not in policies alone"
    assert capsys.readouterr().err == f"bichiku: warning {told}\n"
    folder, _ = comparison(tmp_path)
    for page in ("comparison.md", "report.html"):
        assert f"{told}." in (folder / page).read_text(encoding="utf-8")


def test_runs_of_one_strategy_are_compared_under_names_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    one = run_of(tmp_path / "one", monkeypatch, TUTORIAL)
    two = run_of(tmp_path / "two", monkeypatch, TUTORIAL, "--set", "policies.reserve_days=90")
    assert bichiku(monkeypatch, "compare", one, two, "-o", tmp_path, "-q") == WRONG_INPUT
    assert "'today' is given more than once (name each run, in order, with --as NAME)" in capsys.readouterr().err
    # a model's strategies are solved only once their names are known to be their own
    before = set(tmp_path.iterdir())
    assert bichiku(monkeypatch, "compare", one, TUTORIAL, "-o", tmp_path, "-q") == WRONG_INPUT
    assert "'today' is given more than once" in capsys.readouterr().err
    assert set(tmp_path.iterdir()) == before
    assert bichiku(monkeypatch, "compare", one, two, "--as", "sixty", "-o", tmp_path) == WRONG_INPUT
    assert "--as: is given once for 2 runs" in capsys.readouterr().err
    names = ("--as", "sixty", "--as", "ninety")
    assert bichiku(monkeypatch, "compare", one, two, *names, "-o", tmp_path, "-q") == 0
    _, table = comparison(tmp_path)
    least = table[table["metric"] == "cover_days_at_end"].groupby("strategy")["value"].min()
    assert least.to_dict() == pytest.approx({"sixty": 60, "ninety": 90})


def test_a_name_for_several_strategies_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bichiku(monkeypatch, "run", TUTORIAL, "--as", "mine", "-o", tmp_path, "-q") == WRONG_INPUT
    assert "--as: names one strategy; the call has 3 (choose one with -s)" in capsys.readouterr().err


def test_runs_over_other_periods_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    one = run_of(tmp_path / "one", monkeypatch, TUTORIAL)
    two = run_of(tmp_path / "two", monkeypatch, TUTORIAL, "--set", "report_until=2027-09", "--as", "shorter")
    assert bichiku(monkeypatch, "compare", one, two, "-o", tmp_path, "-q") == WRONG_INPUT
    assert "shorter has other periods than today" in capsys.readouterr().err


def test_a_baseline_that_does_not_exist_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("compare", TUTORIAL, "-s", "today", "--baseline", "todya", "-o", tmp_path, "-q")
    assert bichiku(monkeypatch, *arguments) == WRONG_INPUT
    assert "did you mean 'today'?" in capsys.readouterr().err


def test_the_same_comparison_writes_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        bichiku(monkeypatch, "compare", TUTORIAL, "-s", "today", "-s", "china-half", "-o", tmp_path / name, "-q")
    one, _ = comparison(tmp_path / "one")
    two, _ = comparison(tmp_path / "two")
    for file in ("comparison.csv", "comparison.md", "report.html"):
        assert (one / file).read_bytes() == (two / file).read_bytes()
