"""What a plan promised against what draws show, and where the difference comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from bichiku.model.rounding import difference
from bichiku.result.columns import Column, Kind, ResultTable, Role
from bichiku.result.metrics.crises import TAIL_LEVEL, conditional_value_at_risk
from bichiku.stressing.columns import STRATEGY, UNIT
from bichiku.stressing.distribution import ALL_YEARS, mean_of

RESAMPLES = 1000  # of the draws, for the confidence of a CVaR

PROMISE = ResultTable(
    "promise",
    "What `crises.csv` of each run promised, against the draws.",
    (
        STRATEGY,
        Column(
            "measure", Kind.TEXT, "", "`expected` damage of the reported window, or `cvar` of a year", role=Role.GROUP
        ),
        Column("year", Kind.TEXT, "", "year of onset; `all` for the reported window"),
        Column("promised", Kind.NUMBER, "see `unit`", "by the model"),
        Column("drawn", Kind.NUMBER, "see `unit`", "by the draws"),
        Column("low", Kind.NUMBER, "see `unit`", "its confidence interval of 95 % begins here"),
        Column("high", Kind.NUMBER, "see `unit`", "and ends here"),
        Column("within", Kind.TEXT, "", "`yes` where the promise lies within it", role=Role.NOTE),
        Column(
            "from_sampling",
            Kind.NUMBER,
            "see `unit`",
            "of the difference: other crises and lengths drawn than expected; of expected damage alone",
            optional=True,
        ),
        Column("from_onsets", Kind.NUMBER, "see `unit`", "begun in other periods than the model says", optional=True),
        Column("from_meeting", Kind.NUMBER, "see `unit`", "begun before others were over", optional=True),
        Column("from_noise", Kind.NUMBER, "see `unit`", "at other demand and prices than the model's", optional=True),
        UNIT,
    ),
    key=("strategy", "measure", "year"),
)

_STEPS = ("damage", "damage_without_noise", "damage_apart", "damage_at_model_onsets")  # of each draw


def promise_table(
    draws: pd.DataFrame, by_year: pd.DataFrame, crises: Mapping[str, pd.DataFrame], reported: int, seed: int
) -> pd.DataFrame:
    """Promise against draws.

    Args:
        draws: the table `DRAWS`.
        by_year: as in `distribution_table`.
        crises: crises.csv of each run, by strategy.
        reported: last period of the reported window.
        seed: of the resampling that the confidence of a CVaR comes from.
    """
    rows = [
        row
        for strategy, of_run in crises.items()
        for row in _promises(strategy, draws, by_year, of_run, reported, seed)
    ]
    return PROMISE.from_rows(rows)


def _promises(
    strategy: str,
    draws: pd.DataFrame,
    by_year: pd.DataFrame,
    crises: pd.DataFrame,
    reported: int,
    seed: int,
) -> Iterator[dict[str, object]]:
    mine = draws[draws["strategy"] == strategy]
    unit = str(mine["unit"].iloc[0])
    futures = crises[crises["onset"] <= reported].groupby(
        ["crisis", "onset", "month", "length"], as_index=False, sort=True
    )
    promised = futures.agg(damage=("damage", "sum"), probability=("probability", "first"))
    expected = float(promised["damage"] @ promised["probability"])
    found = mean_of(mine["damage"].to_numpy(dtype=float))
    means = {name: float(mine[name].mean()) for name in _STEPS}
    yield {
        "strategy": strategy,
        "measure": "expected",
        "year": ALL_YEARS,
        "promised": expected,
        "drawn": found["mean"],
        "low": found["low"],
        "high": found["high"],
        "within": _within(expected, found["low"], found["high"]),
        "from_sampling": difference(means["damage_at_model_onsets"], expected),
        "from_onsets": difference(means["damage_apart"], means["damage_at_model_onsets"]),
        "from_meeting": difference(means["damage_without_noise"], means["damage_apart"]),
        "from_noise": difference(means["damage"], means["damage_without_noise"]),
        "unit": unit,
    }
    for year, of_year in by_year[by_year["strategy"] == strategy].groupby("year", sort=True):
        begun = promised[promised["month"].str[:4].astype(int) == year]
        cvar = conditional_value_at_risk(begun["damage"].to_numpy(), begun["probability"].to_numpy(), TAIL_LEVEL)
        values = of_year["damage"].to_numpy(dtype=float)
        low, high = tail_interval(values, seed)
        yield {
            "strategy": strategy,
            "measure": "cvar",
            "year": str(year),
            "promised": cvar,
            "drawn": tail_mean(values),
            "low": low,
            "high": high,
            "within": _within(cvar, low, high),
            "from_sampling": np.nan,
            "from_onsets": np.nan,
            "from_meeting": np.nan,
            "from_noise": np.nan,
            "unit": unit,
        }


def _within(value: float, low: float, high: float) -> str:
    slack = 1e-9 * max(abs(value), abs(low), abs(high))
    return "yes" if low - slack <= value <= high + slack else "no"


def tail_mean(values: np.ndarray) -> float:
    """The CVaR of equally likely values at `TAIL_LEVEL`: the mean of the worst tenth."""
    return float(_tails(values[np.newaxis])[0])


def tail_interval(values: np.ndarray, seed: int) -> tuple[float, float]:
    """The middle 95 % of the tail's mean over resamples of the values (percentile bootstrap, Efron 1979)."""
    generator = np.random.default_rng([seed, len(values)])
    chosen = generator.integers(len(values), size=(RESAMPLES, len(values)))
    low, high = np.quantile(_tails(values[chosen]), (0.025, 0.975))
    return float(low), float(high)


def _tails(values: np.ndarray) -> np.ndarray:
    """The mean of the worst tenth of each row, the last value of which may count in part."""
    wanted = round((1.0 - TAIL_LEVEL) * values.shape[1], 9)
    counted = np.clip(wanted - np.arange(values.shape[1]), 0.0, 1.0)
    found: np.ndarray = -np.sort(-values, axis=1) @ counted / wanted
    return found
