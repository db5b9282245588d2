"""The library: its page run as it stands, models in memory, what is raised, and what an import costs.

``python tests/test_library.py`` writes the present output of the blocks into the page.
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import bichiku
from bichiku.reading.values import cell_text
from bichiku.result.pipeline import NoSolution, NoSplit
from bichiku.solving import Status
from oracles.models import MODEL, NEXT_LINE, TABLES, faults_of, write_model

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "python.md"
BLOCK = re.compile(r"```python\n(.*?)```\n(?:\n```text\n(.*?)```\n)?", re.DOTALL)
SETTINGS = {"model": "Minimal", "buyer": "JPN", "start": "2026-01", "periods": 2, "resolution": "year"}


def run_page(text: str) -> str:
    """The page with what its blocks print, run one after the other in the current folder."""
    names: dict[str, Any] = {"__name__": "page"}

    def run(block: re.Match[str]) -> str:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(block[1], PAGE.name, "exec"), names)
        lines = "".join(f"{line.rstrip()}\n" for line in printed.getvalue().splitlines())
        return f"```python\n{block[1]}```\n" + (f"\n```text\n{lines}```\n" if lines else "")

    return BLOCK.sub(run, text)


def test_the_page_prints_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "models" / "tutorial", tmp_path / "models" / "tutorial")
    monkeypatch.chdir(tmp_path)
    text = PAGE.read_text(encoding="utf-8")
    assert run_page(text) == text
    assert len(list((tmp_path / "runs").iterdir())) == 3  # a run, a comparison, a sweep


def _python(line: str) -> str:
    return subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, check=True).stdout


def test_an_import_loads_none_of_the_large_packages() -> None:
    large = "{'pyomo', 'pandas', 'numpy', 'matplotlib', 'highspy', 'pydantic'}"
    assert _python(f"import sys, bichiku; print({large} & set(sys.modules))") == "set()\n"
    version = (
        "import bichiku.cli\nfrom typer.testing import CliRunner\nCliRunner().invoke(bichiku.cli.app, ['--version'])"
    )
    assert _python(f"import sys\n{version}\nprint({large} & set(sys.modules))") == "set()\n"


def test_public_names_stay_what_they_are_whatever_is_loaded_first() -> None:
    first = "import bichiku.api.library, bichiku.api.sweep.run, bichiku.verification.verdict"
    kinds = "print({type(getattr(bichiku, name)).__name__ for name in bichiku.__all__} - {'type', 'ABCMeta'})"
    assert _python(f"{first}\n{kinds}") == "{'function'}\n"
    with pytest.raises(AttributeError):
        _ = bichiku.nothing


# Models in memory


def _frames(**changes: str) -> dict[str, pd.DataFrame]:
    return {name: pd.read_csv(io.StringIO(text)) for name, text in {**TABLES, **changes}.items()}


def test_a_model_of_data_frames_has_the_worlds_of_its_files(tmp_path: Path) -> None:
    write_model(tmp_path / "minimal", "policies: {reserve_days: 60}\n")
    of_files = bichiku.read(str(tmp_path / "minimal")).base
    given = {**SETTINGS, "policies": {"reserve_days": 60}}
    model = bichiku.Model.from_tables(given, _frames(), name="minimal")
    made = model.base
    assert (made.settings, made.calendar, made.suppliers) == (of_files.settings, of_files.calendar, of_files.suppliers)
    assert (made.materials, made.demand, made.origins) == (of_files.materials, of_files.demand, of_files.origins)
    assert model["base"] is made


@pytest.mark.parametrize(
    ("extra", "tables"),
    [
        ({"discount_rat": 0.1}, {}),
        ({}, {"demand": "material,year,tonnes\ncobalt,2026,100\ncobald,2027,-5\n"}),
        ({"policies": {"country_cap": {"max": 0.5, "materials": ["cobald"]}}}, {}),
        ({}, {"supplier": "supplier\nx\n"}),
        ({}, {"suppliers": "supplier,material,country,capacity_t,cost\ncobalt-cod,cobalt,COD,1000,10\n"}),
    ],
)
def test_faults_are_those_of_files(tmp_path: Path, extra: dict[str, object], tables: dict[str, str]) -> None:
    import yaml

    write_model(tmp_path, yaml.safe_dump(extra) if extra else "", **tables)
    of_files = [re.sub(r"model\.yaml:\d+", "model.yaml", fault) for fault in faults_of(tmp_path)]
    with pytest.raises(bichiku.ModelFaults) as error:
        bichiku.Model.from_tables({**SETTINGS, **extra}, _frames(**tables))
    assert [str(fault) for fault in error.value.faults] == of_files
    assert len(MODEL.splitlines()) + 1 == NEXT_LINE


def test_a_value_that_no_model_holds_is_a_fault() -> None:
    with pytest.raises(bichiku.ModelFaults, match=r"discount_rate: .* is of a type that a model cannot hold"):
        bichiku.Model.from_tables({**SETTINGS, "discount_rate": object()}, _frames())
    world = bichiku.Model.from_tables(SETTINGS, _frames()).base
    with pytest.raises(bichiku.ModelFaults, match=r"discount_rate: .* is of a type that a model cannot hold"):
        world.changed({"discount_rate": object()})


def test_rows_that_look_like_comments_are_not_lost() -> None:
    materials = pd.DataFrame([{"material": "#cobalt", "reference_price": 10.0, "shortage_cost": None}])
    with pytest.raises(bichiku.ModelFaults, match="#cobalt"):
        bichiku.Model.from_tables(SETTINGS, {**_frames(), "materials": materials})


def test_changes_need_no_disk_and_add_up(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "m", "strategies: {a: {}, b: {policies: {reserve_days: 9}}}\n")
    model = bichiku.read(folder, {"discount_rate": 0.05})
    shutil.rmtree(folder)
    world = (
        model["a"].changed({"suppliers[cobalt-cod].price": 12.5}).changed({"policies.reserve_days": {"2026-12": 30}})
    )
    assert world.suppliers["cobalt-cod"].price == 12.5
    assert world.settings.discount_rate == 0.05
    assert model["a"].suppliers["cobalt-cod"].price == 10
    assert model["b"].changed({"policies.reserve_days": None}).policies == model.base.policies
    with pytest.raises(KeyError, match="no strategy 'c'"):
        model["c"]
    with pytest.raises(bichiku.ModelFaults, match="suppliers has no such row"):
        world.changed({"suppliers[cobalt-cog].price": 1})


def test_a_world_can_be_sent_to_another_process() -> None:
    world = bichiku.Model.from_tables(SETTINGS, _frames()).base
    again = pickle.loads(pickle.dumps(world))
    assert again == world
    assert again.changed({"discount_rate": 0.1}).settings.discount_rate == 0.1


# Runs


def test_a_run_read_back_is_the_same_kind_of_object(tmp_path: Path) -> None:
    world = bichiku.Model.from_tables(SETTINGS, _frames(), name="minimal").base
    run = bichiku.solve(world)
    assert bichiku.verify(run).holds
    assert (run.folder, run.manifest) == (None, {})
    folder = run.write(str(tmp_path))
    again = bichiku.load(str(folder))
    assert type(again) is type(run) is bichiku.Run
    assert (again.strategy, again.model.name, again.manifest, again.folder) == ("base", "minimal", run.manifest, folder)
    for name, frame in run.tables.items():
        read, made = (table.astype(object).fillna("") for table in (again.table(name), frame))
        pd.testing.assert_frame_equal(read, made, check_column_type=False)
    assert (folder / "report.html").is_file()
    assert bichiku.solve(again.world).write(tmp_path).name == f"{folder.name}-2"
    with pytest.raises(ValueError, match="read back"):
        _ = again.outcome
    with pytest.raises(LookupError, match="no table 'prices'"):
        _ = bichiku.solve(world, prices=False).prices


def test_representations_escape_what_they_show() -> None:
    model = bichiku.Model.from_tables({**SETTINGS, "model": "<b>M&M</b>"}, _frames())
    run = bichiku.solve(model.base, prices=False)
    comparison = bichiku.compare([run], failed={"<i>": "infeasible"})
    for shown in (run._repr_html_(), comparison._repr_html_()):
        assert "<table" in shown
        assert "cost_per_year" in shown
        assert "<b>M" not in shown
        assert "<i>" not in shown
    assert repr(model) == "<Model 'model': base>"


def test_a_world_without_a_plan_says_why() -> None:
    world = bichiku.Model.from_tables({**SETTINGS, "policies": {"country_cap": {"max": 0.5}}}, _frames()).base
    halted = world.changed({"policies.expected_shortage": {"max_days": 0}})
    with pytest.raises(bichiku.Infeasible) as failure:
        bichiku.solve(halted)
    assert isinstance(failure.value, bichiku.NoSolution)
    assert failure.value.explanation.conflicts


def test_what_cannot_be_compared_or_varied_is_told() -> None:
    run = bichiku.solve(bichiku.Model.from_tables(SETTINGS, _frames()).base, prices=False)
    with pytest.raises(bichiku.ModelFaults, match="given more than once"):
        bichiku.compare([run, run])
    with pytest.raises(bichiku.ModelFaults, match="no strategy 'basa'"):
        bichiku.compare([run], baseline="basa")
    with pytest.raises(bichiku.ModelFaults, match="unknown material 'cobald'"):
        bichiku.range(run, materials=["cobald"])
    with pytest.raises(ValueError, match="not a share"):
        bichiku.range(run, slack=2.0)
    with pytest.raises(bichiku.ModelFaults, match="discount_rate"):
        bichiku.sweep(run.world, vary={"discount_rate": [0.1, 7]})
    with pytest.raises(bichiku.ModelFaults, match="has no values"):
        bichiku.sweep(run.world, vary={"discount_rate": []})


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        shutil.copytree(ROOT / "models" / "tutorial", Path(place) / "models" / "tutorial")
        os.chdir(place)
        PAGE.write_text(run_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def test_why_there_is_no_solution_can_travel_between_processes() -> None:
    plain = NoSolution("today", Status.TIME_LIMIT)
    for failure in (plain, NoSplit(plain)):
        back = pickle.loads(pickle.dumps(failure))
        assert (type(back), back.strategy, back.status, str(back)) == (
            type(failure), "today", Status.TIME_LIMIT, str(failure),
        )  # fmt: skip


# Arguments of another type than a call takes


WRONG: dict[str, tuple[Any, str]] = {
    "solve a model": (
        lambda model, run: bichiku.solve(model),
        "solve: takes a world and not a model (one strategy of a",
    ),
    "explain a path": (
        lambda model, run: bichiku.explain("models/tutorial"),
        "takes a world and not 'models/tutorial'",
    ),
    "compare a model": (lambda model, run: bichiku.compare(model), "compare: takes a run and not a model"),
    "compare by name": (lambda model, run: bichiku.compare({"a": run}), "compare: takes a run and not 'a' (str)"),
    "doubt a world": (lambda model, run: bichiku.doubt(model["today"]), "doubt: takes a model and not a world"),
    "check a run": (lambda model, run: bichiku.check(run), "check: takes a model or a world and not a run"),
    "change by text": (lambda model, run: model["today"].changed("policies.reserve_days=90"), "is no mapping (such as"),
    "a number to vary": (
        lambda model, run: bichiku.sweep(model["today"], {"policies.reserve_days": 30}),
        "policies.reserve_days: 30 is not a list of values",
    ),
    "a date": (lambda model, run: bichiku.stress(run, "china-halt", pd.Timestamp("2026-07-01")), "is not a text"),
    "half a draw": (lambda model, run: bichiku.stress(run, draws=10.5), "draws: 10.5 is not a whole number"),
    "no frame": (
        lambda model, run: bichiku.Model.from_tables(SETTINGS, {"origins": None}),
        "origins: is no data frame",
    ),
    "no settings": (lambda model, run: bichiku.Model.from_tables(None, {}), "settings: None is no mapping"),
}


@pytest.fixture(scope="module")
def tutorial_run() -> tuple[bichiku.Model, bichiku.Run]:
    model = bichiku.read(ROOT / "models" / "tutorial")
    return model, bichiku.solve(model["today"], prices=False)


@pytest.mark.parametrize("slip", WRONG)
def test_what_a_call_does_not_take_is_a_fault_that_says_so(
    slip: str, tutorial_run: tuple[bichiku.Model, bichiku.Run]
) -> None:
    call, words = WRONG[slip]
    with pytest.raises(bichiku.ModelFaults, match=re.escape(words)):
        call(*tutorial_run)


def test_one_material_is_a_list_of_one(tutorial_run: tuple[bichiku.Model, bichiku.Run]) -> None:
    found = bichiku.range(tutorial_run[1], 0.01, "tungsten")
    assert set(found["material"]) == {"tungsten"}
    with pytest.raises(ValueError, match="a slack of '1%' is not a share"):
        bichiku.range(tutorial_run[1], "1%")


def test_a_cell_that_pandas_does_not_know_is_empty() -> None:
    assert cell_text(pd.NA) == cell_text(pd.NaT) == cell_text(None) == cell_text(float("nan")) == ""


def test_tables_of_another_name_are_refused(tutorial_run: tuple[bichiku.Model, bichiku.Run], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="tables is 'plans' and not 'all' or 'plan'"):
        tutorial_run[1].write(tmp_path, tables="plans")  # type: ignore[arg-type]


def test_workers_may_be_a_number(tutorial_run: tuple[bichiku.Model, bichiku.Run]) -> None:
    found = bichiku.sweep(tutorial_run[0]["today"], {"policies.reserve_days": [30]}, workers=1)
    assert len(found.frontier) == 1
