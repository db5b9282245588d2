"""summary.csv: the numbers that answer cost, sourcing, days held and crises."""

from __future__ import annotations

import pandas as pd

from bichiku.result.metrics import Metric
from bichiku.result.metrics.basis import basis_metrics
from bichiku.result.metrics.costs import cost_metrics
from bichiku.result.metrics.crises import crisis_metrics
from bichiku.result.metrics.reserve import reserve_metrics
from bichiku.result.metrics.sourcing import sourcing_metrics
from bichiku.result.outcome import Outcome


def summary_table(outcome: Outcome, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """One row for each metric and material (or ``all``); `detail` names the country, crisis or year meant."""
    metrics = [
        *cost_metrics(outcome),
        *sourcing_metrics(outcome, tables),
        *reserve_metrics(outcome, tables["reserve"]),
        *crisis_metrics(outcome, tables["crises"]),
        *basis_metrics(outcome, tables["sourcing"]),
    ]
    return pd.DataFrame(metrics, columns=list(Metric._fields))
