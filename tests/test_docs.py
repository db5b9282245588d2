"""The pages in docs/ name every key, column, file, metric, warning and package that exists, and no other."""

from __future__ import annotations

import re
import tomllib
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

import pytest
import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from bichiku.api.compare.table import OVER_THE_BASELINE
from bichiku.api.doubt.tables import TABLES as DOUBT_TABLES
from bichiku.api.sweep.axes import MOST_POINTS
from bichiku.api.sweep.points import SWEPT
from bichiku.cli import INTERRUPTED, NO_RESULT, WRONG_INPUT
from bichiku.model import faults, numbers
from bichiku.model.cost_lines import LINES
from bichiku.model.faults import FaultLog
from bichiku.model.tables import TABLES
from bichiku.model.warning_codes import CODES
from bichiku.model.world import MOST_DECISIONS
from bichiku.policies.no_shortage import NoShortageKeys
from bichiku.policies.reserve_ceiling import CeilingPath
from bichiku.policies.reserve_target import DaysPath
from bichiku.reading import csv_rows, document, strategies, yaml12
from bichiku.reading.document import parse_document
from bichiku.reading.model import read_model
from bichiku.reading.schema import ModelFile
from bichiku.reading.settings import NOT_YET
from bichiku.reading.strategies import split_strategies
from bichiku.result.levers import LEVERS
from bichiku.result.metrics import METRICS
from bichiku.result.pipeline import run_strategy
from bichiku.result.run import Run
from bichiku.stressing.dated import TABLES as DATED
from bichiku.stressing.drawn import TABLES as DRAWN
from bichiku.stressing.loss_map import LOSSES
from bichiku.stressing.static import STATIC
from bichiku.stressing.value import TABLES as VALUE_TABLES
from docs.reference import PARTS, renewed
from oracles.policy_examples import EXAMPLES

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
TUTORIAL = ROOT / "models" / "tutorial"
PAGES = [*sorted(set(DOCS.glob("*.md")) - {DOCS / "formulation.md"}), ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
EVERY_POLICY = [example.tutorial for example in EXAMPLES.values()]


class PageRow(NamedTuple):
    """A row of a table in a page: the section it stands under, the heading of its first column, its cells."""

    section: str
    head: str
    cells: list[str]

    @property
    def name(self) -> str:
        return self.cells[0].strip("`")


def rows_of(page: str) -> list[PageRow]:
    """All table rows of a page, by the section they stand under."""
    found, section, head = [], "", ""
    lines = (DOCS / page).read_text(encoding="utf-8").splitlines()
    for before, line, after in zip(["", *lines], lines, [*lines[1:], ""], strict=False):
        if line.startswith("#"):
            section = line.lstrip("# ").strip("`")
        elif after.startswith("|---"):
            head = line.strip("|").split("|")[0].strip()
        elif line.startswith("|") and not line.startswith("|---"):
            assert before.startswith("|"), line
            found.append(PageRow(section, head, [cell.strip() for cell in line.strip("|").split("|")]))
    return found


def named(page: str, section: str, head: str) -> list[str]:
    """The names in the first column of a section's tables with that heading."""
    return [row.name for row in rows_of(page) if row.section == section and row.head == head]


NOT_IN_THE_TUTORIAL = {"refused"}  # which has no contract with a minimum
OF_OWN_SHAPE = (DaysPath, CeilingPath, NoShortageKeys)  # written as a number, a word, a list or names of materials


def bare(kind: Any) -> Any:
    while get_origin(kind) in (Annotated, Union, types.UnionType):
        kind = next(part for part in get_args(kind) if part is not type(None))
    return kind


def key_groups(kind: type[BaseModel], path: str = "") -> Iterator[tuple[str, dict[str, FieldInfo]]]:
    """Every mapping of model.yaml with fixed keys: the section that describes it, and its fields by key."""
    fields = {field.alias or name: field for name, field in kind.model_fields.items()}
    yield path or "Top level", fields
    for key, field in fields.items():
        inside, step = bare(field.annotation), f"{path}.{key}".lstrip(".")
        if get_origin(inside) in (dict, list):
            step += ".<name>" if get_origin(inside) is dict else "[]"
            inside = bare(get_args(inside)[-1])
        if isinstance(inside, type) and issubclass(inside, BaseModel) and inside not in OF_OWN_SHAPE:
            yield from key_groups(inside, step)


KEYS = dict(key_groups(ModelFile))
NOT_IN_SETTINGS = {"Top level": ["strategies"]}  # taken out before the settings are checked


def default_text(required: bool, default: Any, none: str) -> str:
    """A default as the pages write it."""
    if required:
        return "required"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, int | float):
        return f"{default:g}"
    return f"`{default}`" if isinstance(default, str) and default else none


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory):
    """A run of the tutorial under every policy at once, split."""
    model = read_model(TUTORIAL, ["today"], EVERY_POLICY)
    return run_strategy(model.worlds["today"], split=True).write(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def result_tables():
    model = read_model(TUTORIAL, ["today"], EVERY_POLICY)
    return run_strategy(model.worlds["today"], split=True).tables


@pytest.fixture(scope="module")
def plain_summary():
    return run_strategy(read_model(TUTORIAL, ["today"]).worlds["today"]).tables["summary"]


@pytest.mark.parametrize("page", PARTS)
def test_reference_tables_are_as_the_code_declares(page):
    assert (DOCS / page).read_text(encoding="utf-8") == renewed(page), "make docs writes them"


@pytest.mark.parametrize("section", KEYS)
def test_every_key_of_the_model_file_is_described(section):
    assert named("model-file.md", section, "key") == [*KEYS[section], *NOT_IN_SETTINGS.get(section, [])]


def test_no_key_is_described_that_does_not_exist():
    assert {row.section for row in rows_of("model-file.md") if row.head == "key"} == set(KEYS)


@pytest.mark.parametrize("section", KEYS)
def test_defaults_of_keys_are_those_of_the_code(section):
    for row in rows_of("model-file.md"):
        if row.section == section and row.name in KEYS[section]:
            field = KEYS[section][row.name]
            none = "all" if row.name == "materials" and "policies" in section else "none"
            text = default_text(field.is_required(), field.get_default(call_default_factory=True), none)
            assert row.cells[2].strip("`") == text.strip("`"), row


def examples() -> list[str]:
    found = re.findall(r"```yaml\n(.*?)```", (DOCS / "model-file.md").read_text(encoding="utf-8"), re.DOTALL)
    return [example for example in found if not example.startswith("on:")]  # those need the other model


@pytest.mark.parametrize("example", examples())
def test_examples_of_the_model_file_are_sound(tmp_path, example):
    base = parse_document((TUTORIAL / "model.yaml").read_text(encoding="utf-8"), "model.yaml")
    del base.data["strategies"]
    added = parse_document(example, "example")
    alone = {key: value for key, value in added.data.items() if key != "strategies"}  # a base holds no null
    assert alone.keys() <= set(KEYS["Top level"])
    merged = base.merged(added) if alone else base
    merged.data["strategies"] = added.data.get("strategies", {})
    folder = tmp_path / "model"
    folder.mkdir()
    for file in TUTORIAL.glob("*.csv"):
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "model.yaml").write_text(yaml.safe_dump(merged.data), encoding="utf-8")

    assert read_model(folder).worlds


def test_what_a_strategy_may_not_change_is_said():
    page = (DOCS / "model-file.md").read_text(encoding="utf-8")
    said = re.search(r"Every key can be changed but (.*?):", page, re.DOTALL)
    assert said
    log = FaultLog()
    fixed = re.findall(r"`(\w+)`", said[1])
    text = "strategies:\n  other:\n" + "".join(f"    {key}: 1\n" for key in [*KEYS["Top level"], "strategies"])
    split_strategies(parse_document(text, "model.yaml"), log)
    assert sorted(fault.where.split(".")[-1] for fault in log) == sorted(fixed)


@pytest.mark.parametrize("kind", TABLES, ids=lambda kind: kind.table)
def test_every_column_of_a_table_is_described(kind):
    assert named("tables.md", f"{kind.table}.csv", "column") == kind.columns()


@pytest.mark.parametrize("kind", TABLES, ids=lambda kind: kind.table)
def test_defaults_of_columns_are_those_of_the_code(kind):
    for row in rows_of("tables.md"):
        if row.section == f"{kind.table}.csv":
            field = kind.model_fields[row.name]
            assert row.cells[2] == default_text(field.is_required(), field.default, "empty"), row


def test_no_table_is_described_that_does_not_exist():
    assert {row.section for row in rows_of("tables.md")} == {f"{kind.table}.csv" for kind in TABLES}


def test_every_file_of_a_run_has_a_section(run_folder):
    sections = {row.section for row in rows_of("run-folder.md")} | {"inputs", "solver.log"}

    assert sections == {entry.name for entry in run_folder.iterdir()}
    assert "\n## `inputs`\n" in (DOCS / "run-folder.md").read_text(encoding="utf-8")


def test_every_column_of_a_run_is_described(run_folder):
    for file in run_folder.glob("*.csv"):
        columns = file.read_text(encoding="utf-8").splitlines()[0].split(",")
        assert named("run-folder.md", file.name, "column") == columns, file.name


def test_every_metric_is_described(result_tables, plain_summary):
    described = named("run-folder.md", "summary.csv", "metric")
    metrics = {*result_tables["summary"]["metric"], *plain_summary["metric"]}

    assert described == list(METRICS)
    governed = {name for name in described if name.startswith("governance_weighted")}  # the tutorial has no scores
    assert set(described) - governed - {f"{line}_per_year" for line in NOT_IN_THE_TUTORIAL} == metrics - governed


def test_every_cost_line_is_described(result_tables):
    assert named("run-folder.md", "costs.csv", "line") == list(LINES)
    assert set(result_tables["costs"]["line"]) == set(LINES) - NOT_IN_THE_TUTORIAL


def test_every_policy_of_the_duals_is_named(result_tables):
    row = next(row for row in rows_of("run-folder.md") if row.section == "duals.csv" and row.name == "policy")

    assert set(re.findall(r"`(\w+)`", row.cells[2])) == set(result_tables["duals"]["policy"])


def test_every_number_of_the_prices_is_named(result_tables):
    row = next(row for row in rows_of("run-folder.md") if row.section == "prices.csv" and row.name == "policy")
    policies = set(result_tables["duals"]["policy"]) - {"concentration"}

    assert set(re.findall(r"`(\w+)`", row.cells[2])) == set(result_tables["prices"]["policy"]) - policies


def test_every_item_of_the_flows_is_named(result_tables):
    row = next(row for row in rows_of("run-folder.md") if row.section == "flows.csv" and row.name == "item")

    assert set(re.findall(r"`(\w+)`", row.cells[2])) >= set(result_tables["flows"]["item"])


def test_every_key_of_the_manifest_is_described(run_folder):
    manifest = parse_document((run_folder / "manifest.json").read_text(encoding="utf-8"), "manifest.json")

    of_the_plan_alone = ["left_out"]
    assert named("run-folder.md", "manifest.json", "key") == [*manifest.data, *of_the_plan_alone]


def test_every_warning_and_exit_status_is_described():
    statuses = [0, NO_RESULT, WRONG_INPUT, INTERRUPTED]

    assert named("messages.md", "Warnings", "code") == list(CODES)
    assert named("messages.md", "Exit statuses", "status") == [str(status) for status in statuses]


def test_keys_that_are_not_supported_are_named():
    text = (DOCS / "messages.md").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if "not supported" in line)

    assert set(re.findall(r"`(\w+)`", line)) == set(NOT_YET)


def test_every_dependency_has_a_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]

    described = [row.name for row in rows_of("dependencies.md") if row.head == "package"]

    names = [re.match(r"[\w-]+", requirement)[0] for requirement in needed]
    assert described == [name for name in names if name != project["name"]]  # one extra may ask for another


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "trust.md"], ids=lambda page: page.name)
def test_names_with_underscores_exist(page, result_tables):
    """A word such as `cover_days` in a page is a key, a column, a metric or a module."""
    known = {key for fields in KEYS.values() for key in fields} | set(NOT_YET)
    known |= {key for kind in OF_OWN_SHAPE for key in kind.model_fields}
    known |= {column for kind in TABLES for column in kind.columns()}
    known |= {column for table in result_tables.values() for column in table.columns}
    known |= {*named("run-folder.md", "summary.csv", "metric"), *LINES, *set(result_tables["duals"]["policy"])}
    known |= {*named("run-folder.md", "manifest.json", "key"), "default"}
    known |= {column for table in DOUBT_TABLES for column in table.names}
    known |= set(vars(Run))
    known |= {*OVER_THE_BASELINE.values(), *LEVERS, *SWEPT}
    known |= {name for table in (*DATED, LOSSES, STATIC, *DRAWN, *VALUE_TABLES) for name in table.names}
    known |= {file.stem for folder in ("src", "tests", "oracles") for file in (ROOT / folder).rglob("*.py")}
    text = page.read_text(encoding="utf-8")
    words = {word for code in re.findall(r"`([^`\n]+)`", text) for word in re.findall(r"[a-z]+(?:_[a-z0-9]+)+", code)}

    assert words <= known | {"add_rows", "gap_scarce", "supplier_capacity", "project_capacity", "project_build_limit"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_paths_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        assert target.startswith("https://") or (page.parent / target).exists(), target
    for path in re.findall(r"`((?:src|docs|tests|oracles|models|data)/[\w./-]+)`", text):
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("tables.md", f"at\nmost {csv_rows.MOST_ROWS:,} rows and {csv_rows.MAX_BYTES / 1e6:g} MB"),
        ("tables.md", f"smaller than {numbers.SMALLEST:g}"),
        ("model-file.md", f"at most {document.MAX_BYTES / 1e6:g} MB, {yaml12.MAX_NODES:,} keys and values"),
        ("model-file.md", f"{yaml12.MAX_DEPTH} levels and {strategies.MOST_STRATEGIES} strategies"),
        ("model-file.md", f"{MOST_DECISIONS / 1e6:g} million"),
        ("messages.md", f"After {faults.MOST_FAULTS} faults reading stops"),
        ("comparing.md", f"at most {MOST_POINTS:,} points"),
    ],
)
def test_limits_are_those_of_the_reader(page: str, words: str) -> None:
    text = " ".join((DOCS / page).read_text(encoding="utf-8").split())
    assert " ".join(words.split()) in text
