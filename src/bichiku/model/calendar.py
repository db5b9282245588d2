"""Periods, months and years: the model's time axis."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

Resolution = Literal["month", "quarter", "year"]

PERIODS_PER_YEAR: dict[Resolution, int] = {"month": 12, "quarter": 4, "year": 1}
DAYS_PER_YEAR = 365.0


def month_index(text: str) -> int:
    """Months since year 0 of a text like ``2026-01``.

    Raises:
        ValueError: the text is not a month.
    """
    found = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", text)
    if found is None:
        raise ValueError(f"{text!r:.60} is not a month such as 2026-01")
    return int(found[1]) * 12 + int(found[2]) - 1


def month_label(index: int) -> str:
    """The inverse of `month_index`."""
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


@dataclass(frozen=True)
class Calendar:
    """Periods 1..`periods` of equal length; period t is element t - 1 of every array here.

    Attributes:
        first_month: index (see `month_index`) of the month in which period 1 begins.
        periods: number of periods solved.
        resolution: length of a period.
        reported: number of leading periods that summaries speak of.
    """

    first_month: int
    periods: int
    resolution: Resolution
    reported: int

    @property
    def periods_per_year(self) -> int:
        return PERIODS_PER_YEAR[self.resolution]

    @property
    def months_per_period(self) -> int:
        return 12 // self.periods_per_year

    @property
    def days(self) -> float:
        """Days in a period (365 days a year, whatever the month)."""
        return DAYS_PER_YEAR / self.periods_per_year

    @property
    def year_share(self) -> float:
        """Share of a year that a period makes up."""
        return self.days / DAYS_PER_YEAR

    @cached_property
    def begins(self) -> np.ndarray:
        """Month index in which each period begins; shape (periods,)."""
        return self.first_month + self.months_per_period * np.arange(self.periods)

    @cached_property
    def ends(self) -> np.ndarray:
        """Month index in which each period ends; shape (periods,)."""
        return self.begins + self.months_per_period - 1

    @cached_property
    def years(self) -> np.ndarray:
        """Calendar year in which each period begins; shape (periods,)."""
        return self.begins // 12

    @cached_property
    def month_years(self) -> np.ndarray:
        """Calendar year of each month of each period; shape (periods, months per period)."""
        return (self.begins[:, np.newaxis] + np.arange(self.months_per_period)) // 12

    def share_covered(self, year: int) -> float:
        """Share of a calendar year that the periods which begin in it make up."""
        return float((self.years == year).sum()) * self.year_share

    def label(self, period: int) -> str:
        """Name of a period: the month in which it begins, such as ``2026-01``."""
        return month_label(int(self.begins[period - 1]))

    @property
    def last_reported_year(self) -> int:
        """The last calendar year that the reported window reaches."""
        return int(self.years[self.reported - 1])

    @property
    def last_reported_month(self) -> str:
        """The month in which the reported window ends, such as ``2030-12``."""
        return month_label(int(self.ends[self.reported - 1]))

    @property
    def window_label(self) -> str:
        """First and last month of the reported window, such as ``2026-01 to 2030-12``."""
        return f"{self.label(1)} to {self.last_reported_month}"

    @property
    def last_year_label(self) -> str:
        """First and last month of the last twelve months of the reported window; of all of a shorter one."""
        return f"{self.label(max(self.reported - self.periods_per_year, 0) + 1)} to {self.last_reported_month}"

    def discount(self, rate: float) -> np.ndarray:
        """Factors ``(1 + rate)^-((t - 1) / periods_per_year)`` for t = 1..periods + 1.

        The last one belongs to the end of the last period, where stocks are valued.
        """
        return (1.0 + rate) ** -(np.arange(self.periods + 1) / self.periods_per_year)
