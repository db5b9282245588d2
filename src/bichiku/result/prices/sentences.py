"""Each price as one sentence that a resource desk can repeat."""

from __future__ import annotations

import math

from bichiku.result.prices.answers import Answer
from bichiku.result.prices.questions import Question
from bichiku.show.numbers import three_digits

ROUNDING = 1e-9  # of a number; what is left of it below that is nothing

_ONE_MORE = {
    "reserve_days": "One more day of reserve of {material} in {year}",
    "share_caps": "One more point of the cap {limit} on {material} in {year}",
    "share_floors": "One more point of the floor {limit} on {material} in {year}",
    "country_cap": "One more point that any one country may supply, for {limit} in {material} in {year},",
    "expected_shortage": "One more day of expected shortage of {material}",
    "survive": "Allowing one tonne of {material} to be short in each period that must be survived",
    "risk_limit": "One more {unit} of the limit on CVaR",
    "budget_investment": "One more {unit} of investment budget",
    "budget_reserve": "One more {unit} of reserve budget in {year}",
    "supplier_capacity": "One more tonne a year of capacity at {limit}",
    "project_capacity": "One more tonne a year of ready capacity at {limit}",
    "project_build_limit": "One more tonne a year that may be built at {limit}",
}


def sentence(question: Question, answer: Answer, currency: str) -> str:
    """What one unit more costs or saves, and between which values that holds."""
    subject = _ONE_MORE[question.policy].format(
        material=question.material, limit=question.limit, year=question.year, unit=question.unit
    )
    if math.isnan(answer.price):
        why = "the solver could not tell what it costs" if answer.untold else "the strategy has no solution a unit away"
        return f"{subject} has no price: {why}."
    if answer.price == 0.0:
        return f"{subject} changes nothing" + ("." if math.isnan(answer.most) else f"; {_range(question, answer)}.")
    verb = "costs" if answer.price > 0 else "saves"
    amount = f"{currency} {three_digits(abs(answer.price))}"
    return f"{subject} {verb} {amount} in expected discounted money; {_range(question, answer)}."


def _range(question: Question, answer: Answer) -> str:
    unit = "" if question.policy == "survive" else f" {question.unit}"
    low, high = limits(question, answer)
    if low <= 0 and math.isinf(high):
        return "holds everywhere"
    if math.isinf(high):
        return f"holds from {three_digits(low)}{unit}"
    if math.isinf(low) or low <= 0:
        return f"holds up to {three_digits(high)}{unit}"
    return f"holds between {three_digits(low)} and {three_digits(high)}{unit}"


def limits(question: Question, answer: Answer) -> tuple[float, float]:
    """The values of the number between which a price holds; none of these numbers can be negative."""
    low = question.value + answer.least
    at_nothing = low <= ROUNDING * abs(question.value)
    return 0.0 if at_nothing else low, question.value + answer.most
