"""The input behind a number of the linear program: the cell or key that a user would change."""

from __future__ import annotations

import numpy as np

from bichiku.build.coupling import coupled_futures
from bichiku.checking.facts import Facts
from bichiku.checking.program import Piece
from bichiku.model.cost_lines import (
    FIXED,
    FREIGHT,
    GAP,
    HOLDING,
    INVESTMENT,
    PENALTY,
    PURCHASE,
    REFUSED,
    REMAINDER,
    RISK,
    RUNNING,
    SHORTAGE,
    SUBSIDY,
    SUBSTITUTION,
    TARIFF,
    TERMINAL,
)
from bichiku.policies import INPUTS, Inputs
from bichiku.program import ALL, ColumnBlock, LinearProgram, RowBlock
from bichiku.program.blocks import index_text
from bichiku.program.extremes import BOUNDS, COSTS, LIMITS

# Which cell a cost line multiplies; {} stands for the row
OF_LINE = {
    PURCHASE: "suppliers[{}].price",
    FREIGHT: "suppliers[{}].freight",
    TARIFF: "suppliers[{}].tariff_rate",
    HOLDING: "materials[{}].storage_cost_rate",
    REFUSED: "suppliers[{}].price",
    RUNNING: "projects[{}].running_cost",
    FIXED: "projects[{}].fixed_cost",
    SUBSTITUTION: "substitution[{}].cost",
    SHORTAGE: "materials[{}].shortage_cost",
    GAP: "the highest delivered price of {}",
    INVESTMENT: "projects[{}].capex",
    SUBSIDY: "projects[{}].subsidy_rate",
    REMAINDER: "projects[{}].life_years",
    TERMINAL: "materials[{}].reference_price",
    RISK: "policies.risk",
    PENALTY: "soft of the share limit {}",
}
_OF_BOUND = {
    "ship": "suppliers[{}].capacity_t",
    "contract": "suppliers[{}].capacity_t",
    "build": "projects[{}].max_build_t",
    "run": "projects[{}].existing_t",
    "saved": "substitution[{}].max_share",
    "short": "demand[{}].tonnes",
    "stock": "materials[{}].storage_limit_t",
    "gap": "the spare supply of {}",
}
_OF_ROW: dict[str, Inputs] = {
    "balance": Inputs("demand[{material}].tonnes", {"stock": "materials[{column}].loss_rate"}),
    "demand_limit": Inputs("demand[{material}].tonnes"),
    "project_capacity": Inputs("projects[{material}].existing_t"),
    "release_limit": Inputs("materials[{material}].release_rate_t_per_day", {"stock": "materials[{column}].loss_rate"}),
    "ration": Inputs("suppliers[{material}].capacity_t"),
    "tranche_delay": Inputs("substitution[{index}].max_share"),
    "reserve_kept": Inputs("what the plan holds of {material}"),
    "back_to_plan": Inputs("what the plan holds of {material}"),
    **INPUTS,
}


def input_behind(facts: Facts, piece: Piece, kind: int, position: int) -> str:
    """The cell or key behind a number, with the probability of its branch where the number is a cost.

    Args:
        facts: the facts of the world.
        piece: the piece of its program that holds the number.
        kind: which of the piece's kinds of numbers it is of.
        position: its position among them.
    """
    place, what = piece.numbers[kind].place(position), piece.numbers[kind].what
    if what == LIMITS:
        assert place.row is not None
        return _limit(_row_block(piece.program, place.row))
    assert place.column is not None
    column = _column_block(piece.program, place.column)
    if what == COSTS:
        return _cost(facts, piece.program, column, place.column)
    if what == BOUNDS:
        return _OF_BOUND.get(column.variable, column.variable + " of {}").format(column.index[0])
    assert place.row is not None
    return _coefficient(facts, _row_block(piece.program, place.row), column)


def _limit(row: RowBlock) -> str:
    return _inputs(row).limit.format(material=row.material, index=index_text(row.index))


def _inputs(row: RowBlock) -> Inputs:
    return _OF_ROW.get(row.family, Inputs(f"{row.family} of {{material}}"))


def _coefficient(facts: Facts, row: RowBlock, column: ColumnBlock) -> str:
    if row.family == "balance" and column.variable == "run":
        project = facts.world.projects[column.index[0]]
        cell = "input_per_output" if project.input_material == row.material else "route"
        return f"projects[{column.index[0]}].{cell}"
    behind = _inputs(row)
    text = behind.coefficients.get(column.variable, behind.coefficient)
    return text.format(material=row.material, index=index_text(row.index), column=column.index[0])


def _cost(facts: Facts, program: LinearProgram, block: ColumnBlock, column: int) -> str:
    sizes = {
        part.line: np.abs(part.money.coefficients[part.money.columns == column]).sum()
        for part in program.cost_lines
        if (part.money.columns == column).any()
    }
    line = max(sizes, key=lambda name: sizes[name])
    name = "" if block.index == (ALL,) else index_text(block.index)
    return OF_LINE[line].format(name) + _probability(facts, block, column)


def _probability(facts: Facts, block: ColumnBlock, column: int) -> str:
    found = _crisis(facts, block, column - block.first)
    if found is None:
        return ""
    crisis, onset, probability = found
    return f" in {crisis} of {facts.world.calendar.label(onset)}, probability {probability:.2g}"


def _crisis(facts: Facts, block: ColumnBlock, position: int) -> tuple[str, int, float] | None:
    """The crisis in which a column is, its onset, and the probability that what it is of happens; None on the plan."""
    if block.place == "future":
        likely = [future for future in coupled_futures(facts.chains) if future.probability > 0.0]
        return likely[position].crisis, likely[position].onset, likely[position].probability
    if block.place not in ("node", "hand-back"):
        return None
    tree = next(chain.tree for chain in facts.chains if chain.name == block.chain)
    hands_back = block.place == "hand-back"
    node = int(tree.ends[position]) if hands_back else position
    if tree.stretch[node] < 0:
        return None
    part = tree.stretches[tree.stretch[node]]
    return part.crisis, part.onset, float(tree.end_weight[position] if hands_back else tree.weight[node])


def _row_block(program: LinearProgram, row: int) -> RowBlock:
    return next(block for block in program.row_blocks if block.first <= row < block.first + len(block.keys))


def _column_block(program: LinearProgram, column: int) -> ColumnBlock:
    return next(block for block in program.column_blocks if block.first <= column < block.first + block.count)
