"""Run folders: whole or not at all, never over another, and named after what they were made from."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bichiku.model.faults import ModelFaults
from bichiku.reading.model import read_model
from bichiku.result.columns import ResultTable
from bichiku.result.manifest import input_hash
from bichiku.result.pipeline import run_strategy
from bichiku.result.repeat import Sameness, repetition
from bichiku.result.run import Rejected, Run
from bichiku.result.saved_run import read_run
from bichiku.result.staging import CannotWrite
from bichiku.verification import verify_run
from oracles.by_hand import small_world
from oracles.models import TABLES, with_line, write_model

STRATEGIES = "strategies:\n  less: {policies: {reserve_days: 30}}\n  more: {policies: {reserve_days: 60}}\n"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = write_model(tmp_path_factory.mktemp("models") / "cobalt", STRATEGIES)
    model = read_model(folder)
    return run_strategy(model.worlds["less"])


def _hash(folder: Path, strategy: str = "less", sets: tuple[str, ...] = (), **changes: Any) -> str:
    return input_hash(read_model(write_model(folder, STRATEGIES, **changes), (), sets), strategy)


def _nothing_in(output: Path) -> bool:
    return not output.exists() or not list(output.iterdir())


# The name


def test_equal_inputs_give_equal_hashes_wherever_they_lie(tmp_path: Path) -> None:
    assert _hash(tmp_path / "a") == _hash(tmp_path / "b")


def test_every_change_of_an_input_changes_the_hash(tmp_path: Path) -> None:
    cell = with_line(TABLES["demand"], ("cobalt,2027", "cobalt,2027,101"))
    found = [
        _hash(tmp_path / "a"),
        _hash(tmp_path / "b", "more"),
        _hash(tmp_path / "c", demand=cell),
        _hash(tmp_path / "d", sets=("discount_rate=0.01",)),
        _hash(tmp_path / "e", countries="country,name\nCOD,Congo\n"),
    ]
    assert len(set(found)) == 5


def test_a_comment_or_another_strategy_in_model_yaml_changes_nothing(tmp_path: Path) -> None:
    one = _hash(tmp_path / "a")
    folder = write_model(tmp_path / "b", f"# a remark\n{STRATEGIES}  third: {{discount_rate: 0.1}}\n")
    assert input_hash(read_model(folder), "less") == one


def test_the_name_tells_model_strategy_and_hash(run: Run, tmp_path: Path) -> None:
    made = run.write(tmp_path / "deep" / "runs")
    assert made == tmp_path / "deep" / "runs" / f"cobalt-less-{input_hash(run.model, 'less')}"


def test_runs_of_equal_inputs_are_counted(run: Run, tmp_path: Path) -> None:
    names = [run.write(tmp_path).name for _ in range(3)]
    assert names == [names[0], f"{names[0]}-2", f"{names[0]}-3"]
    assert sorted(file.name for file in tmp_path.iterdir()) == names


def test_a_file_of_the_same_name_is_left_alone(run: Run, tmp_path: Path) -> None:
    taken = tmp_path / f"cobalt-less-{input_hash(run.model, 'less')}"
    taken.write_text("a file")
    assert run.write(tmp_path).name == f"{taken.name}-2"
    assert taken.read_text() == "a file"


# The content


def test_inputs_are_a_model_of_this_one_strategy(run: Run, tmp_path: Path) -> None:
    again = read_model(run.write(tmp_path) / "inputs")
    assert list(again.worlds) == ["base"]
    assert again.worlds["base"].policies == run.world.policies


@pytest.mark.parametrize("title", ["1e3", "060", "no", "2026-01-31", "12:30", "null", "備蓄: 60 日", "'# x", "~"])
def test_a_title_that_looks_like_something_else_survives(tmp_path: Path, title: str) -> None:
    whole = f'model: {json.dumps(title)}\nstart: "2026-01"\nperiods: 2\nresolution: year\n'
    folder = write_model(tmp_path / "m", whole=whole)
    model = read_model(folder)
    made = run_strategy(model.worlds["base"]).write(tmp_path / "runs")
    assert read_model(made / "inputs").worlds["base"].settings.model == title


def test_inputs_are_hashed_in_the_manifest(run: Run, tmp_path: Path) -> None:
    manifest = json.loads((run.write(tmp_path) / "manifest.json").read_text())
    assert set(manifest["inputs_sha256"]) == {"model.yaml", "materials.csv", "demand.csv", "suppliers.csv"}
    assert manifest["resolved_model"]["policies"] == {"reserve_days": 30}
    assert {"bichiku", "python", "highspy"} <= set(manifest["versions"])


def test_what_was_read_is_written_even_if_the_file_changes_meanwhile(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "m")
    model = read_model(folder)
    run = run_strategy(model.worlds["base"])
    (folder / "demand.csv").write_text("changed while the solver ran")
    made = run.write(tmp_path / "runs")
    assert (made / "inputs" / "demand.csv").read_text() == TABLES["demand"]


# Verified beside the page


@pytest.fixture
def by_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of any size are verified by another process, if they have a page."""
    monkeypatch.setattr("bichiku.result.run.WORTH_A_PROCESS", 0)
    monkeypatch.setattr("bichiku.result.run.threads", lambda: 2)


def _verification(folder: Path) -> object:
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["verification"]


@pytest.mark.usefixtures("by_another_process")
def test_another_process_verifies_what_this_one_would(run: Run, tmp_path: Path) -> None:
    here = replace(run).write(tmp_path / "here")
    there = replace(run, page=lambda _: "a page").write(tmp_path / "there")
    assert _verification(there) == _verification(here)
    assert (there / "report.html").read_text(encoding="utf-8") == "a page"


@pytest.mark.usefixtures("by_another_process")
def test_a_verifier_that_fails_is_made_up_for(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "false")  # a command that does nothing and ends with 1
    folder = replace(run, page=lambda _: "a page").write(tmp_path)
    assert _verification(folder)["holds"] is True


@pytest.mark.usefixtures("by_another_process")
def test_a_run_that_another_process_rejects_has_no_page(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = run.tables["summary"].assign(value=lambda table: table["value"] + 1.0)
    spoilt = replace(run, tables={**run.tables, "summary": summary}, page=lambda _: "a page")
    with pytest.raises(Rejected) as caught:
        spoilt.write(tmp_path)
    assert not (caught.value.folder / "report.html").exists()


# Without the large tables of branches


@pytest.fixture
def of_plan(run: Run, tmp_path: Path) -> Path:
    return run.write(tmp_path / "runs", tables="plan")


def test_a_run_of_the_plan_goes_without_the_tables_of_branches_and_says_so(run: Run, of_plan: Path) -> None:
    left_out = ["flows-branches.csv.gz", "responses.csv"]
    assert not [name for name in left_out if (of_plan / name).exists()]
    verdict = verify_run(of_plan)
    assert verdict.holds
    assert list(verdict.left_out) == left_out
    found = read_run(of_plan)
    assert set(run.tables) - set(found.tables) == {"flows-branches", "responses"}
    pd.testing.assert_frame_equal(found.summary, run.summary, check_exact=True)


def test_a_changed_file_of_a_run_of_the_plan_is_told(of_plan: Path) -> None:
    with (of_plan / "summary.csv").open("a", encoding="utf-8") as stream:
        stream.write("\n")
    assert [finding.file for finding in verify_run(of_plan).findings] == ["summary.csv"]


def test_a_run_of_the_plan_without_its_inputs_does_not_verify(of_plan: Path) -> None:
    shutil.rmtree(of_plan / "inputs")
    assert verify_run(of_plan).broken == {"file.missing": 1}


def test_a_run_of_the_plan_without_a_table_does_not_verify_whatever_its_manifest_says(of_plan: Path) -> None:
    (of_plan / "costs.csv").unlink()
    file = of_plan / "manifest.json"
    manifest = json.loads(file.read_text(encoding="utf-8"))
    del manifest["outputs_sha256"]["costs.csv"]
    file.write_text(json.dumps(manifest), encoding="utf-8")
    assert verify_run(of_plan).broken == {"file.missing": 1}


def test_a_run_of_the_plan_is_that_of_an_optimum_with_a_certificate(of_plan: Path) -> None:
    file = of_plan / "manifest.json"
    manifest = json.loads(file.read_text(encoding="utf-8"))
    manifest["solver"]["status"], manifest["certificate"]["gap"] = "infeasible", 0.5
    file.write_text(json.dumps(manifest), encoding="utf-8")
    assert set(verify_run(of_plan).broken) == {"manifest.status", "manifest.certificate"}


def test_tables_that_are_left_out_are_not_there(run: Run, tmp_path: Path) -> None:
    # else a key of the manifest would stand in for recomputing what is there
    folder = run.write(tmp_path / "runs")
    file = folder / "manifest.json"
    left_out = ["flows-branches.csv.gz", "responses.csv"]
    manifest = {**json.loads(file.read_text(encoding="utf-8")), "left_out": left_out}
    file.write_text(json.dumps(manifest), encoding="utf-8")
    assert verify_run(folder).broken == {"file.unknown": 2}


def test_inputs_of_a_run_lie_in_its_own_folder_alone(run: Run, tmp_path: Path) -> None:
    folder = run.write(tmp_path / "runs")
    shutil.copytree(folder / "inputs", tmp_path / "other")
    shutil.copytree(tmp_path / "other", folder / "inputs" / "other")
    file = folder / "inputs" / "model.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("tables: .", "tables: other"), encoding="utf-8")
    assert "manifest.model" in verify_run(folder).broken


@pytest.mark.parametrize("stated", [["summary.csv"], "responses.csv", [1]])
def test_only_tables_of_branches_may_be_left_out(of_plan: Path, stated: object) -> None:
    file = of_plan / "manifest.json"
    file.write_text(json.dumps({**json.loads(file.read_text(encoding="utf-8")), "left_out": stated}), encoding="utf-8")
    assert "manifest.readable" in verify_run(of_plan).broken


def test_tables_of_branches_are_not_left_out_unverified(run: Run, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is verified before"):
        run.write(tmp_path / "runs", verify=False, tables="plan")
    assert _nothing_in(tmp_path / "runs")


def test_a_run_that_does_not_verify_keeps_all_its_tables(run: Run, tmp_path: Path) -> None:
    costs = run.tables["costs"].assign(value=run.tables["costs"]["value"] * 1.01)
    with pytest.raises(Rejected) as rejected:
        replace(run, tables={**run.tables, "costs": costs}).write(tmp_path, tables="plan")
    assert (rejected.value.folder / "flows-branches.csv.gz").is_file()


def test_a_full_run_repeats_one_of_the_plan(run: Run, of_plan: Path, tmp_path: Path) -> None:
    assert repetition(of_plan, run.write(tmp_path / "again")).sameness is Sameness.TO_THE_BYTE


def test_equal_runs_have_equal_packed_tables(run: Run, tmp_path: Path) -> None:
    one, other = (run.write(tmp_path / name) / "flows-branches.csv.gz" for name in ("one", "other"))
    assert one.read_bytes() == other.read_bytes()


# When writing fails


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), PermissionError(13, "Permission denied")])
def test_nothing_is_left_when_a_table_cannot_be_written(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    written = []

    def write(table: ResultTable, _: pd.DataFrame, folder: Path) -> None:
        if len(written) == 3:
            raise error
        written.append(table.file)
        (folder / table.file).write_text("a table")

    monkeypatch.setattr(ResultTable, "write", write)
    with pytest.raises(CannotWrite, match=str(error.strerror)):
        run.write(tmp_path / "runs")
    assert len(written) == 3
    assert _nothing_in(tmp_path / "runs")


def test_nothing_is_left_after_an_interrupt(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("bichiku.result.run.manifest", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run.write(tmp_path / "runs")
    assert _nothing_in(tmp_path / "runs")


def test_nothing_is_left_when_the_last_step_fails(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def rename(*_: Any) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "rename", rename)
    with pytest.raises(CannotWrite, match="Input/output error"):
        run.write(tmp_path / "runs")
    assert _nothing_in(tmp_path / "runs")


def test_a_file_in_place_of_the_output_folder_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(CannotWrite, match="runs"):
        run.write(tmp_path / "runs")


def test_a_model_outside_of_git_has_no_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")  # no git at all
    folder = write_model(tmp_path / "m")
    model = read_model(folder)
    made = run_strategy(model.worlds["base"]).write(tmp_path / "runs")
    assert json.loads((made / "manifest.json").read_text())["git_revision"] is None


# When what was written does not verify


def test_a_run_that_does_not_verify_is_kept_as_rejected(run: Run, tmp_path: Path) -> None:
    wrong = run.tables["costs"].assign(value=lambda costs: costs["value"] * 1.01)
    with pytest.raises(Rejected, match=r"costs\.csv"):
        replace(run, tables={**run.tables, "costs": wrong}).write(tmp_path)
    (made,) = tmp_path.iterdir()
    assert made.name.endswith("-rejected")
    manifest = json.loads((made / "manifest.json").read_text())
    assert manifest["verification"]["holds"] is False
    assert manifest["verification"]["findings"]
    with pytest.raises(ModelFaults, match=r"was rejected: numbers of it did not verify"):
        read_run(made)


def test_a_run_of_one_period_without_crises_verifies_with_what_may_be_saved(tmp_path: Path) -> None:
    saved = {"material": "m", "tranche": "t", "max_share": 0.1, "cost": 5, "delay_periods": 1}
    folder = run_strategy(small_world(1, tables={"substitution": [saved]})).write(tmp_path)
    assert verify_run(folder).holds
