"""All rules of a model: what policies ask for, capacities and what takes from them, stores, demand and its savings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from bichiku.explaining.kept_rows import KeptRows
from bichiku.explaining.rules import DEMAND, LOSS, RELEASE_LIMIT, RESERVE_KEPT, STORAGE_LIMIT, TRANCHE_LIMIT, Rule
from bichiku.explaining.unmet_demand import UNMET
from bichiku.model.tree import Tree
from bichiku.policies import POLICIES, Limit
from bichiku.policies.reserve_days import RESERVE_DAYS
from bichiku.program import LinearProgram, Move, RowBlock
from bichiku.program.move import NOTHING
from bichiku.result.outcome import Outcome
from bichiku.result.prices.limits import PROJECT_BUILD_LIMIT, PROJECT_CAPACITY, SUPPLIER_CAPACITY, capacities

NO_LENGTH = np.iinfo(int).max

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
        *_reserves_kept(outcome),
    ]


def _policies(outcome: Outcome) -> Iterator[Rule]:
    for policy in POLICIES:
        for limit in policy.rules(outcome):
            rule = Rule.freeing(limit, rows=limit.rows)
            if rule.is_survival:
                rule = _of_lengths(rule, outcome)
            elif limit.family == RESERVE_DAYS.name and limit.year is not None:
                rule = replace(rule, kept=KeptRows.of(outcome, limit.material, limit.year))
            yield rule


def _of_lengths(rule: Rule, outcome: Outcome) -> Rule:
    """A rule that asks to survive a crisis, with the lengths that its rows are about.

    Of lengths that reach the horizon, which share a path, the shortest counts.
    """
    tree = outcome.of(rule.material).tree
    nodes = {
        int(row): int(node)
        for block in outcome.program.blocks(rule.kind)
        for row, node in zip(block.numbers, block.keys, strict=True)
    }
    shortest = np.full(tree.size, NO_LENGTH)
    lengths: dict[int, int] = {}
    for future in tree.futures:
        if (future.crisis, future.onset) == (rule.name, rule.onset):
            lengths.setdefault(future.end, future.length)
            np.minimum.at(shortest, future.path, future.length)
    row_length = np.array([shortest[nodes[int(row)]] for row in rule.rows])
    return replace(rule, lengths=tuple(lengths.values()), row_length=row_length)


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
    rationed = {block.material: block for block in outcome.program.blocks("ration")}
    for name, row in world.suppliers.items():
        limit = by_name[SUPPLIER_CAPACITY, name]
        columns = _move(limit).columns
        if row.kind == "contract":
            yield Rule.freeing(limit, columns=columns, source=name)
            continue
        export, move = outcome.of_source(name).state.export[name], _move(limit)
        yield Rule.freeing(limit, move.rows[move.row_moves > 0], columns[export > 0], source=name)
        full = np.full(len(export), row.capacity_t * world.calendar.year_share)
        yield from _losses(outcome, name, columns=columns, column_upper=full, ration=rationed.get(name))


def _projects(outcome: Outcome, by_name: Capacities) -> Iterator[Rule]:
    world, share = outcome.world, outcome.world.calendar.year_share
    with_rows = _rows(outcome.program, "project_capacity")
    for name, row in world.projects.items():
        limit, part = by_name[PROJECT_CAPACITY, name], outcome.of_source(name)
        export = part.state.export[name]
        if name not in with_rows:
            run = _columns(outcome.program, "run", name)
            usable = part.tree.reaches(row.lead_periods)
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
    ration: RowBlock | None = None,
) -> Iterator[Rule]:
    """What each crisis, or events on the plan, takes of what a source can ship, and of what it shares out then."""
    part = outcome.of_source(source)
    tree, export = part.tree, part.state.export[source]
    nodes = np.ones(tree.size, dtype=bool) if nodes is None else nodes
    cut = part.state.supply[source].is_cut if source in part.state.supply else np.zeros(tree.size, dtype=bool)
    places = [("", 0, tree.stretch < 0)]
    places += [(crisis, onset, inside) for (crisis, onset), inside in branches(tree).items()]
    for crisis, onset, inside in places:
        hit = inside & (export < 1.0) & nodes
        shared_out = NOTHING if ration is None else ration.numbers[inside[ration.keys]]
        if not hit.any() and not len(shared_out):
            continue
        mine = np.flatnonzero(hit[nodes])
        on_rows, on_columns = (mine if len(which) else NOTHING for which in (rows, columns))
        worst = 1.0 - float(export[hit].min(initial=1.0))
        limit = Limit(LOSS, crisis, outcome.world.sources[source].material, None, 100 * worst, "points", onset=onset)
        yield Rule(
            limit,
            rows=np.concatenate([rows[on_rows], shared_out]),
            row_lower=np.full(len(on_rows) + len(shared_out), -np.inf),
            row_upper=np.concatenate([row_upper[on_rows], np.full(len(shared_out), np.inf)]),
            columns=columns[on_columns],
            column_upper=column_upper[on_columns],
            source=source,
            by_events=onset > 0 and not len(shared_out) and not cut[inside].any(),
            rationed=bool(len(shared_out)),
        )


def branches(tree: Tree) -> dict[tuple[str, int], np.ndarray]:
    """Whether each node belongs to each start of a crisis, with all its lengths, by crisis and onset."""
    found: dict[tuple[str, int], np.ndarray] = {}
    for number, stretch in enumerate(tree.stretches):
        inside = found.setdefault((stretch.crisis, stretch.onset), np.zeros(tree.size, dtype=bool))
        inside |= tree.stretch == number
    return found


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
    plan, years = outcome.plan, outcome.plan_years
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
            moved_by_events=_is_moved_by_events(outcome, name),
        )


def _is_moved_by_events(outcome: Outcome, material: str) -> bool:
    by_year, calendar = outcome.world.demand[material], outcome.world.calendar
    typed = [sum(by_year[int(year)] for year in months) / 12.0 for months in calendar.month_years]
    return not np.allclose(outcome.demand[material][outcome.plan], typed)


def _tranches(outcome: Outcome) -> Iterator[Rule]:
    world = outcome.world
    late = {block.index: block.numbers for block in outcome.program.blocks("tranche_delay")}
    for (material, name), row in world.tranches.items():
        if material not in world.demand:
            continue
        columns = _columns(outcome.program, "saved", material, name)
        move = Move(columns=columns, column_moves=0.01 * outcome.demand[material])
        limit = Limit(TRANCHE_LIMIT, name, material, None, 100 * row.max_share, "points", move)
        yield Rule.freeing(limit, rows=late.get((material, name), NOTHING), columns=columns)


def _reserves_kept(outcome: Outcome) -> Iterator[Rule]:
    for block in outcome.program.blocks("reserve_kept"):
        for (crisis, onset), inside in branches(outcome.tree_of(block.chain)).items():
            rows = block.numbers[inside[block.keys]]
            if len(rows):
                yield Rule.freeing(Limit(RESERVE_KEPT, crisis, block.material, None, 0.0, "t", onset=onset), rows)
