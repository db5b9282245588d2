"""Metrics looked up by name."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from bichiku.show.metric_values import Least, MetricValues


def values(**metrics: dict[str, float]) -> Any:
    rows = [
        {"strategy": "s", "metric": metric, "material": material, "value": value, "unit": "days", "detail": ""}
        for metric, of in metrics.items()
        for material, value in of.items()
    ]
    return MetricValues(pd.DataFrame(rows))


def test_of_several_with_the_smallest_value_the_worst_is_named_and_the_others_counted() -> None:
    found = values(first={"a": 0, "b": 0, "c": 3, "d": 0}, short={"a": 5, "b": 90, "c": 400})
    assert found.least("s", "first", "short") == Least("b", 0, 2)
    assert found.least("s", "first", "short").words == "b and 2 more"
    assert found.least("s", "first") == Least("a", 0, 2)


def test_where_no_material_has_a_metric_none_is_named() -> None:
    found = values(first={"a": math.nan}).least("s", "first")
    assert (found.material, found.others, found.words) == ("", 0, "")
    assert found.value == pytest.approx(math.nan, nan_ok=True)
