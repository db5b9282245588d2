"""Parts of a program that a few rows couple: solved as if these rows were not there, and made one where they bind.

What costs least without some rows and keeps them all the same costs least with them, and the rows then have no price.
The bases of the parts, with the logicals of the rows, are then an optimal basis of the whole.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bichiku.program import LinearProgram
from bichiku.program.components import Component, Split, coupling_rows, split_at, split_program


class RowsCouple(Exception):
    """A row that parts have in common has a price once one of them moves, so that the others move too."""


def split_loosely(program: LinearProgram) -> Split:
    """The components of a program without the rows that couple chains; see `split_at`."""
    coupling = coupling_rows(program)
    return split_at(program, coupling) if len(coupling) else split_program(program)


def beside_each_other(
    program: LinearProgram, parts: Sequence[Component], x: np.ndarray
) -> tuple[Component, ...] | None:
    """Parts with what the others leave them of the coupling rows; None where these are not kept.

    Args:
        program: the whole program.
        parts: its components, see `split_loosely`.
        x: the optimum of all of them.
    """
    rows = np.unique(np.concatenate([part.rows[part.coupling] for part in parts]))
    activity = program.matrix[rows] @ x
    if (activity < program.row_lower[rows]).any() or (activity > program.row_upper[rows]).any():
        return None
    return tuple(part.beside(program, x) if len(part.coupling) else part for part in parts)
