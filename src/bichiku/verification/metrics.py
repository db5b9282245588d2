"""The metrics of summary.csv worked out again: cost, sourcing, days held and what they rest on, and those of crises.

Each metric has one statement in `METRICS`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np

from bichiku.verification.crisis_metrics import CRISIS_METRICS
from bichiku.verification.facts import RunFacts
from bichiku.verification.files import RunTable
from bichiku.verification.hand_back import is_used, target_days
from bichiku.verification.metric_sources import (
    STAGES,
    TERMINAL,
    MetricValue,
    Read,
    Row,
    Statement,
    close,
    discounted_years,
    each,
    has,
    number,
    overall,
    rows_of,
)
from bichiku.verification.money import ALL, LINES, Money
from bichiku.verification.verdict import COPIED, KEPT

BASES = ("sourced", "derived", "assumed", "not stated")
UNPAID = ("risk", "penalty")  # what policies weigh and nobody pays


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


def _paid_by_state(read: Read, material: str) -> MetricValue:
    """Subsidies, and the state's share of what the part of the stock costs that the reserve asks for."""
    facts, world = read.facts, read.facts.world
    reserve = world.policies.reserve_days
    value, scale = (-part for part in read.parts[material]["subsidy"])
    value, scale, unit = float(value), abs(float(scale)), f"{read.currency}/year"
    if reserve is None or not reserve.state_share:
        return MetricValue(value, unit, ("",), scale)
    targets, inside = target_days(world)[: read.reported], facts.plan[: read.reported]
    _, years = discounted_years(facts)
    discount = float((1.0 + world.settings.discount_rate) ** (-read.reported / world.calendar.periods_per_year))
    last = facts.nodes.period == read.reported
    for k, (name, row) in enumerate(world.materials.items()):
        if material not in (ALL, name) or reserve.of(name) is None or not is_used(world, name):
            continue
        stock = float(facts.flows["stock"][inside, k].sum())
        asked = float((targets[:, k] * facts.use[inside, k]).sum()) / world.calendar.days
        held = float(facts.nodes.weight[last, k] @ facts.flows["stock"][last, k])
        haircut = row.reference_price * row.haircut * (held - row.opening_stock_t) * discount / years
        parts = [read.parts[name]["holding"][0], haircut]
        share = reserve.state_share * (min(asked / stock, 1.0) if stock else 0.0)
        value += share * sum(parts)
        scale += share * (sum(map(abs, parts)) + row.reference_price * row.opening_stock_t / years)
    return MetricValue(value, unit, ("",), scale, KEPT)


def _paid_by_industry(read: Read, material: str) -> MetricValue:
    nation, state = _nation_cost(read, material), _paid_by_state(read, material)
    lost = read.parts[material]["shortage"][0]
    return MetricValue(
        nation.value - state.value - lost, nation.unit, ("",), nation.scale + state.scale + abs(lost), KEPT
    )


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
    return MetricValue(most, "share of imports", tuple(country for country, share in mix.items() if close(share, most)))


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
    return None if last is None else MetricValue(number(last, "cover_days"), "days", (str(last["month"]),))


def _least_cover(read: Read, material: str) -> MetricValue | None:
    if _last_covered(read, material) is None:
        return None
    covers = {
        str(row["month"]): number(row, "cover_days") for row in read.covers[material].values() if _is_covered(row)
    }
    least = min(covers.values())
    return MetricValue(least, "days", tuple(month for month, cover in covers.items() if close(cover, least)))


def _target_at_end(read: Read, material: str) -> MetricValue | None:
    last = _last_covered(read, material)
    if last is None or not any(has(row, "target_days") for row in read.covers[material].values()):
        return None
    return MetricValue(number(last, "target_days"), "days", (str(last["month"]),))


def _last_covered(read: Read, material: str) -> Row | None:
    """The row of the window's last period; None for a material that nobody uses."""
    mine = read.covers.get(material, {})
    return mine.get(read.reported) if any(map(_is_covered, mine.values())) else None


def _is_covered(row: Row) -> bool:
    return has(row, "cover_days")


# Days held for supply crises and for price rises, of a run that is split


def _split_sums(read: Read, material: str) -> dict[str, float] | None:
    """Sums over the window's last twelve months by column; None where nothing is used, or the run is not split."""
    if "split.csv" not in read.tables:
        return None
    first = read.reported - read.facts.world.calendar.periods_per_year
    sums = dict.fromkeys(("stock_t", "use_t", "stock_t_at_list_prices", "use_t_at_list_prices"), 0.0)
    for row in rows_of(read.tables["split.csv"]):
        if row["material"] == material and first < number(row, "period") <= read.reported:
            sums = {column: total + number(row, column) for column, total in sums.items()}
    return sums if sums["use_t"] > 0 or sums["use_t_at_list_prices"] > 0 else None


def _mean_days(suffixes: tuple[str, ...], read: Read, material: str) -> MetricValue | None:
    """Mean stock over mean use, in days; of two solves, the first less the second."""
    sums = _split_sums(read, material)
    if sums is None:
        return None
    calendar = read.facts.world.calendar
    days = [
        sums[f"stock_t{suffix}"] * calendar.days / sums[f"use_t{suffix}"] if sums[f"use_t{suffix}"] > 0 else np.nan
        for suffix in suffixes
    ]
    first = calendar.label(max(1, read.reported - calendar.periods_per_year + 1))
    value = days[0] - sum(days[1:])
    return MetricValue(value, "days", (f"{first} to {calendar.last_reported_month}",), float(np.nanmax([0.0, *days])))


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
    "objective": overall(_objective),
    "cost_per_year": _cost,
    "nation_cost_per_year": _nation_cost,
    "paid_by_state_per_year": _paid_by_state,
    "paid_by_industry_per_year": _paid_by_industry,
    **{f"{'stock_change' if line == TERMINAL else line}_per_year": partial(_line, line) for line in LINES},
    "reserve_carrying_cost_per_year": _carrying_cost,
    "imports_per_year": each(_imports),
    **{f"china_share_{stage}": partial(_china_share, stage) for stage in STAGES},
    **{f"largest_{stage}_share": partial(_largest_share, stage) for stage in STAGES},
    **{f"hhi_{stage}": partial(_hhi, stage) for stage in STAGES},
    **{f"governance_weighted_hhi_{stage}": partial(_governance_weighted_hhi, stage) for stage in STAGES},
    "cover_days_at_end": _cover_at_end,
    "cover_days_least": _least_cover,
    "target_days_at_end": _target_at_end,
    "cover_days_of_last_year": partial(_mean_days, ("",)),
    "cover_days_at_list_prices": partial(_mean_days, ("_at_list_prices",)),
    "cover_days_for_price_rises": partial(_mean_days, ("", "_at_list_prices")),
    **CRISIS_METRICS,
    **{f"tonnage_{_named(basis)}": partial(_of_basis, False, basis) for basis in BASES},
    **{f"cost_{_named(basis)}": partial(_of_basis, True, basis) for basis in BASES},
}
"""What each metric is for a material (or all) by its name in summary.csv; nothing where it has no meaning."""
