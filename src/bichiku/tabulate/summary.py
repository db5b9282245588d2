"""summary.csv: the few numbers that answer cost, sourcing, days held and the worst crisis.

All metrics speak of the reported window (`report_until`), costs as expected money a year.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from bichiku.calendar import DAYS_PER_YEAR
from bichiku.formulate.costs import INVESTMENT, LINES, SUBSIDY, TERMINAL
from bichiku.linear_program import ALL
from bichiku.outcome import Outcome

Record = tuple[str, str, float, str, str]
COLUMNS = ["metric", "material", "value", "unit", "detail"]


def summary_table(outcome: Outcome, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """One row for each metric and material (or ``all``); `detail` names the country or crisis meant."""
    records = [
        *_costs(outcome),
        *_sourcing(outcome, tables),
        *_reserve(outcome, tables["reserve"]),
        *_crises(outcome, tables["crises"]),
        *_basis(outcome, tables["sourcing"]),
    ]
    return pd.DataFrame(records, columns=COLUMNS)


def cost_by_line_and_material(outcome: Outcome) -> dict[tuple[str, str], float]:
    """Expected money a year in the reported window, by cost line and material.

    Each line's discounted money inside the window is spread evenly over it (divided by the sum of the
    window's discounted years). Investment is spread over the whole horizon instead, and the stock on the
    plan and in branches at the end of the window is credited as the horizon's terminal stock value would
    be, so that a stock bought is an asset and not a cost. With no `report_until` the lines sum to the
    objective over the horizon's discounted years.
    """
    world, tree, calendar = outcome.world, outcome.tree, outcome.world.calendar
    discount = calendar.discount(world.settings.discount_rate)
    year_share = calendar.days / DAYS_PER_YEAR
    window_years = discount[: calendar.reported].sum() * year_share
    horizon_years = discount[:-1].sum() * year_share
    inside = tree.period <= calendar.reported
    result = {}
    for terms in outcome.program.cost_terms:
        key = (terms.line, terms.material)
        money = terms.by_node(outcome.solution.x, tree.size)
        if terms.line in (INVESTMENT, SUBSIDY):
            result[key] = money.sum() / horizon_years
        elif terms.line == TERMINAL:
            row = world.materials[terms.material]
            at_end = np.flatnonzero(tree.period == calendar.reported)
            stock = tree.weight[at_end] @ outcome.stock[terms.material][at_end]
            value = row.reference_price * (1.0 - row.haircut) * stock * discount[calendar.reported]
            result[key] = -value / window_years
        else:
            result[key] = money[inside].sum() / window_years
    return result


def _costs(outcome: Outcome) -> Iterator[Record]:
    unit = f"{outcome.world.settings.currency}/year"
    costs = cost_by_line_and_material(outcome)
    materials = sorted({material for _, material in costs} - {ALL})
    total = sum(costs.values())
    subsidy = sum(value for (line, _), value in costs.items() if line == SUBSIDY)
    yield ("objective", ALL, outcome.solution.objective, outcome.world.settings.currency, "whole horizon")
    yield ("cost_per_year", ALL, total, unit, "buyer")
    yield ("nation_cost_per_year", ALL, total - subsidy, unit, "subsidy counted as a cost")
    for line in LINES:
        found = [value for (name, _), value in costs.items() if name == line]
        if found:
            yield (f"{line}_per_year", ALL, sum(found), unit, "")
    for material in materials:
        yield ("cost_per_year", material, sum(v for (_, m), v in costs.items() if m == material), unit, "buyer")


def last_reported_year(outcome: Outcome) -> int:
    """The last calendar year that the reported window reaches."""
    return int(outcome.world.calendar.years[outcome.world.calendar.reported - 1])


def _sourcing(outcome: Outcome, tables: dict[str, pd.DataFrame]) -> Iterator[Record]:
    year = last_reported_year(outcome)
    sourcing, shares = tables["sourcing"], tables["shares"]
    imported = sourcing[(sourcing["year"] == year) & sourcing["share_of_imports"].notna()]
    for material in outcome.world.materials:
        tonnes = imported.loc[imported["material"] == material, "tonnes"].sum()
        yield ("imports_per_year", material, tonnes, "t/year", str(year))
        for stage in ("exporter", "origin"):
            chosen = shares[
                (shares["material"] == material) & (shares["year"] == year) & (shares["stage"] == stage)
            ].sort_values(["share", "country"], ascending=[False, True])
            if chosen.empty:
                continue
            top = chosen.iloc[0]
            yield (f"largest_{stage}_share", material, float(top["share"]), "share of imports", str(top["country"]))
            yield (f"hhi_{stage}", material, float(top["hhi"]), "0..1", str(year))


def _reserve(outcome: Outcome, reserve: pd.DataFrame) -> Iterator[Record]:
    window = reserve[reserve["period"] <= outcome.world.calendar.reported]
    for material, rows in window.groupby("material", sort=True):
        if rows["cover_days"].notna().any():
            last = rows.iloc[-1]
            yield ("cover_days_at_end", str(material), float(last["cover_days"]), "days", str(last["month"]))
            least = rows.loc[rows["cover_days"].idxmin()]
            yield ("cover_days_least", str(material), float(least["cover_days"]), "days", str(least["month"]))
            if rows["target_days"].notna().any():
                yield ("target_days_at_end", str(material), float(last["target_days"]), "days", str(last["month"]))


def _crises(outcome: Outcome, crises: pd.DataFrame) -> Iterator[Record]:
    world, tree = outcome.world, outcome.tree
    inside = tree.period <= world.calendar.reported
    for material in world.demand:
        expected = float((tree.weight * outcome.short_days(material))[inside].sum())
        yield ("expected_short_days", material, expected, "days", "over the reported window")
    reported = crises[crises["onset"] <= world.calendar.reported]
    if reported.empty:
        return
    currency = world.settings.currency
    by_branch = reported.groupby(["crisis", "onset", "month"], sort=True)["damage"].sum()
    crisis, _, month = by_branch.idxmax()
    yield ("worst_crisis_damage", ALL, float(by_branch.max()), currency, f"{crisis} from {month}")
    for material, rows in reported.groupby("material", sort=True):
        worst = rows.sort_values(["short_days", "damage"], ascending=False, kind="stable").iloc[0]
        detail = f"{worst['crisis']} from {worst['month']}" if worst["short_days"] > 0 else ""
        yield ("worst_crisis_short_days", str(material), float(worst["short_days"]), "days", detail)
        survive = rows["time_to_survive_days"].min()
        if not np.isnan(survive):
            name = rows.loc[rows["time_to_survive_days"].idxmin()]
            detail = f"{name['crisis']} from {name['month']}"
            yield ("least_time_to_survive", str(material), float(survive), "days", detail)


def _basis(outcome: Outcome, sourcing: pd.DataFrame) -> Iterator[Record]:
    window = sourcing[sourcing["year"] <= last_reported_year(outcome)]
    cost = window["tonnes"] * window["delivered_cost"].where(window["tonnes"] > 0, 0.0)
    for basis in ("sourced", "derived", "assumed", "not stated"):
        chosen = window["basis"] == basis
        if window["tonnes"].sum() > 0:
            share = window.loc[chosen, "tonnes"].sum() / window["tonnes"].sum()
            yield (f"tonnage_{basis.replace(' ', '_')}", ALL, float(share), "share of tonnes", "")
        if cost.sum() > 0:
            share = cost[chosen].sum() / cost.sum()
            yield (f"cost_{basis.replace(' ', '_')}", ALL, float(share), "share of supply cost", "")
