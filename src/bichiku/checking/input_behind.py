"""The input behind a number of the linear program: the cell or key that a user would change."""

from __future__ import annotations

import numpy as np

from bichiku.checking.facts import Facts
from bichiku.checking.program import Piece
from bichiku.model.cost_lines import (
    FREIGHT,
    GAP,
    HOLDING,
    INVESTMENT,
    PENALTY,
    PURCHASE,
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
_OF_LINE = {
    PURCHASE: "suppliers[{}].price",
    FREIGHT: "suppliers[{}].freight",
    TARIFF: "suppliers[{}].tariff_rate",
    HOLDING: "materials[{}].storage_cost_rate",
    RUNNING: "projects[{}].running_cost",
    SUBSTITUTION: "substitution[{}].cost",
    SHORTAGE: "materials[{}].shortage_cost",
    GAP: "the highest delivered price of {}",
    INVESTMENT: "projects[{}].capex",
    SUBSIDY: "projects[{}].subsidy_rate",
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
}
_OF_ROW: dict[str, Inputs] = {
    "balance": Inputs("demand[{material}].tonnes", {"stock": "materials[{column}].loss_rate"}),
    "demand_limit": Inputs("demand[{material}].tonnes"),
    "project_capacity": Inputs("projects[{material}].existing_t"),
    "release_limit": Inputs("materials[{material}].release_rate_t_per_day", {"stock": "materials[{column}].loss_rate"}),
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
    column = _column_block(facts.policy_piece[0].program, place.column)
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
    return _OF_LINE[line].format(name) + _probability(facts, block, column)


def _probability(facts: Facts, block: ColumnBlock, column: int) -> str:
    tree = facts.tree
    if block.place == "node":
        branch = int(tree.branch[column - block.first])
    elif block.place == "branch":
        branch = column - block.first
    else:
        branch = -1
    if branch < 0:
        return ""
    crisis = tree.branches[branch]
    return f" in {crisis.crisis} of {facts.world.calendar.label(crisis.onset)}, probability {crisis.probability:.2g}"


def _row_block(program: LinearProgram, row: int) -> RowBlock:
    return next(block for block in program.row_blocks if block.first <= row < block.first + len(block.keys))


def _column_block(program: LinearProgram, column: int) -> ColumnBlock:
    return next(block for block in program.column_blocks if block.first <= column < block.first + block.count)
