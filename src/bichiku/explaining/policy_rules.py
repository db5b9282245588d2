"""The rules that policies set, each for one material and one year (or one crisis), in words."""

from __future__ import annotations

from collections.abc import Iterator

from bichiku.explaining.rules import Rule, free
from bichiku.policies import FAMILIES, POLICIES
from bichiku.result.outcome import Outcome
from bichiku.show.numbers import four_digits, four_digits_with_unit, three_digits

POLICY_KINDS = tuple(FAMILIES)


class FourDigits:
    """Numbers as explanations write them: to four digits; see `bichiku.policies.policy.RuleWords`."""

    def number(self, value: float) -> str:
        return four_digits(value)

    def amount(self, value: float, unit: str) -> str:
        return four_digits_with_unit(value, unit)

    def tonnes(self, value: float) -> str:
        return three_digits(value)


def policy_rules(outcome: Outcome) -> Iterator[Rule]:
    """Every rule that a policy sets."""
    for policy in POLICIES:
        for limit in policy.rules(outcome):
            words = policy.describe(limit, outcome.world, FourDigits())
            rule = Rule(
                limit.family, limit.name, limit.material, limit.year, limit.value, limit.unit, words,
                onset=limit.onset, limit=limit, move=limit.move,
            )  # fmt: skip
            yield free(rule, rows=limit.rows)
