"""prices.csv: one row for each number a person may move."""

from __future__ import annotations

import math

import pandas as pd

from bichiku.build.stencil import Stencil
from bichiku.result.outcome import Outcome
from bichiku.result.prices.answers import answer_all
from bichiku.result.prices.questions import all_questions
from bichiku.result.prices.sentences import limits, sentence
from bichiku.solve import HotProgram

COLUMNS = ["policy", "limit", "material", "year", "value", "price", "unit", "holds_from", "holds_to", "method"]
COLUMNS += ["sentence"]


def prices_table(outcome: Outcome, stencil: Stencil, hot: HotProgram) -> pd.DataFrame:
    """Prices of all limits and capacities whose year lies in the reported window.

    `price` is the rise of expected discounted cost for one unit more of `value`, negative where it saves;
    it holds while the number lies between `holds_from` and `holds_to` and all else stays. An empty
    `holds_to` has no end; an empty price has no solution a unit away, or the solver could not tell it.
    """
    last_year = int(outcome.world.calendar.years[outcome.world.calendar.reported - 1])
    questions = [q for q in all_questions(outcome, stencil) if q.year is None or q.year <= last_year]
    currency = outcome.world.settings.currency
    records = []
    for question, answer in zip(questions, answer_all(questions, hot), strict=True):
        low, high = limits(question, answer)
        unit = question.unit.removesuffix("s") if question.unit in ("days", "points") else question.unit
        records.append(
            (
                question.policy,
                question.limit,
                question.material,
                "" if question.year is None else question.year,
                question.value,
                answer.price,
                f"{currency} per {unit}",
                low,
                high if math.isfinite(high) else math.nan,
                answer.method,
                sentence(question, answer, currency),
            )
        )
    return pd.DataFrame(records, columns=COLUMNS)
