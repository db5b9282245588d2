"""An explanation as a user reads it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from bichiku.explain.changes import LATE, NOT_ENOUGH, UNTRIED, Change
from bichiku.explain.explanation import Conflict, Explanation, Finding
from bichiku.explain.rules import Rule
from bichiku.tell.numbers import three_digits

WIDTH = 118  # of a line
MANY = 4  # rules of one kind and material in a list of their own; more are put into one line


def text_of(explanation: Explanation) -> str:
    """The whole text, without a line break at its end."""
    return "\n".join(wrapped for line in _lines(explanation) for wrapped in _wrapped(line))


def _wrapped(line: str) -> list[str]:
    return textwrap.wrap(line, WIDTH, subsequent_indent="    ", break_long_words=False) or [""]


def _lines(explanation: Explanation) -> Iterator[str]:
    head = {
        Finding.FEASIBLE: "there is a plan that keeps all limits; nothing to explain",
        Finding.INFEASIBLE: "no plan keeps all of its limits",
        Finding.UNBOUNDED: "cost can fall without end",
        Finding.NUMERICAL: "the solver fails on numerical grounds",
        Finding.UNDECIDED: "not told within the time allowed",
    }[explanation.finding]
    yield f"{explanation.strategy}: {head}"
    for number, conflict in enumerate(explanation.conflicts, start=1):
        yield ""
        if len(explanation.conflicts) > 1:
            yield f"Conflict {number} of {len(explanation.conflicts)}"
        yield from _conflict(conflict)
    if explanation.ray is not None:
        yield ""
        yield "More and more of these together keeps all limits and earns money each time:"
        yield from (f"  - {three_digits(size)} of {step}" for step, size in explanation.ray.steps)
        yield "Look for a wrong number among their prices, costs and values."
    if explanation.extremes:
        yield ""
        yield "Smallest and largest numbers; look for a wrong unit behind them:"
        for extreme in explanation.extremes:
            yield f"  - {extreme.what}: {extreme.smallest:.3g} ({extreme.smallest_at})"
            yield f"    to {extreme.largest:.3g} ({extreme.largest_at})"
    if explanation.notes:
        yield ""
        yield from explanation.notes


def _conflict(conflict: Conflict) -> Iterator[str]:
    if conflict.irreducible and len(conflict.rules) == 1:
        yield "This rule cannot be kept at all; without it there is a plan:"
    elif conflict.irreducible:
        yield "These rules cannot be kept together; without any one of them the others can:"
    else:
        yield f"These rules cannot be kept together. The set is not proven irreducible: {conflict.doubt}."
    yield from (f"  - {line}" for line in _grouped(conflict.rules))
    yield from (f"  given: {line}" for line in conflict.given)
    yield from _ways_out(conflict)
    for reason, head in (
        (NOT_ENOUGH, "No change of these alone is enough:"),
        (LATE, "Not tried to the end, as the time was up:"),
        (UNTRIED, "Too many to be tried one by one; see what would have to be found elsewhere:"),
    ):
        rules = [fixed.rule for fixed in conflict.fixed if fixed.reason == reason]
        if rules:
            yield head
            yield from (f"  - {line}" for line in _grouped(rules, brief=True))
    yield from (f"({note})" for note in conflict.notes)


def _ways_out(conflict: Conflict) -> Iterator[str]:
    changes = conflict.changes
    alone = [change for change in changes if change.alone]
    together = [change for change in changes if not change.alone]
    if alone:
        yield "Any one of these is enough, and is the least of its kind:"
        yield from (f"  - {_with_check(change)}" for change in alone)
    if together:
        yield "Any one of these ends this conflict; the other conflicts remain to be settled:"
        yield from (f"  - {_with_check(change)}" for change in together)
    if not changes:
        told = all(fixed.reason == NOT_ENOUGH for fixed in conflict.fixed)
        yield "No change of a single number ends it." if told else "No change was found that ends it."
    elif all(change.verified for change in changes):
        yield "Each was checked by solving again: the changed model keeps all limits, and a little less does not."


def _with_check(change: Change) -> str:
    return change.words if change.verified else f"{change.words} (not checked: a little less may do)"


def _grouped(rules: Iterable[Rule], brief: bool = False) -> Iterator[str]:
    """The rules in words; many of one kind on one material in one line with their sum."""
    heaps: dict[tuple[str, str, int], list[Rule]] = {}
    for rule in rules:
        name = rule.name if rule.kind == "loss" else ""
        heaps.setdefault((rule.kind + name, rule.material, rule.onset if rule.kind == "loss" else 0), []).append(rule)
    for heap in heaps.values():
        first = heap[0]
        if len(heap) > MANY and first.kind == "supplier_capacity":
            total = three_digits(sum(rule.value for rule in heap))
            names = ", ".join(f"{rule.name} {three_digits(rule.value)}" for rule in heap)
            what = f"capacity of {len(heap)} suppliers of {first.material}: {total} t/year together"
            yield what if brief else f"{what} ({names})"
        elif len(heap) > 1 and first.kind == "loss":
            who = first.words.partition(":")[0]
            names = ", ".join(f"{rule.source} {three_digits(rule.value)} %" for rule in heap)
            yield f"{who}: what {len(heap)} suppliers and projects of {first.material} lose ({names})"
        elif len(heap) > MANY and first.year is not None:
            yield f"{first.words}, and the same for {len(heap) - 1} more years or countries to {heap[-1].year}"
        else:
            yield from (rule.words for rule in heap)
