"""One rule in words."""

from __future__ import annotations

from collections.abc import Callable

from bichiku.explaining.rules import DEMAND, LOSS, RELEASE_LIMIT, RESERVE_KEPT, STORAGE_LIMIT, TRANCHE_LIMIT, Rule
from bichiku.model.world import World
from bichiku.policies import OF_FAMILY, Limit
from bichiku.result.prices.limits import PROJECT_BUILD_LIMIT, PROJECT_CAPACITY, SUPPLIER_CAPACITY
from bichiku.show.numbers import four_digits, four_digits_with_unit, percent, three_digits


class FourDigits:
    """Numbers as explanations write them: to four digits; see `bichiku.policies.policy.RuleWords`."""

    def number(self, value: float) -> str:
        return four_digits(value)

    def amount(self, value: float, unit: str) -> str:
        return four_digits_with_unit(value, unit)

    def tonnes(self, value: float) -> str:
        return three_digits(value)


def rule_words(rule: Rule, world: World) -> str:
    """A rule in words, with its number."""
    if not rule.is_policy:
        return _TABLE_RULES[rule.kind](rule, world)
    words = policy_words(rule.limit, world)
    return f"{words}; it cannot be survived where it lasts {_periods(rule.fails_at)}" if rule.fails_at else words


def _periods(count: int) -> str:
    return f"{count} period{'' if count == 1 else 's'}"


def policy_words(limit: Limit, world: World) -> str:
    """What a policy asks for, in words."""
    return OF_FAMILY[limit.family].describe(limit, world, FourDigits())


def crisis_words(rule: Rule, world: World) -> str:
    """The start of a crisis that a rule is about: ``china-halt of 2026-07``; with its length where that matters."""
    words = f"{rule.name} of {world.calendar.label(rule.onset)}"
    return f"{words} lasting {_periods(rule.fails_at)}" if rule.fails_at else words


def cause_words(rule: Rule, world: World) -> str:
    """What takes of what a source can ship."""
    if not rule.onset:
        return "events on the plan"
    crisis = f"crisis {crisis_words(rule, world)}"
    return f"events during {crisis}" if rule.by_events else crisis


def _supplier_capacity(rule: Rule, world: World) -> str:
    country = world.suppliers[rule.name].country
    return f"capacity of {rule.name} ({country}): {three_digits(rule.value)} t/year"


def _project_capacity(rule: Rule, world: World) -> str:
    return f"ready capacity of project {rule.name}: {three_digits(rule.value)} t/year"


def _project_build_limit(rule: Rule, world: World) -> str:
    periods = world.projects[rule.name].build_periods
    after = f", running after {periods} periods" if periods else ""
    return f"what may be built of project {rule.name}: {three_digits(rule.value)} t/year{after}"


def _loss(rule: Rule, world: World) -> str:
    up_to = "up to " if rule.value < 100 else ""
    words = f"{cause_words(rule, world)}: {rule.source} "
    if not rule.value:
        return f"{words}ships no more than before it"
    loses = f"{words}loses {up_to}{percent(rule.value / 100)} of what it can ship"
    return f"{loses}, and of the rest ships no more than before" if rule.rationed else loses


def _reserve_kept(rule: Rule, world: World) -> str:
    return f"the reserve of {rule.material} stays in crisis {crisis_words(rule, world)} while that does not concern it"


def _storage_limit(rule: Rule, world: World) -> str:
    return f"storage limit of {rule.material}: {three_digits(rule.value)} t"


def _release_limit(rule: Rule, world: World) -> str:
    return f"release limit of {rule.material}: {three_digits(rule.value)} t/day out of the store"


def _demand(rule: Rule, world: World) -> str:
    (first, at_first), (last, at_last) = rule.by_year[0], rule.by_year[-1]
    words = f"demand for {rule.material}: {three_digits(at_first)} t in {first}"
    if last > first:
        words += f", {three_digits(at_last)} t in {last}"
    return f"{words}, as events move it" if rule.moved_by_events else words


def _tranche_limit(rule: Rule, world: World) -> str:
    row = world.tranches[rule.material, rule.name]
    words = f"saving {rule.name}: at most {percent(row.max_share)} of the demand for {rule.material}"
    late = row.delay_periods
    return f"{words}, and no more than before in the first {_periods(late)} of a crisis" if late else words


_TABLE_RULES: dict[str, Callable[[Rule, World], str]] = {
    SUPPLIER_CAPACITY: _supplier_capacity,
    PROJECT_CAPACITY: _project_capacity,
    PROJECT_BUILD_LIMIT: _project_build_limit,
    LOSS: _loss,
    RESERVE_KEPT: _reserve_kept,
    STORAGE_LIMIT: _storage_limit,
    RELEASE_LIMIT: _release_limit,
    DEMAND: _demand,
    TRANCHE_LIMIT: _tranche_limit,
}
