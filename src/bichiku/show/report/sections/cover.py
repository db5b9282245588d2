"""How many days the plan holds, month by month."""

from __future__ import annotations

import math

from bichiku.result.run import Run
from bichiku.show.numbers import NO_NUMBER, page_days
from bichiku.show.report.csv_link import csv_link
from bichiku.show.report.data import ReportData
from bichiku.show.report.elements import Element, Fold, Note, PageCell, PageTable, Section
from bichiku.show.report.figures.cover import cover

HELD, TARGET = "cover_days_at_end", "target_days_at_end"


def section(report: ReportData) -> Section:
    """Days of cover over time against the target."""
    picture = cover(report)
    if picture is None:
        return Section("days-of-cover", "Days of cover", [Note("The plan holds no material that is in demand.")])
    elements: list[Element] = [picture]
    table = _at_end(report)
    elements.append(table if report.single else Fold("Days held at the end of the window, in numbers", [table]))
    return Section("days-of-cover", "Days of cover", elements)


def _at_end(report: ReportData) -> PageTable:
    value = report.metrics.value
    common = [_common_target(report, run) for run in report.runs]
    rows = []
    for material in report.materials:
        cells = []
        for run, target in zip(report.runs, common, strict=True):
            own = value(run.strategy, TARGET, material) if target is None else math.nan
            cells.append(
                PageCell(
                    page_days(value(run.strategy, HELD, material)), "" if math.isnan(own) else f"of {page_days(own)}"
                )
            )
        rows.append([PageCell(material), *cells])
    if any(target is not None for target in common):
        targets = [PageCell("" if target is None else target, shade="total") for target in common]
        rows.append([PageCell("target", shade="total"), *targets])
    chosen = report.comparison["metric"].isin([HELD, TARGET])
    return PageTable(
        caption=f"Days of cover at the end of {report.window[-7:]}",
        headings=["Material", *(run.strategy for run in report.runs)],
        rows=rows,
        style="dense",
        source=f"{'summary.csv' if report.single else 'comparison.csv'} ({HELD}, {TARGET})",
        link=csv_link(report.comparison[chosen], "days-held.csv"),
    )


def _common_target(report: ReportData, run: Run) -> str | None:
    """The target in days if all materials that have one read the same; None where they differ."""
    texts = {page_days(target) for target in report.metrics.by_material(run.strategy, TARGET).values()}
    return texts.pop() if len(texts) == 1 else NO_NUMBER if not texts else None
