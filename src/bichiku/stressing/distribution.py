"""How cost, damage and shortage are distributed over draws, and how strategies differ in the same futures."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bichiku.result.columns import Column, Kind, ResultTable, Role
from bichiku.stressing.columns import STRATEGY, UNIT

BEYOND = 1.959963984540054  # standard errors: 95 % of a normal distribution lie within
ALL_YEARS = "all"

_MEAN = (
    Column("mean", Kind.NUMBER, "see `unit`", "mean over the draws"),
    Column("low", Kind.NUMBER, "see `unit`", "the mean's confidence interval of 95 % begins here"),
    Column("high", Kind.NUMBER, "see `unit`", "and ends here"),
)

DRAWS = ResultTable(
    "draws",
    "One row for each draw and strategy. Damage is of the episodes that begin in the reported window, with what meets "
    "them later; cost is of the whole horizon.",
    (
        STRATEGY,
        Column("draw", Kind.COUNT, "", "its number; strategies with the same number meet the same future"),
        Column("crises", Kind.COUNT, "", "how many begin in the reported window"),
        Column("cost", Kind.NUMBER, "see `unit`", "discounted, of plan and crises, over the horizon"),
        Column("cost_foreseen", Kind.NUMBER, "see `unit`", "the same if each episode were known when it begins"),
        Column("damage", Kind.NUMBER, "see `unit`", "discounted"),
        Column("damage_without_noise", Kind.NUMBER, "see `unit`", "at the model's own demand and prices"),
        Column(
            "damage_apart", Kind.NUMBER, "see `unit`", "at these, of the crises that begin in the window, each alone"
        ),
        Column(
            "damage_at_model_onsets",
            Kind.NUMBER,
            "see `unit`",
            "at these, of the crises whose onset in the model lies in the window, each alone and when the model says",
        ),
        Column("shortage", Kind.NUMBER, "see `unit`", "of the damage, lost output"),
        Column("short_days", Kind.NUMBER, "days", "of the material that is short for most"),
        Column("short_material", Kind.TEXT, "", "that material; empty where none is short"),
        UNIT,
    ),
    key=("strategy", "draw"),
)

DISTRIBUTION = ResultTable(
    "distribution",
    "How cost, damage and shortage are distributed over the draws.",
    (
        STRATEGY,
        Column(
            "year", Kind.TEXT, "", "in which an episode begins; `all` for the reported window, or of cost the horizon"
        ),
        Column("measure", Kind.TEXT, "", "`cost`, `damage`, `shortage` or `short_days`", role=Role.GROUP),
        *_MEAN,
        Column("p05", Kind.NUMBER, "see `unit`", "one draw in twenty has less"),
        Column("p50", Kind.NUMBER, "see `unit`", "half have less"),
        Column("p95", Kind.NUMBER, "see `unit`", "one in twenty has more"),
        Column("some", Kind.NUMBER, "0 to 1", "share of the draws in which it is more than nothing"),
        UNIT,
    ),
    key=("strategy", "year", "measure"),
)

PAIRED = ResultTable(
    "paired",
    "Each strategy against the first, in the same futures.",
    (
        STRATEGY,
        Column("against", Kind.TEXT, "", "the first strategy"),
        Column("measure", Kind.TEXT, "", "`cost` or `damage`", role=Role.GROUP),
        *_MEAN,
        Column("less_in", Kind.NUMBER, "0 to 1", "share of the draws in which it has less"),
        UNIT,
    ),
    key=("strategy", "measure"),
)


def distribution_table(draws: pd.DataFrame, by_year: pd.DataFrame) -> pd.DataFrame:
    """The distribution of each measure.

    Args:
        draws: the table `DRAWS`.
        by_year: damage and shortage by strategy, draw and year in which an episode begins; a row for each.
    """
    rows: list[dict[str, object]] = []
    for strategy, mine in draws.groupby("strategy", sort=False):
        unit = str(mine["unit"].iloc[0])
        for measure, of in (("cost", unit), ("damage", unit), ("shortage", unit), ("short_days", "days")):
            rows.append(_spread(str(strategy), ALL_YEARS, measure, mine[measure].to_numpy(dtype=float), of))
        for year, of_year in by_year[by_year["strategy"] == strategy].groupby("year", sort=True):
            rows += [
                _spread(str(strategy), str(year), measure, of_year[measure].to_numpy(dtype=float), unit)
                for measure in ("damage", "shortage")
            ]
    return DISTRIBUTION.from_rows(rows)


def _spread(strategy: str, year: str, measure: str, values: np.ndarray, unit: str) -> dict[str, object]:
    p05, p50, p95 = np.quantile(values, (0.05, 0.5, 0.95))
    return {
        "strategy": strategy,
        "year": year,
        "measure": measure,
        **mean_of(values),
        "p05": p05,
        "p50": p50,
        "p95": p95,
        "some": float((values > 0.0).mean()),
        "unit": unit,
    }


def mean_of(values: np.ndarray) -> dict[str, float]:
    """Mean and its confidence interval, by the normal approximation."""
    mean = float(values.mean())
    error = BEYOND * float(values.std(ddof=1)) / len(values) ** 0.5 if len(values) > 1 else np.inf
    return {"mean": mean, "low": mean - error, "high": mean + error}


def paired_table(draws: pd.DataFrame) -> pd.DataFrame:
    """Each strategy against the first."""
    first, *others = list(dict.fromkeys(draws["strategy"]))
    rows = []
    for strategy in others:
        for measure in ("cost", "damage"):
            pair = draws.pivot_table(index="draw", columns="strategy", values=measure)
            difference = (pair[strategy] - pair[first]).to_numpy()
            rows.append(
                {
                    "strategy": strategy,
                    "against": first,
                    "measure": measure,
                    **mean_of(difference),
                    "less_in": float((difference < 0.0).mean()),
                    "unit": str(draws["unit"].iloc[0]),
                }
            )
    return PAIRED.from_rows(rows)
