"""The page: sections in reading order, set by the templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import jinja2
import pandas as pd

from bichiku import __version__
from bichiku.result.run import Run
from bichiku.show.report.answer import answer
from bichiku.show.report.blocks import Section
from bichiku.show.report.case import Case, Frontier
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
from bichiku.show.words import country

SECTIONS = (strategies, sourcing, cover, crises, policy_prices, frontiers, assumptions, solving)
NO_PRICES: Mapping[str, pd.DataFrame] = {}


def render_report(
    runs: Sequence[Run],
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
    case = Case(runs, failed, baseline, comparison, frontiers, prices)
    template = _environment().get_template("report.html.j2")
    return template.render(
        title=_title(case),
        kicker=_kicker(case),
        sentences=answer(case),
        sections=_sections(case),
        version=__version__,
    )


def _sections(case: Case) -> list[Section]:
    made = [module.section(case) for module in (SECTIONS if case.runs else (strategies,))]
    return [section for section in made if section is not None]


def _title(case: Case) -> str:
    if not case.runs:
        return "No strategy has a solution"
    return case.world.settings.model


def _kicker(case: Case) -> str:
    """What the page is about, in one line below the title."""
    if not case.runs:
        return ""
    what = f"Strategy {case.runs[0].strategy}" if case.single else f"{len(case.runs) + len(case.failed)} strategies"
    buyer = case.world.settings.buyer
    parts = [what, case.window, f"buyer {country(buyer)}" if buyer else "", f"money in {case.currency}"]
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
