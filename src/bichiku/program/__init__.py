"""A linear program as arrays that keeps the names of its rows, columns and quantities; nothing of the model in it."""

from __future__ import annotations

from bichiku.program.blocks import ALL, ColumnBlock, Index, RowBlock
from bichiku.program.linear_program import CostLine, LinearProgram
from bichiku.program.move import Move
from bichiku.program.quantity import Quantity
from bichiku.program.structure import PLAN, Structure
from bichiku.program.units import ProgramUnits

__all__ = [
    "ALL",
    "PLAN",
    "ColumnBlock",
    "CostLine",
    "Index",
    "LinearProgram",
    "Move",
    "ProgramUnits",
    "Quantity",
    "RowBlock",
    "Structure",
]
