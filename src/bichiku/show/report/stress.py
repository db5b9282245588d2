"""The page of a dated crisis."""

from __future__ import annotations

from bichiku.show.numbers import page_days, page_money, page_number
from bichiku.show.report.csv_link import csv_link
from bichiku.show.report.elements import Element, Note, PageCell, PageTable, Section
from bichiku.show.report.figures.stress import gap_filled, stock_curves
from bichiku.show.report.page import page_template
from bichiku.show.stress_words import days_or, gap_words, lasts, steps_of, stored
from bichiku.stressing.dated import DatedStress
from bichiku.stressing.filling import filling
from bichiku.version import __version__

HOW = (
    "Contracts, investments and what is in store are held as the plan has them; operation is decided anew. Who "
    "operates knows what has happened and how likely which length is, and not the future. Physical limits, release "
    "and the reserve floor outside an emergency bind; limits on shares, budgets and risk do not. At the end the store "
    "is bought back to what the plan holds then."
)


def render_stress(found: DatedStress) -> str:
    """One self-contained HTML page; the same stress gives the same text."""
    return page_template().render(
        title=f"{found.world.settings.model}: {found.crisis}",
        tab=f"{found.crisis} from {found.month} – {found.world.settings.model}",
        kicker=f"{lasts(found)} · {stored(found.days)} · money in {found.world.settings.currency}",
        sentences=[_answer(found, strategy) for strategy in found.strategies],
        sections=_sections(found),
        version=__version__,
    )


def _answer(found: DatedStress, strategy: str) -> str:
    harm = found.tables["harm"]
    rows = harm[harm["strategy"] == strategy]
    if rows.empty:
        return f"{strategy}: it touches nothing that is bought, made or used."
    currency = found.world.settings.currency
    total = page_money(float(rows["damage"].sum()), currency)
    short = rows[rows["short_t"] > 0.0].sort_values("time_to_survive_days", kind="stable")
    if short.empty:
        return f"{strategy}: nothing is short; the damage is {total}."
    lasting = ", ".join(
        f"{row['material']} lasts {days_or(row['time_to_survive_days'], 'throughout')}"
        for row in short.to_dict("records")
    )
    return f"{strategy}: {lasting}; the damage is {total}."


def _sections(found: DatedStress) -> list[Section]:
    gaps = [picture for name in found.strategies if (picture := gap_filled(found, name)) is not None]
    told: list[Element] = [_harm_table(found)]
    filled = [
        Note(f"{strategy}, {material}: {gap_words(gap)}.")
        for strategy in found.strategies
        for material in found.tables["harm"].query("strategy == @strategy")["material"]
        if (gap := filling(found, strategy, material)).gap > 0.0
    ]
    return [
        Section("harm", "How long it lasts", told),
        Section("store", "The store", [picture for picture in [stock_curves(found)] if picture is not None]),
        Section("gap", "Who fills the gap", [*filled, *gaps]),
        Section("steps", "What a little more would be worth", _steps(found)),
        Section("how", "How it is worked out", [Note(HOW)]),
    ]


def _harm_table(found: DatedStress) -> PageTable:
    harm, currency = found.tables["harm"], found.world.settings.currency
    rows = [
        [
            PageCell(f"{row['material']}", note=row["strategy"] if len(found.strategies) > 1 else ""),
            PageCell(page_days(row["stock_days"])),
            PageCell(days_or(row["time_to_survive_days"], "not short")),
            PageCell(page_number(row["short_t"])),
            PageCell(page_days(row["short_days"])),
            *(PageCell(page_money(row[part], currency)) for part in PARTS),
            PageCell(page_money(row["damage_foreseen"], currency)),
            PageCell(days_or(row["full_supply_after_days"], "not yet")),
            PageCell(days_or(row["stock_back_after_days"], "bought back")),
        ]
        for row in harm.to_dict("records")
    ]
    return PageTable(
        caption="What the crisis does to each material",
        headings=(
            "Material",
            "In store\ndays",
            "Until short",
            "Short\nt",
            "Short\ndays",
            *PARTS.values(),
            "Damage\nif its length were known",
            "In full again",
            "Store back",
        ),
        rows=rows,
        source="harm.csv",
        link=csv_link(harm, "harm.csv"),
    )


PARTS = {
    "shortage": "Shortage",
    "substitution": "Substitution",
    "dearer_purchases": "Dearer\npurchases",
    "dearer_refill": "Dearer\nrefill",
    "damage": "Damage",
}


def _steps(found: DatedStress) -> list[Element]:
    steps, currency = found.tables["steps"], found.world.settings.currency
    told: list[Element] = [
        Note(f"{strategy}, {material}: {'; '.join(words)}.")
        for strategy in found.strategies
        for material in dict.fromkeys(steps.loc[steps["strategy"] == strategy, "material"])
        if (words := steps_of(found, strategy, material))
    ]
    useful = steps[steps["damage_avoided"] > 0.0]
    if useful.empty:
        return [*told, Note("No step changes anything: the crisis does no damage that more would avoid.")]
    rows = [
        [
            PageCell(f"{row['step']} {row['source']}".strip(), note=f"{row['strategy']}, {row['material']}"),
            PageCell(page_number(row["tonnes"])),
            PageCell(page_money(row["damage_avoided"], currency)),
            PageCell(page_money(row["cost"], currency)),
            PageCell(page_number(row["avoided_per_cost"])),
        ]
        for row in useful.to_dict("records")
    ]
    table = PageTable(
        caption="Steps that avoid damage, each by solving again",
        headings=("Step", "More\nt, or t a year", "Damage avoided", "Cost\nover the horizon", "Avoided\nper cost"),
        rows=rows,
        source="steps.csv",
        link=csv_link(steps, "steps.csv"),
    )
    return [*told, table]
