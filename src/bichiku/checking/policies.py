"""Warnings about policies that do nothing (limits that no plan can reach, names that they do not touch), and about a
reserve that the horizon cuts off.

That a policy can never bind is only said where arithmetic proves it: taking it away changes no plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bichiku.checking.facts import Facts, Found
from bichiku.policies import POLICIES
from bichiku.policies.reserve_target import target_days


def _never_binds(facts: Facts) -> Iterator[Found]:
    for policy in POLICIES:
        for path, reason in policy.never_binds(facts).items():
            yield Found(f"policies.{path}", f"can never bind: {reason}")


def _names_what_it_does_not_touch(facts: Facts) -> Iterator[Found]:
    for policy in POLICIES:
        for path, text in policy.idle_names(facts):
            yield Found(f"policies.{path}", text)


def _reserve_outlasts_the_horizon(facts: Facts) -> Iterator[Found]:
    calendar = facts.world.calendar
    at_the_end = {
        material: float(days[calendar.reported - 1])
        for material in facts.world.materials
        if (days := target_days(facts.world, material)) is not None
    }
    left = (calendar.periods - calendar.reported) * calendar.days
    longer = {material: days for material, days in at_the_end.items() if days > left}
    if longer:
        longest = max(longer, key=lambda material: longer[material])
        others = f" and {len(longer) - 1} more" if len(longer) > 1 else ""
        after = f"only {left:g} days are solved after it" if left else "nothing is solved after it"
        yield Found(
            "policies.reserve_days",
            f"the target of {longest}{others} is {longer[longest]:g} days where the reported window ends, "
            f"{calendar.last_reported_month}, and {after}, so a crisis that would use it up is cut short and the plan "
            "sees little need of it there; solve more periods beyond report_until",
        )


RULES: dict[str, Callable[[Facts], Iterator[Found]]] = {
    "W201": _never_binds,
    "W202": _names_what_it_does_not_touch,
    "W209": _reserve_outlasts_the_horizon,
}
