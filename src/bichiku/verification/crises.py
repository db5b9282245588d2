"""crises.csv worked out again: what each branch does to each material."""

from __future__ import annotations

import numpy as np

from bichiku.verification.facts import RunFacts
from bichiku.verification.files import RunTable
from bichiku.verification.sheet import ColumnNumbers, Sheet
from bichiku.verification.verdict import KEPT, Ledger, Place

FILE = "crises.csv"
SHORT = 1e-6  # a period is short when it lacks more than this share of its demand
STOCK = 1e-6, 1e-9  # a stock is back when it lacks no more than this share of the plan's, or so many tonnes
DOUBT = 0.9, 1.0, 1.1  # what lies this close to such an edge may be read either way


def crises_sheet(facts: RunFacts, crises: RunTable) -> Sheet:
    """One row for each branch and material with demand."""
    world, nodes = facts.world, facts.nodes
    days, materials = world.calendar.days, list(world.materials)
    stated = {key: row for row, key in enumerate(crises.row_keys())}
    timed = ("time_to_survive_days", "full_supply_after_days", "stock_back_after_days")
    said = {column: crises.numbers(column) for column in timed}
    keys: list[tuple[object, ...]] = []
    months, values = [], []
    for number, branch in enumerate(nodes.branches):
        inside = np.arange(nodes.first[number], nodes.last[number] + 1)
        for material in world.demand:
            k = materials.index(material)
            key = (branch.crisis, branch.onset, material)
            short, demand = facts.flows["short"][inside, k], facts.states.demand[inside, k]
            days_short = days * np.divide(short, demand, out=np.zeros(len(inside)), where=demand > 0)
            stock, plan = facts.flows["stock"][inside, k], facts.flows["stock"][nodes.on_plan[inside], k]
            readings = [_times(short, demand, days_short, stock, plan, days, doubt) for doubt in DOUBT]
            row = stated.get(key)
            times = [
                _nearest([reading[i] for reading in readings], None if row is None else said[column][row])
                for i, column in enumerate(timed)
            ]
            keys.append(key)
            months.append(world.calendar.label(branch.onset))
            damage = float(facts.damage.by_material[number, k])
            values.append(
                [branch.probability, len(inside) * days, short.sum(), days_short.sum(), *times, damage,
                 np.abs(short).sum(), np.abs(days_short).sum()]
            )  # fmt: skip
    table = np.array(values, dtype=float).reshape(len(keys), 10)
    tree_rules = {"probability": "tree.probability", "branch_days": "tree.branch_days"}
    columns = ["probability", "branch_days", "short_t", "short_days", *timed, "damage"]
    scales = {"short_t": table[:, 8], "short_days": table[:, 9]}
    return Sheet(
        keys,
        {
            column: ColumnNumbers(tree_rules.get(column, f"crises.{column}"), table[:, i], scales.get(column, 0.0))
            for i, column in enumerate(columns)
        },
        {"month": months, "unit": [world.settings.currency] * len(keys)},
    )


def _times(
    short: np.ndarray,
    demand: np.ndarray,
    days_short: np.ndarray,
    stock: np.ndarray,
    plan: np.ndarray,
    days: float,
    doubt: float,
) -> tuple[float, float, float]:
    """Days survived, until full supply and until the stock is back; not-a-number where that has no answer."""
    lacks = short > SHORT * doubt * demand
    survived = float("nan")
    if lacks.any():
        first = int(np.flatnonzero(lacks)[0])
        survived = (first + 1) * days - float(days_short[first])
    behind = plan - stock > doubt * (STOCK[0] * plan + STOCK[1])
    # supply is back as the last short period ends; a stock is back as the first period ends that ends with it
    return survived, _until_over(lacks, days, 0), _until_over(behind, days, 1)


def _until_over(flags: np.ndarray, days: float, later: int) -> float:
    """Days to the end of the last flagged period, and so many periods later; 0 where none is flagged."""
    if flags[-1]:
        return float("nan")
    return float(max(np.flatnonzero(flags) + 1 + later, default=0)) * days


def _nearest(readings: list[float], stated: float | None) -> float:
    """The reading that agrees with what is stated, else the plain one."""
    if stated is not None:
        for reading in readings:
            if (np.isnan(stated) and np.isnan(reading)) or abs(stated - reading) <= KEPT * abs(reading):
                return reading
    return readings[1]


def check_weights(facts: RunFacts, crises: RunTable, ledger: Ledger) -> None:
    """The probabilities that crises.csv states leave the plan a weight of zero to one in every period."""
    stated = {(key[0], key[1]): p for key, p in zip(crises.row_keys(), crises.numbers("probability"), strict=True)}
    calendar = facts.world.calendar
    taken = np.zeros(calendar.periods)
    for branch in facts.nodes.branches:
        taken[branch.onset - 1 : branch.end] += stated.get((branch.crisis, branch.onset), branch.probability)
    for bound in (taken, 1.0 - taken):
        ledger.at_most("tree.weights", FILE, bound, 1.0, lambda i: Place(f"branches in {calendar.label(i + 1)}"))
    plan = facts.nodes.weight[facts.plan]
    ledger.equal("tree.weights", FILE, 1.0 - taken, plan, lambda i: Place(f"plan {calendar.label(i + 1)}"), 1.0)
