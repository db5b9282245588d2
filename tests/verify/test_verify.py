"""Good runs verify; a change of any one number in any table does not, and the finding says where."""

from __future__ import annotations

import ast
import csv
import importlib.util
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bichiku.pipeline import run_strategy
from bichiku.read.model import read_model
from bichiku.run_folder import write_run
from bichiku.verify import RULES, Finding, Verdict, verify_run
from bichiku.verify.files import COLUMNS, NE, WE, N, W
from tests.verify.rich_model import description
from tests.verify.tampering import (
    Tamper,
    cell,
    change,
    delete_line,
    largest,
    lines_where,
    read_rows,
    repeat_line,
    set_cell,
    set_input,
    set_manifest,
    set_model,
)
from tests.world_strategies import write_model

TUTORIAL = Path(__file__).parents[2] / "models" / "tutorial"


def _run(model_folder: Path, output: Path, strategy: str) -> Path:
    model = read_model(model_folder)
    return write_run(model, run_strategy(model.worlds[strategy]), output, model_folder)


@pytest.fixture(scope="session")
def good_runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A run of the tutorial and one of the rich model; nobody may change them."""
    folder = tmp_path_factory.mktemp("good")
    write_model(description(), folder / "rich")
    return {
        "tutorial": _run(TUTORIAL, folder / "runs", "china-half"),
        "rich": _run(folder / "rich", folder / "runs", "base"),
    }


@pytest.fixture
def copy_of(good_runs: dict[str, Path], tmp_path: Path) -> Callable[[str], Path]:
    """Makes a copy of a good run to tamper with."""

    def copy(name: str) -> Path:
        return Path(shutil.copytree(good_runs[name], tmp_path / name))

    return copy


def _says(verdict: Verdict, rule: str, file: str | None = None, line: int | None = None) -> list[Finding]:
    return [
        finding
        for finding in verdict.findings
        if finding.rule == rule and file in (None, finding.file) and (line is None or line in finding.lines)
    ]


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
    items = {row[5] for row in read_rows(folder / "flows.csv")[1:]}
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
    ("crises.csv", "branch_days"): "tree.branch_days",
    ("projects.csv", "built_t_per_year"): "projects.net_cost",
    ("prices.csv", "holds_from"): "prices.sentence",
    ("prices.csv", "holds_to"): "prices.sentence",
}
ELSEWHERE = {("flows.csv", "tonnes"), ("duals.csv", "dual"), ("prices.csv", "price")}
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
    if file == "costs.csv":
        rule = f"cost.{cell(folder / file, line, 'line')}"
    verdict = verify_run(folder)
    assert _says(verdict, rule, file, line), [str(finding) for finding in verdict.findings]


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
    file = folder / "flows.csv"
    for line in [largest(file, "tonnes", item=item), lines_where(file, item=item)[0]]:
        before = cell(file, line, "tonnes")
        change(file, line, "tonnes")
        assert _says(verify_run(folder), rule, "flows.csv", line), (item, line)
        set_cell(file, line, "tonnes", before)


def test_the_fifth_digit_of_flows(copy_of: Callable[[str], Path]) -> None:
    folder = copy_of("tutorial")
    file = folder / "flows.csv"
    rows = read_rows(file)
    for line in range(2, len(rows) + 1, 7):
        before = cell(file, line, "tonnes")
        set_cell(file, line, "tonnes", float(before) * (1.0 + 1e-5))
        assert _recomputed(verify_run(folder)), line
        set_cell(file, line, "tonnes", before)


def test_a_gap_changed_names_its_cost(copy_of: Callable[[str], Path]) -> None:
    folder = copy_of("rich")
    line = largest(folder / "flows.csv", "tonnes", item="gap")
    change(folder / "flows.csv", line, "tonnes", factor=0.999, more=-0.01)
    assert _says(verify_run(folder), "flows.hand_back", "flows.csv", line)


def test_a_dual_on_a_limit_that_does_not_bind(copy_of: Callable[[str], Path]) -> None:
    folder = copy_of("rich")
    line = lines_where(folder / "duals.csv", policy="country_cap", material="metal", limit="AUS")[0]
    assert float(cell(folder / "duals.csv", line, "dual")) == 0
    set_cell(folder / "duals.csv", line, "dual", -0.01)
    assert _says(verify_run(folder), "dual.slack", "duals.csv", line)


def test_a_dual_on_a_limit_that_binds_is_held_by_prices(copy_of: Callable[[str], Path]) -> None:
    folder = copy_of("rich")
    line = largest(folder / "duals.csv", "dual", policy="reserve_days", year="2026")
    change(folder / "duals.csv", line, "dual")
    assert _says(verify_run(folder), "prices.duals", "prices.csv")


def test_a_price_changed(copy_of: Callable[[str], Path]) -> None:
    folder = copy_of("rich")
    line = largest(folder / "prices.csv", "price", policy="reserve_days", method="ranging")
    change(folder / "prices.csv", line, "price")
    assert _says(verify_run(folder), "prices.duals", "prices.csv", line)


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
    rule = "flows.arrived" if file == "flows.csv" else "row.missing"
    assert _says(verdict, rule, file), [str(finding) for finding in verdict.findings]


@pytest.mark.parametrize("file", COLUMNS)
def test_a_row_repeated(copy_of: Callable[[str], Path], file: str) -> None:
    folder = copy_of("rich")
    repeat_line(folder / file, 2)
    assert _says(verify_run(folder), "row.twice", file), file


@pytest.mark.parametrize("file", [*COLUMNS, "manifest.json", "inputs"])
def test_a_file_removed(copy_of: Callable[[str], Path], file: str) -> None:
    folder = copy_of("tutorial")
    shutil.rmtree(folder / file) if file == "inputs" else (folder / file).unlink()
    verdict = verify_run(folder)
    assert not verdict.holds
    assert _says(verdict, "file.missing", file)


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
    assert _says(verify_run(folder), "file.cell", "reserve.csv", 5)


def test_findings_are_capped_but_counted(copy_of: Callable[[str], Path]) -> None:
    folder = copy_of("tutorial")
    file = folder / "flows.csv"
    rows = read_rows(file)
    for row in rows[1:]:
        row[7] = repr(float(row[7]) + 1.0)
    with file.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(rows)
    verdict = verify_run(folder)
    assert len(_says(verdict, "flows.balance")) == 20
    assert verdict.broken["flows.balance"] > 20


# Every rule


def _flow(factor: float, more: float, **wanted: str) -> Tamper:
    def tamper(folder: Path) -> None:
        change(folder / "flows.csv", largest(folder / "flows.csv", "tonnes", **wanted), "tonnes", factor, more)

    return tamper


def _in(file: str, column: str, factor: float = 1.001, more: float = 0.01, **wanted: str) -> Tamper:
    def tamper(folder: Path) -> None:
        change(folder / file, largest(folder / file, column, **wanted), column, factor, more)

    return tamper


def _text(file: str, line: int, column: str, value: str) -> Tamper:
    return lambda folder: set_cell(folder / file, line, column, value)


def _input(table: str, key: str, column: str, value: str | float) -> Tamper:
    return lambda folder: set_input(folder, table, key, column, value)


def _policy(*path: object, value: object) -> Tamper:
    return lambda folder: set_model(folder, ["policies", *path], value)


def _manifest(*path: str, value: object) -> Tamper:
    return lambda folder: set_manifest(folder, path, value)


def _gap_elsewhere(folder: Path) -> None:
    line = lines_where(folder / "flows.csv", item="gap")[0]
    period = int(cell(folder / "flows.csv", line, "period")) - 1
    set_cell(folder / "flows.csv", line, "period", str(period))


def _in_vain(folder: Path) -> None:
    """A shipment in the last period, which nobody would see arrive."""
    file = folder / "flows.csv"
    line = lines_where(file, crisis="plan", period="11", item="shipped", source="metal-chn")[0]
    for column, value in (("period", "12"), ("month", "2028-10")):
        set_cell(file, line, column, value)


def _extra_table(folder: Path) -> None:
    (folder / "more.csv").write_text("a\n1\n", encoding="utf-8")


def _drop_column(folder: Path) -> None:
    rows = read_rows(folder / "costs.csv")
    text = "\n".join(",".join(row[:-1]) for row in rows)
    (folder / "costs.csv").write_text(text + "\n", encoding="utf-8")


def _dual_sign(folder: Path) -> None:
    line = largest(folder / "duals.csv", "dual", policy="reserve_days")
    set_cell(folder / "duals.csv", line, "dual", -float(cell(folder / "duals.csv", line, "dual")))


def _dual_slack(folder: Path) -> None:
    line = lines_where(folder / "duals.csv", policy="country_cap", material="metal", limit="AUS")[0]
    set_cell(folder / "duals.csv", line, "dual", -3.0)


def _price_sign(folder: Path) -> None:
    line = largest(folder / "prices.csv", "price", policy="supplier_capacity")
    set_cell(folder / "prices.csv", line, "price", -float(cell(folder / "prices.csv", line, "price")))


def _idle_price(folder: Path) -> None:
    line = lines_where(folder / "prices.csv", policy="supplier_capacity", limit="ore-aus")[0]
    set_cell(folder / "prices.csv", line, "price", -1.0)


def _contract_down_everywhere(folder: Path) -> None:
    """A contract over its capacity, the same at all nodes: only the capacity can tell."""
    set_input(folder, "suppliers", "metal-chl", "capacity_t", 70.0)


def _broken_model(folder: Path) -> None:
    (folder / "inputs" / "model.yaml").write_text("periods: [", encoding="utf-8")


TAMPERS: dict[str, Tamper] = {
    "file.missing": lambda folder: (folder / "shares.csv").unlink(),
    "file.unknown": _extra_table,
    "file.unreadable": lambda folder: (folder / "costs.csv").write_bytes(b"\xff\xfe"),
    "file.columns": _drop_column,
    "file.cell": _text("crises.csv", 2, "probability", "likely"),
    "row.unknown": _text("flows.csv", 2, "source", "nobody"),
    "row.missing": lambda folder: delete_line(folder / "reserve.csv", 4),
    "row.twice": lambda folder: repeat_line(folder / "sourcing.csv", 4),
    "row.text": _text("sourcing.csv", 3, "unit", "USD/t"),
    "inputs.readable": _broken_model,
    "manifest.readable": _manifest("solver", "objective", value=None),
    "manifest.inputs": _input("materials", "ore", "storage_cost_rate", 0.02),
    "manifest.outputs": lambda folder: change(folder / "costs.csv", 2, "value", factor=1 + 1e-14, more=0.0),
    "manifest.model": lambda folder: set_model(folder, ["discount_rate"], 0.05),
    "manifest.status": _manifest("solver", "status", value="feasible"),
    "manifest.certificate": _manifest("certificate", "gap", value=1e-3),
    "manifest.size": _manifest("size", "nodes", value=3),
    "manifest.objective": _manifest("solver", "objective", value=123456.0),
    "tree.probability": _in("crises.csv", "probability"),
    "tree.weights": _in("crises.csv", "probability", factor=20.0, material="metal"),
    "tree.branch_days": _in("crises.csv", "branch_days"),
    "flows.sign": _flow(-1.0, 0.0, item="short"),
    "flows.contract": _flow(1.001, 0.0, item="shipped", source="metal-chl"),
    "flows.arrived": _flow(1.001, 0.0, item="arrived"),
    "flows.balance": _flow(1.001, 0.0, item="stock"),
    "flows.gap_place": _gap_elsewhere,
    "flows.hand_back": _flow(0.5, 0.0, item="gap"),
    "limit.spot_capacity": _input("suppliers", "metal-chn", "capacity_t", 400.0),
    "limit.contract_capacity": _contract_down_everywhere,
    "limit.project_capacity": _input("projects", "stake", "existing_t", 20.0),
    "limit.build": _input("projects", "refinery", "max_build_t", 60.0),
    "limit.in_vain": _in_vain,
    "limit.saved": _input("substitution", "alloy", "max_share", 0.05),
    "limit.demand": _flow(1.0, 500.0, item="short"),
    "limit.storage": _input("materials", "alloy", "storage_limit_t", 10.0),
    "limit.release": _input("materials", "alloy", "release_rate_t_per_day", 0.05),
    "policy.reserve_days": _policy("reserve_days", "default", value=60),
    "policy.share_caps": _policy("share_caps", 0, "max", value=0.3),
    "policy.share_floors": _policy("share_floors", 0, "min", value=0.9),
    "policy.country_cap": _policy("country_cap", "max", value=0.2),
    "policy.concentration": _policy("concentration", "max", value=0.3),
    "policy.survive": _policy("survive", "materials", value=["alloy"]),
    "policy.expected_shortage": _policy("expected_shortage", "max_days", value=1),
    "policy.budget_investment": _policy("budget", "investment", value=1000),
    "policy.budget_reserve": _policy("budget", "reserve_per_year", value=0),
    "policy.risk_limit": _policy("risk", "limit", value=10),
    "dual.value": _in("duals.csv", "value", policy="reserve_days"),
    "dual.sign": _dual_sign,
    "dual.slack": _dual_slack,
    "dual.penalty": _in("duals.csv", "dual", factor=1.5, limit="rivals"),
    "prices.value": _in("prices.csv", "value", policy="supplier_capacity"),
    "prices.sign": _price_sign,
    "prices.range": _in("prices.csv", "holds_from", factor=3.0, policy="supplier_capacity"),
    "prices.duals": _in("prices.csv", "price", policy="reserve_days"),
    "prices.idle": _idle_price,
    "prices.sentence": _in("prices.csv", "holds_to", factor=1.02),
    **{
        f"cost.{line}": _in("costs.csv", "value", line=line)
        for line in (rule.removeprefix("cost.") for rule in RULES if rule.startswith("cost."))
    },
    **{
        rule: _in(f"{rule.split('.')[0]}.csv", rule.split(".")[1])
        for rule in RULES
        if rule.split(".")[0] in ("sourcing", "reserve", "projects", "shares", "crises")
    },
    "summary.value": _in("summary.csv", "value", metric="holding_per_year", material="all"),
    "summary.detail": _text("summary.csv", 2, "detail", "half of the horizon"),
}


def test_every_rule_is_tampered_with() -> None:
    assert set(TAMPERS) == set(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_finds_its_breach(copy_of: Callable[[str], Path], rule: str) -> None:
    folder = copy_of("rich")
    TAMPERS[rule](folder)
    verdict = verify_run(folder)
    found = _says(verdict, rule)
    assert found, [str(finding) for finding in verdict.findings]
    assert rule in str(found[0])
    assert verdict.broken[rule] >= len(found)
    assert not verdict.as_dict()["holds"]


# Independence


FORBIDDEN = ("tree", "state", "formulate", "solve", "outcome", "certify", "tabulate", "prices")
FORBIDDEN += ("linear_program", "pipeline")


def test_verify_shares_no_code_with_the_builder() -> None:
    """Follows the imports of bichiku.verify to their ends."""
    waiting, seen = ["bichiku.verify"], set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
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
    assert "bichiku.verify.tree" in sys.modules
