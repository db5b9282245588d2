"""A basis of a two-stage program, made of that of its plan and those of its branches."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import linalg

from bichiku.program.stages import Branches, PlanPart
from bichiku.solving.master import Master
from bichiku.solving.stacks import EqualBranch, Stack
from bichiku.solving.start import AT_LOWER, BASIC, Basis

INDEPENDENT = 1e-9  # of the largest; less than that is rounding
NEAR = (1e-9, 1e-7, 1e-5, 1e-3, np.inf)  # of a limit, relative: what the plan rests on is exact, but solved to 1e-7


def basis_of(shape: tuple[int, int], plan: PlanPart, master: Master, stacks: Sequence[Stack]) -> Basis:
    """The bases of plan and branches together, less what is basic too many.

    Where the plan rests on several cuts of a branch, the branch is basic at so many limits less one, which would
    stop the plan just there. Of all that moves with the plan, as many are let rest as move independently, those
    nearest to a limit first: one basic too many or too few, and HiGHS makes a basis of its own from what is left,
    far from any point that keeps the limits. Branches that are equal move together, so of them one rests for all.

    Args:
        shape: of the whole program.
        plan: its first stage.
        master: solved last under the cuts of all branches.
        stacks: solved last under the master's plan.
    """
    rows, columns = shape
    whole = Basis(np.full(columns, AT_LOWER, dtype=object), np.full(rows, BASIC, dtype=object))
    _put(whole, plan, master.basis())
    ways, several = master.ways(), master.holding() > 1
    found: list[tuple[int, int]] = []
    moves, far = [], []
    for number, stack in enumerate(stacks):
        some = several[stack.branches]
        if some.any():
            members, distance, moving = stack.run.moving(some, ways)
            found += [(number, int(member)) for member in members]
            moves.append(moving)
            far.append(distance)
    rests: dict[int, list[int]] = {}
    if found:
        for place in _independent(np.concatenate(moves, axis=1), np.concatenate(far)):
            rests.setdefault(found[place][0], []).append(found[place][1])
    for number, stack in enumerate(stacks):
        _put(whole, stack.run.branches, stack.run.basis(np.array(rests.get(number, []), dtype=int)))
        if stack.equals:
            bases = stack.run.bases()
            for of, equal in stack.equals:
                _put(whole, equal, bases[of])
    return whole


def _put(whole: Basis, part: PlanPart | Branches | EqualBranch, basis: Basis) -> None:
    """Puts the basis of a part into that of the whole."""
    whole.columns[part.columns] = basis.columns
    own = part.rows >= 0  # a row that holds a share is none of the program's
    whole.rows[part.rows[own]] = basis.rows[own]


def _independent(moves: np.ndarray, far: np.ndarray) -> list[int]:
    """Members that move independently of each other, as many as there are.

    Args:
        moves: how each member moves; shape (ways, members).
        far: of each member, how far it is from a limit; shape (members,). Nearer ones go first, by the steps of `NEAR`.
    """
    sizes = abs(moves).max(axis=1, initial=0.0)
    moves = moves / np.where(sizes > 0.0, sizes, 1.0)[:, np.newaxis]
    ways = len(moves)
    spanned = np.empty((ways, 0))
    found: list[int] = []
    for near in NEAR:
        members = np.setdiff1d(np.flatnonzero(far <= near), found)
        left = moves[:, members] - spanned @ (spanned.T @ moves[:, members])
        across, triangle, order = linalg.qr(left, mode="economic", pivoting=True)
        count = int((abs(np.diag(triangle)) > INDEPENDENT).sum())
        found += members[order[:count]].tolist()
        spanned = np.concatenate([spanned, across[:, :count]], axis=1)
        if len(found) == ways:
            break
    return found
