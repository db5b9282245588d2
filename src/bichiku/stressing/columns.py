"""Columns that the tables of a stress share."""

from __future__ import annotations

from bichiku.result.columns import Column, Kind, Role

STRATEGY = Column("strategy", Kind.TEXT, "", "whose plan is held")
MATERIAL = Column("material", Kind.TEXT, "", "the material", role=Role.GROUP)
PERIOD = Column("period", Kind.COUNT, "period", "counted from 1")
MONTH = Column("month", Kind.MONTH, "", "month in which the period begins")
UNIT = Column("unit", Kind.TEXT, "", "unit of money", role=Role.GROUP)
