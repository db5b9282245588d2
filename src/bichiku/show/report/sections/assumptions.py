"""Assumptions and data quality."""

from __future__ import annotations

from bichiku.checking.strategies import SAME_STRATEGY
from bichiku.model.calendar import month_label
from bichiku.model.world import World
from bichiku.result.metrics.basis import BASES
from bichiku.show.numbers import page_share
from bichiku.show.phrases import country, lengths
from bichiku.show.report.data import ReportData
from bichiku.show.report.elements import Element, Fold, Note, PageCell, PageTable, Section, Terms
from bichiku.show.report.figures.quality import quality
from bichiku.show.report.policy_words import effect_words
from bichiku.show.warnings import shown_warnings

KINDS = ("materials", "shortage", "suppliers", "projects", "substitution")


def section(report: ReportData) -> Section:
    """What was taken as given, and how well each number is known."""
    heading = "Assumptions and data quality"
    if report.base is None:
        return Section("assumptions", heading, [Note("No strategy has a solution.")])
    world = report.world
    elements: list[Element] = []
    picture = quality(report, report.base)
    if picture:
        elements.append(picture)
    elements += [_rows_by_basis(world), _settings(world)]
    if world.settings.crises:
        elements.append(Fold("Crises of the model", [_crises(world)]))
    if world.settings.events:
        elements.append(Fold("Events that every plan meets", [_events(world)]))
    # a repeat of a run knows one strategy alone, and its page must be the same
    warnings = list(shown_warnings({run.strategy: run.world for run in report.runs}, [SAME_STRATEGY]).lines)
    if warnings:
        elements.append(Terms([("Warnings about the data", warnings)]))
    return Section("assumptions", heading, elements)


def _rows_by_basis(world: World) -> PageTable:
    counts = {kind: dict.fromkeys(BASES, 0) for kind in KINDS}
    for row in world.rows:
        counts[row.table][row.basis or "not stated"] += 1
    rows = [
        [PageCell(kind), *(PageCell(f"{n:,}") for n in found.values())]
        for kind, found in counts.items()
        if kind != "shortage" or any(found.values())  # few models tell tranches of a shortage apart
    ]
    return PageTable(
        caption="Rows of the input tables by basis",
        headings=["Table", *BASES],
        rows=rows,
        source="inputs/*.csv (basis); what each row rests on stands in its column source",
    )


def _settings(world: World) -> Terms:
    settings, calendar = world.settings, world.calendar
    span = f"{calendar.label(1)} to {month_label(int(calendar.ends[-1]))}, {calendar.periods} periods of one "
    items = [
        ("Horizon solved", [span + settings.resolution]),
        ("Buyer", [country(settings.buyer) if settings.buyer else "none named: every supplier is foreign"]),
        ("Money", [f"{settings.currency}, real; discounted at {page_share(settings.discount_rate)} a year"]),
        ("Probabilities", ["The odds, length and force of crises are settings of the model, not observations."]),
        (
            "What the plan knows",
            [
                "The plan is made before it is known which crisis comes, and in a crisis nobody knows how long it "
                "lasts until it ends. Two crises at once in one chain of materials count as two futures with one each."
            ],
        ),
    ]
    return Terms([item for item in items if item[0] != "Probabilities" or settings.crises])


def _crises(world: World) -> PageTable:
    rows = []
    for name, crisis in world.settings.crises.items():
        odds = page_share(crisis.annual_probability) + " a year" if crisis.annual_probability is not None else "dated"
        rows.append(
            [
                PageCell(name),
                PageCell(odds),
                PageCell(lengths(crisis.duration)),
                PageCell(str(crisis.recovery)),
                PageCell("; ".join(effect_words(effect) for effect in crisis.effects)),
            ]
        )
    return PageTable(
        caption=f"Crises; lengths in periods of one {world.settings.resolution}",
        headings=["Crisis", "Chance", "Duration", "Recovery", "Effects"],
        rows=rows,
        text=(0, 4),
        source="inputs/model.yaml",
    )


def _events(world: World) -> PageTable:
    rows = [
        [
            PageCell(name),
            PageCell(f"{month_label(event.from_)} to {month_label(event.to)}"),
            PageCell("; ".join(effect_words(effect) for effect in event.effects)),
        ]
        for name, event in world.settings.events.items()
    ]
    headings = ["Event", "Months", "Effects"]
    return PageTable("Known disruptions with dates", headings, rows, (0, 1, 2), source="inputs/model.yaml")
