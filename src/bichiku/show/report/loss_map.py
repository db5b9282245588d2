"""The page of the map of losses."""

from __future__ import annotations

import math

import pandas as pd

from bichiku.show.loss_words import WHY_THEY_DIFFER, loss_words, shown_months, worst_losses
from bichiku.show.numbers import page_days, page_money, page_share
from bichiku.show.report.csv_link import csv_link
from bichiku.show.report.elements import Note, PageCell, PageTable, Picture, Section
from bichiku.show.report.figures.crisis_map import paint_days
from bichiku.show.report.figures.style import picture
from bichiku.show.report.page import page_template
from bichiku.show.stress_words import days_or, stored
from bichiku.stressing.loss_map import LossMap
from bichiku.version import __version__

MOST = 25  # losses on a map
HOW = (
    "Each is lost whole, at once and for as long as the row says, and comes back at once; all its lengths are thought "
    "equally likely, and who operates the plan learns of its end when it ends. The worst start of a material is the "
    "one with most damage to it. Damage of a loss is summed over materials, each from its worst start."
)


def render_map(found: LossMap) -> str:
    """One self-contained HTML page; the same map gives the same text."""
    model = found.world.settings.model
    return page_template().render(
        title=f"{model}: what may be lost",
        tab=f"Losses – {model}",
        kicker=f"{', '.join(found.strategies)} · {stored(found.days)} · money in {found.world.settings.currency}",
        sentences=[_answer(found, strategy) for strategy in found.strategies],
        sections=[
            Section("map", "Days until short", [_map(found, strategy) for strategy in found.strategies]),
            Section("damage", "Damage", [_damage(found, strategy) for strategy in found.strategies]),
            Section("static", "The static figure beside it", [Note(WHY_THEY_DIFFER), _static(found)]),
            Section("how", "How it is worked out", [Note(HOW)]),
        ],
        version=__version__,
    )


def _answer(found: LossMap, strategy: str) -> str:
    months, currency = shown_months(found), found.world.settings.currency
    worst = worst_losses(found, strategy, months)
    worst = worst[worst["damage"] > 0.0].head(3)
    if worst.empty:
        return f"{strategy}: no loss of {months} months does damage."
    told = [
        f"{loss_words(row['kind'], row['loss'])} ({page_money(row['damage'], currency)}, "
        f"{days_or(row['first'], 'nothing short').replace('days', 'days until the first is short')})"
        for row in worst.to_dict("records")
    ]
    return f"{strategy}: lost for {months} months from the worst start, what hurts most is {'; '.join(told)}."


def _map(found: LossMap, strategy: str) -> Picture | Note:
    months = shown_months(found)
    losses = found.losses
    mine = losses[(losses["strategy"] == strategy) & (losses["months"] == months)]
    short = mine[mine["time_to_survive_days"].notna()]
    if short.empty:
        return Note(f"{strategy}: no material runs short in a loss of {months} months.")
    worst = worst_losses(found, strategy, months)
    order = [(kind, loss) for kind, loss in worst[["kind", "loss"]].itertuples(index=False)]
    order = [pair for pair in order if pair in set(zip(short["kind"], short["loss"], strict=True))][:MOST]
    materials = [name for name in found.world.materials if name in set(short["material"])]
    days = short.set_index(["kind", "loss", "material"])["time_to_survive_days"]
    table = pd.DataFrame(
        [[float(days.get((*pair, material), math.nan)) for material in materials] for pair in order],
        index=[loss_words(*pair) for pair in order],
        columns=materials,
    )
    return picture(
        key=f"map-{strategy}",
        title=f"Days until each material runs short in a loss of {months} months: {strategy}",
        units="days that a material lasts from the start that does it most damage; a dot means not short",
        source="losses.csv (time_to_survive_days)",
        alt=f"Map of {len(order)} losses by {len(materials)} materials under {strategy}: {len(short)} pairs run short.",
        height=1.75 + 0.27 * len(table),
        paint=lambda figure: paint_days(figure, table),
        data=short,
    )


def _damage(found: LossMap, strategy: str) -> PageTable:
    currency = found.world.settings.currency
    by_months = {months: worst_losses(found, strategy, months).set_index(["kind", "loss"]) for months in found.months}
    order = [
        pair
        for pair in by_months[shown_months(found)].index
        if any(by_months[m].loc[pair, "damage"] > 0.0 for m in by_months)
    ]
    rows = [
        [
            PageCell(loss_words(*pair)),
            *(
                PageCell(page_money(float(table.loc[pair, "damage"]), currency), note=_mean(table, pair, currency))
                for table in by_months.values()
            ),
        ]
        for pair in order[:MOST]
    ]
    losses = found.losses[found.losses["strategy"] == strategy]
    return PageTable(
        caption=f"Damage of each loss from the worst start: {strategy}",
        headings=["Loss", *(f"{months} months" for months in found.months)],
        rows=rows or [[PageCell("none"), PageCell("no loss does damage", span=len(found.months))]],
        note="Smaller: the mean over the starts.",
        source="losses.csv",
        link=csv_link(losses, f"losses-{strategy}.csv"),
    )


def _mean(table: pd.DataFrame, pair: tuple[str, str], currency: str) -> str:
    return f"mean {page_money(float(table.loc[pair, 'mean_damage']), currency)}"


def _static(found: LossMap) -> PageTable:
    rows = [
        [
            PageCell(row["material"], note=row["strategy"] if len(found.strategies) > 1 else ""),
            PageCell(row["largest"]),
            PageCell(page_share(row["largest_share"])),
            PageCell(page_share(row["left_planned"])),
            PageCell(page_share(row["left_able"])),
            PageCell(
                "not short" if math.isnan(row["time_to_survive_days"]) else page_days(row["time_to_survive_days"])
            ),
            PageCell(page_share(row["met"])),
        ]
        for row in found.static.to_dict("records")
    ]
    return PageTable(
        caption="Supply left without the largest supplier, and what its loss for a year does",
        headings=(
            "Material",
            "Largest",
            "Its share\nof supply",
            "Left\nplanned, of use",
            "Left\nable, of use",
            "Until short\ndays, its loss",
            "Met\nin that year",
        ),
        rows=rows,
        text=(0, 1),
        source="static.csv",
        link=csv_link(found.static, "static.csv"),
    )
