"""Some branches of a two-stage program in one HiGHS: what they cost under a plan, and cuts that say so of other plans.

For any prices of its rows, what a branch costs is at least ``constant − slope · plan``; with the prices of its own
optimum this is exact at the plan that it was solved for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from bichiku.program.stages import Branches
from bichiku.solving.growing import GrowingRun
from bichiku.solving.options import Limits
from bichiku.solving.solution import Status
from bichiku.solving.start import AT_LOWER, AT_UPPER, Basis

MOVED = 1e-9  # relative; what the plan asks of a row counts as changed from here on
PENALTY = 16.0  # of the largest cost, for a unit by which a branch leaves what the plan asks of it
STEEPER = 64.0  # times as much where a plan still leaves a branch no way
NOTHING = np.empty(0, dtype=int)
KEPT = 1e-7  # units by which a limit may be left, that of the solver itself


@dataclass(frozen=True)
class Cuts:
    """A cut for each branch of a stack.

    Attributes:
        cost: of each branch at its optimum; shape (branches,).
        constant: shape (branches,).
        slope: shape (branches, columns of the plan).
    """

    cost: np.ndarray
    constant: np.ndarray
    slope: sparse.csr_array


class BranchStack:
    """Branches side by side.

    Args:
        branches: the branches, at costs as if each were certain.

    Attributes:
        branches: the same.
        left: units by which they leave what the plan asks of them, at the last plan.
    """

    def __init__(self, branches: Branches) -> None:
        self.branches = branches
        self._cost = cost = branches.cost
        self._run = GrowingRun(
            branches.matrix,
            (branches.row_lower, branches.row_upper),
            (branches.column_lower, branches.column_upper),
            cost,
        )
        self._slopes = _Slopes(branches)
        self._asked: np.ndarray | None = None
        self._cuts: Cuts | None = None  # those of the last prices
        self._elastic: np.ndarray | None = None  # row of each column that lets a limit be left
        self._penalty = PENALTY * float(abs(cost).max(initial=0.0) or 1.0)
        self.left = 0.0

    @property
    def iterations(self) -> int:
        """Simplex iterations of all solves together."""
        return self._run.iterations

    def let_go(self) -> None:
        """See `GrowingRun.let_go`."""
        self._run.let_go()

    def start_from(self, bases: Sequence[Basis]) -> None:
        """Makes the first solve start from a basis of each branch."""
        columns, rows = (np.concatenate([getattr(one, name) for one in bases]) for name in ("columns", "rows"))
        self._run.start_from(Basis(columns, rows))

    def solve(self, plan: np.ndarray, limits: Limits) -> tuple[Status, Cuts | None]:
        """Solves the branches under a plan.

        Returns:
            How it ended, and the cuts; none where the plan asks what it asked before.
        """
        branches = self.branches
        asked = branches.linking @ plan
        moved = np.arange(len(asked))
        if self._asked is not None:
            if not (abs(asked - self._asked) > MOVED * (1.0 + abs(asked))).any():
                return Status.OPTIMAL, None
            moved = np.flatnonzero(asked != self._asked)
        self._run.limit_rows(moved, branches.row_lower[moved] - asked[moved], branches.row_upper[moved] - asked[moved])
        status = self._run.solve(limits)
        if status is not Status.OPTIMAL and not status.gave_up and self._elastic is None:
            self._bend()
            status = self._run.solve(limits)
        if status is not Status.OPTIMAL:
            self._asked = self._cuts = None
            return status, None
        self._asked = asked
        if self._cuts is not None and self._elastic is None and self._run.stayed:
            # so do its prices
            self._cuts = replace(self._cuts, cost=self._cuts.constant - self._cuts.slope @ plan)
        else:
            self._cuts = self._cuts_of_prices()
        return status, self._cuts

    def steepen(self) -> None:
        """Makes it dearer to leave what the plan asks, and forgets the last plan."""
        if self._elastic is not None:
            self._penalty *= STEEPER
            columns = len(self._cost) + np.arange(len(self._elastic))
            self._run.price_columns(columns, np.full(len(columns), self._penalty))
            self._asked = None

    def basis(self, resting: np.ndarray = NOTHING) -> Basis:
        """The last basis, of the branches' own columns and of their rows.

        Args:
            resting: numbers as of `GrowingRun.basic` of what is to rest at the limit that it is at.
        """
        found, (values, _) = self._run.basis(), self._run.answer()
        part, own = self.branches, values[: len(self._cost)]
        columns, rows = resting[resting >= 0], -resting[resting < 0] - 1
        found.columns[columns] = _nearer(own[columns], part.column_lower[columns], part.column_upper[columns])
        activity = (part.matrix[rows] @ own) + self._asked_of(rows)
        found.rows[rows] = _nearer(activity, part.row_lower[rows], part.row_upper[rows])
        return Basis(found.columns[: len(self._cost)], found.rows)

    def _asked_of(self, rows: np.ndarray) -> np.ndarray:
        assert self._asked is not None
        return self._asked[rows]

    def moving(self, branches: np.ndarray, ways: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What is basic in some branches and moves with the plan.

        Args:
            branches: whether each branch is one of them; shape (branches,).
            ways: in which the plan may move; shape (ways, columns of the plan).

        Returns:
            Numbers as of `GrowingRun.basic`, how far each is from its nearer limit in proportion to its size, and how
            it moves; shapes (members,), (members,) and (ways, members).
        """
        part, basic = self.branches, self._run.basic()
        values, _ = self._run.answer()
        assert self._asked is not None
        own = values[: len(self._cost)]
        columns = _distance(own, part.column_lower, part.column_upper)
        columns[~branches[part.branch_of_column]] = np.inf
        activity, lower, upper = part.matrix @ own, part.row_lower - self._asked, part.row_upper - self._asked
        rows = _distance(activity, lower, upper)
        rows[~branches[part.branch_of_row]] = np.inf
        is_column = (basic >= 0) & (basic < len(own))
        far = np.full(len(basic), np.inf)
        far[is_column] = columns[basic[is_column]]
        far[basic < 0] = rows[-basic[basic < 0] - 1]
        mine = np.isfinite(far)
        moves = np.zeros((len(ways), int(mine.sum())))
        for way, right in enumerate((part.linking @ ways.T).T):
            if right.any() and mine.any():
                moves[way] = self._run.basis_solve(right)[mine]
        found = (abs(moves) > MOVED).any(axis=0)
        return basic[mine][found], far[mine][found], moves[:, found]

    def bases(self) -> list[Basis]:
        """The last basis of each branch."""
        whole = self.basis()
        slices = (self.branches.slices(branch, branch + 1) for branch in range(self.branches.count))
        return [Basis(whole.columns[columns], whole.rows[rows]) for rows, columns in slices]

    def _bend(self) -> None:
        """Lets the branches leave the limits that the plan moves, at a penalty, so that every plan has an answer."""
        branches = self.branches
        linked = np.flatnonzero(np.diff(branches.linking.indptr) > 0)
        above = linked[np.isfinite(branches.row_upper[linked])]
        below = linked[np.isfinite(branches.row_lower[linked])]
        self._elastic = np.concatenate([above, below])
        signs = np.concatenate([np.full(len(above), -1.0), np.ones(len(below))])
        self._run.add_columns(self._elastic, signs, np.full(len(signs), self._penalty))

    def _cuts_of_prices(self) -> Cuts:
        branches = self.branches
        values, price = self._run.answer()
        own, bent = values[: len(self._cost)], values[len(self._cost) :]
        cost = np.bincount(branches.branch_of_column, self._cost * own, branches.count)
        self.left = float(bent.max(initial=0.0))
        if self._elastic is not None:
            of_bent = branches.branch_of_row[self._elastic]
            cost += np.bincount(of_bent, self._penalty * bent, branches.count)
        limit = np.where(price > 0, branches.row_lower, branches.row_upper)
        price = np.where(np.isfinite(limit), price, 0.0)
        reduced = self._cost - branches.matrix.T @ price
        bound = np.where(reduced > 0, branches.column_lower, branches.column_upper)
        reduced = np.where(np.isfinite(bound), reduced, 0.0)
        of_rows = np.bincount(branches.branch_of_row, price * _finite(limit), branches.count)
        of_columns = np.bincount(branches.branch_of_column, reduced * _finite(bound), branches.count)
        return Cuts(cost, of_rows + of_columns, self._slopes.at(price))


class _Slopes:
    """What each branch's rows ask of the plan, weighed by their prices and added up."""

    def __init__(self, branches: Branches) -> None:
        entries = branches.linking.tocoo()
        row, column = entries.coords
        width = branches.linking.shape[1]
        place = branches.branch_of_row[row].astype(np.int64) * width + column
        found, self._to = np.unique(place, return_inverse=True)
        self._row, self._value = row, entries.data
        self._columns = found % width
        self._ends = np.searchsorted(found, np.arange(branches.count + 1) * width)
        self._shape = branches.count, width

    def at(self, price: np.ndarray) -> sparse.csr_array:
        """Shape (branches, columns of the plan)."""
        values = np.bincount(self._to, self._value * price[self._row], len(self._columns))
        return sparse.csr_array((values, self._columns, self._ends), shape=self._shape)


def _nearer(value: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """The limit at which each value is, as HiGHS says it."""
    ends = np.array([AT_UPPER, AT_LOWER], dtype=object)
    found: np.ndarray = ends[(abs(value - lower) <= abs(upper - value)).astype(int)]
    return found


def _distance(value: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """How far each value is from its nearer limit, in proportion to its size; infinite where it has none."""
    found: np.ndarray = np.minimum(abs(value - lower), abs(upper - value)) / (1.0 + abs(value))
    return found


def _finite(limits: np.ndarray) -> np.ndarray:
    """Limits with nothing in place of those that do not exist."""
    return np.where(np.isfinite(limits), limits, 0.0)
