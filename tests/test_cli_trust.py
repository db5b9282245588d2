"""`bichiku verify` and `bichiku explain` as a user calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bichiku.cli import main
from bichiku.cli.screen import NO_RESULT, WRONG_INPUT
from oracles.models import write_model

TUTORIAL = Path(__file__).parents[1] / "models" / "tutorial"
TOO_MUCH = "policies.budget={reserve_per_year: 0}"  # 60 days of a demand that grows cost money


def bichiku(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> int | str | None:
    monkeypatch.setattr("sys.argv", ["bichiku", *map(str, arguments)])
    with pytest.raises(SystemExit) as stop:
        main()
    return stop.value.code


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A good run of the tutorial."""
    assert bichiku(monkeypatch, "run", TUTORIAL, "-s", "today", "-o", tmp_path, "-q") == 0
    return next(tmp_path.iterdir())


def test_a_good_run_verifies(run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert bichiku(monkeypatch, "verify", run) == 0
    assert "checks hold" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("reserve.csv", "4173.0,", "4174.0,", "reserve.csv line 2"),
        ("sourcing.csv", "tungsten,tung", "tungstein,tung", "tungstein"),
    ],
)
def test_what_was_changed_is_named(
    run: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    file: str,
    old: str,
    new: str,
    said: str,
) -> None:
    text = (run / file).read_text(encoding="utf-8")
    assert old in text
    (run / file).write_text(text.replace(old, new), encoding="utf-8")
    assert bichiku(monkeypatch, "verify", run) == NO_RESULT
    assert said in capsys.readouterr().err


def test_the_verdict_can_be_read_by_a_script(
    run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bichiku(monkeypatch, "verify", run, "--json") == 0
    assert json.loads(capsys.readouterr().out)["holds"] is True


def test_what_is_no_folder_cannot_be_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bichiku(monkeypatch, "verify", tmp_path / "none") == WRONG_INPUT


@pytest.mark.parametrize("call", [("verify",), ("compare",), ("range",), ("run", "--from")])
def test_a_run_of_the_first_edition_is_refused_in_a_sentence(
    call: tuple[str, ...], run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = run / "manifest.json"
    manifest = json.loads(file.read_text(encoding="utf-8"))
    del manifest["edition"]  # the first edition wrote none
    file.write_text(json.dumps(manifest), encoding="utf-8")
    assert bichiku(monkeypatch, *call, run) == WRONG_INPUT
    said = capsys.readouterr().err
    assert "1 fault in the input; nothing was run" in said
    assert (
        f"{run.name}: is a run of the first edition of the model's meaning, whose numbers mean something else" in said
    )


def test_a_run_without_a_solution_explains_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # 250 more days of graphite in the first year cannot be bought for nothing
    sets = ("--set", TOO_MUCH, "--set", "policies.reserve_days=250")
    assert bichiku(monkeypatch, "run", TUTORIAL, "-s", "today", *sets, "-o", tmp_path) == NO_RESULT
    said = capsys.readouterr().err
    assert "infeasible" in said
    assert "reserve budget in 2026: at most USD 0" in said
    assert not list(tmp_path.iterdir())


def test_explain_says_when_there_is_nothing_to_explain(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bichiku(monkeypatch, "explain", TUTORIAL, "-s", "today") == 0
    assert "nothing to explain" in capsys.readouterr().out


def test_the_inputs_of_a_run_can_be_explained_too(
    run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bichiku(monkeypatch, "explain", run, "--set", TOO_MUCH, "--set", "policies.reserve_days=250") == NO_RESULT
    assert "These rules cannot be kept together" in capsys.readouterr().out


def test_a_run_given_for_a_model_is_told_where_its_model_is(
    run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bichiku(monkeypatch, "check", run) == WRONG_INPUT
    assert f"(the model of this run is {run / 'inputs'})" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("crises.csv", "short_days", "short_daze"),
        ("costs.csv", ",2026,", ",two,"),
        ("reserve.csv", "2026-01", "-1.1"),
        ("reserve.csv", "4173.0,", "4174.0,"),
        ("manifest.json", '"tutorial"', '"../tutorial"'),
        ("manifest.json", '"today"', '"\\u001b[31m"'),
        ("manifest.json", "{", "[" * 100_000),
    ],
)
def test_a_damaged_run_is_not_compared(
    run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], file: str, old: str, new: str
) -> None:
    text = (run / file).read_text(encoding="utf-8")
    assert old in text
    (run / file).write_text(text.replace(old, new), encoding="utf-8")
    assert bichiku(monkeypatch, "compare", run, "-o", run.parent / "out") == WRONG_INPUT
    said = capsys.readouterr().err
    assert str(run) in said
    assert file in said
    assert said.replace("\n", "").isprintable()


def test_a_manifest_nested_too_deep_is_a_finding(
    run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (run / "manifest.json").write_text("[" * 100_000)
    assert bichiku(monkeypatch, "verify", run) == NO_RESULT
    assert "manifest.readable: 'nests too deep'" in capsys.readouterr().err


def test_the_terminal_is_never_steered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_model(tmp_path / "model", '"\\e[2J": 1\n')
    assert bichiku(monkeypatch, "check", tmp_path / "model") == WRONG_INPUT
    said = capsys.readouterr().err
    assert "\\x1b[2J: unknown key" in said
    assert "\x1b" not in said


def test_only_fifty_faults_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "".join(f"s{i},cobalt,COD,x{i},1\n" for i in range(1000))
    write_model(tmp_path / "model", suppliers=f"supplier,material,country,capacity_t,price\n{rows}")
    assert bichiku(monkeypatch, "check", tmp_path / "model") == WRONG_INPUT
    first, *faults, last = capsys.readouterr().err.splitlines()
    assert first == "bichiku: more than 50 faults in the input; nothing was run"
    assert len(faults) == 50
    assert last == "  ... and more: reading stopped after 50 faults"


def test_a_run_whose_tree_no_computer_holds_is_a_finding(
    run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # 3,896 quarters to the end of 2999 and a branch from each to the end: 7.6 million nodes, nine decisions at each
    file = run / "inputs" / "model.yaml"
    text = file.read_text(encoding="utf-8")
    for old, new in (("periods: 12", "periods: 3896"), ("recovery: 2", "recovery: to-end"), ("every: 4", "every: 1")):
        assert text.count(old) == 1
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
    years = range(2026, 3000)
    rows = "".join(f"{material},{year},1\n" for material in ("graphite", "tungsten") for year in years)
    (run / "inputs" / "demand.csv").write_text(f"material,year,tonnes\n{rows}", encoding="utf-8")
    assert bichiku(monkeypatch, "verify", run) == NO_RESULT
    # 3,896 + 3,896 * 3,897 / 2
    assert "inputs.readable: '7,595,252 nodes'" in capsys.readouterr().err
