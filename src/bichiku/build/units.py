"""The units of a program's rows and columns, from what they are counted in and the size of the model's numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bichiku.model.units import Units
from bichiku.model.world import World
from bichiku.program import LinearProgram, ProgramUnits

OF_MONEY = ("future", "onset-year")  # places of columns of money; all others hold tonnes, or tonnes a year


def in_own_units(program: LinearProgram, world: World) -> LinearProgram:
    """The program with the units in which it is handed to the solver; as it is where those are tonnes and money."""
    units = world.units
    if units == Units():
        return program
    rows, columns = np.ones(program.shape[0]), np.full(program.shape[1], units.tonnes)
    for row_block in program.row_blocks:
        of_money = not row_block.chain and row_block.unit == world.settings.currency
        # days and other ratios are of the size of one in any model
        of_tonnes = row_block.unit in ("t", "t/year")
        rows[row_block.rows] = units.money if of_money else units.tonnes if of_tonnes else 1.0
    for column_block in program.column_blocks:
        if column_block.place in OF_MONEY:
            columns[column_block.columns] = units.money
    return replace(program, units=ProgramUnits(rows, columns, units.money))
