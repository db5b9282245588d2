"""All rules of a model: what policies ask for, capacities and what takes from them, stores, demand and its savings."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bichiku.explaining.rules import DEMAND, LOSS, RELEASE_LIMIT, STORAGE_LIMIT, TRANCHE_LIMIT, Rule
from bichiku.explaining.unmet_demand import UNMET
from bichiku.policies import POLICIES, Limit
from bichiku.program import LinearProgram, Move
from bichiku.program.move import NOTHING
from bichiku.result.outcome import Outcome
from bichiku.result.prices.limits import PROJECT_BUILD_LIMIT, PROJECT_CAPACITY, SUPPLIER_CAPACITY, capacities

Capacities = dict[tuple[str, str], Limit]  # kind and name


def model_rules(outcome: Outcome, wider: LinearProgram) -> list[Rule]:
    """Every rule of a model; `wider` is its program with columns for unmet demand."""
    by_name = {(limit.family, limit.name): limit for limit in capacities(outcome)}
    return [
        *_policies(outcome),
        *_suppliers(outcome, by_name),
        *_projects(outcome, by_name),
        *_stores(outcome),
        *_demand(outcome, wider),
        *_tranches(outcome),
    ]


def _policies(outcome: Outcome) -> Iterator[Rule]:
    for policy in POLICIES:
        for limit in policy.rules(outcome):
            yield Rule.freeing(limit, rows=limit.rows)


def _columns(program: LinearProgram, variable: str, *index: str) -> np.ndarray:
    found = program.columns_of(variable, *index)
    return np.arange(found.start, found.stop)


def _rows(program: LinearProgram, family: str) -> dict[str, np.ndarray]:
    return {block.material: block.numbers for block in program.blocks(family)}


def _move(limit: Limit) -> Move:
    assert limit.move is not None
    return limit.move


def _suppliers(outcome: Outcome, by_name: Capacities) -> Iterator[Rule]:
    world = outcome.world
    for name, row in world.suppliers.items():
        limit = by_name[SUPPLIER_CAPACITY, name]
        columns = _move(limit).columns
        if row.kind == "contract":
            yield Rule.freeing(limit, columns=columns, source=name)
            continue
        export = outcome.state.export[name]
        yield Rule.freeing(limit, columns=columns[export > 0], source=name)
        full = np.full(len(export), row.capacity_t * world.calendar.year_share)
        yield from _losses(outcome, name, columns=columns, column_upper=full)


def _projects(outcome: Outcome, by_name: Capacities) -> Iterator[Rule]:
    world, share = outcome.world, outcome.world.calendar.year_share
    with_rows = _rows(outcome.program, "project_capacity")
    for name, row in world.projects.items():
        limit, export = by_name[PROJECT_CAPACITY, name], outcome.state.export[name]
        if name not in with_rows:
            run = _columns(outcome.program, "run", name)
            usable = outcome.tree.reaches(row.lead_periods)
            yield Rule.freeing(limit, columns=run[usable & (export > 0)], source=name)
            full = np.full(usable.sum(), row.existing_t * share)
            yield from _losses(outcome, name, columns=run[usable], column_upper=full, nodes=usable)
            continue
        rows = with_rows[name]
        yield Rule.freeing(limit, rows=rows[export > 0], source=name)
        full = np.full(len(rows), (row.existing_t + row.max_build_t) * share)
        yield from _losses(outcome, name, rows=rows, row_upper=full)
        built = by_name[PROJECT_BUILD_LIMIT, name]
        yield Rule.freeing(built, columns=_move(built).columns)


def _losses(
    outcome: Outcome,
    source: str,
    rows: np.ndarray = NOTHING,
    row_upper: np.ndarray = NOTHING,
    columns: np.ndarray = NOTHING,
    column_upper: np.ndarray = NOTHING,
    nodes: np.ndarray | None = None,
) -> Iterator[Rule]:
    """What each crisis, or events on the plan, takes of what a source can ship."""
    tree, export = outcome.tree, outcome.state.export[source]
    nodes = np.ones(tree.size, dtype=bool) if nodes is None else nodes
    places: list[tuple[str, int, np.ndarray]] = [("", 0, tree.branch < 0)]
    places += [(b.crisis, b.onset, tree.branch == i) for i, b in enumerate(tree.branches)]
    for crisis, onset, inside in places:
        hit = inside & (export < 1.0) & nodes
        if not hit.any():
            continue
        mine = np.flatnonzero(hit[nodes])
        on_rows, on_columns = (mine if len(which) else NOTHING for which in (rows, columns))
        worst = 1.0 - float(export[hit].min())
        limit = Limit(LOSS, crisis, outcome.world.sources[source].material, None, 100 * worst, "points", onset=onset)
        yield Rule(
            limit,
            rows=rows[on_rows],
            row_lower=np.full(len(on_rows), -np.inf),
            row_upper=row_upper[on_rows],
            columns=columns[on_columns],
            column_upper=column_upper[on_columns],
            source=source,
        )


def _stores(outcome: Outcome) -> Iterator[Rule]:
    released = _rows(outcome.program, "release_limit")
    for name, row in outcome.world.materials.items():
        if row.storage_limit_t is not None:
            columns = _columns(outcome.program, "stock", name)
            move = Move(columns=columns, column_moves=np.ones(len(columns)))
            limit = Limit(STORAGE_LIMIT, "", name, None, row.storage_limit_t, "t", move)
            yield Rule.freeing(limit, columns=columns)
        if row.release_rate_t_per_day is not None and name in released:
            rows = released[name]
            move = Move(rows=rows, row_moves=np.full(len(rows), outcome.world.calendar.days))
            limit = Limit(RELEASE_LIMIT, "", name, None, row.release_rate_t_per_day, "t/day", move)
            yield Rule.freeing(limit, rows=rows)


def _demand(outcome: Outcome, wider: LinearProgram) -> Iterator[Rule]:
    """Without it any amount from none upwards may be used, so stock can also be got rid of."""
    balances = _rows(outcome.program, "balance")
    plan = outcome.tree.plan
    years = outcome.years[plan]
    for name, tonnes in outcome.demand.items():
        rows, columns = balances[name], _columns(wider, UNMET, name)
        by_year = tuple((int(year), float(tonnes[plan][years == year].sum())) for year in np.unique(years))
        yield Rule(
            Limit(DEMAND, "", name, None, by_year[0][1], "t"),
            rows=rows,
            row_lower=np.full(len(rows), -np.inf),
            row_upper=np.full(len(rows), -np.inf),  # the upper limit stays
            columns=columns,
            column_upper=tonnes,
            by_year=by_year,
            moved_by_events=bool((outcome.state.demand_factor[name][plan] != 1.0).any()),
        )


def _tranches(outcome: Outcome) -> Iterator[Rule]:
    tree, world = outcome.tree, outcome.world
    for (material, name), row in world.tranches.items():
        if material not in world.demand:
            continue
        columns = _columns(outcome.program, "saved", material, name)
        moves = 0.01 * outcome.demand[material] * (tree.since_onset >= row.delay_periods)
        move = Move(columns=columns, column_moves=moves)
        limit = Limit(TRANCHE_LIMIT, name, material, None, 100 * row.max_share, "points", move)
        yield Rule.freeing(limit, columns=columns)
