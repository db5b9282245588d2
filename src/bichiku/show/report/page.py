"""The page: sections in reading order, set by the templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import jinja2
import pandas as pd

from bichiku import __version__
from bichiku.result.saved_run import SavedRun
from bichiku.show.phrases import country
from bichiku.show.report.data import Frontier, ReportData
from bichiku.show.report.elements import Section
from bichiku.show.report.key_findings import key_findings
from bichiku.show.report.sections import (
    assumptions,
    cover,
    crises,
    frontiers,
    policy_prices,
    solving,
    sourcing,
    strategies,
)

SECTIONS = (strategies, sourcing, cover, crises, policy_prices, frontiers, assumptions, solving)
NO_PRICES: Mapping[str, pd.DataFrame] = {}


def render_report(
    runs: Sequence[SavedRun],
    failed: Mapping[str, str],
    baseline: str,
    comparison: pd.DataFrame,
    frontiers: Sequence[Frontier] = (),
    prices: Mapping[str, pd.DataFrame] = NO_PRICES,
) -> str:
    """One self-contained HTML page; the same runs give the same text.

    Args:
        runs: strategies with a solution; tables `summary`, `sourcing`, `reserve`, `crises` and `shares` are used.
        failed: strategies without one, and why.
        baseline: strategy that the others are counted from.
        comparison: see `bichiku.api.compare.table.comparison_table`.
        frontiers: pictures of sweeps.
        prices: prices.csv by strategy.
    """
    report = ReportData(runs, failed, baseline, comparison, frontiers, prices)
    template = _environment().get_template("report.html.j2")
    return template.render(
        title=_title(report),
        kicker=_kicker(report),
        sentences=key_findings(report),
        sections=_sections(report),
        version=__version__,
    )


def _sections(report: ReportData) -> list[Section]:
    made = [module.section(report) for module in (SECTIONS if report.runs else (strategies,))]
    return [section for section in made if section is not None]


def _title(report: ReportData) -> str:
    if not report.runs:
        return "No strategy has a solution"
    return report.world.settings.model


def _kicker(report: ReportData) -> str:
    """What the page is about, in one line below the title."""
    if not report.runs:
        return ""
    what = (
        f"Strategy {report.runs[0].strategy}"
        if report.single
        else f"{len(report.runs) + len(report.failed)} strategies"
    )
    buyer = report.world.settings.buyer
    parts = [what, report.window, f"buyer {country(buyer)}" if buyer else "", f"money in {report.currency}"]
    return " · ".join(part for part in parts if part)


def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("bichiku.show.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
