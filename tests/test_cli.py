"""The command as a user types it: output, files and exit status, through a process of its own."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from oracles.models import write_model
from tests.in_process import Found, typed

TUTORIAL = Path(__file__).parents[1] / "models" / "tutorial"
TABLES = {"summary", "sourcing", "flows", "reserve", "projects", "costs", "crises", "prices", "shares"}


def _bichiku(*words: object, cwd: Path) -> Found:
    return typed(words, cwd)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place with a copy of the tutorial, and `first`: all of its strategies run."""
    place = tmp_path_factory.mktemp("cli")
    shutil.copytree(TUTORIAL, place / "tutorial")
    found = _bichiku("run", "tutorial", "-o", "first", cwd=place)
    assert found.returncode == 0
    (place / "first.txt").write_text(found.stdout)
    (place / "first.err").write_text(found.stderr)
    return place


def test_a_call_with_wrong_input_exits_2_and_says_so_on_standard_error(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bichiku", "run", "nowhere"]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert "Traceback" not in found.stderr
    assert (found.returncode, found.stdout) == (2, "")
    assert "nowhere" in found.stderr


def test_an_entry_point_is_installed(tmp_path: Path) -> None:
    script = Path(sys.executable).with_name("bichiku")
    found = subprocess.run([script, "--version"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert found.stdout.startswith("bichiku ")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    shutil.copytree(TUTORIAL, tmp_path / "tutorial")
    return tmp_path


# A run


def test_each_strategy_gets_a_folder_named_after_it(shared: Path) -> None:
    names = sorted(folder.name for folder in (shared / "first").iterdir())
    assert [name.rpartition("-")[0] for name in names] == [
        "tutorial-china-half",
        "tutorial-reserve-180",
        "tutorial-today",
    ]
    assert all(len(name.rpartition("-")[2]) == 8 for name in names)


def test_a_run_folder_holds_every_table_the_manifest_and_the_inputs(shared: Path) -> None:
    (folder,) = (shared / "first").glob("tutorial-today-*")
    assert {f"{name}.csv" for name in TABLES} | {"manifest.json", "inputs"} <= {file.name for file in folder.iterdir()}
    assert {file.name for file in (folder / "inputs").iterdir()} == {file.name for file in TUTORIAL.iterdir()}
    for table in TUTORIAL.glob("*.csv"):
        assert (folder / "inputs" / table.name).read_bytes() == table.read_bytes()


def test_a_run_folder_can_be_read_by_others(shared: Path) -> None:
    (folder,) = (shared / "first").glob("tutorial-today-*")
    assert folder.stat().st_mode & 0o777 == 0o755


def test_the_manifest_says_what_was_solved_and_how_well(shared: Path) -> None:
    (folder,) = (shared / "first").glob("tutorial-reserve-180-*")
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["strategy"] == "reserve-180"
    assert manifest["solver"]["status"] == "optimal"
    assert manifest["certificate"]["holds"] is True
    assert manifest["resolved_model"]["policies"]["reserve_days"] == {"2026-03": 60, "2027-12": 180}
    # for each material twelve quarters, and branches of six from the third, seventh and eleventh, cut at the twelfth
    assert manifest["size"]["nodes"] == 2 * (12 + 6 + 6 + 2)
    assert (manifest["size"]["chains"], manifest["size"]["futures"]) == (2, 3)


def test_the_summary_goes_to_standard_output_and_nothing_else_does(shared: Path) -> None:
    text = (shared / "first.txt").read_text()
    for words in ("today", "reserve-180", "china-half", "graphite", "All strategies", "written to first"):
        assert words in text
    assert "\x1b" not in text
    assert (shared / "first.err").read_text() == ""


def test_inputs_of_a_run_give_the_same_tables_again(shared: Path, tmp_path: Path) -> None:
    (folder,) = (shared / "first").glob("tutorial-reserve-180-*")
    assert _bichiku("run", folder / "inputs", "-o", "again", cwd=tmp_path).returncode == 0
    (again,) = (tmp_path / "again").iterdir()
    tables = sorted(folder.glob("*.csv"))
    assert len(tables) >= 9
    for table in tables:
        assert (again / table.name).read_bytes() == table.read_bytes(), table.name


def test_a_second_run_gets_a_name_of_its_own_and_equal_files(shared: Path, tmp_path: Path) -> None:
    (first,) = (shared / "first").glob("tutorial-today-*")
    before = {file: file.read_bytes() for file in first.rglob("*") if file.is_file()}
    shutil.copytree(first, tmp_path / "runs" / first.name)
    assert _bichiku("run", shared / "tutorial", "-s", "today", cwd=tmp_path).returncode == 0
    second = tmp_path / "runs" / f"{first.name}-2"
    for file, content in before.items():
        inside = file.relative_to(first)
        kept, made = (tmp_path / "runs" / first.name / inside).read_bytes(), (second / inside).read_bytes()
        assert kept == content
        if inside.name == "manifest.json":
            one, two = json.loads(content), json.loads(made)
            assert one.pop("times") != two.pop("times")
            one.pop("git_revision"), two.pop("git_revision")
            assert one == two
        elif inside.name != "solver.log":  # it holds times
            assert made == content, inside
    assert len(list(second.rglob("*"))) == len(list(first.rglob("*")))


def test_json_can_be_read_and_names_the_folders(place: Path) -> None:
    found = _bichiku("run", "tutorial", "--json", "-s", "china-half", "-s", "today", cwd=place)
    assert (found.returncode, found.stderr) == (0, "")
    runs = json.loads(found.stdout)
    assert [(run["strategy"], run["status"]) for run in runs] == [("china-half", "optimal"), ("today", "optimal")]
    assert all((place / run["folder"] / "manifest.json").is_file() for run in runs)
    with (place / runs[0]["folder"] / "summary.csv").open(newline="") as stream:
        written = [(row["metric"], row["material"]) for row in csv.DictReader(stream)]
    assert [(row["metric"], row["material"]) for row in runs[0]["summary"]] == written


def test_quiet_prints_nothing(place: Path) -> None:
    found = _bichiku("run", "tutorial", "-q", "-s", "today", cwd=place)
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")
    assert len(list((place / "runs").iterdir())) == 1


def test_set_changes_the_world_of_a_run(place: Path) -> None:
    words = ("-s", "today", "--set", "policies.reserve_days=120", "--set", "crises.china-halt.duration=1")
    assert _bichiku("run", "tutorial/model.yaml", *words, cwd=place).returncode == 0
    (folder,) = (place / "runs").iterdir()
    resolved = json.loads((folder / "manifest.json").read_text())["resolved_model"]
    assert resolved["policies"]["reserve_days"] == 120
    assert resolved["crises"]["china-halt"]["duration"] == 1


# No solution


IMPOSSIBLE = """\
strategies:
  possible: {}
  impossible: {policies: {expected_shortage: {max_days: 0}, country_cap: {max: 0.5}}}  # there is one country only
  too-full: {policies: {reserve_days: 400}}
  also-possible: {policies: {reserve_days: 30}}
"""
LITTLE_ROOM = "material,reference_price,shortage_cost,storage_limit_t\ncobalt,10,100,100\n"  # 365 days, not 400


def test_a_strategy_without_a_solution_exits_1_and_the_others_are_written(tmp_path: Path) -> None:
    write_model(tmp_path / "m", IMPOSSIBLE, materials=LITTLE_ROOM)
    found = _bichiku("run", "m", cwd=tmp_path)
    assert found.returncode == 1
    assert "bichiku: impossible: infeasible" in found.stderr
    assert "bichiku: too-full: infeasible" in found.stderr
    written = sorted(folder.name.rpartition("-")[0] for folder in (tmp_path / "runs").iterdir())
    assert written == ["m-also-possible", "m-possible"]


def test_json_tells_of_strategies_without_a_solution_too(tmp_path: Path) -> None:
    write_model(tmp_path / "m", IMPOSSIBLE, materials=LITTLE_ROOM)
    found = _bichiku("run", "m", "--json", "-s", "possible", "-s", "too-full", cwd=tmp_path)
    assert found.returncode == 1
    assert [(run["strategy"], run["status"]) for run in json.loads(found.stdout)] == [
        ("possible", "optimal"),
        ("too-full", "infeasible"),
    ]


# A run repeated


def test_a_run_is_repeated_from_its_folder_alone(shared: Path, tmp_path: Path) -> None:
    (run,) = (shared / "first").glob("tutorial-today-*")
    found = _bichiku("run", "--from", run, cwd=tmp_path)
    assert found.returncode == 0
    assert "repeated: the results are the same, byte for byte" in found.stdout
    assert [folder.name for folder in (tmp_path / "runs").iterdir()] == [run.name]


def test_json_says_whether_a_run_came_out_the_same(shared: Path, tmp_path: Path) -> None:
    (run,) = (shared / "first").glob("tutorial-today-*")
    (record,) = json.loads(_bichiku("run", "--from", run, "--json", cwd=tmp_path).stdout)
    assert record["repeated"]["same"] is True


def test_a_run_that_does_not_come_out_the_same_exits_1(shared: Path, tmp_path: Path) -> None:
    (run,) = (shared / "first").glob("tutorial-today-*")
    copy = Path(shutil.copytree(run, tmp_path / run.name))
    rows = (copy / "reserve.csv").read_bytes().splitlines(keepends=True)
    (copy / "reserve.csv").write_bytes(b"".join(rows[:-1]))
    # as if another version had found and written it so
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["outputs_sha256"]["reserve.csv"] = hashlib.sha256(b"".join(rows[:-1])).hexdigest()
    (copy / "manifest.json").write_text(json.dumps(manifest))
    found = _bichiku("run", "--from", copy, cwd=tmp_path)
    assert found.returncode == 1
    assert "the cost is the same, by another plan" in found.stdout
    assert "reserve.csv: other rows or texts" in found.stdout


@pytest.mark.parametrize("words", [["run"], ["run", "tutorial", "--from", "x"], ["run", "--from", "x", "-s", "today"]])
def test_a_run_is_of_a_model_or_from_a_run(place: Path, words: list[str]) -> None:
    found = _bichiku(*words, cwd=place)
    assert found.returncode == 2
    assert "either a model or --from" in found.stderr or "-s, --set, --as and --split go with a model" in found.stderr


# An explanation of a run


def test_a_run_is_explained_under_the_name_of_its_strategy(shared: Path, tmp_path: Path) -> None:
    (run,) = (shared / "first").glob("tutorial-china-half-*")
    found = _bichiku("explain", run, cwd=tmp_path)
    assert found.stdout == "china-half: there is a plan that keeps all limits; nothing to explain\n\n"
    found = _bichiku("explain", run, "-s", "china-half", "--set", "policies.concentration.max=0.2", cwd=tmp_path)
    assert found.returncode == 1
    assert found.stdout.startswith("china-half: no plan keeps all of its limits")


def test_a_run_has_no_strategy_but_its_own_to_be_explained(shared: Path, tmp_path: Path) -> None:
    (run,) = (shared / "first").glob("tutorial-china-half-*")
    found = _bichiku("explain", run, "-s", "today", cwd=tmp_path)
    assert (found.returncode, found.stdout) == (2, "")
    assert "no strategy 'today' (known: china-half)" in found.stderr
    copy = Path(shutil.copytree(run, tmp_path / run.name))
    model = copy / "inputs" / "model.yaml"
    model.write_text(f"{model.read_text()}\nstrategies: {{a: {{}}, b: {{}}}}\n")
    found = _bichiku("explain", copy, cwd=tmp_path)
    assert found.returncode == 2
    assert "model.yaml: strategies: has 2 strategies; the inputs of a run have one" in found.stderr


def test_strategies_side_by_side_give_what_one_after_the_other_does(tmp_path: Path) -> None:
    # one has no plan, as its shares must stay below what the other allows: its place and its words must be the same too
    words = ("run", TUTORIAL, "-s", "reserve-180", "-s", "today", "--set", "policies.budget={reserve_per_year: 0}")
    one, other = (_bichiku(*words, "--no-page", "--workers", count, "-o", count, cwd=tmp_path) for count in ("1", "2"))
    assert one.returncode == other.returncode == 1
    assert other.stdout == one.stdout.replace("written to 1/", "written to 2/")
    assert other.stderr == one.stderr
    assert "infeasible" in one.stderr
    files = {file.relative_to(tmp_path / "1") for file in (tmp_path / "1").rglob("*.csv")}
    assert files == {file.relative_to(tmp_path / "2") for file in (tmp_path / "2").rglob("*.csv")}
    assert all((tmp_path / "1" / file).read_bytes() == (tmp_path / "2" / file).read_bytes() for file in files)
    assert not list(tmp_path.rglob("report.html"))
