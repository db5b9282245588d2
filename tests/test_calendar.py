"""Periods, months, years and discounting."""

from __future__ import annotations

import pytest

from bichiku.model.calendar import Calendar, Resolution, month_index, month_label


def _calendar(start: str, periods: int, resolution: Resolution) -> Calendar:
    return Calendar(month_index(start), periods, resolution, periods)


def test_months_are_counted_from_year_zero() -> None:
    assert month_index("0000-01") == 0
    assert month_index("2026-03") == 2026 * 12 + 2
    assert month_label(month_index("2026-12") + 1) == "2027-01"


@pytest.mark.parametrize("text", ["2026", "2026-0", "2026-00", "2026-13", "26-01", "2026-1", "2026/01", "٢٠٢٦-01"])
def test_what_is_not_a_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a month such as 2026-01"):
        month_index(text)


@pytest.mark.parametrize(("resolution", "days"), [("month", 365 / 12), ("quarter", 91.25), ("year", 365.0)])
def test_a_year_has_365_days_whatever_the_period(resolution: Resolution, days: float) -> None:
    assert _calendar("2028-01", 1, resolution).days == days  # 2028 is a leap year


def test_periods_begin_and_end_with_whole_months() -> None:
    quarters = _calendar("2026-11", 2, "quarter")
    assert [month_label(int(month)) for month in quarters.begins] == ["2026-11", "2027-02"]
    assert [month_label(int(month)) for month in quarters.ends] == ["2027-01", "2027-04"]


def test_the_reported_window_ends_with_its_last_period() -> None:
    quarters = Calendar(month_index("2026-11"), 3, "quarter", reported=2)
    assert quarters.last_reported_year == 2027
    assert quarters.last_reported_month == "2027-04"
    assert quarters.window_label == "2026-11 to 2027-04"


def test_a_period_counts_for_the_year_in_which_it_begins() -> None:
    assert _calendar("2026-11", 3, "quarter").years.tolist() == [2026, 2027, 2027]
    assert _calendar("2026-11", 3, "month").years.tolist() == [2026, 2026, 2027]
    assert _calendar("2026-04", 2, "year").years.tolist() == [2026, 2027]


def test_a_period_is_called_by_its_first_month() -> None:
    calendar = _calendar("2026-11", 3, "quarter")
    assert [calendar.label(t) for t in (1, 2, 3)] == ["2026-11", "2027-02", "2027-05"]


def test_discount_factors_fall_by_the_yearly_rate_in_a_year() -> None:
    # 1.21 a year is 1.1 in half a year; four periods of quarters and the end of the last one
    factors = _calendar("2026-01", 4, "quarter").discount(0.21)
    assert factors.tolist() == pytest.approx([1, 1.1**-0.5, 1 / 1.1, 1.1**-1.5, 1 / 1.21])


def test_without_a_rate_money_keeps_its_worth() -> None:
    assert _calendar("2026-01", 3, "month").discount(0.0).tolist() == [1, 1, 1, 1]
