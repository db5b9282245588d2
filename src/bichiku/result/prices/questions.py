"""The questions that prices answer: which limits move together when a person moves one number.

Each question names one number a person can change (the days of one material in one year, a share cap in one
year, a supplier's capacity) and says what that does to the linear program: to limits of rows, to upper bounds
of columns, or, for shares, to coefficients of a row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from bichiku.build.program import LinearProgram, RowBlock
from bichiku.build.stamp import stamp
from bichiku.build.stencil import Stencil
from bichiku.result.outcome import Outcome

SHARE_FAMILIES = ("share_caps", "share_floors", "country_cap")
POINT = 0.01
NOTHING = np.empty(0, dtype=int)


@dataclass(frozen=True)
class Question:
    """One number that a person may move by one unit.

    Attributes:
        policy: family of the limit, such as ``reserve_days`` or ``supplier_capacity``.
        limit: name of the limit: of a cap, a supplier, a project.
        material: the material, or empty.
        year: calendar year, or None for the whole horizon.
        value: the number as it stands, in `unit`.
        unit: unit of the number.
        rows, row_moves: rows whose limits move, and by how much for one unit more.
        columns, column_moves: columns whose upper bounds move.
        entries, entry_moves: positions in ``matrix.data`` that move.
    """

    policy: str
    limit: str
    material: str
    year: int | None
    value: float
    unit: str
    rows: np.ndarray = field(default_factory=lambda: NOTHING)
    row_moves: np.ndarray = field(default_factory=lambda: np.empty(0))
    columns: np.ndarray = field(default_factory=lambda: NOTHING)
    column_moves: np.ndarray = field(default_factory=lambda: np.empty(0))
    entries: np.ndarray = field(default_factory=lambda: NOTHING)
    entry_moves: np.ndarray = field(default_factory=lambda: np.empty(0))


def all_questions(outcome: Outcome, stencil: Stencil) -> Iterator[Question]:
    """Every question that the model's policies and capacities raise, in a fixed order."""
    yield from _reserve_days(outcome)
    yield from _shares(outcome, stencil)
    yield from _totals(outcome)
    yield from _supplier_capacities(outcome)
    yield from _project_capacities(outcome)


def _blocks(program: LinearProgram, family: str) -> Iterator[RowBlock]:
    return (block for block in program.row_blocks if block.family == family)


def _reserve_days(outcome: Outcome) -> Iterator[Question]:
    """One more day of cover in all periods of a year."""
    world = outcome.world
    for block in _blocks(outcome.program, "reserve_days"):
        material = block.index
        rows = np.arange(block.first, block.first + len(block.keys))
        tonnes_per_day = outcome.demand[material][block.keys] / world.calendar.days
        target = outcome.program.limits_as_set(rows)
        years = outcome.years[block.keys]
        for year in np.unique(years):
            mine = (years == year) & (tonnes_per_day > 0)
            if mine.any():
                last = np.flatnonzero(mine)[-1]
                days = float(target[last] / tonnes_per_day[last])
                yield Question("reserve_days", "", material, int(year), days, "days", rows[mine], tonnes_per_day[mine])


def _shares(outcome: Outcome, stencil: Stencil) -> Iterator[Question]:
    """One more point of an allowed (or demanded) share in one year."""
    for family in SHARE_FAMILIES:
        shares = stencil.model.component(f"{family}_share")
        if shares is None:
            continue
        moved = _with_more_share(stencil, family)
        program = outcome.program
        for block in _blocks(program, family):
            limit, _, material = block.index.rpartition("/")
            by_node = stencil.numbers[id(shares[limit, material])]
            for row, year in enumerate(block.keys, start=block.first):
                entries = np.arange(program.matrix.indptr[row], program.matrix.indptr[row + 1])
                share = float(by_node[np.flatnonzero(outcome.years == year)[0]])
                change = moved.matrix.data[entries] - program.matrix.data[entries]
                limits = np.array([row])
                shift = np.array([_limit_of(moved, row) - _limit_of(program, row)])
                yield Question(
                    family,
                    limit,
                    material,
                    int(year),
                    100.0 * share,
                    "points",
                    rows=limits,
                    row_moves=shift,
                    entries=entries,
                    entry_moves=change,
                )


def _with_more_share(stencil: Stencil, family: str) -> LinearProgram:
    """The program with each share of a family one point higher; only that family's rows differ."""
    keys = [id(data) for data in stencil.model.component(f"{family}_share").values()]
    kept = {key: stencil.numbers[key] for key in keys}
    try:
        stencil.numbers.update({key: numbers + POINT for key, numbers in kept.items()})
        return stamp(stencil)
    finally:
        stencil.numbers.update(kept)


def _limit_of(program: LinearProgram, row: int) -> float:
    lower, upper = program.row_lower[row], program.row_upper[row]
    return float(lower if np.isfinite(lower) else upper)


def _totals(outcome: Outcome) -> Iterator[Question]:
    """One more unit of the limits that are single numbers."""
    currency = outcome.world.settings.currency
    one = np.ones(1)
    for family, unit, size in [
        ("expected_shortage", "days", 1.0),
        ("risk_limit", f"million {currency}", 1e6),
        ("budget_investment", f"million {currency}", 1e6),
        ("budget_reserve", f"million {currency}", 1e6),
    ]:
        for block in _blocks(outcome.program, family):
            material = block.index if family == "expected_shortage" else ""
            for row, key in enumerate(block.keys, start=block.first):
                value = float(outcome.program.limits_as_set(np.array([row]))[0]) / size
                year = int(key) if block.place == "year" else None
                yield Question(family, "", material, year, value, unit, np.array([row]), size * one)
    for block in _blocks(outcome.program, "survive"):
        rows = np.arange(block.first, block.first + len(block.keys))
        unit = "t short allowed in each period"
        yield Question("survive", "", block.index, None, 0.0, unit, rows, np.ones(len(rows)))


def _supplier_capacities(outcome: Outcome) -> Iterator[Question]:
    """One more tonne a year that a supplier could sell."""
    world = outcome.world
    year_share = world.calendar.year_share
    for name, row in world.suppliers.items():
        spot = row.kind == "spot"
        found = outcome.program.columns_of("ship" if spot else "contract", name)
        columns = np.arange(found.start, found.stop)
        moves = outcome.state.export[name] * year_share if spot else np.ones(len(columns))
        yield Question(
            "supplier_capacity",
            name,
            row.material,
            None,
            row.capacity_t,
            "t/year",
            columns=columns,
            column_moves=moves,
        )


def _project_capacities(outcome: Outcome) -> Iterator[Question]:
    """One more tonne a year of existing capacity, free of charge; and of what may be built."""
    world, program = outcome.world, outcome.program
    year_share = world.calendar.year_share
    with_rows = {block.index: block for block in _blocks(program, "project_capacity")}
    for name, row in world.projects.items():
        moves = outcome.state.export[name] * year_share
        question = Question("project_capacity", name, row.material, None, row.existing_t, "t/year")
        if name in with_rows:
            block = with_rows[name]
            rows = np.arange(block.first, block.first + len(block.keys))
            yield replace(question, rows=rows, row_moves=moves)
            built = program.columns_of("build", name)
            yield Question(
                "project_build_limit",
                name,
                row.material,
                None,
                row.max_build_t,
                "t/year",
                columns=np.arange(built.start, built.stop),
                column_moves=np.ones(1),
            )
        else:
            run = program.columns_of("run", name)
            columns = np.arange(run.start, run.stop)
            usable = outcome.tree.reaches(row.lead_periods)
            yield replace(question, columns=columns[usable], column_moves=moves[usable])
