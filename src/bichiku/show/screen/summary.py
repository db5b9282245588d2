"""The screen that `bichiku run` prints for each strategy, and the line for each when there are several."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence

import pandas as pd
from rich.console import Console
from rich.table import Table

from bichiku.build.program import ALL
from bichiku.model.calendar import month_label
from bichiku.result.metrics.costs import PAID_LINES
from bichiku.result.metrics.crises import short_on_plan
from bichiku.result.run import Run
from bichiku.show.numbers import money, percent, three_digits

SHOWN_COUNTRIES = 3
SMALLEST_LINE = 5e-4  # share of the cost a year; smaller lines are left out of the sentence
INDENT = " " * 16
HARD_SPACE = "\N{NO-BREAK SPACE}"  # a number and its unit stay on one line


def print_strategy(console: Console, run: Run) -> None:
    """One screen: what it costs a year, from whom, how many days, and the worst crisis."""
    world, calendar = run.world, run.world.calendar
    summary = run.summary
    currency = world.settings.currency
    window = f"{calendar.label(1)} to {month_label(int(calendar.ends[calendar.reported - 1]))}"
    console.print(f"\n{world.settings.model}: {world.strategy} ({window})", style="bold", highlight=False)
    for line in _cost_lines(summary, currency):
        console.print(line, highlight=False, soft_wrap=True)
    damage = value_of(summary, "worst_crisis_damage")
    if not math.isnan(damage):
        name = detail_of(summary, "worst_crisis_damage")
        what = f"{name}, damage {money(damage, currency)}" if damage > 0 else "none does damage"
        console.print(f"  worst crisis  {what}", highlight=False)
    console.print(_materials(run))
    for line in _short_on_plan(run):
        console.print(line, highlight=False, soft_wrap=True)
    quality = _quality(summary)
    if quality:
        console.print(f"  {quality}", style="dim", highlight=False)


def _cost_lines(summary: pd.DataFrame, currency: str) -> list[str]:
    cost = value_of(summary, "cost_per_year")
    parts = [
        f"{line.replace('_', ' ')} {money(amount, '').strip()}"
        for line in PAID_LINES
        if abs(amount := value_of(summary, f"{line}_per_year")) > SMALLEST_LINE * abs(cost)
    ]
    total = f"  cost a year   {money(cost, currency)}, expected"
    text = f"{total}: {', '.join(part.replace(' ', HARD_SPACE) for part in parts)}" if parts else total
    lines = [line.replace(HARD_SPACE, " ") for line in textwrap.wrap(text, 118, subsequent_indent=INDENT)]
    subsidy = value_of(summary, "nation_cost_per_year") - cost
    if subsidy > 0:
        lines.append(f"{INDENT}with subsidies, {money(cost + subsidy, currency)} to the nation")
    weighed = value_of(summary, "risk_per_year")
    if weighed > SMALLEST_LINE * abs(cost):
        lines.append(f"{INDENT}beside it, risk weighed at {money(weighed, currency)} a year, not a cost")
    return lines


def _materials(run: Run) -> Table:
    calendar, summary = run.world.calendar, run.summary
    year = int(calendar.years[calendar.reported - 1])
    shares = run.shares
    shares = shares[(shares["year"] == year) & (shares["stage"] == "exporter")]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("  material")
    table.add_column(f"imports {year}, t", justify="right")
    table.add_column("bought from")
    table.add_column("days held", justify="right")
    table.add_column("days short in the worst crisis")
    for material in run.world.materials:
        chosen = shares[shares["material"] == material].sort_values(
            ["share", "country"], ascending=[False, True], kind="stable"
        )
        top = [f"{row.country} {percent(row.share)}" for row in chosen.head(SHOWN_COUNTRIES).itertuples()]
        table.add_row(
            f"  {material}",
            three_digits(value_of(summary, "imports_per_year", material)),
            ", ".join(top) or "no imports",
            _days_held(summary, material),
            _worst(run, material),
        )
    return table


def _days_held(summary: pd.DataFrame, material: str) -> str:
    held = value_of(summary, "cover_days_at_end", material)
    target = value_of(summary, "target_days_at_end", material)
    if math.isnan(held):
        return "-"
    return f"{held:.0f}" + ("" if math.isnan(target) else f" of {target:.0f}")


def _worst(run: Run, material: str) -> str:
    """Days short in the branch with most of them, and the day from which that branch is short."""
    crises = run.crises
    reported = run.world.calendar.reported
    mine = crises[(crises["material"] == material) & (crises["onset"] <= reported)]
    if mine.empty:
        return "-"
    worst = mine.sort_values(["short_days", "damage"], ascending=False, kind="stable").iloc[0]
    if worst["short_days"] <= 0 or math.isnan(worst["time_to_survive_days"]):
        return "none"
    first = f"{worst['time_to_survive_days']:.0f}"
    return f"{three_digits(worst['short_days'])} from day {first}, {worst['crisis']} {worst['month']}"


def _short_on_plan(run: Run) -> list[str]:
    """Materials short without any crisis, in lines of the screen's width; none where the plan meets all demand."""
    summary = run.summary
    found = summary[summary["metric"] == "short_days_on_plan"].set_index("material")["value"]
    short = short_on_plan({str(name): float(days) for name, days in found.items()}, run.world.calendar)
    parts = [f"{material} {three_digits(days)} days".replace(" ", HARD_SPACE) for material, days in short.items()]
    if not parts:
        return []
    text = f"  short on the plan, without any crisis: {', '.join(parts)}"
    return [line.replace(HARD_SPACE, " ") for line in textwrap.wrap(text, 118, subsequent_indent=INDENT)]


def _quality(summary: pd.DataFrame) -> str:
    """Share of the supply cost by basis; empty where nothing is bought."""
    parts = [
        f"{percent(share)} {basis.replace('_', ' ')}"
        for basis in ("sourced", "derived", "assumed", "not_stated")
        if (share := value_of(summary, f"cost_{basis}")) > 0
    ]
    return f"supply cost rests on rows that are {', '.join(parts)}" if parts else ""


def print_strategies(console: Console, runs: Sequence[Run]) -> None:
    """One line for each strategy."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), title="\nAll strategies", title_justify="left")
    table.add_column("  strategy")
    baseline = runs[0].strategy
    headings = ("cost a year", f"over {baseline}", "expected damage a year", "worst crisis", "fewest days at the end")
    for heading in headings:
        table.add_column(heading, justify="right")
    first = value_of(runs[0].summary, "cost_per_year")
    for run in runs:
        summary = run.summary
        currency = run.world.settings.currency
        cost = value_of(summary, "cost_per_year")
        damage = value_of(summary, "shortage_per_year") + value_of(summary, "substitution_per_year")
        worst = value_of(summary, "worst_crisis_damage")
        held = summary.loc[summary["metric"] == "cover_days_at_end", "value"]
        table.add_row(
            f"  {run.strategy}",
            money(cost, currency),
            f"{'+' if cost >= first else ''}{money(cost - first, '').strip()}",
            money(damage, currency),
            "-" if math.isnan(worst) else money(worst, currency),
            "-" if held.empty else f"{held.min():.0f}",
        )
    console.print(table)


def value_of(summary: pd.DataFrame, metric: str, material: str = ALL) -> float:
    """A number of the summary; not a number where it has none."""
    found = summary.loc[(summary["metric"] == metric) & (summary["material"] == material), "value"]
    return float(found.iloc[0]) if len(found) else math.nan


def detail_of(summary: pd.DataFrame, metric: str, material: str = ALL) -> str:
    """The words beside a number of the summary."""
    found = summary.loc[(summary["metric"] == metric) & (summary["material"] == material), "detail"]
    return str(found.iloc[0]) if len(found) else ""
