"""Columns and metrics stand as they are declared: written, read back strictly, and known to the verifier."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import bichiku
from bichiku.model.faults import ModelFaults
from bichiku.model.world import STAGES
from bichiku.program import ALL
from bichiku.reading.model import read_model
from bichiku.result.columns import Column, Kind, ResultTable
from bichiku.result.metrics import METRICS, READ, shown_in, summary_table
from bichiku.result.metrics.basis import BASES
from bichiku.result.metrics.costs import PAID_LINES
from bichiku.result.metrics.metric import Shown
from bichiku.result.pipeline import run_strategy
from bichiku.result.run import Run
from bichiku.result.saved_run import read_run
from bichiku.result.tables import TABLES, summarise
from bichiku.verification import files as verifier
from oracles.models import TABLES as COBALT
from oracles.models import write_model

TUTORIAL = Path(__file__).parents[2] / "models" / "tutorial"
SHOW = Path(bichiku.__file__).parent / "show"

STOCKS = ResultTable(
    "stocks",
    "",
    (
        Column("material", Kind.TEXT, "", ""),
        Column("month", Kind.MONTH, "", ""),
        Column("year", Kind.YEAR, "", "", optional=True),
        Column("period", Kind.COUNT, "", ""),
        Column("tonnes", Kind.NUMBER, "t", ""),
        Column("cover", Kind.NUMBER, "days", "", optional=True),
    ),
    key=("material", "period"),
)
ROW: dict[str, object] = {
    "material": "cobalt", "month": "2026-01", "year": 2026, "period": 1, "tonnes": 0.1 + 0.2, "cover": 60.0,
}  # fmt: skip


@pytest.fixture(scope="module")
def solved() -> Run:
    return run_strategy(read_model(TUTORIAL, ["today"]).worlds["today"], split=True)


# The verifier's own list


def test_the_verifier_knows_the_same_tables_by_the_same_keys() -> None:
    assert list(verifier.COLUMNS) == [table.file for table in TABLES.values()]
    keys = {table.file: table.key for table in TABLES.values()}
    # of a detail the verifier holds only the year to be exact: which of two equal crises is named is open
    assert {**keys, "summary.csv": keys["summary.csv"][:2]} == verifier.KEYS


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_the_verifier_expects_the_same_columns(table: ResultTable) -> None:
    def cell(column: Column) -> verifier.Cell:
        if column.kind.is_text:
            return verifier.Cell.TEXT
        if column.kind.is_whole:
            return verifier.Cell.WHOLE_OR_EMPTY if column.optional else verifier.Cell.WHOLE
        return verifier.Cell.NUMBER_OR_EMPTY if column.optional else verifier.Cell.NUMBER

    assert [(column.name, cell(column)) for column in table.columns] == list(verifier.COLUMNS[table.file].items())


# Made and read back


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_read_back_as_it_was(solved: Run, tmp_path: Path, name: str) -> None:
    made, table = solved.tables[name], TABLES[name]
    table.write(made, tmp_path)
    read = table.read(tmp_path)
    for column in read:
        if isinstance(made[column].dtype, pd.CategoricalDtype):
            made = made.assign(**{column: made[column].astype(read[column].dtype)})
    pd.testing.assert_frame_equal(read, made, check_exact=True)


NAMES = ["250410", "0101", "True", "NA", "null", "1e5", "", "2026-01-01", "inf", "a, b", 'a "b"', "a\nb"]


@pytest.mark.parametrize("name", NAMES)
def test_names_that_look_like_something_else_stay_texts(tmp_path: Path, name: str) -> None:
    made = STOCKS.from_rows([{**ROW, "material": name}])
    STOCKS.write(made, tmp_path)
    read = STOCKS.read(tmp_path)
    assert read["material"].tolist() == [name]
    pd.testing.assert_frame_equal(read, made, check_exact=True)


@pytest.mark.parametrize(("material", "supplier"), [("250410", "True"), ("0101", "007")])
def test_a_run_of_names_that_look_like_numbers_verifies_and_is_read_back(
    tmp_path: Path, material: str, supplier: str
) -> None:
    tables = {name: text.replace("cobalt-cod", supplier).replace("cobalt", material) for name, text in COBALT.items()}
    halt = "crises:\n  halt: {annual_probability: 0.1, onset_every: 1, duration: 1, recovery: 0, "
    halt += f"effects: [{{suppliers: ['{supplier}'], loss: 1}}]}}\n"
    model = read_model(write_model(tmp_path / "model", halt, **tables))
    (world,) = model.worlds.values()
    solved = run_strategy(world)
    run = read_run(solved.write(tmp_path / "runs"))
    assert set(run.tables["crises"]["material"]) == {material}
    assert set(run.tables["sourcing"]["supplier"]) == {supplier}
    for name in set(solved.tables) - {"flows", "flows-branches"}:
        pd.testing.assert_frame_equal(run.tables[name], solved.tables[name], check_exact=True)


def test_what_may_be_empty_is_read_as_nothing(tmp_path: Path) -> None:
    made = STOCKS.from_rows([{**ROW, "year": None, "cover": np.nan}, ROW])
    STOCKS.write(made, tmp_path)
    assert (tmp_path / "stocks.csv").read_text().splitlines()[1:] == [
        "cobalt,2026-01,,1,0.30000000000000004,",
        "cobalt,2026-01,2026,1,0.30000000000000004,60.0",
    ]
    pd.testing.assert_frame_equal(STOCKS.read(tmp_path), made, check_exact=True)


def test_a_table_without_rows_has_its_columns(tmp_path: Path) -> None:
    made = STOCKS.from_rows([])
    STOCKS.write(made, tmp_path)
    pd.testing.assert_frame_equal(STOCKS.read(tmp_path), made)
    assert list(made) == list(ROW)


# Made wrong, or read from what was changed


def test_a_row_without_a_column_cannot_be_made() -> None:
    with pytest.raises(ValueError, match=r"stocks.csv: columns missing \['cover'\], unknown \[\]"):
        STOCKS.from_rows([ROW, {name: value for name, value in ROW.items() if name != "cover"}])


def test_a_row_with_another_column_cannot_be_made() -> None:
    with pytest.raises(ValueError, match=r"unknown \['days'\]"):
        STOCKS.from_rows([{**ROW, "days": 1.0}])


@pytest.mark.parametrize(
    ("column", "value"), [("material", 7), ("month", None), ("year", "x"), ("period", "x"), ("tonnes", "much")]
)
def test_a_value_of_another_kind_cannot_be_made(column: str, value: object) -> None:
    with pytest.raises(ValueError, match=r"stocks\.csv"):
        STOCKS.from_rows([{**ROW, column: value}])


HEADER = "material,month,year,period,tonnes,cover"
GOOD = "cobalt,2026-01,2026,1,0.5,60"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{HEADER}\n{GOOD}\ncobalt,2026-01,2026,1,much,60\n", r"stocks\.csv:3: tonnes: 'much' is not a number"),
        (f"{HEADER}\ncobalt,2026-01,2026,1,,60\n", r"stocks\.csv:2: tonnes: '' is not a number"),
        (f"{HEADER}\ncobalt,2026-01,2026,1,nan,60\n", r"stocks\.csv:2: tonnes: 'nan' is not a number"),
        (f"{HEADER}\ncobalt,2026-01,2026,1,1,inf\n", r"stocks\.csv:2: cover: 'inf' is not a number or nothing"),
        (f"{HEADER}\ncobalt,2026-01,2026,1.0,1,60\n", r"stocks\.csv:2: period: '1\.0' is not a whole number"),
        (f"{HEADER}\ncobalt,2026-01,late,1,1,60\n", r"stocks\.csv:2: year: 'late' is not a year or nothing"),
        (f"{HEADER}\ncobalt,2026-13,2026,1,1,60\n", r"stocks\.csv:2: month: '2026-13' is not a month"),
        (f"{HEADER},more\n{GOOD},1\n", r"stocks\.csv:1: more: is no column of this table"),
        ("material,month,year,period,tonnes\ncobalt,2026-01,2026,1,1\n", r"stocks\.csv:1: cover: is missing"),
        (f"{HEADER}\n{GOOD}\ncobalt,2026-01,2026,1\n", r"stocks\.csv:3: tonnes: '' is not a number"),
        (f"{HEADER}\n{GOOD},7\n", r"stocks\.csv: has rows longer than its header"),
        ("", r"stocks\.csv: cannot be read"),
    ],
)
def test_what_is_not_as_declared_is_not_read(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "stocks.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ModelFaults, match=said):
        STOCKS.read(tmp_path)


def test_a_table_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelFaults, match=r"stocks\.csv: cannot be read"):
        STOCKS.read(tmp_path)


# Metrics


def test_every_row_of_a_summary_is_a_metric_as_declared(solved: Run) -> None:
    for row in solved.tables["summary"].itertuples():
        metric = METRICS[row.metric]
        assert row.unit == metric.unit_in("USD"), row
        assert row.material in metric.scope, row


def test_a_summary_alone_is_that_of_all_tables(solved: Run) -> None:
    few = {name: solved.tables[name] for name in READ}
    pd.testing.assert_frame_equal(summarise(solved.outcome), summary_table(solved.outcome, few), check_exact=True)
    some = summarise(solved.outcome, ["cvar_damage", "china_share"])
    whole = solved.tables["summary"]
    chosen = whole[whole["metric"].isin(["cvar_damage", "china_share"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(some, chosen, check_exact=True)
    more = {**few, "split": solved.tables["split"]}
    pd.testing.assert_frame_equal(summary_table(solved.outcome, more), solved.tables["summary"], check_exact=True)


def test_metrics_of_all_materials_come_before_those_of_each(solved: Run) -> None:
    summary = solved.tables["summary"]
    for metric, rows in summary.groupby("metric"):
        materials = rows["material"].tolist()
        assert materials == sorted(materials, key=lambda name: (name != ALL, name)), metric


@pytest.mark.parametrize(("folder", "place"), [("screen", Shown.SCREEN), ("report", Shown.REPORT)])
def test_metrics_are_shown_where_they_say(folder: str, place: Shown) -> None:
    asked = {name for file in (SHOW / folder).rglob("*.py") for name in _metrics_named(file)}
    assert asked - {"objective"} == {metric.name for metric in shown_in(place)}  # that of the manifest


def _metrics_named(file: Path) -> Iterator[str]:
    """Metrics that a module asks for, those of cost lines, bases and stages by a pattern."""
    families = {"_per_year": [f"{line}_per_year" for line in PAID_LINES], "cost_": [_cost_of(basis) for basis in BASES]}
    families["china_share_"] = [f"china_share_{stage}" for stage in STAGES]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            constants = [part.value for part in node.values if isinstance(part, ast.Constant)]
            if len(node.values) == 2 and len(constants) == 1:
                yield from families.get(str(constants[0]), [])
        elif isinstance(node, ast.Constant) and node.value in METRICS:
            yield node.value


def _cost_of(basis: str) -> str:
    return f"cost_{basis.replace(' ', '_')}"
