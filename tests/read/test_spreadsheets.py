"""What a user types comes out again in tables, pages and on the screen: it must do no harm in any of them.

Signs after OWASP, "CSV Injection": a cell that begins with one of = + - @, tab or carriage return, or a full-width
form of these, may be taken for a formula.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from bichiku.reading.model import read_model
from bichiku.result.pipeline import run_strategy
from bichiku.verification import verify_run
from oracles.models import TABLES, faults_of, the_fault, write_model

FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠1"]
HIDDEN = ["a\x1b[31mb", "a\x07b", "a\u202eb", "a\u200bb", "a\x00b", "a\nb", "a\x85b"]


def _with_name(folder: Path, name: str) -> Path:
    return write_model(folder, suppliers=TABLES["suppliers"].replace("cobalt-cod", f'"{name}"'))


@pytest.mark.parametrize("name", [formula for formula in FORMULAS if formula.strip() == formula] + HIDDEN + ["#1"])
def test_a_name_that_does_harm_somewhere_is_refused(tmp_path: Path, name: str) -> None:
    found = the_fault(_with_name(tmp_path, name))
    assert "cannot be a name" in found or "begins with" in found
    assert found.isprintable()


def test_white_space_before_a_name_is_no_part_of_it(tmp_path: Path) -> None:
    world = read_model(_with_name(tmp_path, "\t a b \r")).worlds["base"]
    assert list(world.suppliers) == ["a b"]


@pytest.mark.parametrize("text", ["=1+1", "@SUM(1)", "#1"])
@pytest.mark.parametrize("column", ["source", "name"])
def test_a_free_text_that_begins_a_formula_is_refused(tmp_path: Path, column: str, text: str) -> None:
    materials = f"material,reference_price,shortage_cost,{column}\ncobalt,10,100,{text}\n"
    assert f"{column}: {text!r} begins with" in the_fault(write_model(tmp_path, materials=materials))


def test_a_dash_alone_is_an_empty_text_of_some_people(tmp_path: Path) -> None:
    materials = "material,reference_price,shortage_cost,source\ncobalt,10,100,-\n"
    assert faults_of(write_model(tmp_path, materials=materials)) == []


@pytest.mark.parametrize(
    "line", ['model: "=1"', 'model: "a\\e[31m"', 'model: "a\\u202eb"', 'model: "a\\nb"', "model: ' '"]
)
def test_a_title_is_one_printable_line(tmp_path: Path, line: str) -> None:
    whole = f"{line}\nbuyer: JPN\nstart: 2026-01\nperiods: 2\nresolution: year\n"
    assert "model.yaml:1: model: " in the_fault(write_model(tmp_path, whole=whole))


CAP = "policies: {share_caps: [{group: [COD], max: 1, name: '%s'}]}\n"


@pytest.mark.parametrize("extra", ['currency: "=1"\n', CAP % "@x"])
def test_other_texts_that_reach_a_table_are_held_to_the_same(tmp_path: Path, extra: str) -> None:
    assert "begins with" in the_fault(write_model(tmp_path, extra=extra))


def test_a_key_with_an_escape_sequence_is_shown_as_text(tmp_path: Path) -> None:
    found = the_fault(write_model(tmp_path, extra='"\\e[31m": 1\n'))
    assert found.startswith("model.yaml:6: \\x1b[31m: unknown key")
    assert found.isprintable()


def test_a_run_with_the_oddest_names_there_may_be_verifies_and_holds_no_formula(tmp_path: Path) -> None:
    name = "<script>alert(1)<\\script> & \"'`$x^2$ {{7*7}} %s 備蓄"
    supplier = name.replace('"', '""')
    suppliers = TABLES["suppliers"].replace("cobalt-cod", f'"{supplier}"')
    extra = "currency: <b>\n" + CAP.replace("%s", name.replace("'", "''"))
    source = write_model(tmp_path / "model", extra, suppliers=suppliers)
    model = read_model(source)
    folder = run_strategy(model.worlds["base"]).write(tmp_path / "runs")
    assert verify_run(folder).holds
    with (folder / "sourcing.csv").open(encoding="utf-8", newline="") as stream:
        assert {row["supplier"] for row in csv.DictReader(stream)} == {name}
    for file in folder.rglob("*.csv"):
        with file.open(encoding="utf-8", newline="") as stream:
            cells = [cell for row in csv.reader(stream) for cell in row]
        assert [cell for cell in cells if cell[:1] in ("=", "+", "@", "\t", "\r")] == []
        assert all(_is_number(cell) for cell in cells if cell.startswith("-"))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
