"""From the stencil to the linear program: every coefficient, for all nodes at once.

Pyomo splits each constraint of the stencil into variables and their coefficients, which are small
expressions in the mutable parameters. Evaluated with one array per parameter, such an expression gives
the coefficient at every node in one sweep of numpy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from bichiku.build.pyomo_core import (
    NumericExpression,
    ParamData,
    StreamBasedExpressionVisitor,
    generate_standard_repn,
)
from bichiku.build.stencil import INTEGER, OUTSIDE, Cost, Key, Stencil
from bichiku.program import CostLine, LinearProgram, Quantity, RowBlock, Structure
from bichiku.program.blocks import index_of, index_text

TRACE = 1e-6  # probability that answers at nodes of no probability are worked out for


class NotLinear(TypeError):
    """A rule of the stencil multiplies variables."""


@dataclass
class _Terms:
    """Sparse terms of one rule: value = Σ coefficient · x[column], and a constant, at each node."""

    nodes: np.ndarray  # position in the list of nodes asked for
    columns: np.ndarray
    coefficients: np.ndarray
    constant: np.ndarray


def stamp(stencil: Stencil) -> LinearProgram:
    """Writes the linear program of a chain.

    Raises:
        NotLinear: a rule is not linear in the variables.
    """
    evaluate = _ArrayEvaluator(stencil.numbers)
    size = stencil.column_count
    cost = np.zeros(size)
    cost_lines = [part for line in stencil.costs for part in _cost_lines(line, stencil, evaluate)]
    for part in cost_lines:
        cost += np.bincount(part.money.columns, part.money.coefficients, minlength=size)
    constant = sum(float(part.money.constant.sum()) for part in cost_lines)

    preference = np.zeros(size)
    for line in stencil.costs:
        _add_trace(line, stencil, evaluate, preference)
    for variable, money in stencil.preferences:
        np.add.at(preference, stencil.symbols[variable].columns, money)

    upper = np.full(size, np.inf)
    for bounds in stencil.bounds:
        for index, data in bounds.constraint.items():
            nodes = bounds.nodes(index)
            _, body, limit = data.to_bounded_expression()
            terms = _terms(body, nodes, stencil, evaluate)
            values = (evaluate.at(limit, nodes) - terms.constant)[terms.nodes] / terms.coefficients
            np.minimum.at(upper, terms.columns, values)

    return _with_rows(stencil, evaluate, cost, constant, upper, preference, tuple(cost_lines))


def _cost_lines(line: Cost, stencil: Stencil, evaluate: _ArrayEvaluator) -> list[CostLine]:
    result = []
    for index, data in line.expression.items():
        terms = _terms(data.expr, line.nodes, stencil, evaluate)
        constant = np.zeros(stencil.tree.size)
        constant[line.nodes] = terms.constant * line.factor
        coefficients = terms.coefficients * line.factor[terms.nodes]
        money = Quantity(line.nodes[terms.nodes].astype(INTEGER), terms.columns, coefficients, constant)
        result.append(CostLine(line.line, index_text(index_of(index)), money, stencil.tree.period))
    return result


def _quantities(stencil: Stencil, evaluate: _ArrayEvaluator) -> dict[tuple[str, str], Quantity]:
    found = {}
    for expression in stencil.quantities:
        for index, data in expression.items():
            terms = _terms(data.expr, stencil.all_nodes, stencil, evaluate)
            key = (expression.local_name, index_text(index_of(index)))
            found[key] = Quantity(terms.nodes, terms.columns, terms.coefficients, np.array(terms.constant))
    return found


def _add_trace(line: Cost, stencil: Stencil, evaluate: _ArrayEvaluator, preference: np.ndarray) -> None:
    """Where a line's money counts for nothing, as at nodes of no probability, a trace of it decides among answers."""
    improbable = np.flatnonzero(line.factor == 0.0)
    if len(improbable):
        for data in line.expression.values():
            terms = _terms(data.expr, line.nodes[improbable], stencil, evaluate)
            counted = TRACE * line.improbable[improbable][terms.nodes]
            np.add.at(preference, terms.columns, counted * terms.coefficients)


def _with_rows(
    stencil: Stencil,
    evaluate: _ArrayEvaluator,
    cost: np.ndarray,
    constant: float,
    upper: np.ndarray,
    preference: np.ndarray,
    cost_lines: tuple[CostLine, ...],
) -> LinearProgram:
    blocks: list[RowBlock] = []
    rows, columns, values, lowers, uppers, constants = [], [], [], [], [], []
    count = 0
    for family in stencil.rows:
        for index, data in family.constraint.items():
            nodes = family.nodes(index)
            if not len(nodes):
                continue
            low, body, high = data.to_bounded_expression()
            terms = _terms(body, nodes, stencil, evaluate)
            raw = nodes if family.key is None else family.key[nodes]
            keys, first, row_of = np.unique(raw, return_index=True, return_inverse=True)
            moved = np.bincount(row_of, terms.constant, minlength=len(keys))
            rows.append((count + row_of[terms.nodes]).astype(INTEGER))
            columns.append(terms.columns)
            values.append(terms.coefficients)
            lowers.append(evaluate.limit(low, nodes, -np.inf)[first] - moved)
            constants.append(moved)
            uppers.append(evaluate.limit(high, nodes, np.inf)[first] - moved)
            name = family.constraint.local_name
            blocks.append(
                RowBlock(name, index_of(index), count, keys, family.place, family.unit, family.policy, stencil.chain)
            )
            count += len(keys)
    matrix = sparse.coo_array(
        (_joined(values, float), (_joined(rows, INTEGER), _joined(columns, INTEGER))), shape=(count, len(cost))
    ).tocsr()
    return LinearProgram(
        cost=cost,
        constant=constant,
        matrix=matrix,
        row_lower=_joined(lowers, float),
        row_upper=_joined(uppers, float),
        column_lower=np.zeros(len(cost)),
        column_upper=upper,
        row_constant=_joined(constants, float),
        preference=preference,
        row_blocks=tuple(blocks),
        column_blocks=tuple(replace(block, chain=stencil.chain) for block in stencil.columns),
        cost_lines=cost_lines,
        quantities=_quantities(stencil, evaluate),
        structure=Structure(_joined(stencil.branches, int)),
    )


def _terms(body: Any, nodes: np.ndarray, stencil: Stencil, evaluate: _ArrayEvaluator) -> _Terms:
    split = generate_standard_repn(body, compute_values=False)
    if not split.is_linear():
        raise NotLinear(str(body))
    constant = evaluate.at(split.constant, nodes)
    where, columns, values = [], [], []
    positions = np.arange(len(nodes), dtype=INTEGER)
    for variable, factor in zip(split.linear_vars, split.linear_coefs, strict=True):
        symbol = stencil.symbols[_key(variable)]
        coefficient = evaluate.at(factor, nodes)
        column = symbol.columns[nodes]
        inside = column >= 0
        constant = constant + np.where(column == OUTSIDE, coefficient * symbol.outside, 0.0)
        where.append(positions[inside])
        columns.append(column[inside])
        values.append(coefficient[inside])
    return _Terms(_joined(where, INTEGER), _joined(columns, INTEGER), _joined(values, float), constant)


def _key(data: Any) -> Key:
    return data.parent_component().local_name, index_of(data.index())


def _joined(parts: list[np.ndarray], kind: type) -> np.ndarray:
    return np.concatenate(parts) if parts else np.empty(0, dtype=kind)


class _ArrayEvaluator(StreamBasedExpressionVisitor):
    """Evaluates a Pyomo expression with an array in place of each mutable parameter."""

    def __init__(self, numbers: Mapping[Key, np.ndarray]) -> None:
        self._numbers = numbers
        super().__init__()

    def at(self, expression: Any, nodes: np.ndarray) -> np.ndarray:
        """Values at some nodes; shape of `nodes`."""
        value = self.walk_expression(expression)
        return np.broadcast_to(value, (len(nodes),)) if np.ndim(value) == 0 else value[nodes]

    def limit(self, expression: Any, nodes: np.ndarray, absent: float) -> np.ndarray:
        """Like `at`, for a limit that may be absent."""
        return np.full(len(nodes), absent) if expression is None else self.at(expression, nodes)

    def walk_expression(self, expr: Any) -> Any:
        if isinstance(expr, NumericExpression):
            return super().walk_expression(expr)
        return self._leaf(expr)

    def beforeChild(self, node: Any, child: Any, child_index: int) -> tuple[bool, Any]:
        if isinstance(child, NumericExpression):
            return True, None
        return False, self._leaf(child)

    def exitNode(self, node: Any, data: list[Any]) -> Any:
        return node._apply_operation(data)

    def _leaf(self, leaf: Any) -> Any:
        if isinstance(leaf, ParamData):
            return self._numbers[_key(leaf)]
        return float(leaf)
