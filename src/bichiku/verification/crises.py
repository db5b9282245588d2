"""crises.csv worked out again: what each future does to each material of the chains that its crisis touches."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bichiku.verification.damage import PARTS
from bichiku.verification.facts import RunFacts
from bichiku.verification.files import RunTable
from bichiku.verification.sheet import ColumnNumbers, Sheet
from bichiku.verification.tree import PLAN, CrisisFuture, effective_annual_probability
from bichiku.verification.units import ones_of
from bichiku.verification.verdict import KEPT, Ledger, Place

FILE = "crises.csv"
SHORT = 1e-6  # a period is short when it lacks more than this share of its demand
STOCK = 1e-6, 1e-9  # a stock is back when it lacks no more than this share of the plan's, or of what counts as a tonne
DOUBT = 0.9, 1.0, 1.1  # what lies this close to such an edge may be read either way
TIMES = ("time_to_survive_days", "full_supply_after_days", "stock_back_after_days")


class _Along(NamedTuple):
    """A material along the path of a future; arrays of one element per node."""

    short: np.ndarray
    demand: np.ndarray
    drawn: np.ndarray
    stock: np.ndarray
    plan: np.ndarray


def crises_sheet(facts: RunFacts, crises: RunTable) -> Sheet:
    """One row for each future and material of a chain that its crisis touches."""
    world, nodes = facts.world, facts.nodes
    days, materials = world.calendar.days, list(world.materials)
    stated = {key: row for row, key in enumerate(crises.row_keys())}
    said = {column: crises.numbers(column) for column in TIMES}
    yearly = {name: _yearly(facts, name) for name in {branch.crisis for branch in nodes.branches}}
    together = _of_one_feed(facts)
    damage, one = facts.damage.by_material, ones_of(facts.world).tonnes
    keys: list[tuple[object, ...]] = []
    months, values = [], []
    for number, future in enumerate(nodes.futures):
        for k in np.flatnonzero(nodes.exists[future.path[0]]):
            key = (future.crisis, future.onset, future.length, materials[k])
            mine = _along(facts, future, int(k))
            competing, feed = together[int(k)]
            members = [(share, _along(facts, future, j)) for j, share in competing]
            store = np.zeros(len(future.path)) if feed is None else _along(facts, future, feed).drawn
            readings = [_times(mine, members, store, days, doubt, one) for doubt in DOUBT]
            row = stated.get(key)
            times = [
                _nearest([reading[i] for reading in readings], None if row is None else said[column][row])
                for i, column in enumerate(TIMES)
            ]
            days_short = days * np.divide(mine.short, mine.demand, out=np.zeros(len(mine.short)), where=mine.demand > 0)
            keys.append(key)
            months.append(world.calendar.label(future.onset))
            values.append(
                [future.probability, *yearly[future.crisis], len(future.path) * days, mine.short.sum(),
                 days_short.sum(), *times, *(facts.damage.by_part[part][number, k] for part in PARTS),
                 damage[number, k], np.abs(mine.short).sum(), np.abs(days_short).sum(),
                 facts.damage.dearer_terms[number, k]]
            )  # fmt: skip
    rules = {
        "probability": "tree.probability",
        "annual_probability": "tree.annual_probability",
        "effective_annual_probability": "tree.annual_probability",
        "branch_days": "tree.branch_days",
    }
    columns = [*rules, "short_t", "short_days", *TIMES, *PARTS, "damage"]
    table = np.array(values, dtype=float).reshape(len(keys), len(columns) + 3)
    parts = np.abs(table[:, [columns.index(part) for part in PARTS]]).sum(axis=1)
    short_t, short_days, dearer = table[:, -3:].T
    scales = {"short_t": short_t, "short_days": short_days, "dearer_purchases": dearer, "damage": parts + dearer}
    return Sheet(
        keys,
        {
            column: ColumnNumbers(rules.get(column, f"crises.{column}"), table[:, i], scales.get(column, 0.0))
            for i, column in enumerate(columns)
        },
        {"month": months, "unit": [world.settings.currency] * len(keys)},
    )


def _yearly(facts: RunFacts, name: str) -> tuple[float, float]:
    """The probability a year as typed (not-a-number where onsets are listed), and that of all windows."""
    crisis = facts.world.settings.crises[name]
    typed = float("nan") if crisis.annual_probability is None else crisis.annual_probability
    return typed, effective_annual_probability(facts.world, crisis)


def _along(facts: RunFacts, future: CrisisFuture, k: int) -> _Along:
    path, stock = future.path, facts.flows["stock"]
    return _Along(
        facts.flows["short"][path, k],
        facts.states.demand[path, k],
        np.maximum(facts.stocks.kept[path, k] - stock[path, k], 0.0),
        stock[path, k],
        stock[facts.nodes.on_plan[path], k],
    )


def _of_one_feed(facts: RunFacts) -> list[tuple[list[tuple[int, float]], int | None]]:
    """For each material, those that compete with it for a feed (itself among them), and that feed.

    Each competitor stands with its tonnes of feed per tonne; without a competitor a material stands alone.
    """
    world = facts.world
    feed: dict[str, tuple[str, float]] = {}
    for row in world.projects.values():  # in order of name
        if row.input_material is not None and row.material in world.demand:
            feed.setdefault(row.material, (row.input_material, row.input_per_output or 0.0))
    materials = list(world.materials)
    found: list[tuple[list[tuple[int, float]], int | None]] = []
    for k, material in enumerate(materials):
        if material not in feed:
            found.append(([(k, 1.0)], None))
            continue
        common = feed[material][0]
        competing = [(j, feed[n][1]) for j, n in enumerate(materials) if n in feed and feed[n][0] == common]
        found.append((competing, materials.index(common)) if len(competing) > 1 else ([(k, 1.0)], None))
    return found


def _times(
    mine: _Along, together: list[tuple[float, _Along]], store: np.ndarray, days: float, doubt: float, one: float
) -> tuple[float, float, float]:
    """Days survived, until full supply and until the stock is back; not-a-number where that has no answer."""
    survived = float("nan")
    if mine.demand.any():
        lacking = np.any([each.short > SHORT * doubt * each.demand for _, each in together], axis=0)
        if lacking.any():
            first = int(np.flatnonzero(lacking)[0])
            drawn = store[first] + sum(share * each.drawn[first] for share, each in together)
            short = sum(share * each.short[first] for share, each in together)
            survived = (first + drawn / (drawn + short)) * days
    behind = mine.plan - mine.stock > doubt * (STOCK[0] * mine.plan + STOCK[1] * one)
    lacks = mine.short > SHORT * doubt * mine.demand
    return survived, _until_over(lacks, days), _until_over(behind, days)


def _until_over(flags: np.ndarray, days: float) -> float:
    """Days to the end of the last flagged period; 0 where none is flagged, not-a-number where the last one is."""
    if flags[-1]:
        return float("nan")
    return float(max(np.flatnonzero(flags) + 1, default=0)) * days


def _nearest(readings: list[float], stated: float | None) -> float:
    """The reading that agrees with what is stated, else the plain one."""
    if stated is not None:
        for reading in readings:
            if (np.isnan(stated) and np.isnan(reading)) or abs(stated - reading) <= KEPT * abs(reading):
                return reading
    return readings[1]


def check_weights(facts: RunFacts, crises: RunTable, ledger: Ledger) -> None:
    """The probabilities that crises.csv states leave each chain's plan a weight of zero to one in every period."""
    nodes, calendar = facts.nodes, facts.world.calendar
    stated = dict(zip(crises.row_keys(), crises.numbers("probability"), strict=True))
    materials = list(facts.world.materials)
    taken = np.zeros((calendar.periods, len(materials)))
    for future in nodes.futures:
        key = (future.crisis, future.onset, future.length)
        likely = np.array([stated.get((*key, material), future.probability) for material in materials])
        taken[nodes.period[future.path] - 1] += likely * nodes.exists[future.path]

    def place(i: int) -> Place:
        period, k = divmod(i, len(materials))
        return Place(f"branches of {materials[k]} in {calendar.label(period + 1)}")

    for bound in (taken, 1.0 - taken):
        ledger.at_most("tree.weights", FILE, bound, 1.0, place)
    plan = nodes.weight[nodes.branch == PLAN]
    ledger.equal("tree.weights", FILE, 1.0 - taken, plan, place, 1.0, KEPT)
