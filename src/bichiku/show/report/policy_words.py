"""What a strategy demands, and what a crisis does, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bichiku.model.calendar import month_label
from bichiku.model.countries import is_country
from bichiku.model.settings import Effect, EventEffect, PolicySettings
from bichiku.model.time_path import TimePath
from bichiku.policies import POLICIES
from bichiku.show.numbers import page_days, page_money, page_number
from bichiku.show.phrases import country, listed

NAMED = 6  # what an effect hits, before "and so many more"; a limit names all that it is on


def policy_words(policies: PolicySettings, currency: str) -> list[str]:
    """One phrase for each limit; a single one that says so where there is none."""
    words = ReportWords(currency)
    asked = ((policy, getattr(policies, policy.name)) for policy in POLICIES)
    found = [phrase for policy, value in asked if value for phrase in policy.phrases(value, words)]
    return found or ["none: least expected cost alone"]


class ReportWords:
    """Numbers and names as the report writes them; see `bichiku.policies.policy.PhraseWords`."""

    def __init__(self, currency: str) -> None:
        self._currency = currency

    def number(self, value: float) -> str:
        return page_number(value)

    def days(self, value: float) -> str:
        return page_days(value)

    def money(self, value: float) -> str:
        return page_money(value, self._currency)

    def percent(self, value: float) -> str:
        return f"{page_days(100 * value)} %"

    def month(self, index: int) -> str:
        return month_label(index)

    def names(self, names: Iterable[str]) -> str:
        every = list(names)
        return listed(every, len(every))

    def country(self, code: str) -> str:
        return country(code)

    def countries(self, names: Iterable[str]) -> str:
        return self.names([country(name) if is_country(name) else f"group {name}" for name in names])

    def path(self, path: TimePath, write: Callable[[float], str], when: Callable[[int], str]) -> str:
        """``60``, or ``60 (2026-01) to 180 (2030-12)``."""
        if len(set(path.values)) == 1:
            return write(path.values[0])
        points = [f"{write(value)} ({when(at)})" for at, value in zip(path.at, path.values, strict=True)]
        return " to ".join(points)


def effect_words(effect: EventEffect) -> str:
    """One effect of a crisis or event: what it hits and how hard."""
    # each narrows the others
    what = [listed(names, NAMED) for names in (effect.countries, effect.suppliers, effect.routes) if names]
    where = ", only ".join(what) if what else listed(effect.materials or ["everything"], NAMED)
    if what and effect.materials:
        where += f" of {listed(effect.materials, NAMED)}"
    hard = []
    if effect.loss is not None:
        hard.append(f"loses {page_days(100 * effect.loss)} %")
    if effect.price_factor is not None:
        whose = "all prices of their materials" if effect.market else "prices"
        hard.append(f"{whose} × {effect.price_factor:g}")
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
