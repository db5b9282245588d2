"""The pieces of a program that share no row with a limit: what cannot be kept in one of them is about it alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from bichiku.build.program import LinearProgram
from bichiku.solve.components import split_program


def pieces(program: LinearProgram) -> Iterator[tuple[LinearProgram, np.ndarray, np.ndarray]]:
    """Each piece with its rows and columns in the program; rows without a limit tie nothing together."""
    kept = np.flatnonzero(np.isfinite(program.row_lower) | np.isfinite(program.row_upper))
    limited = replace(
        program,
        matrix=program.matrix[kept],
        row_lower=program.row_lower[kept],
        row_upper=program.row_upper[kept],
        row_constant=program.row_constant[kept],
    )
    for component in split_program(limited).components:
        yield component.program, kept[component.rows], component.columns
