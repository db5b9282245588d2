"""summary.csv worked out again from the other files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from bichiku.verify.files import Table
from bichiku.verify.money import ALL, Money, stock_credit
from bichiku.verify.policies import Facts
from bichiku.verify.sheet import Numbers, Sheet, check_sheet, match_rows
from bichiku.verify.verdict import COPIED, KEPT, Ledger

BASES = ("sourced", "derived", "assumed", "not stated")
AT_ONCE = ("investment", "subsidy")


class Metric(NamedTuple):
    """One row of the summary.

    Attributes:
        key: metric and material.
        value: recomputed.
        scale: magnitude of its terms.
        unit: its unit.
        details: what `detail` may say; several where values tie.
        tolerance: see `bichiku.verify.verdict`.
    """

    key: tuple[str, str]
    value: float
    scale: float
    unit: str
    details: tuple[str, ...]
    tolerance: float = COPIED


class Frame:
    """A table by rows, for choosing and sorting."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._size = len(table)

    def rows(self, where: Callable[[dict[str, object]], bool] | None = None) -> list[dict[str, object]]:
        """Rows as mappings of column to value, those that pass the test."""
        names = list(self._table.columns)
        values = zip(*(self._table.columns[name].tolist() for name in names), strict=True)
        rows = [dict(zip(names, row, strict=True)) for row in values]
        return rows if where is None else [row for row in rows if where(row)]


def check_summary(facts: Facts, lines: Mapping[str, Money], tables: Mapping[str, Table], ledger: Ledger) -> None:
    """Every metric: its value, its unit and what it speaks of."""
    metrics = [
        *_costs(facts, lines, tables["costs.csv"]),
        *_sourcing(facts, tables),
        *_reserve(facts, tables["reserve.csv"]),
        *_crises(facts, tables["crises.csv"]),
        *_bases(facts, tables["sourcing.csv"]),
    ]
    summary = tables["summary.csv"]
    keys: list[tuple[object, ...]] = [metric.key for metric in metrics]
    check_sheet(summary, Sheet(keys, {}, {"unit": [metric.unit for metric in metrics]}), ledger)
    rows, positions = match_rows(summary, keys, Ledger())
    details = summary.texts("detail")
    for tolerance in (COPIED, KEPT):
        mine = np.array([metrics[i].tolerance == tolerance for i in positions], dtype=bool)
        chosen, at = rows[mine], positions[mine]
        ledger.equal(
            "summary.value",
            summary.file,
            summary.numbers("value")[chosen],
            np.array([metrics[i].value for i in at]),
            lambda i, chosen=chosen: summary.place(int(chosen[i])),  # type: ignore[misc]
            np.array([metrics[i].scale for i in at]),
            tolerance,
        )
    for row, position in zip(rows, positions, strict=True):
        allowed = metrics[position].details
        if details[row] not in allowed:
            ledger.wrong("summary.detail", summary.file, summary.place(int(row)), details[row], " or ".join(allowed))
    ledger.right(len(rows))


def _costs(facts: Facts, lines: Mapping[str, Money], costs: Table) -> Iterator[Metric]:
    """Expected money a year in the reported window."""
    world, currency = facts.world, facts.world.settings.currency
    stated = costs.numbers("value")
    yield Metric(
        ("objective", ALL), float(stated.sum()), float(np.abs(stated).sum()), currency, ("whole horizon",), KEPT
    )
    yearly = {line: _per_year(facts, line, money) for line, money in lines.items()}
    tolerance = max(money.tolerance for money in lines.values())
    unit = f"{currency}/year"
    total = sum(float(values.sum()) for values, _ in yearly.values())
    terms = sum(float(scale.sum()) for _, scale in yearly.values())
    subsidy = float(yearly["subsidy"][0].sum())
    yield Metric(("cost_per_year", ALL), total, terms, unit, ("buyer",), tolerance)
    label = ("subsidy counted as a cost",)
    yield Metric(("nation_cost_per_year", ALL), total - subsidy, terms, unit, label, tolerance)
    for line, (values, scale) in yearly.items():
        key = (f"{line}_per_year", ALL)
        yield Metric(key, float(values.sum()), float(scale.sum()), unit, ("",), lines[line].tolerance)
    for material in world.materials:
        parts = [
            (values[names.index(material)], scale[names.index(material)])
            for (values, scale), names in ((yearly[line], lines[line].names) for line in lines)
            if material in names
        ]
        value, scale = (float(sum(part[i] for part in parts)) for i in (0, 1))
        yield Metric(("cost_per_year", material), value, scale, unit, ("buyer",))


def _per_year(facts: Facts, line: str, money: Money) -> tuple[np.ndarray, np.ndarray]:
    """A line's money a year by name, and its scale.

    Spread evenly over the window's discounted years; investment over the horizon's; the stock at the end of
    the window is credited as the horizon's terminal stock value would be.
    """
    world, reported = facts.world, facts.world.calendar.reported
    each = (1.0 + world.settings.discount_rate) ** -(
        np.arange(world.calendar.periods) / world.calendar.periods_per_year
    )
    horizon, window = (float(each[:count].sum()) / world.calendar.periods_per_year for count in (len(each), reported))
    if line in AT_ONCE:
        return money.values.sum(axis=1) / horizon, money.scale.sum(axis=1) / horizon
    if line == "terminal_stock_value":
        credit = stock_credit(world, facts.nodes, facts.flows, reported) / window
        return -credit, np.abs(credit)
    return money.values[:, :reported].sum(axis=1) / window, money.scale[:, :reported].sum(axis=1) / window


def _last_year(facts: Facts) -> int:
    return int(facts.world.calendar.years[facts.world.calendar.reported - 1])


def _sourcing(facts: Facts, tables: Mapping[str, Table]) -> Iterator[Metric]:
    year = _last_year(facts)
    bought = Frame(tables["sourcing.csv"]).rows(lambda r: r["year"] == year and not _empty(r["share_of_imports"]))
    shares = Frame(tables["shares.csv"]).rows(lambda r: r["year"] == year)
    for material in facts.world.materials:
        tonnes = [_number(row["tonnes"]) for row in bought if row["material"] == material]
        yield Metric(("imports_per_year", material), sum(tonnes), sum(map(abs, tonnes)), "t/year", (str(year),))
        for stage in ("exporter", "origin"):
            rows = [row for row in shares if row["material"] == material and row["stage"] == stage]
            if not rows:
                continue
            most = max(_number(row["share"]) for row in rows)
            top = tuple(str(row["country"]) for row in rows if _close(_number(row["share"]), most))
            yield Metric((f"largest_{stage}_share", material), most, 0.0, "share of imports", top)
            yield Metric((f"hhi_{stage}", material), _number(rows[0]["hhi"]), 0.0, "0..1", (str(year),))


def _reserve(facts: Facts, reserve: Table) -> Iterator[Metric]:
    reported = facts.world.calendar.reported
    rows = Frame(reserve).rows(lambda r: _number(r["period"]) <= reported)
    for material in sorted(facts.world.materials):
        mine = {int(_number(row["period"])): row for row in rows if row["material"] == material}
        covers = {t: _number(row["cover_days"]) for t, row in mine.items() if not _empty(row["cover_days"])}
        if not covers or reported not in mine:
            continue
        last = mine[reported]
        month = (str(last["month"]),)
        yield Metric(("cover_days_at_end", material), _number(last["cover_days"]), 0.0, "days", month)
        least = min(covers.values())
        months = tuple(str(mine[t]["month"]) for t, cover in covers.items() if _close(cover, least))
        yield Metric(("cover_days_least", material), least, 0.0, "days", months)
        if not all(_empty(row["target_days"]) for row in mine.values()):
            yield Metric(("target_days_at_end", material), _number(last["target_days"]), 0.0, "days", month)


def _crises(facts: Facts, crises: Table) -> Iterator[Metric]:
    world, nodes = facts.world, facts.nodes
    inside = nodes.period <= world.calendar.reported
    for k, material in enumerate(world.materials):
        if material in world.demand:
            demand = facts.states.demand[:, k]
            share = np.divide(facts.flows["short"][:, k], demand, out=np.zeros(len(nodes)), where=demand > 0)
            days = (nodes.weight * share * world.calendar.days)[inside]
            scale = float(np.abs(days).sum())
            yield Metric(
                ("expected_short_days", material), float(days.sum()), scale, "days", ("over the reported window",)
            )
    rows = Frame(crises).rows(lambda r: _number(r["onset"]) <= world.calendar.reported)
    if not rows:
        return
    damage: dict[str, float] = {}
    for row in rows:
        damage[_branch(row)] = damage.get(_branch(row), 0.0) + _number(row["damage"])
    worst = max(damage.values())
    names = tuple(name for name, value in damage.items() if _close(value, worst))
    yield Metric(("worst_crisis_damage", ALL), worst, sum(map(abs, damage.values())), world.settings.currency, names)
    for material in sorted({str(row["material"]) for row in rows}):
        mine = [row for row in rows if row["material"] == material]
        most = max(_number(row["short_days"]) for row in mine)
        at = tuple(_branch(row) for row in mine if _close(_number(row["short_days"]), most)) if most > 0 else ("",)
        yield Metric(("worst_crisis_short_days", material), most, 0.0, "days", at)
        times = [(_number(row["time_to_survive_days"]), _branch(row)) for row in mine]
        times = [(time, name) for time, name in times if not np.isnan(time)]
        if times:
            first = min(time for time, _ in times)
            at = tuple(name for time, name in times if _close(time, first))
            yield Metric(("least_time_to_survive", material), first, 0.0, "days", at)


def _bases(facts: Facts, sourcing: Table) -> Iterator[Metric]:
    rows = Frame(sourcing).rows(lambda r: _number(r["year"]) <= _last_year(facts))
    tonnes = np.array([_number(row["tonnes"]) for row in rows])
    price = np.nan_to_num(np.array([_number(row["delivered_cost"]) for row in rows]))
    basis = np.array([str(row["basis"]) for row in rows], dtype=object)
    cost = np.where(tonnes > 0, tonnes * price, 0.0)
    for name in BASES:
        for metric, values, unit in (("tonnage", tonnes, "share of tonnes"), ("cost", cost, "share of supply cost")):
            if values.sum() > 0:
                share, size = (
                    float(values[basis == name].sum() / values.sum()),
                    float(np.abs(values).sum() / values.sum()),
                )
                yield Metric((f"{metric}_{name.replace(' ', '_')}", ALL), share, size, unit, ("",))


def _branch(row: dict[str, object]) -> str:
    return f"{row['crisis']} from {row['month']}"


def _number(value: object) -> float:
    assert isinstance(value, int | float)
    return float(value)


def _empty(value: object) -> bool:
    return bool(np.isnan(_number(value)))


def _close(value: float, other: float) -> bool:
    return abs(value - other) <= max(COPIED * abs(other), 1e-12)
