"""Good runs verify; a change of any one number in any table does not, and the finding says where."""

from __future__ import annotations

import ast
import csv
import importlib.util
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bichiku.reading.model import read_model
from bichiku.result.pipeline import run_strategy
from bichiku.verification import RULES, Finding, Verdict, verify_run
from bichiku.verification.beside import Verifier
from bichiku.verification.files import COLUMNS, NE, WE, N, W
from oracles.by_hand import description
from oracles.world_strategies import write_model
from tests.verify.tampering import (
    BRANCHES,
    cell,
    change,
    delete_line,
    flow_files,
    largest,
    largest_flow,
    lines_where,
    read_rows,
    repeat_line,
    says,
    set_cell,
    write_rows,
)


def _recomputed(verdict: Verdict) -> list[Finding]:
    """Findings other than that a file is not the one that was hashed."""
    return [finding for finding in verdict.findings if finding.rule != "manifest.outputs"]


# Good runs


@pytest.mark.parametrize("name", ["tutorial", "rich"])
def test_a_good_run_holds(good_runs: dict[str, Path], name: str) -> None:
    verdict = verify_run(good_runs[name])
    assert [str(finding) for finding in verdict.findings] == []
    assert verdict.holds
    assert verdict.checks > 5000
    assert set(verdict.residuals) <= set(RULES)


def test_the_verdict_goes_into_a_manifest(good_runs: dict[str, Path]) -> None:
    said = verify_run(good_runs["rich"]).as_dict()
    assert said["holds"] is True
    assert said["findings"] == []
    assert set(said["largest"]) == {"rule", "file", "row", "absolute", "relative"}
    assert said["largest"]["relative"] < 1e-9
    assert said["residuals"]["flows.balance"]["file"] == "flows.csv"


def test_the_rich_run_has_something_of_everything(good_runs: dict[str, Path]) -> None:
    folder = good_runs["rich"]
    items = {row[6] for file in flow_files(folder) for row in read_rows(file)[1:]}
    assert items == {"shipped", "arrived", "produced", "saved", "short", "stock", "gap"}
    policies = {row[0] for row in read_rows(folder / "duals.csv")[1:]}
    assert policies == {rule.removeprefix("policy.") for rule in RULES if rule.startswith("policy.")}
    lines = {row[0] for row in read_rows(folder / "costs.csv")[1:]}
    assert lines == {rule.removeprefix("cost.") for rule in RULES if rule.startswith("cost.")}


# One number of each column


CELLS = [(file, column) for file, cells in COLUMNS.items() for column in cells]
NUMBERS = [(file, column) for file, column in CELLS if COLUMNS[file][column] in (N, NE)]
RULE_OF = {
    ("duals.csv", "value"): "dual.value",
    ("crises.csv", "probability"): "tree.probability",
    ("crises.csv", "annual_probability"): "tree.annual_probability",
    ("crises.csv", "effective_annual_probability"): "tree.annual_probability",
    ("crises.csv", "branch_days"): "tree.branch_days",
    ("split.csv", "stock_t_at_list_prices"): "split.cover_days_at_list_prices",
    ("projects.csv", "built_t_per_year"): "projects.net_cost",
    ("prices.csv", "holds_from"): "prices.sentence",
    ("prices.csv", "holds_to"): "prices.sentence",
}
ELSEWHERE = {("flows.csv", "tonnes"), (BRANCHES, "tonnes"), ("duals.csv", "dual"), ("prices.csv", "price")}
ROUNDED = {("prices.csv", "holds_from"), ("prices.csv", "holds_to")}  # known to three digits, from the sentence


@pytest.mark.parametrize(("file", "column"), [pair for pair in NUMBERS if pair not in ELSEWHERE])
@pytest.mark.parametrize("name", ["tutorial", "rich"])
def test_one_number_changed(copy_of: Callable[[str], Path], name: str, file: str, column: str) -> None:
    folder = copy_of(name)
    header, *rows = read_rows(folder / file)
    if all(row[header.index(column)] == "" for row in rows):
        pytest.skip("the column is empty in this run")
    line = largest(folder / file, column)
    change(folder / file, line, column, factor=1.02 if (file, column) in ROUNDED else 1.001)
    rule = RULE_OF.get((file, column), f"{file.removesuffix('.csv')}.{column}")
    if (file, column) == ("costs.csv", "value"):
        rule = f"cost.{cell(folder / file, line, 'line')}"
    verdict = verify_run(folder)
    assert says(verdict, rule, file, line), [str(finding) for finding in verdict.findings]


@pytest.mark.parametrize(
    ("item", "rule"),
    [
        ("shipped", "flows.arrived"),
        ("produced", "flows.arrived"),
        ("arrived", "flows.arrived"),
        ("saved", "flows.balance"),
        ("short", "flows.balance"),
        ("stock", "flows.balance"),
    ],
)
def test_one_flow_changed(copy_of: Callable[[str], Path], item: str, rule: str) -> None:
    folder = copy_of("rich")
    there = [(file, lines) for file in flow_files(folder) if (lines := lines_where(file, item=item))]
    assert there
    for file, line in [(file, lines[0]) for file, lines in there] + [largest_flow(folder, item=item)]:
        before = cell(file, line, "tonnes")
        change(file, line, "tonnes")
        assert says(verify_run(folder), rule, file.name, line), (item, line)
        set_cell(file, line, "tonnes", before)


def test_the_fifth_digit_of_flows(copy_of: Callable[[str], Path]) -> None:
    folder = copy_of("tutorial")
    for file in flow_files(folder):
        for line in range(2, len(read_rows(file)) + 1, 7):
            before = cell(file, line, "tonnes")
            set_cell(file, line, "tonnes", float(before) * (1.0 + 1e-5))
            assert _recomputed(verify_run(folder)), (file, line)
            set_cell(file, line, "tonnes", before)


def test_a_gap_changed_names_its_cost(copy_of: Callable[[str], Path]) -> None:
    folder = copy_of("rich")
    file, line = largest_flow(folder, item="gap")
    change(file, line, "tonnes", factor=0.999, more=-0.01)
    assert says(verify_run(folder), "flows.hand_back", BRANCHES, line)


def test_a_dual_on_a_limit_that_does_not_bind(copy_of: Callable[[str], Path]) -> None:
    folder = copy_of("rich")
    line = lines_where(folder / "duals.csv", policy="country_cap", material="metal", limit="AUS")[0]
    assert float(cell(folder / "duals.csv", line, "dual")) == 0
    set_cell(folder / "duals.csv", line, "dual", -0.01)
    assert says(verify_run(folder), "dual.slack", "duals.csv", line)


def test_a_dual_on_a_limit_that_binds_is_held_by_prices(copy_of: Callable[[str], Path]) -> None:
    folder = copy_of("without planes")
    line = largest(folder / "duals.csv", "dual", policy="budget_reserve")
    change(folder / "duals.csv", line, "dual")
    assert says(verify_run(folder), "prices.duals", "prices.csv")


def test_a_price_changed(copy_of: Callable[[str], Path]) -> None:
    folder = copy_of("without planes")
    line = largest(folder / "prices.csv", "price", policy="budget_reserve", method="ranging")
    change(folder / "prices.csv", line, "price")
    assert says(verify_run(folder), "prices.duals", "prices.csv", line)


@pytest.mark.parametrize(("file", "column"), [pair for pair in CELLS if pair not in NUMBERS])
def test_a_key_or_text_changed(copy_of: Callable[[str], Path], file: str, column: str) -> None:
    folder = copy_of("rich")
    whole = COLUMNS[file][column] in (W, WE)
    set_cell(folder / file, 3, column, "9" if whole else "something")
    found = [finding for finding in verify_run(folder).findings if finding.file == file]
    assert [finding for finding in found if 3 in finding.lines]


# Files and rows


@pytest.mark.parametrize("file", COLUMNS)
def test_a_row_deleted(copy_of: Callable[[str], Path], file: str) -> None:
    folder = copy_of("rich")
    line = largest(folder / file, next(name for name, kind in COLUMNS[file].items() if kind in (N, NE)))
    delete_line(folder / file, line)
    verdict = verify_run(folder)
    rule = "flows.arrived" if file in ("flows.csv", BRANCHES) else "row.missing"
    assert says(verdict, rule, file), [str(finding) for finding in verdict.findings]


@pytest.mark.parametrize("file", COLUMNS)
def test_a_row_repeated(copy_of: Callable[[str], Path], file: str) -> None:
    folder = copy_of("rich")
    repeat_line(folder / file, 2)
    assert says(verify_run(folder), "row.twice", file), file


@pytest.mark.parametrize(("file", "other"), [("flows.csv", BRANCHES), (BRANCHES, "flows.csv")])
def test_a_row_in_the_file_of_the_others(copy_of: Callable[[str], Path], file: str, other: str) -> None:
    folder = copy_of("tutorial")
    rows, others = read_rows(folder / file), read_rows(folder / other)
    write_rows(folder / other, [*others, rows.pop()])
    write_rows(folder / file, rows)
    assert says(verify_run(folder), "row.unknown", other, len(others) + 1)


@pytest.mark.parametrize("file", [*COLUMNS, "manifest.json", "inputs"])
def test_a_file_removed(copy_of: Callable[[str], Path], file: str) -> None:
    folder = copy_of("tutorial")
    shutil.rmtree(folder / file) if file == "inputs" else (folder / file).unlink()
    verdict = verify_run(folder)
    assert not verdict.holds
    assert says(verdict, "file.missing", file)


@pytest.mark.parametrize("file", COLUMNS)
@pytest.mark.parametrize("text", ["", "\n", "a,b\n1\n", "\udcff"])
def test_a_file_that_is_no_table(copy_of: Callable[[str], Path], file: str, text: str) -> None:
    folder = copy_of("tutorial")
    (folder / file).write_bytes(text.encode("utf-8", "surrogateescape"))
    verdict = verify_run(folder)
    assert [finding for finding in _recomputed(verdict) if finding.file == file]


@pytest.mark.parametrize("text", ["x", "", "nan", "inf", "1e999"])
def test_a_cell_that_is_no_number(copy_of: Callable[[str], Path], text: str) -> None:
    folder = copy_of("tutorial")
    set_cell(folder / "reserve.csv", 5, "stock_t", text)
    assert says(verify_run(folder), "file.cell", "reserve.csv", 5)


def test_findings_are_capped_but_counted(copy_of: Callable[[str], Path]) -> None:
    folder = copy_of("tutorial")
    file = folder / "flows.csv"
    rows = read_rows(file)
    for row in rows[1:]:
        row[8] = repr(float(row[8]) + 1.0)
    with file.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(rows)
    verdict = verify_run(folder)
    assert len(says(verdict, "flows.balance")) == 20
    assert verdict.broken["flows.balance"] > 20


# By another process


def test_another_process_comes_to_the_same_verdict(copy_of: Callable[[str], Path]) -> None:
    folder = copy_of("tutorial")
    for _ in range(2):
        with Verifier(folder) as beside:
            beside.begin()
            assert beside.verdict() == verify_run(folder)
        change(folder / "costs.csv", 2, "value")


def test_a_process_that_fails_is_made_up_for(copy_of: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    with Verifier(copy_of("tutorial")) as beside:
        beside.begin()
        assert beside.verdict().holds


# Independence


FORBIDDEN = (
    "program",
    "policies",
    "build",
    "solving",
    "result",
    "show",
    "api",
    "cli",
    "model.tree",
    "model.state",
    "model.chains",
)


def test_verify_shares_no_code_with_the_builder() -> None:
    """Follows the verifier's imports through its own modules; what it reads of a model, it reads as data."""
    waiting, seen = ["bichiku.verification"], set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if not name.startswith("bichiku.verification"):
            continue
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        source = Path(spec.origin).read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("bichiku"):
                waiting.append(node.module)
            if isinstance(node, ast.Import):
                waiting += [alias.name for alias in node.names if alias.name.startswith("bichiku")]
    forbidden = {f"bichiku.{name}" for name in FORBIDDEN}
    assert not {name for name in seen if any(name == f or name.startswith(f"{f}.") for f in forbidden)}
    assert "pyomo" not in {name.split(".")[0] for name in seen}
    assert "bichiku.verification.tree" in sys.modules


# Names that look like words or numbers of a sentence


@pytest.mark.parametrize(
    "changes",
    [
        {"currency": "USD2023"},
        {"currency": "EUR (2020)"},
        {"policies": {"share_caps": [{"name": "energy costs", "group": ["CHN"], "max": 0.5}]}},
        {"suppliers": [{}, {"supplier": "saves USD 5", "country": "AUS"}]},
    ],
)
def test_sentences_are_read_whatever_the_names_in_them(changes: dict[str, Any], tmp_path: Path) -> None:
    budget = {"reserve_days": 60, "budget": {"reserve_per_year": 1000}}
    suppliers = [{}, {"supplier": "a", "country": "AUS", "price": 20}]
    given = {"suppliers": suppliers, **changes, "policies": {**budget, **changes.get("policies", {})}}
    model = read_model(write_model(description(2, **given), tmp_path / "model"))
    folder = run_strategy(model.worlds["base"]).write(tmp_path / "runs")
    assert [str(finding) for finding in verify_run(folder).findings] == []
