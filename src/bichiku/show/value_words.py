"""What planning is worth, in the words that the screen and the page share."""

from __future__ import annotations

import math

import pandas as pd

from bichiku.show.numbers import money
from bichiku.stressing.value import FORESIGHT, MEAN, RULE, PlanningValue


def plans_of(found: PlanningValue, strategy: str) -> pd.DataFrame:
    """The rows of value.csv of one strategy, by plan."""
    value = found.tables["value"]
    return value[value["strategy"] == strategy].set_index("plan")


def plan_words(found: PlanningValue, plan: str) -> str:
    """A plan as people name it."""
    return f"{plan}, {found.days:g} days" if plan == RULE else plan


def perfect_information(found: PlanningValue, strategy: str) -> float:
    """EVPI, in money."""
    return -float(plans_of(found, strategy).loc[FORESIGHT, "over_the_model"])


def stochastic_solution(found: PlanningValue, strategy: str) -> float:
    """VSS, in money; not a number where nobody can keep to the plan for the mean."""
    return float(plans_of(found, strategy).loc[MEAN, "over_the_model"])


def two_values(found: PlanningValue, strategy: str) -> str:
    """EVPI and VSS, without a full stop."""
    currency = found.world.settings.currency
    told = [f"perfect information would be worth {money(perfect_information(found, strategy), currency)} (EVPI)"]
    mean = stochastic_solution(found, strategy)
    if not math.isnan(mean):
        told.append(f"planning for more than the mean is worth {money(mean, currency)} (VSS)")
    return "; ".join(told)
