"""Each rule of verify has a breach that it finds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from bichiku.verification import RULES, verify_run
from bichiku.verification.files import COLUMNS, Cell
from bichiku.verification.metrics import METRICS
from bichiku.verification.policies import STATEMENTS
from oracles.policy_examples import EXAMPLES
from tests.verify.tampering import (
    BRANCHES,
    Tamper,
    cell,
    change,
    delete_line,
    largest,
    largest_flow,
    lines_where,
    read_rows,
    repeat_line,
    says,
    set_cell,
    set_input,
    set_manifest,
    set_model,
    write_rows,
)


def _flow(factor: float, more: float, **wanted: str) -> Tamper:
    def tamper(folder: Path) -> None:
        change(*largest_flow(folder, **wanted), "tonnes", factor, more)

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
    file = folder / BRANCHES
    line = lines_where(file, item="gap")[0]
    set_cell(file, line, "period", str(int(cell(file, line, "period")) - 1))


def _in_vain(folder: Path) -> None:
    """Something made in the last period, which nobody would see arrive."""
    file = folder / "flows.csv"
    line = lines_where(file, crisis="plan", period="11", item="produced", source="stake")[0]
    for column, value in (("period", "12"), ("month", "2028-10")):
        set_cell(file, line, column, value)


def _more_committed(folder: Path) -> None:
    """Of 30 t a year that a contract delivers 35 committed, which 40 could be."""
    set_input(folder, "suppliers", "alloy-kor", "capacity_t", 40.0)
    set_input(folder, "suppliers", "alloy-kor", "minimum_t", 35.0)


def _short_on_plan(folder: Path) -> None:
    """Some of what the plan stores is short in place of it."""
    file = folder / "flows.csv"
    set_cell(file, lines_where(file, crisis="plan", material="metal", item="stock")[0], "item", "short")


def _refused(folder: Path) -> None:
    """More of a commitment refused than is offered of it."""
    file = folder / "flows.csv"
    line = lines_where(file, crisis="plan", item="arrived", source="alloy-kor")[0]
    change(file, line, "tonnes", 2.0, 1.0)
    set_cell(file, line, "item", "refused")


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


def _short_of_a_step(folder: Path) -> None:
    """A price of the basis that ends after half a day."""
    line = lines_where(folder / "prices.csv", policy="reserve_days", method="ranging")[0]
    value = float(cell(folder / "prices.csv", line, "value"))
    set_cell(folder / "prices.csv", line, "holds_to", value + 0.5)


def _idle_price(folder: Path) -> None:
    line = lines_where(folder / "prices.csv", policy="project_build_limit", limit="refinery")[0]
    set_cell(folder / "prices.csv", line, "price", -1.0)


def _contract_down_everywhere(folder: Path) -> None:
    """A contract over its capacity, the same at all nodes: only the capacity can tell."""
    set_input(folder, "suppliers", "metal-chl", "capacity_t", 70.0)


def _no_price_moves(folder: Path) -> None:
    """Every price factor at one, so that the two plans that differ because prices move should be the same."""
    for causes in ("events", "crises"):
        for name, cause in yaml.safe_load((folder / "inputs" / "model.yaml").read_text())[causes].items():
            for number, effect in enumerate(cause["effects"]):
                if "price_factor" in effect:
                    set_model(folder, [causes, name, "effects", number, "price_factor"], 1)


def _broken_model(folder: Path) -> None:
    (folder / "inputs" / "model.yaml").write_text("periods: [", encoding="utf-8")


def _all_in_a_branch(item: str, value: float) -> Tamper:
    """Every number of an item in branches, whatever else it may break."""

    def tamper(folder: Path) -> None:
        file = folder / BRANCHES
        header, *rows = read_rows(file)
        place, number = header.index("item"), header.index("tonnes")
        for row in rows:
            if row[place] == item:
                row[number] = repr(value)
        write_rows(file, [header, *rows])

    return tamper


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
    "manifest.outputs": _in("costs.csv", "value", factor=1 + 1e-14, more=0.0),
    "manifest.model": lambda folder: set_model(folder, ["discount_rate"], 0.05),
    "manifest.status": _manifest("solver", "status", value="feasible"),
    "manifest.certificate": _manifest("certificate", "gap", value=1e-3),
    "manifest.size": _manifest("size", "nodes", value=3),
    "manifest.objective": _manifest("solver", "objective", value=123456.0),
    "tree.probability": _in("crises.csv", "probability"),
    "tree.weights": _in("crises.csv", "probability", factor=20.0, material="metal"),
    "tree.annual_probability": _in("crises.csv", "effective_annual_probability"),
    "tree.branch_days": _in("crises.csv", "branch_days"),
    "flows.sign": _flow(-1.0, 0.0, item="short"),
    "flows.contract": _flow(1.001, 0.0, item="shipped", source="metal-chl"),
    "flows.arrived": _flow(1.001, 0.0, item="arrived"),
    "flows.refused": _refused,
    "flows.balance": _flow(1.001, 0.0, item="stock"),
    "flows.gap_place": _gap_elsewhere,
    "flows.hand_back": _flow(0.5, 0.0, item="gap"),
    "flows.spare": _flow(1.0, 1e6, item="gap"),
    "flows.reserve_kept": _all_in_a_branch("stock", 0.0),
    "limit.spot_capacity": _input("suppliers", "metal-chn", "capacity_t", 400.0),
    "limit.rationing": _all_in_a_branch("shipped", 110.0),
    "limit.contract_capacity": _contract_down_everywhere,
    "limit.contract_minimum": _more_committed,
    "limit.ramp": _input("projects", "refinery", "ramp_periods", "50"),
    "limit.project_capacity": _input("projects", "stake", "existing_t", 20.0),
    "limit.build": _input("projects", "refinery", "max_build_t", 60.0),
    "limit.in_vain": _in_vain,
    "limit.saved": _input("substitution", "alloy", "max_share", 0.05),
    "limit.demand": _flow(1.0, 500.0, item="short"),
    "limit.storage": _input("materials", "alloy", "storage_limit_t", 10.0),
    "limit.release": _input("materials", "alloy", "release_rate_t_per_day", 0.05),
    **{
        f"policy.{family}": _policy(name, *path, value=value)
        for name, example in EXAMPLES.items()
        for family, (path, value) in example.broken.items()
    },
    "policy.no_shortage": _short_on_plan,  # no plan of this model is short of anything, whatever is asked for
    "dual.value": _in("duals.csv", "value", policy="reserve_days"),
    "dual.sign": _dual_sign,
    "dual.slack": _dual_slack,
    "dual.penalty": _in("duals.csv", "dual", factor=1.5, limit="rivals"),
    "prices.value": _in("prices.csv", "value", policy="supplier_capacity"),
    "prices.sign": _price_sign,
    "prices.range": _in("prices.csv", "holds_from", factor=3.0, policy="supplier_capacity"),
    "prices.step": _short_of_a_step,
    "prices.duals": _in("prices.csv", "price", policy="budget_reserve", method="ranging"),
    "prices.idle": _idle_price,
    "prices.sentence": _in("prices.csv", "holds_to", factor=1.02),
    **{
        f"cost.{line}": _in("costs.csv", "value", line=line)
        for line in (rule.removeprefix("cost.") for rule in RULES if rule.startswith("cost."))
    },
    "costs.undiscounted": _in("costs.csv", "undiscounted", line="purchase"),
    **{
        f"split.{column}": _in("split.csv", column)
        for column in ("stock_t", "use_t", "cover_days", "use_t_at_list_prices", "cover_days_at_list_prices")
    },
    "split.stock_t_at_list_prices": _no_price_moves,
    "split.sign": _in("split.csv", "stock_t_at_list_prices", factor=-1.0, more=0.0),
    "split.storage": _input("materials", "alloy", "storage_limit_t", 10.0),
    "split.target": _in("split.csv", "stock_t_at_list_prices", factor=0.0, more=0.0),
    "split.release": _input("materials", "alloy", "release_rate_t_per_day", 0.05),
    **{
        rule: _in(f"{rule.split('.')[0]}.csv", rule.split(".")[1])
        for rule in RULES
        if rule.split(".")[0] in ("sourcing", "reserve", "projects", "shares", "crises", "responses")
    },
    "summary.value": _in("summary.csv", "value", metric="holding_per_year", material="all"),
    "summary.detail": _text("summary.csv", 2, "detail", "half of the horizon"),
}


UNSTATED = {"policies.stated", "columns.stated"}  # no change of a folder breaks them, but a gap in verify does


def test_every_rule_is_tampered_with() -> None:
    assert set(TAMPERS) == set(RULES) - UNSTATED


def test_a_policy_without_a_statement_is_told(good_runs: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(STATEMENTS, "risk")
    found = says(verify_run(good_runs["rich"]), "policies.stated", "inputs/model.yaml")
    assert "policy risk is not verified" in str(found[0])


@pytest.mark.parametrize("file", COLUMNS)
def test_a_column_without_a_statement_is_told(
    copy_of: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    folder = copy_of("rich")
    monkeypatch.setitem(COLUMNS, file, {**COLUMNS[file], "carbon": Cell.TEXT})
    header, *rows = read_rows(folder / file)
    write_rows(folder / file, [[*header, "carbon"], *([*row, "1"] for row in rows)])
    found = says(verify_run(folder), "columns.stated", file)
    assert "column carbon is not verified" in str(found[0])


def test_a_metric_without_a_statement_is_told(good_runs: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(METRICS, "objective")
    assert says(verify_run(good_runs["rich"]), "row.unknown", "summary.csv", 2)


OF_THE_BASIS = ("prices.step", "prices.duals")


@pytest.mark.parametrize("rule", TAMPERS)
def test_each_rule_finds_its_breach(copy_of: Callable[[str], Path], rule: str) -> None:
    folder = copy_of("without planes" if rule in OF_THE_BASIS else "rich")
    TAMPERS[rule](folder)
    verdict = verify_run(folder)
    found = says(verdict, rule)
    assert found, [str(finding) for finding in verdict.findings]
    assert rule in str(found[0])
    assert verdict.broken[rule] >= len(found)
    assert not verdict.as_dict()["holds"]
