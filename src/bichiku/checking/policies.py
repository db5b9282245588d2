"""Warnings about policies that do nothing: limits that no plan can reach, and names that they do not touch.

That a policy can never bind is only said where arithmetic proves it: taking it away changes no plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bichiku.checking.facts import Facts, Found
from bichiku.policies import POLICIES


def _never_binds(facts: Facts) -> Iterator[Found]:
    for policy in POLICIES:
        for path, reason in policy.never_binds(facts).items():
            yield Found(f"policies.{path}", f"can never bind: {reason}")


def _names_what_it_does_not_touch(facts: Facts) -> Iterator[Found]:
    for policy in POLICIES:
        for path, text in policy.idle_names(facts):
            yield Found(f"policies.{path}", text)


RULES: dict[str, Callable[[Facts], Iterator[Found]]] = {
    "W201": _never_binds,
    "W202": _names_what_it_does_not_touch,
}
