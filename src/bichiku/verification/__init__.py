"""Recomputes everything of a run from its written files alone.

Nothing here is shared with the model builder: the tree, the states, the balances, the policies, the money
and the readings are worked out a second time from the inputs in the run folder and compared with what its
tables say. Only the reader of model folders and the calendar are the same.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bichiku.model.faults import ModelFaults
from bichiku.model.world import MOST_DECISIONS, World
from bichiku.reading.model import Model, read_model
from bichiku.verification.balances import (
    check_arrivals,
    check_balances,
    check_signs,
    contract_tonnes,
)
from bichiku.verification.crises import check_weights, crises_sheet
from bichiku.verification.duals import check_duals
from bichiku.verification.facts import RunFacts, read_facts
from bichiku.verification.files import INPUTS, LEFT_OUT, MANIFEST, RunTable, check_present, read_tables
from bichiku.verification.hand_back import check_hand_back, check_kept
from bichiku.verification.limits import check_capacities, check_demand, check_storage
from bichiku.verification.manifest import (
    check_certificate,
    check_inputs,
    check_manifest,
    check_model,
    check_outputs,
    check_solver,
    left_out_of,
    read_manifest,
)
from bichiku.verification.money import check_costs, cost_lines, penalty_line, risk_line
from bichiku.verification.policies import check_policies, policy_rows
from bichiku.verification.prices import check_prices
from bichiku.verification.readings import projects_sheet, reserve_sheet, shares_sheet, sourcing_sheet
from bichiku.verification.responses import responses_sheet
from bichiku.verification.rules import RULES
from bichiku.verification.sheet import check_sheet
from bichiku.verification.split import check_split
from bichiku.verification.summary import check_summary
from bichiku.verification.tree import count_nodes
from bichiku.verification.units import ones_of
from bichiku.verification.verdict import COPIED, KEPT, Finding, Ledger, Place, Residual, Verdict

__all__ = ["COPIED", "KEPT", "LEFT_OUT", "RULES", "Finding", "Residual", "Verdict", "verify_files", "verify_run"]


def verify_run(folder: Path) -> Verdict:
    """Verifies a run folder; nothing is written.

    A folder that cannot be read in full gets findings about that alone, as nothing can be recomputed from it. Of one
    whose branches were left out the verdict says so, and that its files are those that were written.
    """
    ledger = Ledger()
    manifest = read_manifest(folder, ledger) if (folder / MANIFEST).is_file() else None
    if manifest is not None and manifest.get(LEFT_OUT):
        return verify_files(folder)
    tables = read_tables(folder, manifest, ledger)
    world = _checked_inputs(folder, manifest, ledger)
    if manifest is not None:
        check_outputs(folder, manifest, ledger)
        if world is not None and tables is not None:
            _recompute(world, tables, manifest, ledger)
    assert set(ledger.broken) <= set(RULES)
    return ledger.verdict()


def verify_files(folder: Path) -> Verdict:
    """Verifies that a run folder's inputs and tables are those that its manifest speaks of, without recomputing."""
    ledger = Ledger()
    manifest = read_manifest(folder, ledger)
    left_out = left_out_of(manifest, ledger)
    check_present(folder, manifest, left_out, ledger)
    _checked_inputs(folder, manifest, ledger)
    if manifest is not None:
        check_outputs(folder, manifest, ledger)
        check_solver(manifest, ledger)
    return replace(ledger.verdict(), left_out=left_out)


def _checked_inputs(folder: Path, manifest: dict[str, Any] | None, ledger: Ledger) -> World | None:
    if not (folder / INPUTS).is_dir():
        return None
    model = _read_inputs(folder, ledger)
    if manifest is not None:
        check_inputs(folder, manifest, ledger)
    if model is None:
        return None
    ((resolved,), (world,)) = model.resolved.values(), model.worlds.values()
    if manifest is not None:
        check_model(resolved, manifest, ledger)
    return world


def _read_inputs(folder: Path, ledger: Ledger) -> Model | None:
    try:
        model = read_model(folder / INPUTS)
    except ModelFaults as error:
        for fault in error.faults:
            place = Place(fault.where, () if fault.line is None else (fault.line,))
            ledger.wrong("inputs.readable", f"{INPUTS}/{Path(fault.file).name}", place, fault.message, "no fault")
        return None
    if len(model.worlds) != 1:
        place = Place("strategies")
        ledger.wrong("inputs.readable", f"{INPUTS}/model.yaml", place, str(len(model.worlds)), "one strategy")
        return None
    return model


def _recompute(world: World, tables: dict[str, RunTable], manifest: dict[str, Any], ledger: Ledger) -> None:
    if count_nodes(world) * world.decisions > MOST_DECISIONS:
        place = Place("periods and crises")
        ledger.wrong("inputs.readable", f"{INPUTS}/model.yaml", place, f"{count_nodes(world):,} nodes", "fewer")
        return
    projects, costs, crises = (tables[name] for name in ("projects.csv", "costs.csv", "crises.csv"))
    ledger.ones = ones_of(world)
    facts = read_facts(world, tables["flows.csv"], tables["flows-branches.csv.gz"], projects, ledger)
    contracts = check_flows(facts, projects, ledger)
    rows = policy_rows(facts, ledger)
    check_policies(rows, world.settings.currency, ledger)
    check_duals(rows, world.settings.currency, tables["duals.csv"], ledger)
    check_prices(facts, rows, tables, contracts, ledger)

    lines = cost_lines(facts)
    for name, line in (("penalty", penalty_line(world, rows)), ("risk", risk_line(world, facts.damage))):
        if line is not None:
            lines[name] = line
    check_costs(world, lines, costs, ledger)
    check_manifest(manifest, world, facts.nodes, costs, ledger)

    check_sheet(tables["sourcing.csv"], sourcing_sheet(facts), ledger)
    check_sheet(tables["shares.csv"], shares_sheet(facts), ledger)
    check_sheet(tables["reserve.csv"], reserve_sheet(facts), ledger)
    check_sheet(projects, projects_sheet(facts, projects), ledger)
    check_sheet(crises, crises_sheet(facts, crises), ledger)
    check_sheet(tables["responses.csv"], responses_sheet(facts), ledger)
    check_weights(facts, crises, ledger)
    if "split.csv" in tables:
        check_split(facts, tables["split.csv"], ledger)
        check_certificate(manifest["split"], "split", ledger)
    check_summary(facts, lines, tables, ledger)


def check_flows(facts: RunFacts, projects: RunTable, ledger: Ledger) -> np.ndarray:
    """Holds the flows against the balances and limits of every node.

    Returns:
        Yearly tonnes of contracts; shape (nodes, sources), zero but for contracts.
    """
    world, nodes, states, flows, stocks = facts.world, facts.nodes, facts.states, facts.flows, facts.stocks
    check_signs(flows, ledger)
    contracts = contract_tonnes(world, nodes, states, flows, ledger)
    check_arrivals(world, nodes, states, flows, ledger)
    check_balances(world, nodes, states, flows, stocks, ledger)
    check_hand_back(nodes, flows, facts.refill, ledger)
    check_kept(world, nodes, states, flows, facts.emergency, ledger)
    check_capacities(world, nodes, states, flows, contracts, projects, ledger)
    check_demand(world, nodes, states, flows, ledger)
    check_storage(world, nodes, flows, stocks, ledger)
    return contracts
