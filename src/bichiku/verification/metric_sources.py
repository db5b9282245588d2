"""What the metrics of summary.csv are worked out from: a run's other tables and what it states."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from bichiku.verification.damage import least_cvar
from bichiku.verification.facts import RunFacts
from bichiku.verification.files import NOTHING, RunTable
from bichiku.verification.money import ALL, Money, opening_charge, stock_credit
from bichiku.verification.verdict import COPIED, TINY

STAGES = ("exporter", "origin")
AT_ONCE = ("investment", "subsidy", "remainder")
TERMINAL = "terminal_stock_value"

Row = dict[str, object]
CrisisFuture = tuple[object, object, object]  # crisis, onset and length


class MetricValue(NamedTuple):
    """One row of the summary.

    Attributes:
        value: recomputed.
        unit: its unit.
        details: what `detail` may say; several where values tie.
        scale: magnitude of its terms.
        tolerance: see `bichiku.verification.verdict`.
        year: that it is told of, where a metric is told of several.
    """

    value: float
    unit: str
    details: tuple[str, ...] = ("",)
    scale: float = 0.0
    tolerance: float = COPIED
    year: int = NOTHING


@dataclass(frozen=True)
class Futures:
    """Futures as crises.csv tells of them, all materials together; arrays of one element per future.

    Attributes:
        damage: discounted money.
        likely: probability.
        year: calendar year of the onset.
        names: as details name them.
    """

    damage: np.ndarray
    likely: np.ndarray
    year: np.ndarray
    names: np.ndarray

    def of(self, year: int) -> Futures:
        """Those that begin in a year."""
        mine = self.year == year
        return Futures(self.damage[mine], self.likely[mine], self.year[mine], self.names[mine])

    def cvar(self, level: float) -> float:
        return least_cvar(self.damage, self.likely, level)

    @property
    def size(self) -> float:
        return float(np.abs(self.damage).sum())


@dataclass(frozen=True)
class Read:
    """What metrics are worked out from: what the run states, its cost lines and its other tables."""

    facts: RunFacts
    lines: Mapping[str, Money]
    tables: Mapping[str, RunTable]

    @property
    def currency(self) -> str:
        return self.facts.world.settings.currency

    @property
    def reported(self) -> int:
        """The last period of the reported window."""
        return self.facts.world.calendar.reported

    @cached_property
    def year(self) -> int:
        """The last calendar year of the reported window."""
        return last_year(self.facts)

    @cached_property
    def parts(self) -> dict[str, dict[str, tuple[float, float]]]:
        """Money a year and its scale, by material (or all) and cost line."""
        return {
            material: {line: per_year(self.facts, line, money, material) for line, money in self.lines.items()}
            for material in [ALL, *self.facts.world.materials]
        }

    @cached_property
    def imports(self) -> dict[str, tuple[float, float]]:
        """Tonnes and money of each material's imports in the last year."""
        found = dict.fromkeys(self.facts.world.materials, (0.0, 0.0))
        for row in rows_of(self.tables["sourcing.csv"]):
            # a material that the model does not have is a finding of its own
            if row["year"] == self.year and has(row, "share_of_imports") and row["material"] in found:
                tonnes = max(number(row, "tonnes"), 0.0)
                before, money = found[str(row["material"])]
                cost = tonnes * number(row, "delivered_cost") if tonnes > 0 else 0.0
                found[str(row["material"])] = before + tonnes, money + cost
        return found

    @cached_property
    def mixes(self) -> dict[str, dict[str, dict[str, float]]]:
        """Shares of countries in the last year, by stage and material."""
        found: dict[str, dict[str, dict[str, float]]] = {stage: {} for stage in STAGES}
        for row in rows_of(self.tables["shares.csv"]):
            if row["year"] == self.year and row["stage"] in found:
                mix = found[str(row["stage"])].setdefault(str(row["material"]), {})
                mix[str(row["country"])] = number(row, "share")
        return found

    @cached_property
    def covers(self) -> dict[str, dict[float, Row]]:
        """Rows of reserve.csv within the reported window, by material and period."""
        found: dict[str, dict[float, Row]] = {}
        for row in rows_of(self.tables["reserve.csv"]):
            if number(row, "period") <= self.reported:
                found.setdefault(str(row["material"]), {})[number(row, "period")] = row
        return found

    @cached_property
    def begun(self) -> list[Row]:
        """Rows of crises.csv about futures that begin inside the reported window."""
        return [row for row in rows_of(self.tables["crises.csv"]) if number(row, "onset") <= self.reported]

    @cached_property
    def all_futures(self) -> Futures:
        """All futures of crises.csv."""
        return futures_of(rows_of(self.tables["crises.csv"]))

    @cached_property
    def begun_futures(self) -> Futures:
        """The futures that begin inside the reported window."""
        return futures_of(self.begun)

    @cached_property
    def damage_on_nodes(self) -> np.ndarray:
        """Expected money a year of each node's damage, that of hand-backs included; shape (nodes, materials)."""
        facts = self.facts
        money = sum(facts.damage.on_path.values()) * facts.nodes.weight
        money[facts.refill.ends] += facts.damage.at_end * facts.refill.likely[:, np.newaxis]
        return np.asarray(money / discounted_years(facts)[1])

    @cached_property
    def dearer_on_nodes(self) -> np.ndarray:
        """Expected money a year of the terms of dearer purchases, see `Damage`; shape (nodes, materials)."""
        facts = self.facts
        return np.asarray(facts.damage.terms_on_path * facts.nodes.weight / discounted_years(facts)[1])

    def scale_of(self, futures: Futures) -> float:
        """What the rounding of the damage of some futures is measured by."""
        return futures.size + float(self.facts.damage.dearer_terms.sum())

    @cached_property
    def bought(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Material, tonnes, cost and basis of what arrives on the plan up to the last reported year."""
        rows = [
            row
            for row in rows_of(self.tables["sourcing.csv"])
            if number(row, "year") <= self.year and number(row, "tonnes") > 0
        ]
        material, basis = (np.array([str(row[name]) for row in rows], dtype=object) for name in ("material", "basis"))
        tonnes, paid = (np.array([number(row, name) for row in rows]) for name in ("tonnes", "delivered_cost"))
        return material, tonnes, tonnes * paid, basis


Statement = Callable[[Read, str], MetricValue | list[MetricValue] | None]


def overall(statement: Statement) -> Statement:
    """The statement of a metric that is told of all materials together only."""
    return lambda read, material: statement(read, material) if material == ALL else None


def each(statement: Statement) -> Statement:
    """The statement of a metric that is told of each material only."""
    return lambda read, material: statement(read, material) if material != ALL else None


def per_year(facts: RunFacts, line: str, money: Money, material: str) -> tuple[float, float]:
    """A line's money a year for a material (or all), and its scale.

    Spread evenly over the window's discounted years; investment over the horizon's. Stock counts by its
    change: the opening stock is charged and that at the end of the window credited, both valued as the
    terminal stock value is.
    """
    world, reported = facts.world, facts.world.calendar.reported
    horizon, window = discounted_years(facts)
    mine = np.array([material in (ALL, name) for name in money.names], dtype=bool)
    if line in AT_ONCE:
        return float(money.values[mine].sum()) / horizon, float(money.scale[mine].sum()) / horizon
    if line == TERMINAL:
        credit = stock_credit(world, facts.nodes, facts.flows, reported)[mine] / window
        charge = opening_charge(world)[mine] / window
        return float((charge - credit).sum()), float((charge + np.abs(credit)).sum())
    inside = np.s_[mine, :reported]
    return float(money.values[inside].sum()) / window, float(money.scale[inside].sum()) / window


def discounted_years(facts: RunFacts) -> tuple[float, float]:
    """Discounted years of the horizon and of the reported window."""
    world = facts.world
    per_period = (1.0 + world.settings.discount_rate) ** (-1.0 / world.calendar.periods_per_year)
    each = per_period ** np.arange(world.calendar.periods) / world.calendar.periods_per_year
    return float(each.sum()), float(each[: world.calendar.reported].sum())


def futures_of(crises: list[Row]) -> Futures:
    """Damage of all materials, probability, year of onset and name of each future."""
    damage: dict[CrisisFuture, float] = {}
    likely: dict[CrisisFuture, float] = {}
    names: dict[CrisisFuture, str] = {}
    for row in crises:
        key = (row["crisis"], row["onset"], row["length"])
        damage[key] = damage.get(key, 0.0) + number(row, "damage")
        likely[key], names[key] = number(row, "probability"), future_name(row)
    years = [_year(str(row["month"])) for row in {(r["crisis"], r["onset"], r["length"]): r for r in crises}.values()]
    return Futures(
        np.array(list(damage.values()), dtype=float),
        np.array(list(likely.values()), dtype=float),
        np.array(years, dtype=int),
        np.array(list(names.values()), dtype=object),
    )


def _year(month: str) -> int:
    """The calendar year of a month; one that is none belongs to no year."""
    return int(month[:4]) if month[:4].isdigit() else NOTHING


def last_year(facts: RunFacts) -> int:
    """The last calendar year that the reported window reaches."""
    return int(facts.world.calendar.years[facts.world.calendar.reported - 1])


def rows_of(table: RunTable) -> list[Row]:
    """The rows of a table, each by column."""
    names = list(table.columns)
    values = zip(*(table.columns[name].tolist() for name in names), strict=True)
    return [dict(zip(names, row, strict=True)) for row in values]


def future_name(row: Row) -> str:
    """How details name the future of a row of crises.csv."""
    return f"{row['crisis']} from {row['month']}, length {row['length']}"


def number(row: Row, column: str) -> float:
    """A cell that holds a number."""
    value = row[column]
    assert isinstance(value, int | float)
    return float(value)


def has(row: Row, column: str) -> bool:
    """Whether a cell is not empty."""
    return not np.isnan(number(row, column))


def close(value: float, other: float) -> bool:
    """Whether two values tie, so that a detail may name either."""
    return abs(value - other) <= max(COPIED * abs(other), TINY)
