"""split.csv: its stocks as they are against the flows, and of those at list prices what files can tell.

The solve at list prices has no flows in the run, so neither its balances nor that it is the cheapest can be recomputed.
What any plan must keep can: no stock is negative, above its storage limit, below the reserve's target, or sinks faster
than the store can release it; and use is demand, with feed for no more than all projects could make.
"""

from __future__ import annotations

import numpy as np

from bichiku.verification.balances import input_of_project
from bichiku.verification.facts import RunFacts
from bichiku.verification.files import RunTable
from bichiku.verification.hand_back import target_days
from bichiku.verification.sheet import ColumnNumbers, Sheet, check_sheet, match_rows
from bichiku.verification.verdict import KEPT, Ledger, Place

LISTED = "_at_list_prices"


def check_split(facts: RunFacts, split: RunTable, ledger: Ledger) -> None:
    """Holds the table against the flows, the tables and the policies."""
    world, plan = facts.world, facts.plan
    calendar, materials = world.calendar, list(world.materials)
    keys: list[tuple[object, ...]] = [(t, material) for t in range(1, calendar.periods + 1) for material in materials]
    stock, use = facts.flows["stock"][plan].ravel(), facts.use[plan].ravel()
    sheet = Sheet(
        keys,
        {
            "stock_t": ColumnNumbers("split.stock_t", stock),
            "use_t": ColumnNumbers("split.use_t", use),
            "cover_days": ColumnNumbers("split.cover_days", _cover(stock, use, calendar.days)),
        },
        {"month": [calendar.label(t) for t in range(1, calendar.periods + 1) for _ in materials]},
        elsewhere=(f"stock_t{LISTED}", f"use_t{LISTED}", f"cover_days{LISTED}"),
    )
    check_sheet(split, sheet, ledger)
    rows, positions = match_rows(split, keys, Ledger())
    if len(rows) == len(keys):
        _check_listed(facts, split, rows[np.argsort(positions)], ledger)


def _cover(stock: np.ndarray, use: np.ndarray, days: float) -> np.ndarray:
    return np.divide(stock * days, use, out=np.full(stock.shape, np.nan), where=use > 0)


def _check_listed(facts: RunFacts, split: RunTable, rows: np.ndarray, ledger: Ledger) -> None:
    """The columns at list prices; `rows` are those of the table by period and material."""
    world, shape = facts.world, (facts.world.calendar.periods, len(facts.world.materials))
    stock, use, cover = (split.numbers(f"{name}{LISTED}")[rows] for name in ("stock_t", "use_t", "cover_days"))

    def place(i: int) -> Place:
        return split.place(int(rows[i]))

    days = world.calendar.days
    ledger.equal(f"split.cover_days{LISTED}", split.file, cover, _cover(stock, use, days), place)
    if (facts.states.price == 1.0).all():  # then there is nothing that list prices could change
        ledger.equal(f"split.stock_t{LISTED}", split.file, stock, split.numbers("stock_t")[rows], place, 0.0, KEPT)
    ledger.at_most("split.sign", split.file, -stock, 0.0, place)
    demand, feed = (numbers[facts.plan].ravel() for numbers in (facts.states.demand, _most_feed(facts)))
    ledger.at_most(f"split.use_t{LISTED}", split.file, demand, use, place)
    ledger.at_most(f"split.use_t{LISTED}", split.file, use, demand + feed, place)

    limits = [row.storage_limit_t for row in world.materials.values()]
    most = np.broadcast_to([np.inf if limit is None else limit for limit in limits], shape).ravel()
    stored = np.flatnonzero(np.isfinite(most))
    ledger.at_most("split.storage", split.file, stock[stored], most[stored], lambda i: place(int(stored[i])))
    target = target_days(world).ravel() * use / days
    ledger.at_most("split.target", split.file, target, stock, place, stock)
    _check_release(facts, split, stock.reshape(shape), rows.reshape(shape), ledger)


def _most_feed(facts: RunFacts) -> np.ndarray:
    """Tonnes that all existing and possible projects could take as feed; shape (nodes, materials)."""
    world, nodes = facts.world, facts.nodes
    capacity = np.zeros(facts.states.export.shape)
    names = list(world.sources)
    for name, row in world.projects.items():
        usable = np.where(nodes.period > row.build_periods, row.max_build_t, 0.0)
        capacity[:, names.index(name)] = row.existing_t + usable
    running = capacity * facts.states.export / world.calendar.periods_per_year
    return np.asarray(running @ input_of_project(world))


def _check_release(facts: RunFacts, split: RunTable, stock: np.ndarray, rows: np.ndarray, ledger: Ledger) -> None:
    world = facts.world
    for k, row in enumerate(world.materials.values()):
        if row.release_rate_t_per_day is None:
            continue
        before = np.concatenate([[row.opening_stock_t], stock[:-1, k]])
        kept = before * (1.0 - row.loss_rate) ** (1.0 / world.calendar.periods_per_year)

        def place(i: int, k: int = k) -> Place:
            return split.place(int(rows[i, k]))

        most = row.release_rate_t_per_day * world.calendar.days
        ledger.at_most("split.release", split.file, kept - stock[:, k], most, place, kept)
