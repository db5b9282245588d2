"""What a strategy demands, and what a crisis does, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from bichiku.model.calendar import month_label
from bichiku.model.countries import is_country
from bichiku.model.time_path import TimePath
from bichiku.read.settings import (
    Budget,
    Concentration,
    CountryCap,
    Effect,
    EventEffect,
    Policies,
    Risk,
    ShareCap,
    ShareFloor,
    ShareLimit,
)
from bichiku.show.numbers import page_days as days
from bichiku.show.numbers import page_money as amount
from bichiku.show.numbers import page_number as number
from bichiku.show.numbers import percent
from bichiku.show.phrases import country, listed

NAMED = 6  # what an effect hits, before "and so many more"; a limit names all that it is on


def policy_words(policies: Policies, currency: str) -> list[str]:
    """One phrase for each limit; a single one that says so where there is none."""
    return list(_phrases(policies, currency)) or ["none: least expected cost alone"]


def _phrases(policies: Policies, currency: str) -> Iterator[str]:
    target = policies.reserve_days
    if target and target.default:
        others = " of every other material" if target.materials else ""
        yield f"reserve of at least {_path(target.default, days, month_label)} days{others}"
    for material, path in (target.materials if target else {}).items():
        yield f"reserve of {material} of at least {_path(path, days, month_label)} days"
    yield from _shares(policies.share_caps, "at most", currency)
    yield from _shares(policies.share_floors, "at least", currency)
    if policies.country_cap:
        yield from _shares([policies.country_cap], "at most", currency)
    if policies.concentration:
        yield _concentration(policies.concentration)
    if policies.survive:
        rule = policies.survive
        span = "throughout" if rule.days is None else f"for {days(rule.days)} days"
        onsets = "" if rule.from_ is None else f", for onsets from {month_label(rule.from_)} on"
        yield f"no shortage{_of(rule.materials)} {span} in {_all(rule.crises)}{onsets}"
    if policies.risk:
        yield from _risk(policies.risk, currency)
    if policies.expected_shortage:
        limit = policies.expected_shortage
        yield f"at most {days(limit.max_days)} days short expected{_of(limit.materials)}"
    if policies.budget:
        yield from _budget(policies.budget, currency)


def _shares(limits: Sequence[ShareCap | ShareFloor | CountryCap], bound: str, currency: str) -> Iterator[str]:
    """Limits on the same countries that move alike but for their last value in one phrase: a model has many of them."""
    phrases: dict[str, list[str]] = {}
    for limit in limits:
        path = limit.min if isinstance(limit, ShareFloor) else limit.max
        what = f"share of {limit.of} from {_who(limit)}: {bound} "
        if len(set(path.values)) > 1:
            points = [f"{_percent(value)} in {year}" for year, value in zip(path.at, path.values, strict=True)][:-1]
            what += f"{', '.join(points)}, and by {path.at[-1]} "
        phrases.setdefault(what, []).append(_percent(path.values[-1]) + _notes(limit, currency))
    for what, shares in phrases.items():
        yield f"{what}{', '.join(shares)}"


def _notes(limit: ShareCap | ShareFloor | CountryCap, currency: str) -> str:
    """What a share limit is called, which materials it is on, and what it costs to pass it, in brackets."""
    name = limit.name if isinstance(limit, ShareLimit) else None
    notes = [": ".join(part for part in (name, _all(limit.materials or [])) if part)]
    if isinstance(limit, ShareLimit) and limit.soft is not None:
        notes.append(f"soft, at {amount(limit.soft, currency)} a tonne")
    text = "; ".join(note for note in notes if note)
    return f" ({text})" if text else ""


def _concentration(rule: Concentration) -> str:
    where = " (where it is mined)" if rule.stage == "origin" else ""
    return f"HHI of {rule.of}{_of(rule.materials)}{where} at most {_path(rule.max, number, str)}"


def _who(limit: ShareCap | ShareFloor | CountryCap) -> str:
    if isinstance(limit, CountryCap):
        spared = f" but {_all([country(code) for code in limit.except_])}" if limit.except_ else ""
        text = f"any one country{spared}"
    else:
        text = _all([country(name) if is_country(name) else f"group {name}" for name in limit.group])
    return text + (" (where it is mined)" if limit.stage == "origin" else "")


def _risk(rule: Risk, currency: str) -> Iterator[str]:
    what = f"CVaR of damage at level {rule.level:g}"
    if rule.weight is not None:
        yield f"{what} weighed {rule.weight:g} times, beside the cost"
    if rule.limit is not None:
        yield f"{what} at most {amount(rule.limit, currency)}"


def _budget(budget: Budget, currency: str) -> Iterator[str]:
    if budget.investment is not None:
        yield f"net investment at most {amount(budget.investment, currency)}"
    if budget.reserve_per_year is not None:
        yield f"reserve purchases at most {amount(budget.reserve_per_year, currency)} a year"


def effect_words(effect: EventEffect) -> str:
    """One effect of a crisis or event: what it hits and how hard."""
    what = [name for names in (effect.countries, effect.suppliers, effect.routes) for name in names or []]
    where = listed(what or effect.materials or ["everything"], NAMED)
    if what and effect.materials:
        where += f" of {listed(effect.materials, NAMED)}"
    hard = []
    if effect.loss is not None:
        hard.append(f"loses {percent(effect.loss)}")
    if effect.price_factor is not None:
        hard.append(f"prices × {effect.price_factor:g}")
    if effect.demand_factor is not None:
        hard.append(f"demand × {effect.demand_factor:g}")
    text = f"{where}: {', '.join(hard)}"
    if isinstance(effect, Effect):
        if effect.start:
            text += f", from {effect.start} periods after the onset"
        if effect.duration is not None:
            text += f" for {effect.duration} periods"
        if effect.return_over:
            text += f", back over {effect.return_over}"
    return text


def _percent(value: float) -> str:
    return f"{days(100 * value)} %"


def _of(materials: Sequence[str] | None) -> str:
    return f" of {_all(materials)}" if materials else ""


def _all(names: Sequence[str]) -> str:
    return listed(list(names), len(names))


def _path(path: TimePath, write: Callable[[float], str], when: Callable[[int], str]) -> str:
    """``60``, or ``60 (2026-01) to 180 (2030-12)``."""
    if len(set(path.values)) == 1:
        return write(path.values[0])
    points = [f"{write(value)} ({when(at)})" for at, value in zip(path.at, path.values, strict=True)]
    return " to ".join(points)
