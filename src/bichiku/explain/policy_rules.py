"""The rules that policies set, each for one material and one year (or one crisis), in words."""

from __future__ import annotations

from collections.abc import Iterator

from bichiku.explain.rules import Rule, free
from bichiku.policies import FAMILIES, POLICIES
from bichiku.result.outcome import Outcome
from bichiku.show.numbers import three_digits

POLICY_KINDS = tuple(FAMILIES)

SIZES = ((1e12, " tn"), (1e9, " bn"), (1e6, " m"))


class FourDigits:
    """Numbers as explanations write them: to four digits; see `bichiku.policies.policy.RuleWords`."""

    def number(self, value: float) -> str:
        return number(value)

    def amount(self, value: float, unit: str) -> str:
        return amount(value, unit)

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


def number(value: float) -> str:
    """A number to four digits without noughts at its end."""
    text = f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"
    return text if "e" not in text else three_digits(value)


def amount(value: float, unit: str) -> str:
    """A number with its unit, to four digits; points of a share as per cent, millions as money."""
    if unit == "points":
        return f"{number(value)} %"
    if unit.startswith("million "):
        currency, whole = unit.removeprefix("million "), value * 1e6
        size, word = next(((by, word) for by, word in SIZES if abs(whole) >= by), (1.0, ""))
        return f"{currency} {number(whole / size)}{word}"
    return f"{number(value)} {unit}"
