"""The metrics of summary.csv worked out again: cost, sourcing, days held, crises and what they rest on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from bichiku.verification.damage import damage_by_node, least_cvar
from bichiku.verification.facts import Facts
from bichiku.verification.files import Table
from bichiku.verification.money import ALL, Money, opening_charge, stock_credit
from bichiku.verification.tree import PLAN
from bichiku.verification.verdict import COPIED, KEPT, TINY

BASES = ("sourced", "derived", "assumed", "not stated")
AT_ONCE = ("investment", "subsidy")
TERMINAL = "terminal_stock_value"
TAIL = 0.9  # level of the CVaR that every summary gives

Row = dict[str, object]


class Metric(NamedTuple):
    """One row of the summary.

    Attributes:
        key: metric and material.
        value: recomputed.
        unit: its unit.
        details: what `detail` may say; several where values tie.
        scale: magnitude of its terms.
        tolerance: see `bichiku.verification.verdict`.
    """

    key: tuple[str, str]
    value: float
    unit: str
    details: tuple[str, ...] = ("",)
    scale: float = 0.0
    tolerance: float = COPIED


def all_metrics(facts: Facts, lines: Mapping[str, Money], tables: Mapping[str, Table]) -> list[Metric]:
    """Every metric that the summary must hold."""
    return [
        *_costs(facts, lines, tables["costs.csv"]),
        *_sourcing(facts, _rows(tables["sourcing.csv"]), _rows(tables["shares.csv"])),
        *_reserve(facts, _rows(tables["reserve.csv"])),
        *_short(facts, lines),
        *_crises(facts, _rows(tables["crises.csv"])),
        *_bases(facts, _rows(tables["sourcing.csv"])),
    ]


def _costs(facts: Facts, lines: Mapping[str, Money], costs: Table) -> Iterator[Metric]:
    """Expected money a year in the reported window."""
    world, currency, stated = facts.world, facts.world.settings.currency, costs.numbers("value")
    terms = float(np.abs(stated).sum())
    yield Metric(("objective", ALL), float(stated.sum()), currency, ("whole horizon",), terms, KEPT)
    unit = f"{currency}/year"
    for material in [ALL, *world.materials]:
        parts = {line: per_year(facts, line, money, material) for line, money in lines.items()}
        paid = [part for line, part in parts.items() if line != "risk"]  # a weight on risk is paid to nobody
        total, scale = sum(value for value, _ in paid), sum(size for _, size in paid)
        mixed = max((lines[line].tolerance for line, (_, size) in parts.items() if size), default=COPIED)
        yield Metric(("cost_per_year", material), total, unit, ("buyer",), scale, mixed)
        nation = ("subsidy counted as a cost",)
        yield Metric(("nation_cost_per_year", material), total - parts["subsidy"][0], unit, nation, scale, mixed)
        for line, (value, size) in parts.items():
            name = "stock_change" if line == TERMINAL else line
            yield Metric((f"{name}_per_year", material), value, unit, ("",), size, lines[line].tolerance)
    stock = facts.flows["stock"][facts.plan][: world.calendar.reported].mean(axis=0)
    rows = world.materials.values()
    rate = np.array([row.storage_cost_rate + world.settings.discount_rate + row.loss_rate for row in rows])
    carried = stock * rate * np.array([row.reference_price for row in rows])
    for material, value in zip([ALL, *world.materials], [carried.sum(), *carried], strict=True):
        key = ("reserve_carrying_cost_per_year", material)
        yield Metric(key, float(value), unit, ("storage, interest and losses",))


def per_year(facts: Facts, line: str, money: Money, material: str) -> tuple[float, float]:
    """A line's money a year for a material (or all), and its scale.

    Spread evenly over the window's discounted years; investment over the horizon's. Stock counts by its
    change: the opening stock is charged and that at the end of the window credited, both valued as the
    terminal stock value is.
    """
    world, reported = facts.world, facts.world.calendar.reported
    horizon, window = _discounted_years(facts)
    mine = np.array([material in (ALL, name) for name in money.names], dtype=bool)
    if line in AT_ONCE:
        return float(money.values[mine].sum()) / horizon, float(money.scale[mine].sum()) / horizon
    if line == TERMINAL:
        credit = stock_credit(world, facts.nodes, facts.flows, reported)[mine] / window
        charge = opening_charge(world)[mine] / window
        return float((charge - credit).sum()), float((charge + np.abs(credit)).sum())
    inside = np.s_[mine, :reported]
    return float(money.values[inside].sum()) / window, float(money.scale[inside].sum()) / window


def _discounted_years(facts: Facts) -> tuple[float, float]:
    """Discounted years of the horizon and of the reported window."""
    world = facts.world
    per_period = (1.0 + world.settings.discount_rate) ** (-1.0 / world.calendar.periods_per_year)
    each = per_period ** np.arange(world.calendar.periods) / world.calendar.periods_per_year
    return float(each.sum()), float(each[: world.calendar.reported].sum())


def _sourcing(facts: Facts, sourcing: list[Row], shares: list[Row]) -> Iterator[Metric]:
    world, year = facts.world, last_year(facts)
    bought = [
        row
        for row in sourcing
        if row["year"] == year and _has(row, "share_of_imports") and _n(row, "tonnes") > 0
        if row["material"] in world.materials  # another one is a finding of its own
    ]
    money = dict.fromkeys(world.materials, 0.0)
    tonnes = dict(money)
    for row in bought:
        tonnes[str(row["material"])] += _n(row, "tonnes")
        money[str(row["material"])] += _n(row, "tonnes") * _n(row, "delivered_cost")
    for material, amount in tonnes.items():
        yield Metric(("imports_per_year", material), amount, "t/year", (str(year),))
    unit, when = "share of imports", (str(year),)
    for stage in ("exporter", "origin"):
        mixes: dict[str, dict[str, float]] = {}
        for row in shares:
            if row["year"] == year and row["stage"] == stage:
                mixes.setdefault(str(row["material"]), {})[str(row["country"])] = _n(row, "share")
        china = {material: mix.get("CHN", 0.0) for material, mix in mixes.items()}
        if sum(money.values()) > 0:
            together = sum(share * money.get(material, 0.0) for material, share in china.items()) / sum(money.values())
            yield Metric((f"china_share_{stage}", ALL), together, unit, (f"{year}, weighed by cost",), 1.0)
        for material, mix in mixes.items():
            most = max(mix.values())
            top = tuple(country for country, share in mix.items() if _close(share, most))
            yield Metric((f"china_share_{stage}", material), china[material], unit, when)
            yield Metric((f"largest_{stage}_share", material), most, unit, top)
            yield Metric((f"hhi_{stage}", material), sum(share * share for share in mix.values()), "0..1", when)
            known = {country: row.governance for country, row in world.countries.items() if country in mix}
            weights = {country: 0.5 - score / 5.0 for country, score in known.items() if score is not None}
            if len(weights) == len(mix):
                weighted = sum(share * share * weights[country] for country, share in mix.items())
                yield Metric((f"governance_weighted_hhi_{stage}", material), weighted, "0..1", when, 1.0)


def _reserve(facts: Facts, reserve: list[Row]) -> Iterator[Metric]:
    reported = facts.world.calendar.reported
    for material in facts.world.materials:
        mine = {
            _n(row, "period"): row for row in reserve if row["material"] == material and _n(row, "period") <= reported
        }
        covers = {t: _n(row, "cover_days") for t, row in mine.items() if _has(row, "cover_days")}
        if not covers or reported not in mine:
            continue
        last, least = mine[reported], min(covers.values())
        month = (str(last["month"]),)
        yield Metric(("cover_days_at_end", material), _n(last, "cover_days"), "days", month)
        months = tuple(str(mine[t]["month"]) for t, cover in covers.items() if _close(cover, least))
        yield Metric(("cover_days_least", material), least, "days", months)
        if any(_has(row, "target_days") for row in mine.values()):
            yield Metric(("target_days_at_end", material), _n(last, "target_days"), "days", month)


def _short(facts: Facts, lines: Mapping[str, Money]) -> Iterator[Metric]:
    world, nodes = facts.world, facts.nodes
    inside = nodes.period <= world.calendar.reported
    for k, material in enumerate(world.materials):
        if material in world.demand:
            demand = facts.states.demand[:, k]
            share = np.divide(facts.flows["short"][:, k], demand, out=np.zeros(len(nodes)), where=demand > 0)
            when = ("over the reported window",)
            for name, weight in (("expected_short_days", nodes.weight), ("short_days_on_plan", nodes.branch == PLAN)):
                days = (weight * share * world.calendar.days)[inside]
                yield Metric((name, material), float(days.sum()), "days", when, float(np.abs(days).sum()))
    money = damage_by_node(world, nodes, facts.flows) * nodes.weight[:, np.newaxis] / _discounted_years(facts)[1]
    for material in [ALL, *world.demand]:
        parts = [per_year(facts, line, lines[line], material) for line in ("shortage", "substitution")]
        value, scale = (sum(part[i] for part in parts) for i in (0, 1))
        unit, meant = f"{world.settings.currency}/year", ("shortage and substitution",)
        yield Metric(("expected_damage_per_year", material), value, unit, meant, scale)
        mine = [material in (ALL, name) for name in world.materials]
        for place, there in (("in_crises", nodes.branch != PLAN), ("on_plan", nodes.branch == PLAN)):
            part = money[inside & there][:, mine]
            key = (f"expected_damage_{place}_per_year", material)
            yield Metric(key, float(part.sum()), unit, meant, float(np.abs(part).sum()))


def _tail(crises: list[Row], level: float) -> tuple[float, float]:
    """CVaR of damage given that one of these crises happens, and the size of the numbers in it."""
    damage: dict[tuple[object, object], float] = {}
    probability: dict[tuple[object, object], float] = {}
    for row in crises:
        key = (row["crisis"], row["onset"])
        damage[key] = damage.get(key, 0.0) + _n(row, "damage")
        probability[key] = _n(row, "probability")
    likely, values = np.array(list(probability.values())), np.array(list(damage.values()))
    tail = least_cvar(values, likely / likely.sum(), level) if likely.sum() > 0 else float("nan")
    return tail, float(np.abs(values).sum())


def _crises(facts: Facts, crises: list[Row]) -> Iterator[Metric]:
    """Metrics of the branches that begin inside the window; what a risk policy speaks of, of all branches."""
    world, currency = facts.world, facts.world.settings.currency
    policy = world.policies.risk
    if policy is not None and crises:
        own, size = _tail(crises, policy.level)
        about = f"level {policy.level:g}, over all crises of the horizon"
        yield Metric(("cvar_damage_of_risk_policy", ALL), own, currency, (about,), size)
    rows = [row for row in crises if _n(row, "onset") <= world.calendar.reported]
    if not rows:
        return
    damage: dict[tuple[object, object], float] = {}
    names: dict[tuple[object, object], str] = {}
    for row in rows:
        key = (row["crisis"], row["onset"])
        damage[key] = damage.get(key, 0.0) + _n(row, "damage")
        names[key] = _branch(row)
    tail, size = _tail(rows, TAIL)
    yield Metric(("cvar_damage", ALL), tail, currency, ("mean of the worst 10 % of crises",), size)
    worst = max(damage.values())
    at = tuple(names[key] for key, value in damage.items() if _close(value, worst))
    yield Metric(("worst_crisis_damage", ALL), worst, currency, at, size)
    for material in sorted({str(row["material"]) for row in rows}):
        mine = [row for row in rows if row["material"] == material]
        most = max(_n(row, "short_days") for row in mine)
        at = tuple(_branch(row) for row in mine if _close(_n(row, "short_days"), most)) if most > 0 else ("",)
        yield Metric(("worst_crisis_short_days", material), most, "days", at)
        times = {_branch(row): _n(row, "time_to_survive_days") for row in mine if _has(row, "time_to_survive_days")}
        if times:
            first = min(times.values())
            at = tuple(name for name, time in times.items() if _close(time, first))
            yield Metric(("least_time_to_survive", material), first, "days", at)


def _bases(facts: Facts, sourcing: list[Row]) -> Iterator[Metric]:
    rows = [row for row in sourcing if _n(row, "year") <= last_year(facts) and _n(row, "tonnes") > 0]
    for material in [ALL, *facts.world.materials]:
        mine = [row for row in rows if material in (ALL, row["material"])]
        tonnes = np.array([_n(row, "tonnes") for row in mine])
        cost = tonnes * np.array([_n(row, "delivered_cost") for row in mine])
        basis = np.array([str(row["basis"]) for row in mine], dtype=object)
        for metric, values, unit in (("tonnage", tonnes, "share of tonnes"), ("cost", cost, "share of cost")):
            for name in BASES if values.sum() > 0 else ():
                key = (f"{metric}_{name.replace(' ', '_')}", material)
                yield Metric(key, float(values[basis == name].sum() / values.sum()), unit)


def last_year(facts: Facts) -> int:
    """The last calendar year that the reported window reaches."""
    return int(facts.world.calendar.years[facts.world.calendar.reported - 1])


def _rows(table: Table) -> list[Row]:
    names = list(table.columns)
    values = zip(*(table.columns[name].tolist() for name in names), strict=True)
    return [dict(zip(names, row, strict=True)) for row in values]


def _branch(row: Row) -> str:
    return f"{row['crisis']} from {row['month']}"


def _n(row: Row, column: str) -> float:
    value = row[column]
    assert isinstance(value, int | float)
    return float(value)


def _has(row: Row, column: str) -> bool:
    return not np.isnan(_n(row, column))


def _close(value: float, other: float) -> bool:
    return abs(value - other) <= max(COPIED * abs(other), TINY)
