"""A linear program in plain Python and SciPy: sums of columns, and what `oracles.second_builder` makes of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from oracles.second_tree import SecondTree

Column = tuple[Hashable, ...]
SOLVED, NO_SOLUTION, TROUBLE = 0, 2, 4


class InfeasibleError(Exception):
    """The program has no solution."""


class NotOptimalError(Exception):
    """The solver stopped without an optimum and without proof that there is none."""


class Affine:
    """Columns times coefficients, plus a constant."""

    def __init__(self, terms: dict[Column, float] | None = None, constant: float = 0.0) -> None:
        self.terms = defaultdict(float, terms or {})
        self.constant = constant

    def add(self, other: Affine, factor: float = 1.0) -> None:
        """Adds a multiple of another one to this one."""
        for column, coefficient in other.terms.items():
            self.terms[column] += factor * coefficient
        self.constant += factor * other.constant

    def __add__(self, other: Affine) -> Affine:
        return total([self, other])

    def __sub__(self, other: Affine) -> Affine:
        return self + other * -1.0

    def __mul__(self, factor: float) -> Affine:
        return Affine({column: factor * value for column, value in self.terms.items()}, factor * self.constant)


def total(parts: Iterable[Affine]) -> Affine:
    """The sum of any number of them."""
    result = Affine()
    for part in parts:
        result.add(part)
    return result


@dataclass(frozen=True)
class SecondProgram:
    """Minimise ``c @ x + constant`` with ``A_ub @ x <= b_ub``, ``A_eq @ x == b_eq`` and bounds.

    Attributes:
        columns: index of each variable by its kind and indices: ("ship", supplier, node),
            ("contract", supplier, year), ("build", project), ("run", project, node), ("stock", material, node),
            ("saved", material, tranche, node), ("short", material, node), ("gap", material, branch),
            ("excess", branch), ("threshold",).
        lines: the cost lines that the objective is the sum of.
        tree: the tree that it stands on.
    """

    c: np.ndarray
    A_ub: csr_matrix
    b_ub: np.ndarray
    A_eq: csr_matrix
    b_eq: np.ndarray
    bounds: list[tuple[float, float | None]]
    constant: float
    columns: dict[Column, int]
    lines: dict[str, Affine]
    tree: SecondTree

    def solve(self) -> tuple[float, np.ndarray]:
        """The optimal value, constants included, and the variables.

        Raises:
            InfeasibleError: there is no solution.
            NotOptimalError: the solver found neither an optimum nor proof that there is none.
        """
        for presolve in (True, False):
            result = linprog(
                self.c, self.A_ub, self.b_ub, self.A_eq, self.b_eq, self.bounds, "highs", options={"presolve": presolve}
            )
            if result.status != TROUBLE:
                break
        if result.status == NO_SOLUTION:
            raise InfeasibleError(result.message)
        if result.status != SOLVED:
            raise NotOptimalError(result.message)
        return float(result.fun + self.constant), result.x

    def value(self, line: str, x: np.ndarray) -> float:
        """The money of one cost line at a solution."""
        cost = self.lines[line]
        return cost.constant + sum(value * x[self.columns[column]] for column, value in cost.terms.items())


def matrix_of(rows: list[Affine], columns: dict[Column, int]) -> tuple[csr_matrix, np.ndarray]:
    """Rows ``terms + constant (<=, ==) 0`` as a matrix and its right-hand side."""
    values, row_numbers, column_numbers = [], [], []
    for number, row in enumerate(rows):
        for column, coefficient in row.terms.items():
            values.append(coefficient)
            row_numbers.append(number)
            column_numbers.append(columns[column])
    shape = (len(rows), len(columns))
    return csr_matrix((values, (row_numbers, column_numbers)), shape=shape), np.array([-row.constant for row in rows])
