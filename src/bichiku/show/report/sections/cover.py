"""How many days the plan holds, month by month."""

from __future__ import annotations

import math

from bichiku.result.run import Run
from bichiku.show.report.blocks import Block, Cell, Fold, Note, Section, Table
from bichiku.show.report.case import Case
from bichiku.show.report.csv_link import csv_link
from bichiku.show.report.figures.cover import cover
from bichiku.show.words import NONE, days

HELD, TARGET = "cover_days_at_end", "target_days_at_end"


def section(case: Case) -> Section:
    """Days of cover over time against the target."""
    picture = cover(case)
    if picture is None:
        return Section("days-of-cover", "Days of cover", [Note("The plan holds no material that is in demand.")])
    blocks: list[Block] = [picture]
    table = _at_end(case)
    blocks.append(table if case.single else Fold("Days held at the end of the window, in numbers", [table]))
    return Section("days-of-cover", "Days of cover", blocks)


def _at_end(case: Case) -> Table:
    value = case.metrics.value
    common = [_common_target(case, run) for run in case.runs]
    rows = []
    for material in case.materials:
        cells = []
        for run, target in zip(case.runs, common, strict=True):
            own = value(run.strategy, TARGET, material) if target is None else math.nan
            cells.append(Cell(days(value(run.strategy, HELD, material)), "" if math.isnan(own) else f"of {days(own)}"))
        rows.append([Cell(material), *cells])
    if any(target is not None for target in common):
        targets = [Cell("" if target is None else target, shade="total") for target in common]
        rows.append([Cell("target", shade="total"), *targets])
    chosen = case.comparison["metric"].isin([HELD, TARGET])
    return Table(
        caption=f"Days of cover at the end of {case.window[-7:]}",
        headings=["Material", *(run.strategy for run in case.runs)],
        rows=rows,
        style="dense",
        source=f"{'summary.csv' if case.single else 'comparison.csv'} ({HELD}, {TARGET})",
        link=csv_link(case.comparison[chosen], "days-held.csv"),
    )


def _common_target(case: Case, run: Run) -> str | None:
    """The target in days if all materials that have one read the same; None where they differ."""
    texts = {days(target) for target in case.metrics.by_material(run.strategy, TARGET).values()}
    return texts.pop() if len(texts) == 1 else NONE if not texts else None
