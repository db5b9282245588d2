"""The screen that `bichiku run` prints for each strategy, and the line for each when there are several."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import pandas as pd
from rich.console import Console
from rich.table import Table

from bichiku.model.calendar import Calendar
from bichiku.result.metrics.costs import PAID_LINES
from bichiku.result.metrics.crises import short_on_plan
from bichiku.result.run import Run
from bichiku.show.built import built_projects
from bichiku.show.metric_values import MetricValues
from bichiku.show.numbers import NOISE, money, page_days, percent, three_digits, whole
from bichiku.show.phrases import choice_words, listed
from bichiku.show.screen.table import plain_table

SHOWN_COUNTRIES = 3
SHOWN_PROJECTS = 4
SMALLEST_LINE = 5e-4  # share of the cost a year; smaller lines are left out of the sentence
INDENT = " " * 16
MILLIGRAM = 1e-9  # of a tonne
WIDEST = 118  # of a line of words
HARD_SPACE = "\N{NO-BREAK SPACE}"  # a number and its unit stay on one line


def print_strategy(console: Console, run: Run) -> None:
    """One screen: what it costs a year, from whom, how many days, and the worst crisis."""
    world, values = run.world, _metric_values([run])
    currency = world.settings.currency
    window, width = world.calendar.window_label, console.width
    console.print(f"\n{world.settings.model}: {world.strategy} ({window})", style="bold", highlight=False)
    value = partial(values.value, world.strategy)
    for line in _cost_lines(value, currency, width):
        console.print(line, highlight=False, soft_wrap=True)
    damage = value("worst_crisis_damage")
    if not math.isnan(damage):
        name = values.detail(world.strategy, "worst_crisis_damage")
        what = f"{name}, damage {money(damage, currency)}" if damage > 0 else "none does damage"
        console.print(f"  worst crisis  {what}", highlight=False)
    for line in _by_year_of_onset(values, world.strategy, currency, width):
        console.print(line, highlight=False, soft_wrap=True)
    console.print(_materials(run, value))
    if run.is_split:
        console.print(_split(run, value))
    for line in _projects(run, currency, width):
        console.print(line, highlight=False, soft_wrap=True)
    for line in _short_on_plan(values.by_material(world.strategy, "short_days_on_plan"), world.calendar, width):
        console.print(line, highlight=False, soft_wrap=True)
    for line in _doubt(run, value, width):
        console.print(line, style="dim", highlight=False, soft_wrap=True)


def _cost_lines(value: Callable[[str], float], currency: str, width: int) -> list[str]:
    cost = value("cost_per_year")
    parts = [
        f"{line.replace('_', ' ')} {money(amount, '').strip()}"
        for line in PAID_LINES
        if abs(amount := value(f"{line}_per_year")) > SMALLEST_LINE * abs(cost)
    ]
    total = f"  cost a year   {money(cost, currency)}, expected"
    text = f"{total}: {', '.join(part.replace(' ', HARD_SPACE) for part in parts)}" if parts else total
    lines = _wrapped(text, width)
    subsidy = value("nation_cost_per_year") - cost
    if subsidy > 0:
        lines.append(f"{INDENT}with subsidies, {money(cost + subsidy, currency)} to the nation")
    weighed = value("risk_per_year")
    if weighed > SMALLEST_LINE * abs(cost):
        lines.append(f"{INDENT}beside it, risk weighed at {money(weighed, currency)} a year, not a cost")
    fined = value("penalty_per_year")
    if fined > SMALLEST_LINE * abs(cost):
        lines.append(f"{INDENT}beside it, penalties of soft limits of {money(fined, currency)} a year, not a cost")
    return lines


def _by_year_of_onset(values: MetricValues, strategy: str, currency: str, width: int) -> list[str]:
    """Expected and worst damage of the crises that begin in each year; nothing where none begins."""
    cost, expected = (
        values.value(strategy, "cost_per_year"),
        values.by_detail(strategy, "expected_damage_of_onset_year"),
    )
    most = {text[:4]: damage for text, damage in values.by_detail(strategy, "worst_damage_of_onset_year").items()}
    parts = [
        f"{year} {money(damage, currency, cost)} expected, at worst {money(most[year], currency, cost)}".replace(
            " ", HARD_SPACE
        )
        for year, damage in expected.items()
    ]
    if not parts:
        return []
    text = f"  begun in      {'; '.join(parts)}"
    return _wrapped(text, width)


def _materials(run: Run, value: Callable[[str, str], float]) -> Table:
    world = run.world
    year = world.calendar.last_reported_year
    shares = run.shares
    shares = shares[(shares["year"] == year) & (shares["stage"] == "exporter")]
    table = plain_table()
    table.add_column("  material", no_wrap=True)
    a_year = "" if world.calendar.share_covered(year) == 1.0 else " a year"  # what is told is always that
    table.add_column(f"imports {year}, t{a_year}", justify="right")
    table.add_column("bought from")
    table.add_column("days held", justify="right")
    table.add_column("days short in the worst crisis", overflow="fold")
    for material in world.materials:
        chosen = shares[shares["material"] == material].sort_values(
            ["share", "country"], ascending=[False, True], kind="stable"
        )
        top = [f"{row.country} {percent(row.share)}" for row in chosen.head(SHOWN_COUNTRIES).itertuples()]
        table.add_row(
            f"  {material}",
            _tonnes(value("imports_per_year", material)),
            ", ".join(top) or "no imports",
            _days_held(value("cover_days_at_end", material), value("target_days_at_end", material)),
            _worst(run, material),
        )
    return table


def _split(run: Run, value: Callable[[str, str], float]) -> Table:
    """How many of the days held are for the target and supply crises, and how many pay only where prices rise."""
    table = plain_table()
    table.add_column("  material")
    table.add_column(f"days held, {run.world.calendar.last_year_label}", justify="right")
    table.add_column("for target and supply crises", justify="right")
    table.add_column("only where prices rise", justify="right")
    metrics = ("cover_days_of_last_year", "cover_days_at_list_prices", "cover_days_for_price_rises")
    for material in run.world.materials:
        held = [value(metric, material) for metric in metrics]
        table.add_row(f"  {material}", *("-" if math.isnan(days) else f"{days:z.0f}" for days in held))
    return table


def _tonnes(value: float) -> str:
    """Tonnes; less than a milligram, of either sign, is what the solver leaves of nothing."""
    return "0" if abs(value) <= MILLIGRAM else three_digits(value)


def _days_held(held: float, target: float) -> str:
    if math.isnan(held):
        return "-"
    if math.isnan(target):
        return whole(held)
    shown = whole if target.is_integer() else page_days  # a target of 36.5 days is none of 36
    return f"{shown(held)} of {shown(target)}"


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
    first = whole(worst["time_to_survive_days"])
    lasts = f" ({worst['length']} periods)" if len(run.world.settings.crises[worst["crisis"]].duration) > 1 else ""
    return f"{three_digits(worst['short_days'])} from day {first}, {worst['crisis']} {worst['month']}{lasts}"


def _short_on_plan(days: Mapping[str, float], calendar: Calendar, width: int) -> list[str]:
    """Materials short without any crisis, in lines of the screen's width; none where the plan meets all demand."""
    short = short_on_plan(days, calendar)
    parts = [f"{material} {three_digits(short[material])} days".replace(" ", HARD_SPACE) for material in short]
    if not parts:
        return []
    text = f"  short on the plan, without any crisis: {', '.join(parts)}"
    return _wrapped(text, width)


def _projects(run: Run, currency: str, width: int) -> list[str]:
    """What is built, the dearest first, who pays, and what of it the plan does not run."""
    found = built_projects(run)
    if found.empty:
        return []
    names = [
        f"{row.project} {three_digits(row.built_t_per_year)} t/year".replace(" ", HARD_SPACE)
        for row in found.itertuples(index=False)
    ]
    cost, subsidy = (money(float(found[column].sum()), currency) for column in ("investment", "subsidy"))
    paid = f"for {cost}".replace(" ", HARD_SPACE)
    paid += f", {subsidy} of it paid by the state" if found["subsidy"].sum() > 0 else ""
    more = f" and {len(names) - SHOWN_PROJECTS} more (projects.csv)" if len(names) > SHOWN_PROJECTS else ""
    texts = [f"  built         {', '.join(names[:SHOWN_PROJECTS])}{more}, {paid}"]
    idle = list(found.loc[found["standby"], "project"])
    if idle:
        texts.append(f"  standby       {listed(idle, SHOWN_PROJECTS)}: built for crises, not run on the plan")
    return [line for text in texts for line in _wrapped(text, width)]


def _wrapped(text: str, width: int) -> list[str]:
    """Lines of a text whose numbers and units, joined by hard spaces, stay together."""
    lines = textwrap.wrap(text, min(WIDEST, width), subsequent_indent=INDENT, break_on_hyphens=False)
    return [line.replace(HARD_SPACE, " ") for line in lines]


def _doubt(run: Run, value: Callable[[str], float], width: int) -> list[str]:
    """What the answer rests on."""
    choice = f"choice rests on {choice_words(run.world)}"
    return _wrapped(f"  {'; '.join(text for text in (_quality(value), choice) if text)}", width)


def _quality(value: Callable[[str], float]) -> str:
    """Share of the supply cost by basis; empty where nothing is bought."""
    parts = [
        f"{percent(share)} {basis.replace('_', ' ')}"
        for basis in ("sourced", "derived", "assumed", "not_stated")
        if (share := value(f"cost_{basis}")) > 0
    ]
    return f"supply cost rests on rows that are {', '.join(parts)}" if parts else ""


def print_strategies(console: Console, runs: Sequence[Run], baseline: str | None = None) -> None:
    """One line for each strategy, what it costs over a baseline among them: the first where none is named."""
    table = plain_table("\nAll strategies")
    table.add_column("  strategy", no_wrap=True)
    baseline = baseline if baseline in [run.strategy for run in runs] else runs[0].strategy
    headings = ("cost a year", f"over {baseline}", "expected damage a year", "worst crisis", "fewest days at the end")
    for heading in headings:
        table.add_column(heading, justify="right")
    values = _metric_values(runs)
    first = values.value(str(baseline), "cost_per_year")
    for run in runs:
        currency = run.world.settings.currency
        value = partial(values.value, run.strategy)
        cost, worst = value("cost_per_year"), value("worst_crisis_damage")
        damage = value("expected_damage_per_year")
        held = values.least(run.strategy, "cover_days_at_end").value
        table.add_row(
            f"  {run.strategy}",
            money(cost, currency),
            _over(cost, first),
            money(damage, currency),
            "-" if math.isnan(worst) else money(worst, currency),
            "-" if math.isnan(held) else whole(held),
        )
    console.print(table)


def _over(cost: float, first: float) -> str:
    """What a strategy costs over the first, with its sign; nothing where rounding alone tells them apart."""
    extra = cost - first
    if abs(extra) <= NOISE * abs(first):
        return "+0"
    return f"{'+' if extra > 0 else ''}{money(extra, '').strip()}"


def _metric_values(runs: Sequence[Run]) -> MetricValues:
    return MetricValues(pd.concat([run.summary.assign(strategy=run.strategy) for run in runs]))
