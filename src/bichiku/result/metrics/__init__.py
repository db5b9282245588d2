"""The numbers of summary.csv, one file for each question they answer.

All metrics speak of the reported window (`report_until`); sourcing metrics of its last calendar year.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from bichiku.program import ALL
from bichiku.result.columns import Column, Kind, ResultTable, Role
from bichiku.result.metrics import basis, costs, crises, payers, reserve, sourcing, split
from bichiku.result.metrics.metric import Metric, Reading, Results, Shown
from bichiku.result.outcome import Outcome

SUMMARY = ResultTable(
    "summary",
    "One row for each metric and material, or `all` together.",
    (
        Column("metric", Kind.TEXT, "", "see below", role=Role.GROUP),
        Column("material", Kind.TEXT, "", "a material, or `all`", role=Role.GROUP),
        Column("value", Kind.NUMBER, "see `unit`", "the number", optional=True),
        Column("unit", Kind.TEXT, "", "its unit", role=Role.GROUP),
        Column("detail", Kind.TEXT, "", "the country, crisis, month or year meant; may be empty", role=Role.NOTE),
    ),
    key=("metric", "material", "detail"),
)

GROUPS = (
    *costs.GROUPS,
    *payers.GROUPS,
    *sourcing.GROUPS,
    *reserve.GROUPS,
    *split.GROUPS,
    *crises.GROUPS,
    *basis.GROUPS,
)
"""All metrics in order. The rows of a group go by material, all of a material's together."""

METRICS: dict[str, Metric] = {metric.name: metric for group in GROUPS for metric in group}
"""Every metric by name."""

READ = ("sourcing", "reserve", "crises", "shares")
"""The tables that metrics are worked out from."""


def shown_in(place: Shown) -> tuple[Metric, ...]:
    """The metrics that a place shows, in order."""
    return tuple(metric for metric in METRICS.values() if place in metric.shown)


def summary_table(
    outcome: Outcome, tables: Mapping[str, pd.DataFrame], metrics: Collection[str] = METRICS
) -> pd.DataFrame:
    """summary.csv of a solved strategy.

    Args:
        outcome: the solved strategy.
        tables: its tables by name, those of `READ` at least, and `split` of a run that is split.
        metrics: names of those that are worked out.
    """
    results, currency = Results(outcome, tables), outcome.world.settings.currency
    rows = []
    for group in GROUPS:
        for material in [ALL, *outcome.world.materials]:
            for metric in group:
                asked = metric.name in metrics and material in metric.scope
                if asked and (found := metric.compute(results, material)) is not None:
                    unit = metric.unit_in(currency)
                    for value, detail in [found] if isinstance(found, Reading) else found:
                        row = {"metric": metric.name, "material": material, "value": value}
                        rows.append({**row, "unit": unit, "detail": detail})
    return SUMMARY.from_rows(rows)
