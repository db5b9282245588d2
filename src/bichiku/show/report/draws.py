"""The page of draws."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from bichiku.show.draws_words import FIT, difference, explained, noise_words, not_knowing, promise_rows, unknown
from bichiku.show.numbers import Scale, page_days, page_money, page_share
from bichiku.show.report.csv_link import csv_link
from bichiku.show.report.elements import Note, PageCell, PageTable, Picture, Section
from bichiku.show.report.figures.style import dashes, picture
from bichiku.show.report.page import page_template
from bichiku.stressing.distribution import ALL_YEARS
from bichiku.stressing.drawn import DrawnStress
from bichiku.version import __version__

MOST_ROWS = 2000  # of the draws, in the data of the picture


def render_draws(found: DrawnStress) -> str:
    """One self-contained HTML page; the same draws give the same text."""
    model, currency = found.world.settings.model, found.world.settings.currency
    differences = [Note(f"{name}: {difference(found, name)}.") for name in found.strategies]
    blind = [
        Note(f"{name}: not knowing {unknown(found)} costs {page_money(not_knowing(found, name), currency)} a draw.")
        for name in found.strategies
    ]
    return page_template().render(
        title=f"{model}: {found.count:,} futures",
        tab=f"{found.count:,} futures – {model}",
        kicker=f"{', '.join(found.strategies)} · seed {found.noise.seed} · money in {currency}",
        sentences=[_answer(found, name) for name in found.strategies],
        sections=[
            Section("distribution", "How damage is distributed", [_exceedance(found), _distribution(found)]),
            Section("promise", "What was promised against what the draws show", [_promise(found), *differences]),
            Section("blind", "What not knowing costs", blind),
            *(
                [Section("paired", "Strategies in the same futures", [_paired(found)])]
                if len(found.strategies) > 1
                else []
            ),
            Section("how", "How futures are drawn", [Note(f"{FIT} {noise_words(found).capitalize()}.")]),
        ],
        version=__version__,
    )


def _answer(found: DrawnStress, strategy: str) -> str:
    currency = found.world.settings.currency
    row = promise_rows(found, strategy).iloc[0]
    within = "lies within" if row["within"] == "yes" else "lies outside"
    return (
        f"{strategy}: expected damage is {page_money(row['drawn'], currency)} by the draws "
        f"({page_money(row['low'], currency)} to {page_money(row['high'], currency)}); "
        f"the model promised {page_money(row['promised'], currency)}, which {within} that."
    )


def _exceedance(found: DrawnStress) -> Picture:
    draws = found.tables["draws"]
    scale = Scale(float(draws["damage"].max()), found.world.settings.currency)

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        for place, strategy in enumerate(found.strategies):
            values = np.sort(draws.loc[draws["strategy"] == strategy, "damage"].to_numpy(dtype=float))[::-1]
            share = np.arange(1, len(values) + 1) / len(values)
            axes.plot(values / scale.divisor, share, label=strategy, linewidth=1.5, **dashes(place))
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: page_share(value)))
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.set_xlabel(f"damage, {scale.unit}")
        axes.set_ylabel("share of draws with as much or more")
        axes.grid(axis="both")
        axes.legend()

    rows = draws[["strategy", "draw", "damage"]]
    return picture(
        key="exceedance",
        title="How often damage is as large",
        units=f"{found.world.settings.currency}, discounted, of what begins in the reported window; share of draws",
        source="draws.csv (damage)",
        alt=f"Curves of the share of {found.count:,} draws in which damage is as large or larger, for each strategy.",
        height=3.4,
        paint=paint,
        data=rows if len(rows) <= MOST_ROWS else _thinned(rows),
    )


def _thinned(rows: pd.DataFrame) -> pd.DataFrame:
    """As many of the draws as a page can hold, the first of each strategy."""
    return rows.groupby("strategy", sort=False).head(MOST_ROWS // rows["strategy"].nunique())


def _distribution(found: DrawnStress) -> PageTable:
    table, currency = found.tables["distribution"], found.world.settings.currency

    def number(value: float, unit: str) -> str:
        return page_days(value) if unit == "days" else page_money(value, currency)

    rows = [
        [
            PageCell(f"{row['measure'].replace('_', ' ')}", note=f"{row['strategy']}, {row['year']}"),
            PageCell(
                number(row["mean"], row["unit"]),
                note=f"{number(row['low'], row['unit'])} to {number(row['high'], row['unit'])}",
            ),
            *(PageCell(number(row[part], row["unit"])) for part in ("p05", "p50", "p95")),
            PageCell(page_share(row["some"])),
        ]
        for row in table.to_dict("records")
    ]
    return PageTable(
        caption="Cost, damage, shortage and days short, in all and by the year in which an episode begins",
        headings=("Measure", "Mean\n95 % confidence", "5 %", "Median", "95 %", "Draws\nwith some"),
        rows=rows,
        source="distribution.csv",
        link=csv_link(table, "distribution.csv"),
    )


def _promise(found: DrawnStress) -> PageTable:
    table, currency = found.tables["promise"], found.world.settings.currency
    rows = [
        [
            PageCell(
                "expected damage" if row["year"] == ALL_YEARS else f"CVaR, onsets of {row['year']}",
                note=row["strategy"],
            ),
            PageCell(page_money(row["promised"], currency)),
            PageCell(
                page_money(row["drawn"], currency),
                note=f"{page_money(row['low'], currency)} to {page_money(row['high'], currency)}",
            ),
            PageCell(row["within"]),
            *(PageCell(page_money(row[part], currency)) for part in explained(found)),
        ]
        for row in table.to_dict("records")
    ]
    return PageTable(
        caption="The model's expected damage and CVaR at 0.9 against the draws",
        headings=(
            "Measure",
            "Promised",
            "Drawn\n95 % confidence",
            "Within",
            *(f"Difference\n{text}" for text in explained(found).values()),
        ),
        rows=rows,
        source="promise.csv",
        link=csv_link(table, "promise.csv"),
    )


def _paired(found: DrawnStress) -> PageTable:
    table, currency = found.tables["paired"], found.world.settings.currency
    rows = [
        [
            PageCell(f"{row['strategy']}: {row['measure']}", note=f"against {row['against']}"),
            PageCell(page_money(row["mean"], currency)),
            PageCell(f"{page_money(row['low'], currency)} to {page_money(row['high'], currency)}"),
            PageCell(page_share(row["less_in"])),
        ]
        for row in table.to_dict("records")
    ]
    return PageTable(
        caption="Each strategy less the first, future by future",
        headings=("Strategy", "Mean", "95 % confidence", "Less\nin so many draws"),
        rows=rows,
        source="paired.csv",
        link=csv_link(table, "paired.csv"),
    )
