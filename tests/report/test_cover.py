"""The picture of days of cover: a panel in which nothing is held still counts in days."""

from __future__ import annotations

import re

import pandas as pd

from bichiku.result.run import Run
from bichiku.show.report.data import ReportData
from bichiku.show.report.figures.cover import cover
from oracles.by_hand import solve


def _ticks(run: Run) -> list[str]:
    """Labels of the vertical axis, as drawn."""
    picture = cover(ReportData([run], {}, run.strategy, pd.DataFrame()))
    assert picture is not None
    return re.findall(r">(\d+(?:\.\d+)?)</text>", str(picture.svg))


def test_where_nothing_is_held_the_axis_goes_to_one_day() -> None:
    ticks = _ticks(solve(policies={"reserve_days": 0}))
    assert max(float(tick) for tick in ticks if "." in tick) == 1.0
