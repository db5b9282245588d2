"""The page of what planning is worth: each plan against perfect foresight, on the whole and future by future."""

from __future__ import annotations

import math

import pandas as pd

from bichiku.show.numbers import Scale, page_money, page_number
from bichiku.show.report.csv_link import csv_link
from bichiku.show.report.elements import Element, Note, PageCell, PageTable, Section
from bichiku.show.report.figures.planning_value import policies_picture, regrets_picture
from bichiku.show.report.page import page_template
from bichiku.show.value_words import perfect_information, plan_words, plans_of, stochastic_solution
from bichiku.stressing.foresight import KnownFuture
from bichiku.stressing.value import FORESIGHT, IGNORING, RULE, PlanningValue, future_words
from bichiku.version import __version__

TITLE = "what planning is worth"
WORST = 12  # futures of the table
PLANS = (
    "The model's plan is the one of the run. Who ignores crises plans for a future in which none comes; who plans for "
    "their mean takes the mean of what may come in each period for certain. The rule of thumb stores its days of "
    "everything as soon as they can be bought, and no more, and builds nothing. All of these are held and operated "
    "without foresight in the model's own futures. Perfect foresight is the cheapest plan for each future, known from "
    "the start."
)
SUMS = (
    "Probabilities add up as in the model: the cost of a calm, and of each future its probability times what it costs "
    "more. Each future has one crisis."
)


def render_value(found: PlanningValue) -> str:
    """One self-contained HTML page; the same value gives the same text."""
    model, currency = found.world.settings.model, found.world.settings.currency
    sections = []
    for strategy in found.strategies:
        elements: list[Element] = [policies_picture(found, strategy), _plans(found, strategy)]
        elements += [regrets_picture(found, strategy), _worst(found, strategy)]
        sections.append(Section(f"of-{strategy}", f"Plans by the rules of {strategy}", elements))
    return page_template().render(
        title=f"{model}: {TITLE}",
        tab=f"{TITLE.capitalize()} – {model}",
        kicker=f"{', '.join(found.strategies)} · the model's own futures · money in {currency}",
        sentences=[sentence for strategy in found.strategies for sentence in _answers(found, strategy)],
        sections=[*sections, Section("how", "Which plans these are", [Note(PLANS), Note(SUMS)])],
        version=__version__,
    )


def _answers(found: PlanningValue, strategy: str) -> list[str]:
    currency, plans = found.world.settings.currency, plans_of(found, strategy)
    perfect, mean = perfect_information(found, strategy), stochastic_solution(found, strategy)
    told = [
        f"{strategy}: somebody who knew from the start what comes would save {page_money(perfect, currency)} of "
        f"{page_money(float(plans['expected_cost'].iloc[0]), currency)} on average; no forecast is worth more than "
        "that (EVPI)."
    ]
    if not math.isnan(mean):
        told.append(
            f"To plan for all that may come and not for its mean saves {page_money(mean, currency)} (VSS)."
            if mean > 0.0
            else f"The plan for the mean of what may come costs {page_money(-mean, currency)} less than the model's, "
            "which keeps rules that mean nothing to who sees the mean alone."
        )
    others = []
    for plan in (IGNORING, RULE):
        more = float(plans.loc[plan, "over_the_model"])
        if math.isnan(more):
            others.append(f"nobody can keep to the {plan_words(found, plan)}")
            continue
        who = "who ignores crises pays" if plan == IGNORING else f"a {plan_words(found, plan)}, costs"
        others.append(
            f"{who} {page_money(abs(more), currency)} {'more' if more >= 0.0 else 'less'} than the model's plan"
        )
    text = "; ".join(others)
    return [*told, f"{text[0].upper()}{text[1:]}."]


def _plans(found: PlanningValue, strategy: str) -> PageTable:
    plans, currency = plans_of(found, strategy), found.world.settings.currency
    cost = Scale(float(plans["expected_cost"].max()), currency)
    more = Scale(float(plans[["over_the_model", "worst_regret"]].abs().max().max()), currency)
    rows = []
    for plan, row in plans.iterrows():
        name = PageCell(plan_words(found, str(plan)))
        if math.isnan(row["expected_cost"]):
            rows.append([name, PageCell("nobody can keep to it", span=5)])
            continue
        known = plan == FORESIGHT
        rows.append(
            [
                name,
                PageCell(cost(row["expected_cost"])),
                PageCell(more(row["over_the_model"], sign=True)),
                PageCell(more(row["mean_regret"])),
                PageCell(more(row["worst_regret"])),
                PageCell("·" if known else str(row["worst_future"])),
            ]
        )
    return PageTable(
        caption="Each plan in the model's own futures",
        headings=(
            "Plan",
            f"Expected cost\n{cost.unit}",
            f"Over the model's\n{more.unit}",
            f"Mean regret\n{more.unit}",
            f"Worst regret\n{more.unit}",
            "In",
        ),
        rows=rows,
        text=(0, 5),
        note="Regret is what a plan costs more in a future than the plan that knew it.",
        source="value.csv",
        link=csv_link(found.tables["value"], "value.csv"),
    )


def _worst(found: PlanningValue, strategy: str) -> PageTable:
    """The futures in which the model's plan is regretted most, and what the others cost there."""
    regret, world = found.tables["futures"], found.world
    mine = regret[regret["strategy"] == strategy]
    wide = mine[mine["plan"] != FORESIGHT].pivot_table(
        index=["crisis", "onset", "length"], columns="plan", values="regret", sort=False
    )
    plans = list(dict.fromkeys(mine.loc[mine["plan"] != FORESIGHT, "plan"]))
    shown = wide.sort_values(plans[0], ascending=False, kind="stable").head(WORST)
    money = Scale(float(shown.abs().max().max()), world.settings.currency)
    probability = mine.drop_duplicates(["crisis", "onset", "length"]).set_index(["crisis", "onset", "length"])
    rows = [
        [
            PageCell(future_words(KnownFuture(*key), world)),
            PageCell(_likely(float(probability.loc[key, "probability"]))),
            *(PageCell(money(float(row[plan]))) for plan in plans),
        ]
        for key, row in shown.iterrows()
    ]
    return PageTable(
        caption=f"The {len(shown)} futures in which the model's plan is regretted most, regret in {money.unit}",
        headings=("Future", "Probability", *(plan_words(found, plan).capitalize() for plan in plans)),
        rows=rows,
        style="dense",
        source="futures.csv",
        link=csv_link(regret, "futures.csv"),
    )


def _likely(probability: float) -> str:
    return "·" if pd.isna(probability) else f"{page_number(100 * probability)} %"
