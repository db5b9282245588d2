"""The metrics of summary.csv worked out again: cost, sourcing, days held, crises and what they rest on.

Each metric has one statement in `METRICS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np

from bichiku.verification.damage import PARTS, least_cvar
from bichiku.verification.facts import RunFacts
from bichiku.verification.files import NOTHING, RunTable
from bichiku.verification.money import ALL, LINES, Money, opening_charge, stock_credit
from bichiku.verification.tree import PLAN
from bichiku.verification.verdict import COPIED, KEPT, TINY

STAGES = ("exporter", "origin")
BASES = ("sourced", "derived", "assumed", "not stated")
AT_ONCE = ("investment", "subsidy")
TERMINAL = "terminal_stock_value"
DAMAGE = f"{', '.join(PARTS[:-1])} and {PARTS[-1]}".replace("_", " ")
UNPAID = ("risk",)  # a weight on risk is paid to nobody
TAIL = 0.9  # level of the CVaR that every summary gives

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
            material: {line: _per_year(self.facts, line, money, material) for line, money in self.lines.items()}
            for material in [ALL, *self.facts.world.materials]
        }

    @cached_property
    def imports(self) -> dict[str, tuple[float, float]]:
        """Tonnes and money of each material's imports in the last year."""
        found = dict.fromkeys(self.facts.world.materials, (0.0, 0.0))
        for row in _rows(self.tables["sourcing.csv"]):
            # a material that the model does not have is a finding of its own
            if row["year"] == self.year and _has(row, "share_of_imports") and row["material"] in found:
                tonnes = max(_n(row, "tonnes"), 0.0)
                before, money = found[str(row["material"])]
                cost = tonnes * _n(row, "delivered_cost") if tonnes > 0 else 0.0
                found[str(row["material"])] = before + tonnes, money + cost
        return found

    @cached_property
    def mixes(self) -> dict[str, dict[str, dict[str, float]]]:
        """Shares of countries in the last year, by stage and material."""
        found: dict[str, dict[str, dict[str, float]]] = {stage: {} for stage in STAGES}
        for row in _rows(self.tables["shares.csv"]):
            if row["year"] == self.year and row["stage"] in found:
                mix = found[str(row["stage"])].setdefault(str(row["material"]), {})
                mix[str(row["country"])] = _n(row, "share")
        return found

    @cached_property
    def covers(self) -> dict[str, dict[float, Row]]:
        """Rows of reserve.csv within the reported window, by material and period."""
        found: dict[str, dict[float, Row]] = {}
        for row in _rows(self.tables["reserve.csv"]):
            if _n(row, "period") <= self.reported:
                found.setdefault(str(row["material"]), {})[_n(row, "period")] = row
        return found

    @cached_property
    def begun(self) -> list[Row]:
        """Rows of crises.csv about futures that begin inside the reported window."""
        return [row for row in _rows(self.tables["crises.csv"]) if _n(row, "onset") <= self.reported]

    @cached_property
    def all_futures(self) -> Futures:
        """All futures of crises.csv."""
        return _futures(_rows(self.tables["crises.csv"]))

    @cached_property
    def begun_futures(self) -> Futures:
        """The futures that begin inside the reported window."""
        return _futures(self.begun)

    @cached_property
    def damage_on_nodes(self) -> np.ndarray:
        """Expected money a year of each node's damage, that of hand-backs included; shape (nodes, materials)."""
        facts = self.facts
        money = sum(facts.damage.on_path.values()) * facts.nodes.weight
        money[facts.refill.ends] += facts.damage.at_end * facts.refill.likely[:, np.newaxis]
        return np.asarray(money / _discounted_years(facts)[1])

    @cached_property
    def bought(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Material, tonnes, cost and basis of what arrives on the plan up to the last reported year."""
        rows = [
            row for row in _rows(self.tables["sourcing.csv"]) if _n(row, "year") <= self.year and _n(row, "tonnes") > 0
        ]
        material, basis = (np.array([str(row[name]) for row in rows], dtype=object) for name in ("material", "basis"))
        tonnes, paid = (np.array([_n(row, name) for row in rows]) for name in ("tonnes", "delivered_cost"))
        return material, tonnes, tonnes * paid, basis


def all_metrics(
    facts: RunFacts, lines: Mapping[str, Money], tables: Mapping[str, RunTable]
) -> Iterator[tuple[tuple[str, str, int], MetricValue]]:
    """Every metric that the summary must hold, by name, material and year."""
    read = Read(facts, lines, tables)
    for name, statement in METRICS.items():
        for material in [ALL, *facts.world.materials]:
            found = statement(read, material)
            for metric in [] if found is None else found if isinstance(found, list) else [found]:
                yield (name, material, metric.year), metric


Statement = Callable[[Read, str], MetricValue | list[MetricValue] | None]


def _overall(statement: Statement) -> Statement:
    """The statement of a metric that is told of all materials together only."""
    return lambda read, material: statement(read, material) if material == ALL else None


def _each(statement: Statement) -> Statement:
    """The statement of a metric that is told of each material only."""
    return lambda read, material: statement(read, material) if material != ALL else None


# Cost: expected money a year in the reported window


def _objective(read: Read, _: str) -> MetricValue:
    stated = read.tables["costs.csv"].numbers("value")
    return MetricValue(float(stated.sum()), read.currency, ("whole horizon",), float(np.abs(stated).sum()), KEPT)


def _cost(read: Read, material: str) -> MetricValue:
    paid = [part for line, part in read.parts[material].items() if line not in UNPAID]
    total, scale = sum(value for value, _ in paid), sum(size for _, size in paid)
    return MetricValue(total, f"{read.currency}/year", ("buyer",), scale, _mixed(read, material))


def _nation_cost(read: Read, material: str) -> MetricValue:
    cost, subsidy = _cost(read, material), read.parts[material]["subsidy"][0]
    return cost._replace(value=cost.value - subsidy, details=("subsidy counted as a cost",))


def _mixed(read: Read, material: str) -> float:
    """The least of the accuracies of the lines that a material has."""
    return max((read.lines[line].tolerance for line, (_, size) in read.parts[material].items() if size), default=COPIED)


def _line(line: str, read: Read, material: str) -> MetricValue | None:
    if line not in read.lines:
        return None
    value, size = read.parts[material][line]
    return MetricValue(value, f"{read.currency}/year", ("",), size, read.lines[line].tolerance)


def _carrying_cost(read: Read, material: str) -> MetricValue:
    world = read.facts.world
    stock = read.facts.flows["stock"][read.facts.plan][: read.reported].mean(axis=0)
    rows = world.materials.values()
    rate = np.array([row.storage_cost_rate + world.settings.discount_rate + row.loss_rate for row in rows])
    carried = stock * rate * np.array([row.reference_price for row in rows])
    value = carried.sum() if material == ALL else carried[list(world.materials).index(material)]
    return MetricValue(float(value), f"{read.currency}/year", ("storage, interest and losses",))


def _per_year(facts: RunFacts, line: str, money: Money, material: str) -> tuple[float, float]:
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


def _discounted_years(facts: RunFacts) -> tuple[float, float]:
    """Discounted years of the horizon and of the reported window."""
    world = facts.world
    per_period = (1.0 + world.settings.discount_rate) ** (-1.0 / world.calendar.periods_per_year)
    each = per_period ** np.arange(world.calendar.periods) / world.calendar.periods_per_year
    return float(each.sum()), float(each[: world.calendar.reported].sum())


# Sourcing in the last reported year


def _imports(read: Read, material: str) -> MetricValue:
    calendar = read.facts.world.calendar
    covered = float((calendar.years == read.year).sum()) / calendar.periods_per_year
    return MetricValue(read.imports[material][0] / covered, "t/year", (str(read.year),))


def _china_share(stage: str, read: Read, material: str) -> MetricValue | None:
    china = {name: mix.get("CHN", 0.0) for name, mix in read.mixes[stage].items()}
    unit = "share of imports"
    if material != ALL:
        return MetricValue(china[material], unit, (str(read.year),)) if material in china else None
    money = {name: cost for name, (_, cost) in read.imports.items()}
    total = sum(money.values())
    if total <= 0:
        return None
    together = sum(share * money.get(name, 0.0) for name, share in china.items()) / total
    return MetricValue(together, unit, (f"{read.year}, weighed by cost",), 1.0)


def _largest_share(stage: str, read: Read, material: str) -> MetricValue | None:
    mix = read.mixes[stage].get(material)
    if mix is None:
        return None
    most = max(mix.values())
    return MetricValue(
        most, "share of imports", tuple(country for country, share in mix.items() if _close(share, most))
    )


def _hhi(stage: str, read: Read, material: str) -> MetricValue | None:
    mix = read.mixes[stage].get(material)
    return None if mix is None else MetricValue(sum(share * share for share in mix.values()), "0..1", (str(read.year),))


def _governance_weighted_hhi(stage: str, read: Read, material: str) -> MetricValue | None:
    mix = read.mixes[stage].get(material, {})
    known = {country: row.governance for country, row in read.facts.world.countries.items() if country in mix}
    weights = {country: 0.5 - score / 5.0 for country, score in known.items() if score is not None}
    if not mix or len(weights) < len(mix):
        return None
    weighted = sum(share * share * weights[country] for country, share in mix.items())
    return MetricValue(weighted, "0..1", (str(read.year),), 1.0)


# Days held at the end of the reported window and at the least


def _cover_at_end(read: Read, material: str) -> MetricValue | None:
    last = _last_covered(read, material)
    return None if last is None else MetricValue(_n(last, "cover_days"), "days", (str(last["month"]),))


def _least_cover(read: Read, material: str) -> MetricValue | None:
    if _last_covered(read, material) is None:
        return None
    covers = {str(row["month"]): _n(row, "cover_days") for row in read.covers[material].values() if _is_covered(row)}
    least = min(covers.values())
    return MetricValue(least, "days", tuple(month for month, cover in covers.items() if _close(cover, least)))


def _target_at_end(read: Read, material: str) -> MetricValue | None:
    last = _last_covered(read, material)
    if last is None or not any(_has(row, "target_days") for row in read.covers[material].values()):
        return None
    return MetricValue(_n(last, "target_days"), "days", (str(last["month"]),))


def _last_covered(read: Read, material: str) -> Row | None:
    """The row of the window's last period; None for a material that nobody uses."""
    mine = read.covers.get(material, {})
    return mine.get(read.reported) if any(map(_is_covered, mine.values())) else None


def _is_covered(row: Row) -> bool:
    return _has(row, "cover_days")


# Shortage and damage, expected and on the plan


def _short_days(on_plan: bool, read: Read, material: str) -> MetricValue | None:
    world, nodes = read.facts.world, read.facts.nodes
    if material not in world.demand:
        return None
    k = list(world.materials).index(material)
    demand, short = read.facts.states.demand[:, k], read.facts.flows["short"][:, k]
    share = np.divide(short, demand, out=np.zeros(len(nodes)), where=demand > 0)
    weight = (nodes.branch == PLAN) if on_plan else nodes.weight[:, k]
    days = (weight * share * world.calendar.days)[nodes.period <= read.reported]
    return MetricValue(float(days.sum()), "days", ("over the reported window",), float(np.abs(days).sum()))


def _damage(on_plan: bool | None, read: Read, material: str) -> MetricValue:
    nodes = read.facts.nodes
    inside = nodes.period <= read.reported
    if on_plan is not None:
        inside &= (nodes.branch == PLAN) == on_plan
    part = read.damage_on_nodes[inside][:, [material in (ALL, name) for name in read.facts.world.materials]]
    return MetricValue(float(part.sum()), f"{read.currency}/year", (DAMAGE,), float(np.abs(part).sum()))


# Crises that begin inside the reported window; what a risk policy speaks of, of all


def _cvar_of_risk_policy(read: Read, _: str) -> MetricValue | None:
    policy = read.facts.world.policies.risk
    if policy is None:
        return None
    since = -np.inf if policy.weight or policy.from_ is None else policy.from_ // 12
    return _largest_cvar(read, read.all_futures, policy.level, since)


def _cvar(read: Read, _: str) -> MetricValue | None:
    return _largest_cvar(read, read.begun_futures, TAIL, -np.inf)


def _largest_cvar(read: Read, futures: Futures, level: float, since: float) -> MetricValue | None:
    tails = {int(year): futures.of(year).cvar(level) for year in np.unique(futures.year) if year >= since}
    if not tails:
        return None
    most = max(tails.values())
    told = tuple(f"level {level:g}, onsets of {year}" for year, tail in tails.items() if _close(tail, most))
    return MetricValue(most, read.currency, told, futures.size)


def _worst_damage(read: Read, _: str) -> MetricValue | None:
    return _worst(read, read.begun_futures)


def _worst(read: Read, futures: Futures) -> MetricValue | None:
    if not len(futures.damage):
        return None
    worst = float(futures.damage.max())
    told = tuple(name for name, damage in zip(futures.names, futures.damage, strict=True) if _close(damage, worst))
    return MetricValue(worst, read.currency, told, futures.size)


def _by_onset_year(
    of_year: Callable[[Read, Futures, int], MetricValue | None], read: Read, _: str
) -> list[MetricValue]:
    futures = read.begun_futures
    found = [(int(year), of_year(read, futures.of(year), int(year))) for year in np.unique(futures.year)]
    return [metric._replace(year=year) for year, metric in found if metric is not None]


def _expected_of_year(read: Read, futures: Futures, year: int) -> MetricValue:
    return MetricValue(float(futures.likely @ futures.damage), read.currency, (str(year),), futures.size)


def _worst_of_year(read: Read, futures: Futures, year: int) -> MetricValue | None:
    worst = _worst(read, futures)
    return None if worst is None else worst._replace(details=tuple(f"{year}: {name}" for name in worst.details))


def _cvar_of_year(read: Read, futures: Futures, year: int) -> MetricValue:
    return MetricValue(futures.cvar(TAIL), read.currency, (str(year),), futures.size)


def _worst_short_days(read: Read, material: str) -> MetricValue | None:
    mine = [row for row in read.begun if row["material"] == material and material in read.facts.world.demand]
    if not mine:
        return None
    most = max(_n(row, "short_days") for row in mine)
    at = tuple(_name(row) for row in mine if _close(_n(row, "short_days"), most)) if most > 0 else ("",)
    return MetricValue(most, "days", at)


def _least_time_to_survive(read: Read, material: str) -> MetricValue | None:
    mine = [row for row in read.begun if row["material"] == material]
    times = {_name(row): _n(row, "time_to_survive_days") for row in mine if _has(row, "time_to_survive_days")}
    if not times:
        return None
    first = min(times.values())
    return MetricValue(first, "days", tuple(name for name, time in times.items() if _close(time, first)))


def _futures(crises: list[Row]) -> Futures:
    """Damage of all materials, probability, year of onset and name of each future."""
    damage: dict[CrisisFuture, float] = {}
    likely: dict[CrisisFuture, float] = {}
    names: dict[CrisisFuture, str] = {}
    for row in crises:
        key = (row["crisis"], row["onset"], row["length"])
        damage[key] = damage.get(key, 0.0) + _n(row, "damage")
        likely[key], names[key] = _n(row, "probability"), _name(row)
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


# What the numbers rest on


def _of_basis(by_cost: bool, basis: str, read: Read, material: str) -> MetricValue | None:
    materials, tonnes, cost, bases = read.bought
    mine = np.full(len(materials), True) if material == ALL else materials == material
    values = (cost if by_cost else tonnes)[mine]
    if not values.sum() > 0:
        return None
    unit = "share of cost" if by_cost else "share of tonnes"
    return MetricValue(float(values[bases[mine] == basis].sum() / values.sum()), unit)


def _named(basis: str) -> str:
    return basis.replace(" ", "_")


METRICS: dict[str, Statement] = {
    "objective": _overall(_objective),
    "cost_per_year": _cost,
    "nation_cost_per_year": _nation_cost,
    **{f"{'stock_change' if line == TERMINAL else line}_per_year": partial(_line, line) for line in LINES},
    "reserve_carrying_cost_per_year": _carrying_cost,
    "imports_per_year": _each(_imports),
    **{f"china_share_{stage}": partial(_china_share, stage) for stage in STAGES},
    **{f"largest_{stage}_share": partial(_largest_share, stage) for stage in STAGES},
    **{f"hhi_{stage}": partial(_hhi, stage) for stage in STAGES},
    **{f"governance_weighted_hhi_{stage}": partial(_governance_weighted_hhi, stage) for stage in STAGES},
    "cover_days_at_end": _cover_at_end,
    "cover_days_least": _least_cover,
    "target_days_at_end": _target_at_end,
    "expected_short_days": partial(_short_days, False),
    "short_days_on_plan": partial(_short_days, True),
    "expected_damage_per_year": partial(_damage, None),
    "expected_damage_in_crises_per_year": partial(_damage, False),
    "expected_damage_on_plan_per_year": partial(_damage, True),
    "cvar_damage_of_risk_policy": _overall(_cvar_of_risk_policy),
    "cvar_damage": _overall(_cvar),
    "worst_crisis_damage": _overall(_worst_damage),
    "expected_damage_of_onset_year": _overall(partial(_by_onset_year, _expected_of_year)),
    "worst_damage_of_onset_year": _overall(partial(_by_onset_year, _worst_of_year)),
    "cvar_damage_of_onset_year": _overall(partial(_by_onset_year, _cvar_of_year)),
    "worst_crisis_short_days": _each(_worst_short_days),
    "least_time_to_survive": _each(_least_time_to_survive),
    **{f"tonnage_{_named(basis)}": partial(_of_basis, False, basis) for basis in BASES},
    **{f"cost_{_named(basis)}": partial(_of_basis, True, basis) for basis in BASES},
}
"""What each metric is for a material (or all) by its name in summary.csv; nothing where it has no meaning."""


def last_year(facts: RunFacts) -> int:
    """The last calendar year that the reported window reaches."""
    return int(facts.world.calendar.years[facts.world.calendar.reported - 1])


def _rows(table: RunTable) -> list[Row]:
    names = list(table.columns)
    values = zip(*(table.columns[name].tolist() for name in names), strict=True)
    return [dict(zip(names, row, strict=True)) for row in values]


def _name(row: Row) -> str:
    return f"{row['crisis']} from {row['month']}, length {row['length']}"


def _n(row: Row, column: str) -> float:
    value = row[column]
    assert isinstance(value, int | float)
    return float(value)


def _has(row: Row, column: str) -> bool:
    return not np.isnan(_n(row, column))


def _close(value: float, other: float) -> bool:
    return abs(value - other) <= max(COPIED * abs(other), TINY)
