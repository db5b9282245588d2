"""The page of a doubt: the answer, regret by strategy, where the order turns and what moves the choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from bichiku.show.doubt_words import answer_words, counted_words, number_words
from bichiku.show.numbers import Scale, page_number, percent
from bichiku.show.report.csv_link import csv_link
from bichiku.show.report.elements import Element, Note, PageCell, PageTable, Picture, Section
from bichiku.show.report.figures.doubt import regret_picture, tornado_picture
from bichiku.show.report.page import page_template
from bichiku.version import __version__

TITLE = "what turns the choice"


def doubt_pictures(tables: Mapping[str, pd.DataFrame], counted: Sequence[str]) -> list[Picture]:
    """The pictures, the tornado first.

    Args:
        tables: those of a doubt, by name.
        counted: the worlds that regret is counted over.
    """
    worlds = tables["worlds"]
    inside = worlds[worlds["world"].isin(set(counted))].dropna(subset="regret")
    by_strategy = {str(name): frame["regret"].to_numpy() for name, frame in inside.groupby("strategy", sort=False)}
    return [tornado_picture(tables["tornado"]), regret_picture(tables["regret"], by_strategy)]


def render_doubt(
    model: str, kicker: str, tables: Mapping[str, pd.DataFrame], currency: str, pictures: Sequence[Picture]
) -> str:
    """One self-contained HTML page.

    Args:
        model: the model's title.
        kicker: what the page is about, in one line.
        tables: those of a doubt, by name.
        currency: the money.
        pictures: see `doubt_pictures`.
    """
    tornado, regret = pictures
    sections = [
        Section("regret-by-strategy", "Which strategy is best where", [_regret(tables, currency), regret]),
        Section("turns", "Where the order turns", _turns(tables["switching"])),
        Section("moves", "What moves the choice", [tornado, _moves(tables["tornado"], currency)]),
    ]
    return page_template().render(
        title=f"{model}: {TITLE}",
        tab=f"{TITLE.capitalize()} – {model}",
        kicker=kicker,
        sentences=answer_words(tables, currency),
        sections=sections,
        version=__version__,
    )


def _regret(tables: Mapping[str, pd.DataFrame], currency: str) -> Element:
    regret = tables["regret"]
    cost, lost = (Scale(float(regret[name].abs().max()), currency) for name in ("cost_base", "worst_regret"))
    rows = []
    for row in regret.to_dict("records"):
        yardstick = row["candidate"] != "yes"
        rows.append(
            [
                PageCell(row["strategy"], "yardstick" if yardstick else ""),
                PageCell(cost(row["cost_base"])),
                PageCell("·" if yardstick else percent(row["best_share"])),
                *(PageCell(lost(row[name])) for name in ("mean_regret", "p90_regret")),
                PageCell(lost(row["worst_regret"]), row["worst_world"]),
                PageCell(str(row["gave_way"] or "·")),
                PageCell(str(row["no_plan"] or "·")),
            ]
        )
    return PageTable(
        caption=f"Cost over the horizon, and regret over {counted_words(int(regret['worlds'].iloc[0]), tables)}",
        headings=[
            "Strategy",
            f"Cost in the model\n{cost.unit}",
            "Best in\nof the worlds",
            f"Mean regret\n{lost.unit}",
            f"Exceeded in a tenth\n{lost.unit}",
            f"Worst regret\n{lost.unit}",
            "Plan gave way\nworlds",
            "No solution\nworlds",
        ],
        rows=rows,
        note="Regret is the cost over that of the best candidate in the same world. A yardstick is no candidate, so "
        "its regret may be below zero. A plan gave way where a contract, a build or the stock could not be kept as it "
        "was chosen; worlds.csv says which.",
        source="regret.csv",
        link=csv_link(regret, "regret.csv"),
    )


def _turns(turns: pd.DataFrame) -> list[Element]:
    if turns.empty:
        return [Note("No number or group turns the order by itself anywhere in its range.")]
    rows = [
        [
            PageCell(number_words(row["group"])),
            PageCell(str(row["sentence"]) or f"{row['other']} costs less at the {row['end']} end"),
            PageCell(page_number(row["value"])),
            PageCell(page_number(row["base"])),
            PageCell(f"{page_number(row['low'])} to {page_number(row['high'])}"),
            PageCell(row["basis"]),
        ]
        for row in turns.to_dict("records")
    ]
    table = PageTable(
        caption="Values at which another strategy becomes cheaper, one number or group moving by itself",
        headings=["Number or group", "What turns", "Value", "In the model", "Range", "Basis"],
        rows=rows,
        text=(0, 1, 5),
        note="Both sides of each value are solved. Only the ends of a range are looked at first, so an order that "
        "turns twice between base and end is not found.",
        source="switching.csv",
        link=csv_link(turns, "switching.csv"),
    )
    return [table]


def _moves(tornado: pd.DataFrame, currency: str) -> Element:
    best, second = tornado["best"].iloc[0], tornado["second"].iloc[0]
    money = Scale(float(tornado[["at_low", "at_base", "at_high"]].abs().max().max()), currency)
    rows = [
        [
            PageCell(row["group"]),
            *(PageCell(money(row[name])) for name in ("at_low", "at_base", "at_high", "swing")),
            PageCell(row["basis"]),
        ]
        for row in tornado.to_dict("records")
    ]
    return PageTable(
        caption=f"Cost of {second} less that of {best}, {money.unit}",
        headings=["Number or group", "At its low end", "In the model", "At its high end", "Swing", "Basis"],
        rows=rows,
        text=(0, 5),
        style="dense",
        note=f"Below zero {second} costs less.",
        source="tornado.csv",
        link=csv_link(tornado, "tornado.csv"),
    )
