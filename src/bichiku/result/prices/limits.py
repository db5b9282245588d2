"""The numbers whose price is told: those of policies, and the capacities of suppliers and projects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from bichiku.build.rationing import rationed_per_tonne
from bichiku.policies import POLICIES, Limit
from bichiku.program import Move
from bichiku.program.move import NOTHING as NO_ROWS
from bichiku.result.outcome import Outcome
from bichiku.result.prices.spare import with_spare

SUPPLIER_CAPACITY = "supplier_capacity"
PROJECT_CAPACITY = "project_capacity"
PROJECT_BUILD_LIMIT = "project_build_limit"
CAPACITIES = (SUPPLIER_CAPACITY, PROJECT_CAPACITY, PROJECT_BUILD_LIMIT)


def all_limits(outcome: Outcome) -> Iterator[Limit]:
    """Every number that the model's policies and capacities raise, in a fixed order."""
    for policy in POLICIES:
        yield from policy.limits(outcome)
    yield from (
        limit if limit.family == PROJECT_BUILD_LIMIT else with_spare(limit, outcome) for limit in capacities(outcome)
    )


def capacities(outcome: Outcome) -> Iterator[Limit]:
    """One more tonne a year that a supplier could sell, that a project could make, or that could be built of it.

    Only what it does by itself: for what it lets others spare see `bichiku.result.prices.spare`.
    """
    yield from _supplier_capacities(outcome)
    yield from _project_capacities(outcome)


def _supplier_capacities(outcome: Outcome) -> Iterator[Limit]:
    world = outcome.world
    year_share = world.calendar.year_share
    rationed = {block.material: block for block in outcome.program.blocks("ration")}
    ramps = {block.material: block for block in outcome.program.blocks("ship_ramp")}
    for name, row in world.suppliers.items():
        spot = row.kind == "spot"
        found = outcome.program.columns_of("ship" if spot else "contract", name)
        columns = np.arange(found.start, found.stop)
        part = outcome.of_source(name)
        moves = part.state.export[name] * year_share if spot else np.ones(len(columns))
        move = Move(columns=columns, column_moves=moves)
        rows, row_moves = [], []
        if name in rationed:
            rows.append(rationed[name].numbers)
            row_moves.append(rationed_per_tonne(name, part.tree, part.world, part.state)[rationed[name].keys])
        if name in ramps:
            rows.append(ramps[name].numbers)
            row_moves.append(np.full(len(ramps[name].keys), year_share / row.ramp_periods))
        if rows:
            move = replace(move, rows=np.concatenate(rows), row_moves=np.concatenate(row_moves))
        yield Limit(SUPPLIER_CAPACITY, name, row.material, None, row.capacity_t, "t/year", move)


def _project_capacities(outcome: Outcome) -> Iterator[Limit]:
    """Existing capacity is free of charge: its fixed cost is left out."""
    world, program = outcome.world, outcome.program
    year_share = world.calendar.year_share
    with_rows = {block.material: block for block in program.blocks("project_capacity")}
    ramps = {block.material: block for block in program.blocks("run_ramp")}
    for name, row in world.projects.items():
        part = outcome.of_source(name)
        moves = part.state.export[name] * year_share
        limit = Limit(PROJECT_CAPACITY, name, row.material, None, row.existing_t, "t/year")
        rows, row_moves = NO_ROWS, np.empty(0)
        if name in ramps:
            # before period 1 it runs in full
            begins = part.tree.parent[ramps[name].keys] < 0
            rows, row_moves = ramps[name].numbers, year_share * (1.0 / row.ramp_periods + begins)
        if name in with_rows:
            move = Move(
                rows=np.concatenate([with_rows[name].numbers, rows]), row_moves=np.concatenate([moves, row_moves])
            )
            yield replace(limit, move=move)
            built = program.columns_of("build", name)
            move = Move(columns=np.arange(built.start, built.stop), column_moves=np.ones(1))
            yield Limit(PROJECT_BUILD_LIMIT, name, row.material, None, row.max_build_t, "t/year", move)
        else:
            run = program.columns_of("run", name)
            columns = np.arange(run.start, run.stop)
            usable = part.tree.reaches(row.lead_periods)
            move = Move(rows=rows, row_moves=row_moves, columns=columns[usable], column_moves=moves[usable])
            yield replace(limit, move=move)
