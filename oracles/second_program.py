"""A linear program in plain Python and SciPy: sums of columns, and what `oracles.second_builder` makes of them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, vstack

from oracles.second_tree import SecondTree

Column = tuple[Hashable, ...]
SOLVED, NO_SOLUTION, TROUBLE = 0, 2, 4
CLOSE = 1e-7  # of its bound, by which a norm may be over it
NOTHING = 1e-7  # t, too little for the solver to tell from nothing
MOST_ROUNDS = 500


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
class Cone:
    """A limit on the Euclidean norm of some sums: ``‖parts‖ ≤ bound``."""

    parts: list[Affine]
    bound: Affine


@dataclass(frozen=True)
class SecondProgram:
    """Minimise ``c @ x + constant`` with ``A_ub @ x <= b_ub``, ``A_eq @ x == b_eq``, bounds and cones.

    Attributes:
        columns: index of each variable by its kind and indices: ("ship", supplier, node),
            ("contract", supplier, year), ("build", project), ("run", project, node), ("stock", material, node),
            ("saved", material, tranche, node), ("short", material, node), ("gap", material, branch),
            ("excess", branch), ("threshold",).
        lines: the cost lines that the objective is the sum of.
        tree: the tree that it stands on.
        cones: what no row of a linear program states.
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
    cones: list[Cone]

    def solve(self) -> tuple[float, np.ndarray]:
        """The optimal value, constants included, and the variables.

        A cone is kept by half-spaces that support it: as a norm is convex, ``‖y‖ + y · (parts − y) / ‖y‖ ≤ bound`` is
        true of every point of the cone. One is added wherever the optimum so far is outside, and all is solved again.

        Raises:
            InfeasibleError: there is no solution.
            NotOptimalError: the solver found neither an optimum nor proof that there is none.
        """
        program = self
        for _ in range(MOST_ROUNDS):
            fun, x = program._solve_linear()
            supports = [support for cone in self.cones if (support := self._support(cone, x)) is not None]
            if not supports:
                return fun, x
            rows, limits = matrix_of(supports, self.columns)
            program = replace(program, A_ub=vstack([program.A_ub, rows]), b_ub=np.append(program.b_ub, limits))
        raise NotOptimalError(f"outside of a cone after {MOST_ROUNDS} rounds")

    def _support(self, cone: Cone, x: np.ndarray) -> Affine | None:
        """The half-space at a point outside of a cone; None where the point is inside."""
        values = [self._at(part, x) for part in cone.parts]
        norm, bound = math.hypot(*values), self._at(cone.bound, x)
        if norm <= bound * (1.0 + CLOSE) + NOTHING:
            return None
        return total(part * (value / norm) for part, value in zip(cone.parts, values, strict=True)) - cone.bound

    def _solve_linear(self) -> tuple[float, np.ndarray]:
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
        return self._at(self.lines[line], x)

    def _at(self, affine: Affine, x: np.ndarray) -> float:
        return affine.constant + sum(value * x[self.columns[column]] for column, value in affine.terms.items())


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
