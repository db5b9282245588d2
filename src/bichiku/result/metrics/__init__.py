"""The numbers of summary.csv, one file for each question they answer.

All metrics speak of the reported window (`report_until`); sourcing metrics of its last calendar year.
"""

from __future__ import annotations

from typing import NamedTuple

from bichiku.result.outcome import Outcome


class Metric(NamedTuple):
    """One row of summary.csv; `detail` names the country, crisis or year meant."""

    metric: str
    material: str
    value: float
    unit: str
    detail: str = ""


def last_reported_year(outcome: Outcome) -> int:
    """The last calendar year that the reported window reaches."""
    return int(outcome.world.calendar.years[outcome.world.calendar.reported - 1])
