"""The command in this process: wrong calls and wrong input, `check` and `new`. Nothing may end in a traceback."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from pathlib import Path

import pytest

from bichiku.cli import app, main
from bichiku.cli.explain import explain
from bichiku.cli.results_so_far import add_folder, forget_all
from bichiku.cli.screen import print_faults
from bichiku.model.faults import Fault, ModelFaults
from bichiku.program import LinearProgram
from bichiku.solving import HotProgram, SolverOptions
from bichiku.solving.known_parts import KnownParts
from oracles.models import write_model
from tests.in_process import Found
from tests.solve.programs import large_program

TUTORIAL = Path(__file__).parents[1] / "models" / "tutorial"


class Shell:
    """Calls the command in a folder."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def __call__(self, *words: object) -> Found:
        self._monkeypatch.setattr("sys.argv", ["bichiku", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
        out, err = self._capsys.readouterr()
        return Found(int(end.value.code or 0), out, err)

    def refused(self, *words: object) -> str:
        """What a call with wrong input says."""
        found = self(*words)
        assert (found.returncode, found.stdout) == (2, ""), found.stderr
        return found.stderr


@pytest.fixture
def bichiku(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    monkeypatch.chdir(tmp_path)
    return Shell(monkeypatch, capsys)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    shutil.copytree(TUTORIAL, tmp_path / "tutorial")
    return tmp_path


def _change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))


# Wrong input


def test_a_misspelt_key_is_told_with_its_line_and_the_right_one(bichiku: Shell, place: Path) -> None:
    _change(place / "tutorial" / "model.yaml", "discount_rate:", "discount_rat:")
    text = bichiku.refused("run", "tutorial")
    assert "1 fault in the input; nothing was run" in text
    assert "model.yaml:10: discount_rat: unknown key 'discount_rat' (did you mean 'discount_rate'?)" in text
    assert not (place / "runs").exists()


def test_all_faults_are_told_at_once(bichiku: Shell, place: Path) -> None:
    _change(place / "tutorial" / "model.yaml", "discount_rate:", "discount_rat:")
    _change(place / "tutorial" / "demand.csv", "graphite,2026,12000", "graphite,2026,-5")
    text = bichiku.refused("check", "tutorial", "--set", "polices.reserve_days=3")
    assert "3 faults in the input" in text


def test_a_country_that_does_not_exist_is_told(bichiku: Shell, place: Path) -> None:
    _change(place / "tutorial" / "model.yaml", "countries: [CHN]", "countries: [CNH]")
    assert "'CNH' is not a country code or group" in bichiku.refused("run", "tutorial")


def test_an_unknown_strategy_is_told(bichiku: Shell, place: Path) -> None:
    assert "did you mean 'today'" in bichiku.refused("run", "tutorial", "-s", "tody")


def test_a_folder_that_does_not_exist_is_told(bichiku: Shell, tmp_path: Path) -> None:
    assert "nowhere" in bichiku.refused("run", "nowhere")


def test_a_folder_without_a_model_is_told(bichiku: Shell, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "empty/model.yaml: does not exist" in bichiku.refused("run", "empty")


@pytest.mark.parametrize("content", [bytes(range(256)), b"\x00" * 100, b"\x89PNG\r\n\x1a\n"])
def test_a_binary_file_is_no_model(bichiku: Shell, tmp_path: Path, content: bytes) -> None:
    write_model(tmp_path / "m")
    (tmp_path / "m" / "model.yaml").write_bytes(content)
    assert "m/model.yaml" in bichiku.refused("check", "m")


@pytest.mark.parametrize("words", [["run"], ["run", "tutorial", "--sett", "a=1"], ["walk", "tutorial"]])
def test_a_wrong_call_exits_2(bichiku: Shell, place: Path, words: list[str]) -> None:
    assert bichiku.refused(*words)


@pytest.mark.parametrize(
    "tables",
    [
        {"suppliers": "supplier,material,country,capacity_t,price\n"},
        {"demand": "material,year,tonnes\n"},
        {"demand": "material,year,tonnes\ncobalt,2026,0\ncobalt,2027,0\n"},
        {"suppliers": "supplier,material,country,capacity_t,price\ncobalt-cod,cobalt,COD,0,10\n"},
    ],
)
def test_a_world_with_little_in_it_runs_all_the_same(bichiku: Shell, tmp_path: Path, tables: dict[str, str]) -> None:
    write_model(tmp_path / "m", "policies: {reserve_days: 0, country_cap: {max: 0.5}}\n", **tables)
    assert bichiku("run", "m").returncode == 0


def test_a_world_without_any_material_is_refused(bichiku: Shell, tmp_path: Path) -> None:
    empty = {
        "materials": "material,reference_price\n",
        "demand": "material,year,tonnes\n",
        "suppliers": "supplier,material,country,capacity_t,price\n",
    }
    write_model(tmp_path / "m", **empty)
    assert "materials.csv" in bichiku.refused("run", "m")


# check and new


def test_check_counts_what_it_read(bichiku: Shell, place: Path) -> None:
    found = bichiku("check", "tutorial")
    assert (found.returncode, found.stderr) == (0, "")
    for words in (
        "no faults",
        "2 materials, 5 suppliers, 1 projects, 1 substitution tranches",
        "12 periods from 2026-01",
        "strategies: today, reserve-180, china-half",
    ):
        assert words in found.stdout
    assert not (place / "runs").exists()


def test_check_is_quiet_when_asked(bichiku: Shell, place: Path) -> None:
    found = bichiku("check", "tutorial", "-q")
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")


def test_check_counts_what_is_silenced(bichiku: Shell, place: Path) -> None:
    assert bichiku("check", "tutorial").stdout.splitlines()[-1] == "  silenced: W501 (1 warning)"
    told = bichiku("check", "tutorial", "--set", "silence=null")
    assert told.stderr.startswith("bichiku: warning W501: 9 of 9 rows")
    assert "silenced" not in told.stdout
    assert "W501" not in bichiku("run", "tutorial", "-s", "today", "--set", "silence=null").stderr
    silent = bichiku("check", "tutorial", "--set", "silence=null", "--silence", "W501")
    assert (silent.stderr, silent.stdout.splitlines()[-1]) == ("", "  silenced: W501 (1 warning)")


@pytest.mark.parametrize("command", ["check", "run", "compare", "sweep", "explain"])
def test_an_unknown_code_cannot_be_silenced(bichiku: Shell, place: Path, command: str) -> None:
    assert "unknown warning 'W510' (did you mean 'W" in bichiku.refused(command, "tutorial", "--silence", "W510")


def test_check_refuses_probabilities_over_one(bichiku: Shell, tmp_path: Path) -> None:
    onset = "onsets: [{period: 1, probability: 0.6}], duration: 1, recovery: 1, effects: [{all: true, loss: 1}]"
    write_model(tmp_path / "m", f"crises: {{a: {{{onset}}}, b: {{{onset}}}}}\n")
    assert "1.2" in bichiku.refused("check", "m")


def test_new_makes_a_model_that_checks(bichiku: Shell, tmp_path: Path) -> None:
    found = bichiku("new", "mine")
    assert (found.returncode, found.stderr) == (0, "")
    assert "bichiku run mine" in found.stdout
    assert sorted(f.name for f in (tmp_path / "mine").iterdir()) == sorted(f.name for f in TUTORIAL.iterdir())
    assert bichiku("check", "mine").returncode == 0


def test_new_never_touches_what_exists(bichiku: Shell, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep")
    assert "exists already" in bichiku.refused("new", "mine")
    assert [file.name for file in (tmp_path / "mine").iterdir()] == ["notes.txt"]


def test_the_version_is_printed(bichiku: Shell, tmp_path: Path) -> None:
    assert bichiku("--version").stdout.startswith("bichiku ")


# Runs that end early


def test_a_time_limit_that_is_too_short_keeps_nothing(bichiku: Shell, tmp_path: Path) -> None:
    write_model(tmp_path / "m", "solver: {time_limit: 1e-9}\n")
    found = bichiku("run", "m")
    assert found.returncode == 1
    assert "solver.time_limit" in found.stderr
    assert "nothing to explain" not in found.stderr  # it was not looked for: the model may well have a plan
    assert not (tmp_path / "runs").exists()


def test_a_fault_found_after_something_was_written_says_what_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    forget_all()
    add_folder(Path("runs/first"))
    print_faults(ModelFaults([Fault("compare", None, "", "not of one world")]))
    forget_all()
    assert capsys.readouterr().err.startswith("bichiku: 1 fault in the input; kept: runs/first\n")


@pytest.mark.parametrize("seconds", ["nan", "inf", "0", "-5"])
def test_an_explanation_takes_a_time_over_zero(bichiku: Shell, place: Path, seconds: str) -> None:
    said = bichiku.refused("explain", "tutorial", "--seconds", seconds)
    assert f"--seconds: {seconds} is not a finite number of seconds over 0" in said


def test_the_example_of_an_explanation_explains_something(bichiku: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(TUTORIAL.parents[1])
    (command,) = [command for command in app.registered_commands if command.callback is explain]
    words = str(command.epilog).removeprefix("Example: bichiku ").split()
    found = bichiku(*words)
    assert found.returncode == 1
    # three countries sell graphite, so the least index is a third
    assert "raise the limit on concentration from 0.2 to 0.3334" in found.stdout


# Folders that are no runs


@pytest.mark.parametrize("call", [("verify",), ("range",), ("run", "--from")], ids=" ".join)
@pytest.mark.parametrize(
    ("file", "hint"),
    [
        ("model.yaml", "it is a model; bichiku run makes runs of it"),
        ("comparison.csv", "it is a comparison; give one of the runs compared"),
        ("frontier.csv", "it is a sweep"),
        ("regret.csv", "it is a doubt"),
        ("notes.txt", "it has neither manifest.json nor inputs"),
    ],
)
def test_a_folder_that_is_no_run_is_called_so(
    bichiku: Shell, tmp_path: Path, call: tuple[str, ...], file: str, hint: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / file).touch()
    if file == "frontier.csv":
        (tmp_path / "folder" / "manifest.json").write_text("{}")
    assert bichiku.refused(*call, "folder").endswith(f"  folder: is not a run folder ({hint})\n")


@pytest.mark.parametrize("call", [("verify",), ("range",), ("run", "--from")], ids=" ".join)
def test_a_run_that_is_not_there_is_called_so(bichiku: Shell, call: tuple[str, ...]) -> None:
    assert "nowhere: does not exist" in bichiku.refused(*call, "nowhere")


@pytest.mark.parametrize(
    ("manifest", "words"),
    [(None, "cannot be read: No such file"), ("[", "it is not JSON"), ("{}", "of which model and strategy")],
)
def test_a_manifest_that_says_nothing_is_told_in_words(
    bichiku: Shell, tmp_path: Path, manifest: str | None, words: str
) -> None:
    (tmp_path / "folder" / "inputs").mkdir(parents=True)
    if manifest is not None:
        (tmp_path / "folder" / "manifest.json").write_text(manifest)
    said = bichiku.refused("run", "--from", "folder")
    assert "folder/manifest.json: " in said
    assert words in said
    assert "Error" not in said


# Where runs go


def test_a_file_in_place_of_the_output_folder_is_told(bichiku: Shell, place: Path) -> None:
    (place / "taken").write_text("a file")
    found = bichiku("run", "tutorial", "-s", "today", "-o", "taken")
    assert found.returncode in (1, 2)
    assert "taken" in found.stderr
    assert found.stdout == ""
    assert (place / "taken").read_text() == "a file"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_output_folder_that_may_not_be_written_to_is_told(bichiku: Shell, place: Path) -> None:
    (place / "locked").mkdir(mode=0o555)
    found = bichiku("run", "tutorial", "-s", "today", "-o", "locked")
    assert found.returncode in (1, 2)
    assert "Permission denied" in found.stderr


def test_an_interrupted_run_says_so_and_leaves_nothing_half_done(
    bichiku: Shell, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(_: LinearProgram, options: SolverOptions, known: KnownParts, at_hand: bool) -> HotProgram:
        del known, at_hand
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()  # as Ctrl-C does
        return HotProgram(large_program(2500), options)

    monkeypatch.setattr("bichiku.result.pipeline.HotProgram", slow)
    found = bichiku("run", "tutorial", "-s", "today")
    assert found.returncode == 130
    assert not (place / "runs").exists()
    assert "interrupted" in found.stderr
