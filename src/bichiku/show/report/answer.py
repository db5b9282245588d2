"""The answer in three sentences with numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from bichiku.result.run import Run
from bichiku.show.numbers import percent
from bichiku.show.report.case import PLAN_DAMAGE, Case
from bichiku.show.words import amount, country, days, listed

CRISIS_DAMAGE = "expected_damage_in_crises_per_year"
CLOSE = 0.01  # strategies this near in cost are told as one group


def three_sentences(runs: Sequence[Run], baseline: str, comparison: pd.DataFrame) -> list[str]:
    """What it costs, what more safety would cost, and where the weak spot and the doubt are."""
    return answer(Case(runs, {}, baseline, comparison))


def answer(case: Case) -> list[str]:
    """As `three_sentences`, for a case at hand."""
    if not case.runs:
        return [f"None of the {len(case.failed)} strategies has a plan that keeps all of its limits."]
    if len(case.runs) == 1:
        return [_one_cost(case), _one_plan(case), _weak_spot(case)]
    return [_cost(case), _safety(case), _weak_spot(case)]


def _one_cost(case: Case) -> str:
    run, value = case.runs[0].strategy, case.metrics.value
    worst = value(run, "worst_crisis_damage")
    text = f"Under {run}, {_buyer(case)} pays {amount(value(run, 'cost_per_year'), case.currency)} a year "
    text += f"({case.window}, expected), of which {_damage(case, case.runs[0])}"
    if worst > 0:
        text += f"; the worst crisis, {case.metrics.detail(run, 'worst_crisis_damage')}, does damage of "
        text += amount(worst, case.currency)
    return f"{text}."


def _damage(case: Case, run: Run) -> str:
    """What part of the cost is damage, told by where it falls."""
    crises, plan = (case.metrics.value(run.strategy, name) for name in (CRISIS_DAMAGE, PLAN_DAMAGE))
    text = f"{amount(crises, case.currency)} is damage from crises"
    if case.loses_on_plan(run):
        text += f" and {amount(plan, case.currency)} that of going short or without on the plan, without any crisis"
    return text


def _one_plan(case: Case) -> str:
    run = case.runs[0].strategy
    held = case.metrics.by_material(run, "cover_days_at_end")
    china = case.metrics.value(run, "china_share_exporter")
    parts = []
    if held:
        low, high = min(held, key=lambda m: (held[m], m)), max(held, key=lambda m: (held[m], m))
        parts.append(f"holds from {days(held[low])} days ({low}) to {days(held[high])} days ({high}) at the end")
    if not math.isnan(china):
        parts.append(f"has {percent(china)} of its imports by cost shipped from China")
    investment = case.metrics.value(run, "investment_per_year")
    if investment > 0:
        parts.append(f"spends {amount(investment, case.currency)} a year on new plants and mines")
    return f"The plan {listed(parts)}." if parts else "The plan holds and imports nothing."


def _cost(case: Case) -> str:
    value, base, cheapest = case.metrics.value, case.base, case.cheapest
    if base is None or cheapest is None:
        return "The costs of the strategies are not known."
    cost, least = (value(run.strategy, "cost_per_year") for run in (base, cheapest))
    start = "" if base.strategy == case.baseline else f"No plan keeps all limits of {case.baseline}. "
    text = f"{start}Under {base.strategy}, {_buyer(case)} pays {amount(cost, case.currency)} a year ({case.window}, "
    text += f"expected), of which {_damage(case, base)}; "
    near = [run for run in case.runs if value(run.strategy, "cost_per_year") <= least + CLOSE * abs(least)]
    if cheapest.strategy == base.strategy:
        text += "no other strategy costs less"
    else:
        saving = f"{amount(cost - least, case.currency)} ({percent((cost - least) / cost)}) less"
        text += f"the cheapest strategy, {cheapest.strategy}, costs {saving}"
    if len(near) > 1:
        text += f", and {len(near)} of the {len(case.runs)} strategies lie within {percent(CLOSE)} of "
        text += "it" if cheapest.strategy == base.strategy else "that"
    return f"{text}."


def _safety(case: Case) -> str:
    value, base, safest = case.metrics.value, case.base, case.safest
    if base is None or safest is None:
        return "No crisis is in the model, so it says nothing about safety."
    tail, least = (value(run.strategy, "cvar_damage") for run in (base, safest))
    if tail <= 0 or amount(tail, case.currency) == amount(least, case.currency):
        text = f"No strategy does better in the worst tenth of crises than {base.strategy}, where damage averages "
        return f"{text}{amount(tail, case.currency)}."
    extra = value(safest.strategy, "cost_per_year") - value(base.strategy, "cost_per_year")
    more = f"{amount(abs(extra), case.currency)} a year {'more' if extra > 0 else 'less'} than {base.strategy}"
    text = f"Least is lost in the worst crises under {safest.strategy}, at {more}: damage in the worst tenth of them "
    text += f"averages {amount(least, case.currency)} instead of {amount(tail, case.currency)}"
    china = [value(run.strategy, "china_share_exporter") for run in (safest, base)]
    alike = sum(_same(least, value(run.strategy, "cvar_damage")) for run in case.runs) - 1
    if alike:
        text += f" (hardly more under {'one other' if alike == 1 else f'{alike} others'})"
    if not any(math.isnan(share) for share in china):
        text += f", with {percent(china[0])} of imports by cost shipped from China instead of {percent(china[1])}"
    return f"{text}."


def _same(least: float, value: float) -> bool:
    return abs(value - least) <= CLOSE * abs(least)


def _weak_spot(case: Case) -> str:
    base = case.base
    if base is None:
        return ""
    spot = _spot(case, base)
    text = f"The weakest spot is {spot} under {base.strategy}"
    if not spot:
        text = f"No crisis leaves a material short under {base.strategy}"
    elif case.safest is not None and case.safest.strategy != base.strategy:
        text += f" ({_spot_in_short(case, case.safest)} under {case.safest.strategy})"
    return f"{text}; {_doubt(case, base)}."


def _spot(case: Case, run: Run) -> str:
    """The material that lacks soonest: on the plan itself before any crisis; nothing where none is ever short."""
    for material, short in case.short_on_plan(run).items():
        return f"{material}, {days(short)} days short on the plan itself, without any crisis,"
    material, left = case.metrics.least(run.strategy, "least_time_to_survive")
    where = case.metrics.detail(run.strategy, "least_time_to_survive", material).replace(" from ", " begun ")
    return f"{material}, short after {_day(left)} days of {where}" if material else ""


def _spot_in_short(case: Case, run: Run) -> str:
    """The same of a strategy that is set beside the baseline."""
    for material, short in case.short_on_plan(run).items():
        return f"{material}, {days(short)} days on the plan itself,"
    material, left = case.metrics.least(run.strategy, "least_time_to_survive")
    return f"{material}, after {_day(left)} days," if material else "nothing short"


def _day(value: float) -> str:
    return f"{value:.0f}"


def _doubt(case: Case, run: Run) -> str:
    value = case.metrics.value
    parts = {basis: value(run.strategy, f"cost_{basis}") for basis in ("assumed", "derived", "sourced", "not_stated")}
    known = {basis.replace("_", " "): part for basis, part in parts.items() if part > 0}
    crises = " and so do the odds and the force of every crisis" if run.world.settings.crises else ""
    if not known:
        return "what the supply cost rests on is not known"
    assumed = known.pop("assumed", 0.0)
    rest = listed([f"{percent(part)} {basis}" for basis, part in known.items()])
    if assumed > 0:
        return f"{percent(assumed)} of the supply cost rests on assumptions" + (f" ({rest})" if rest else "") + crises
    return f"the supply cost rests on rows that are {rest}" + (
        ", the odds and the force of every crisis on the model's word" if crises else ""
    )


def _buyer(case: Case) -> str:
    buyer = case.world.settings.buyer
    return country(buyer).partition(" ")[2] or buyer if buyer else "the buyer"
