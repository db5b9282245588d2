"""The page: sections in reading order, set by the templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import jinja2
import pandas as pd

from bichiku.result.run import Run
from bichiku.show.phrases import country, listed
from bichiku.show.report.data import Frontier, ReportData
from bichiku.show.report.elements import Section
from bichiku.show.report.key_findings import key_findings
from bichiku.show.report.sections import (
    assumptions,
    cover,
    crises,
    frontiers,
    policy_prices,
    projects,
    solving,
    sourcing,
    split,
    strategies,
)
from bichiku.version import __version__

TAB = 4  # names of strategies in the title of a page
SECTIONS = (strategies, projects, sourcing, cover, split, crises, policy_prices, frontiers, assumptions, solving)


def render_report(
    runs: Sequence[Run],
    failed: Mapping[str, str],
    baseline: str,
    comparison: pd.DataFrame,
    frontiers: Sequence[Frontier] = (),
) -> str:
    """One self-contained HTML page; the same runs give the same text, but for the day on which they were written.

    Args:
        runs: strategies with a solution; tables `summary`, `sourcing`, `projects`, `reserve`, `crises` and `shares`
            are used, and `prices` where a run has it.
        failed: strategies without one, and why.
        baseline: strategy that the others are counted from.
        comparison: see `bichiku.api.compare.table.comparison_table`.
        frontiers: pictures of sweeps.
    """
    report = ReportData(runs, failed, baseline, comparison, frontiers)
    return page_template().render(
        title=_title(report),
        tab=_tab(report),
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


def _tab(report: ReportData) -> str:
    """The page's name among others that are open: first what tells it from them."""
    names = [*(run.strategy for run in report.runs), *report.failed]
    return f"{listed(names, TAB)} – {_title(report)}"


def _solved_on(report: ReportData) -> str:
    """The days on which the runs were written; nothing for runs that are not."""
    days = sorted({run.manifest["times"]["written"][:10] for run in report.runs if "times" in run.manifest})
    return f"solved {' to '.join(dict.fromkeys([days[0], days[-1]]))}" if days else ""


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
    parts = [
        what,
        report.window,
        f"buyer {country(buyer)}" if buyer else "",
        f"money in {report.currency}",
        _solved_on(report),
    ]
    return " · ".join(part for part in parts if part)


def page_template() -> jinja2.Template:
    """The template of a page: a title, the answer in sentences, and sections."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("bichiku.show.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("report.html.j2")
