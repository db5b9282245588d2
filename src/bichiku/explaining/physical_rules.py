"""The rules that are no policy: capacities and what takes from them, stores, demand and what can be saved of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bichiku.explaining.rules import Rule, free
from bichiku.explaining.unmet import UNMET
from bichiku.policies import Limit
from bichiku.program import LinearProgram, Move, RowBlock
from bichiku.result.outcome import Outcome
from bichiku.result.prices.limits import PROJECT_BUILD_LIMIT, PROJECT_CAPACITY, SUPPLIER_CAPACITY, capacities
from bichiku.show.numbers import percent, three_digits


def physical_rules(outcome: Outcome, wider: LinearProgram) -> Iterator[Rule]:
    """Rules of tables rather than of policies; `wider` is the program with columns for unmet demand."""
    by_name = {(limit.family, limit.name): _move(limit) for limit in capacities(outcome)}
    yield from _suppliers(outcome, by_name)
    yield from _projects(outcome, by_name)
    yield from _stores(outcome)
    yield from _demand(outcome, wider)
    yield from _tranches(outcome)


def _range(columns: slice) -> np.ndarray:
    return np.arange(columns.start, columns.stop)


def _blocks(program: LinearProgram, family: str) -> dict[str, RowBlock]:
    return {block.material: block for block in program.blocks(family)}


def _move(limit: Limit) -> Move:
    assert limit.move is not None
    return limit.move


def _suppliers(outcome: Outcome, by_name: dict[tuple[str, str], Move]) -> Iterator[Rule]:
    world = outcome.world
    for name, row in world.suppliers.items():
        move = by_name[SUPPLIER_CAPACITY, name]
        words = f"capacity of {name} ({row.country}): {three_digits(row.capacity_t)} t/year"
        rule = Rule(
            "supplier_capacity", name, row.material, None, row.capacity_t, "t/year", words,
            source=name, move=move,
        )  # fmt: skip
        if row.kind == "contract":
            yield free(rule, columns=move.columns)
            continue
        export = outcome.state.export[name]
        yield free(rule, columns=move.columns[export > 0])
        full = np.full(len(export), row.capacity_t * world.calendar.year_share)
        yield from _losses(outcome, name, columns=move.columns, column_upper=full)


def _projects(outcome: Outcome, by_name: dict[tuple[str, str], Move]) -> Iterator[Rule]:
    world, share = outcome.world, outcome.world.calendar.year_share
    with_rows = _blocks(outcome.program, "project_capacity")
    for name, row in world.projects.items():
        move, export = by_name[PROJECT_CAPACITY, name], outcome.state.export[name]
        ready = f"ready capacity of project {name}: {three_digits(row.existing_t)} t/year"
        rule = Rule(
            "project_capacity", name, row.material, None, row.existing_t, "t/year", ready,
            source=name, move=move,
        )  # fmt: skip
        if name not in with_rows:
            run = _range(outcome.program.columns_of("run", name))
            usable = outcome.tree.reaches(row.lead_periods)
            yield free(rule, columns=run[usable & (export > 0)])
            full = np.full(usable.sum(), row.existing_t * share)
            yield from _losses(outcome, name, columns=run[usable], column_upper=full, nodes=usable)
            continue
        rows = with_rows[name].numbers
        yield free(rule, rows=rows[export > 0])
        full = np.full(len(rows), (row.existing_t + row.max_build_t) * share)
        yield from _losses(outcome, name, rows=rows, row_upper=full)
        built = by_name[PROJECT_BUILD_LIMIT, name]
        words = f"what may be built of project {name}: {three_digits(row.max_build_t)} t/year"
        if row.build_periods:
            words += f", running after {row.build_periods} periods"
        limit = Rule("project_build_limit", name, row.material, None, row.max_build_t, "t/year", words, move=built)
        yield free(limit, columns=built.columns)


def _losses(
    outcome: Outcome,
    source: str,
    rows: np.ndarray | None = None,
    row_upper: np.ndarray | None = None,
    columns: np.ndarray | None = None,
    column_upper: np.ndarray | None = None,
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
        mine = hit[nodes]
        worst = 1.0 - float(export[hit].min())
        who = f"crisis {crisis} of {outcome.world.calendar.label(onset)}" if crisis else "events on the plan"
        words = f"{who}: {source} loses {'up to ' if worst < 1 else ''}{percent(worst)} of what it can ship"
        rule = Rule(
            "loss", crisis, outcome.world.sources[source].material, None, 100 * worst, "points", words,
            onset=onset, source=source,
        )  # fmt: skip
        if rows is not None and row_upper is not None:
            at = rows[mine]
            yield Rule(
                **(vars(rule) | {"rows": at, "row_lower": np.full(len(at), -np.inf), "row_upper": row_upper[mine]})
            )
        elif columns is not None and column_upper is not None:
            yield Rule(**(vars(rule) | {"columns": columns[mine], "column_upper": column_upper[mine]}))


def _stores(outcome: Outcome) -> Iterator[Rule]:
    released = _blocks(outcome.program, "release_limit")
    for name, row in outcome.world.materials.items():
        if row.storage_limit_t is not None:
            columns = _range(outcome.program.columns_of("stock", name))
            value = row.storage_limit_t
            words = f"storage limit of {name}: {three_digits(value)} t"
            move = Move(columns=columns, column_moves=np.ones(len(columns)))
            yield free(Rule("storage_limit", "", name, None, value, "t", words, move=move), columns=columns)
        if row.release_rate_t_per_day is not None and name in released:
            rows, rate = released[name].numbers, row.release_rate_t_per_day
            words = f"release limit of {name}: {three_digits(rate)} t/day out of the store"
            moves = np.full(len(rows), outcome.world.calendar.days)
            move = Move(rows=rows, row_moves=moves)
            yield free(Rule("release_limit", "", name, None, rate, "t/day", words, move=move), rows=rows)


def _demand(outcome: Outcome, wider: LinearProgram) -> Iterator[Rule]:
    """Without it any amount from none upwards may be used, so stock can also be got rid of."""
    balances = _blocks(outcome.program, "balance")
    years = outcome.years[outcome.tree.plan]
    for name, tonnes in outcome.demand.items():
        rows, columns = balances[name].numbers, _range(wider.columns_of(UNMET, name))
        by_year = {int(year): float(tonnes[outcome.tree.plan][years == year].sum()) for year in np.unique(years)}
        first, last = min(by_year), max(by_year)
        words = f"demand for {name}: {three_digits(by_year[first])} t in {first}"
        if last > first:
            words += f", {three_digits(by_year[last])} t in {last}"
        if (outcome.state.demand_factor[name][outcome.tree.plan] != 1.0).any():
            words += ", as events move it"
        yield Rule(
            "demand",
            "",
            name,
            None,
            by_year[first],
            "t",
            words,
            rows=rows,
            row_lower=np.full(len(rows), -np.inf),
            row_upper=np.full(len(rows), -np.inf),  # the upper limit stays
            columns=columns,
            column_upper=tonnes,
        )


def _tranches(outcome: Outcome) -> Iterator[Rule]:
    tree, world = outcome.tree, outcome.world
    for (material, name), row in world.tranches.items():
        if material not in world.demand:
            continue
        columns = _range(outcome.program.columns_of("saved", material, name))
        moves = 0.01 * outcome.demand[material] * (tree.since_onset >= row.delay_periods)
        value = 100 * row.max_share
        words = f"saving {name}: at most {percent(row.max_share)} of the demand for {material}"
        if row.delay_periods:
            words += f", in a crisis after {row.delay_periods} periods"
        move = Move(columns=columns, column_moves=moves)
        yield free(Rule("tranche_limit", name, material, None, value, "points", words, move=move), columns=columns)
