"""The answer in three sentences with numbers."""

from __future__ import annotations

import math

from bichiku.model.rounding import difference
from bichiku.result.levers import NATION_COST
from bichiku.result.run import Run
from bichiku.show.numbers import page_days, page_money, percent
from bichiku.show.phrases import choice_words, country, listed
from bichiku.show.report.data import NEGLIGIBLE, PLAN_DAMAGE, SOONEST, ReportData

COST = NATION_COST  # what is a saving to the buyer and paid by the state is none to the country
CRISIS_DAMAGE = "expected_damage_in_crises_per_year"
LOST_OUTPUT = "shortage_per_year"
SAME = 1e-9  # of a cost; two that differ by less are one
CLOSE = 0.01  # strategies this near in cost are told as one group


def key_findings(report: ReportData) -> list[str]:
    """What it costs, what more safety would cost, and where the weak spot and the doubt are; one where no plan is."""
    if not report.runs:
        reasons = listed(list(dict.fromkeys(report.failed.values())))
        return [f"None of the {len(report.failed)} strategies has a plan that was found ({reasons})."]
    if len(report.runs) == 1:
        return [_one_cost(report), _one_plan(report), _weak_spot(report)]
    return [_cost(report), _safety(report), _weak_spot(report)]


def _one_cost(report: ReportData) -> str:
    run, value = report.runs[0].strategy, report.metrics.value
    worst = value(run, "worst_crisis_damage")
    text = f"{_what_it_costs(report, report.runs[0])}; {_damage(report, report.runs[0])}"
    if worst > 0:
        text += f"; in the worst crisis, {report.metrics.detail(run, 'worst_crisis_damage')}, damage is "
        text += page_money(worst, report.currency)
    return f"{text}."


def _what_it_costs(report: ReportData, run: Run) -> str:
    """The cost a year, what of it is paid and what is output that is lost."""
    cost, lost = (report.metrics.value(run.strategy, name) for name in (COST, LOST_OUTPUT))
    subsidy = cost - report.metrics.value(run.strategy, "cost_per_year")
    text = f"Under {run.strategy}, the cost to {_buyer(report)} is {page_money(cost, report.currency)} a year "
    text += f"({report.window}, expected{', subsidies included' if subsidy > NEGLIGIBLE * abs(cost) else ''})"
    if math.isnan(lost):
        return text
    if lost <= NEGLIGIBLE * abs(cost) and page_money(cost - lost, report.currency) == page_money(cost, report.currency):
        return f"{text}, {'nearly ' if lost > 0 else ''}all of it paid"
    paid, lost_too = (page_money(amount, report.currency) for amount in (cost - lost, lost))
    return f"{text}: {paid} paid and {lost_too} of output lost for want of material"


def _damage(report: ReportData, run: Run) -> str:
    """What part of the cost is damage, told by where it falls."""
    crises, plan = (report.metrics.value(run.strategy, name) for name in (CRISIS_DAMAGE, PLAN_DAMAGE))
    text = f"{page_money(crises, report.currency)} of it is damage in crises"
    if report.loses_on_plan(run):
        text += (
            f" and {page_money(plan, report.currency)} that of going short or without on the plan, without any crisis"
        )
    return text


def _one_plan(report: ReportData) -> str:
    run = report.runs[0].strategy
    held = {
        material: days
        for material, days in report.metrics.by_material(run, "cover_days_at_end").items()
        if not math.isnan(days)  # of a material that nobody uses in the end
    }
    china = report.metrics.value(run, "china_share_exporter")
    parts = []
    if held:
        low, high = min(held, key=lambda m: (held[m], m)), max(held, key=lambda m: (held[m], m))
        parts.append(
            f"holds from {page_days(held[low])} days ({low}) to {page_days(held[high])} days ({high}) at the end"
        )
    if not math.isnan(china):
        parts.append(f"has {percent(china)} of its imports by cost shipped from China")
    investment = report.metrics.value(run, "investment_per_year")
    if investment > 0:
        parts.append(f"spends {page_money(investment, report.currency)} a year on new plants and mines")
    return f"The plan {listed(parts)}." if parts else "The plan holds and imports nothing."


def _cost(report: ReportData) -> str:
    value, base, cheapest = report.metrics.value, report.base, report.cheapest
    if base is None or cheapest is None:
        return "The costs of the strategies are not known."
    cost, least = (value(run.strategy, COST) for run in (base, cheapest))
    start = ""
    if base.strategy != report.baseline:
        start = f"{report.baseline} has no plan ({report.failed[report.baseline]}). "
    text = f"{start}{_what_it_costs(report, base)}; {_damage(report, base)}; "
    near = [run for run in report.runs if value(run.strategy, COST) <= least + CLOSE * abs(least)]
    saving = difference(cost, least, SAME)
    if saving <= 0.0:
        text += "no other strategy costs less"
    else:
        share = f" ({percent(saving / cost)})" if cost > 0.0 else ""  # of a gain it would say little
        text += f"the cheapest strategy, {cheapest.strategy}, costs {page_money(saving, report.currency)}{share} less"
    to_buyer = min(report.runs, key=lambda run: value(run.strategy, "cost_per_year"))
    if value(to_buyer.strategy, "cost_per_year") < value(cheapest.strategy, "cost_per_year"):
        text += f" (after subsidies it is {to_buyer.strategy})"
    if len(near) > 1:
        text += f", and {len(near)} of the {len(report.runs)} strategies lie within {percent(CLOSE)} of "
        text += "that" if saving > 0.0 else "it"
    return f"{text}."


def _safety(report: ReportData) -> str:
    value, base, safest = report.metrics.value, report.base, report.safest
    if base is None or safest is None:
        has_some = any(run.world.settings.crises for run in report.runs)
        why = "No crisis of the model begins in that time" if has_some else "No crisis is in the model"
        return f"{why}, so it says nothing about safety."
    tail, least = (value(run.strategy, "cvar_damage") for run in (base, safest))
    if math.isnan(tail):
        return (
            f"Under {base.strategy} no crisis begins in that time, so the others cannot be set against it in safety; "
            f"least is lost in the worst crises under {safest.strategy}, where damage in the worst tenth of what a "
            f"year may bring averages {page_money(least, report.currency)}."
        )
    if tail <= 0 or page_money(tail, report.currency) == page_money(least, report.currency):
        text = (
            f"No strategy does better in the worst tenth of what a year may bring than {base.strategy}, where damage "
        )
        return f"{text}averages {page_money(tail, report.currency)}{_better_in_other_years(report, base)}."
    extra = value(safest.strategy, COST) - value(base.strategy, COST)
    more = f"{page_money(abs(extra), report.currency)} a year {'more' if extra > 0 else 'less'} than {base.strategy}"
    text = f"Least is lost in the worst crises under {safest.strategy}, at {more}: damage in the worst tenth of "
    averages = [page_money(damage, report.currency) for damage in (least, tail)]
    text += f"what a year may bring averages {averages[0]} instead of {averages[1]}"
    china = [value(run.strategy, "china_share_exporter") for run in (safest, base)]
    alike = sum(_same(least, value(run.strategy, "cvar_damage")) for run in report.runs) - 1
    if alike:
        text += f" (hardly more under {'one other' if alike == 1 else f'{alike} others'})"
    if not any(math.isnan(share) for share in china):
        text += f", with {percent(china[0])} of imports by cost shipped from China instead of {percent(china[1])}"
    return f"{text}."


def _better_in_other_years(report: ReportData, base: Run) -> str:
    """That what a year may bring is told of the year in which it is most, where strategies differ in others."""
    names = [run.strategy for run in report.runs]
    by_year = {name: report.metrics.by_detail(name, "cvar_damage_of_onset_year") for name in names}
    of_base = by_year[base.strategy]
    for year in sorted(of_base):
        tails = {name: of_strategy.get(year, math.inf) for name, of_strategy in by_year.items()}
        least = min(tails, key=lambda name: tails[name])
        told, best = (page_money(tail, report.currency) for tail in (of_base[year], tails[least]))
        if tails[least] < of_base[year] and told != best:
            return f" in the year in which that is most; of crises that begin in {year} {least} loses least"
    return ""


def _same(least: float, value: float) -> bool:
    return abs(value - least) <= CLOSE * abs(least)


def _weak_spot(report: ReportData) -> str:
    base = report.base
    if base is None:
        return ""
    spot = _spot(report, base)
    text = f"The weakest spot is {spot} under {base.strategy}"
    if not spot:
        text = f"No crisis leaves a material short under {base.strategy}"
    elif report.safest is not None and report.safest.strategy != base.strategy:
        text += f" ({_spot_in_short(report, report.safest)} under {report.safest.strategy})"
    return f"{text}; {_doubt(report, base)}."


def _spot(report: ReportData, run: Run) -> str:
    """The material that lacks soonest: on the plan itself before any crisis; nothing where none is ever short."""
    for material, short in report.short_on_plan(run).items():
        return f"{material}, {page_days(short)} days short on the plan itself, without any crisis,"
    material, left, others = report.metrics.least(run.strategy, *SOONEST)
    crisis, _, begun = report.metrics.detail(run.strategy, "least_time_to_survive", material).rpartition(" from ")
    where = f"{crisis} begun {begun}" if crisis else begun
    alike = f" ({others} more as soon)" if others else ""
    return f"{material}, short after {_day(left)} days of {where}{alike}" if material else ""


def _spot_in_short(report: ReportData, run: Run) -> str:
    """The same of a strategy that is set beside the baseline."""
    for material, short in report.short_on_plan(run).items():
        return f"{material}, {page_days(short)} days on the plan itself,"
    soonest = report.metrics.least(run.strategy, *SOONEST)
    return f"{soonest.words}, after {_day(soonest.value)} days," if soonest.material else "nothing short"


def _day(value: float) -> str:
    return f"{value:.0f}"


def _doubt(report: ReportData, run: Run) -> str:
    """What the answer rests on: first what the choice turns on, which supply costs hardly show."""
    value = report.metrics.value
    parts = {basis: value(run.strategy, f"cost_{basis}") for basis in ("assumed", "derived", "sourced", "not_stated")}
    known = {basis.replace("_", " "): part for basis, part in parts.items() if part > 0}
    choice = f"the choice rests on {choice_words(run.world)}"
    if not known:
        return f"{choice}; what the supply cost rests on is not known"
    rest = listed([f"{percent(part)} {basis}" for basis, part in known.items()])
    return f"{choice}; the supply cost rests on rows that are {rest}"


def _buyer(report: ReportData) -> str:
    buyer = report.world.settings.buyer
    return country(buyer).partition(" ")[2] or buyer if buyer else "the buyer"
