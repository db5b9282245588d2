"""Assumptions and data quality."""

from __future__ import annotations

from bichiku.check.telling import telling
from bichiku.model.calendar import month_label
from bichiku.model.world import World
from bichiku.result.metrics.basis import BASES
from bichiku.show.numbers import page_share
from bichiku.show.phrases import country
from bichiku.show.report.blocks import Block, Cell, Fold, Note, Section, Table, Terms
from bichiku.show.report.case import Case
from bichiku.show.report.figures.quality import quality
from bichiku.show.report.policy_words import effect_words

KINDS = ("materials", "suppliers", "projects", "substitution")


def section(case: Case) -> Section:
    """What was taken as given, and how well each number is known."""
    heading = "Assumptions and data quality"
    if case.base is None:
        return Section("assumptions", heading, [Note("No strategy has a solution.")])
    world = case.world
    blocks: list[Block] = []
    picture = quality(case, case.base)
    if picture:
        blocks.append(picture)
    blocks += [_rows_by_basis(world), _settings(world)]
    if world.settings.crises:
        blocks.append(Fold("Crises of the model", [_crises(world)]))
    if world.settings.events:
        blocks.append(Fold("Events that every plan meets", [_events(world)]))
    warnings = list(telling({run.strategy: run.world for run in case.runs}).lines)
    if warnings:
        blocks.append(Terms([("Warnings about the data", warnings)]))
    return Section("assumptions", heading, blocks)


def _rows_by_basis(world: World) -> Table:
    counts = {kind: dict.fromkeys(BASES, 0) for kind in KINDS}
    for row in world.rows:
        counts[row.table][row.basis or "not stated"] += 1
    rows = [[Cell(kind), *(Cell(f"{n:,}") for n in found.values())] for kind, found in counts.items()]
    return Table(
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
                "The plan is made before it is known which crisis comes; after an onset the rest of that crisis is "
                "foreseen. No two crises overlap."
            ],
        ),
    ]
    return Terms([item for item in items if item[0] != "Probabilities" or settings.crises])


def _crises(world: World) -> Table:
    rows = []
    for name, crisis in world.settings.crises.items():
        odds = page_share(crisis.annual_probability) + " a year" if crisis.annual_probability is not None else "dated"
        rows.append(
            [
                Cell(name),
                Cell(odds),
                Cell(str(crisis.duration)),
                Cell(str(crisis.recovery)),
                Cell("; ".join(effect_words(effect) for effect in crisis.effects)),
            ]
        )
    return Table(
        caption=f"Crises; lengths in periods of one {world.settings.resolution}",
        headings=["Crisis", "Chance", "Duration", "Recovery", "Effects"],
        rows=rows,
        text=(0, 4),
        source="inputs/model.yaml",
    )


def _events(world: World) -> Table:
    rows = [
        [
            Cell(name),
            Cell(f"{month_label(event.from_)} to {month_label(event.to)}"),
            Cell("; ".join(effect_words(effect) for effect in event.effects)),
        ]
        for name, event in world.settings.events.items()
    ]
    headings = ["Event", "Months", "Effects"]
    return Table("Known disruptions with dates", headings, rows, (0, 1, 2), source="inputs/model.yaml")
