"""An explanation as a user reads it: short, or all of it."""

from __future__ import annotations

import textwrap
from collections.abc import Hashable, Iterable, Iterator

from bichiku.explaining.alike import further, heaps_of_alike
from bichiku.explaining.changes import LATE, NOT_ENOUGH, UNTRIED, Change, NoChange
from bichiku.explaining.explanation import Conflict, Explanation, Finding
from bichiku.explaining.policy_rules import POLICY_KINDS
from bichiku.explaining.rules import Rule
from bichiku.explaining.wording import MANY, told_together
from bichiku.show.numbers import three_digits

WIDTH = 118  # of a line
FEW = 6  # ways out that are all told; of more those that a desk can decide
CHOICES = (
    *POLICY_KINDS,
    "demand",
    "new_source",
    "later",
)


def text_of(explanation: Explanation, full: bool = False) -> str:
    """The whole text, without a line break at its end; names are counted rather than listed unless it is full."""
    return "\n".join(wrapped for line in _lines(explanation, full) for wrapped in _wrapped(line))


def _wrapped(line: str) -> list[str]:
    # what is set in columns is not to be broken
    return [line] if "  " in line.lstrip() else textwrap.wrap(line, WIDTH, subsequent_indent="    ") or [""]


def _lines(explanation: Explanation, full: bool) -> Iterator[str]:
    head = {
        Finding.FEASIBLE: "there is a plan that keeps all limits; nothing to explain",
        Finding.INFEASIBLE: "no plan keeps all of its limits",
        Finding.UNBOUNDED: "cost can fall without end",
        Finding.NUMERICAL: "the solver fails on numerical grounds",
        Finding.UNDECIDED: "not told within the time allowed",
    }[explanation.finding]
    yield f"{explanation.strategy}: {head}"
    conflicts = explanation.conflicts
    heaps = [[conflict] for conflict in conflicts] if full else heaps_of_alike(conflicts)
    told = 0
    for heap in heaps:
        yield ""
        if len(conflicts) > 1:
            last = f" to {told + len(heap)}" if len(heap) > 1 else ""
            yield f"Conflict{'s' if last else ''} {told + 1}{last} of {len(conflicts)}"
        told += len(heap)
        yield from _conflict(max(heap, key=_told), full)
        if len(heap) > 1:
            yield from further(heap)
    if len(conflicts) > 1:
        yield ""
        yield "Each conflict was ended by itself: what ends one may sharpen another. Explain again after a change."
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


def _told(conflict: Conflict) -> int:
    """How much was found out about a conflict: of alike ones the first with most is told."""
    return sum(change.verified for change in conflict.changes if change.kind in CHOICES)


def _conflict(conflict: Conflict, full: bool) -> Iterator[str]:
    lines = list(_grouped(conflict.rules, full))
    if not conflict.irreducible:
        yield f"These rules cannot be kept together. The set is not proven irreducible: {conflict.doubt}."
    elif len(lines) == 1:
        yield "This rule cannot be kept, whatever becomes of the others:"
    else:
        yield "These rules cannot be kept together; without any one of them the others can:"
    yield from (f"  - {line}" for line in lines)
    materials = {rule.material for rule in conflict.rules if rule.material}
    if len(materials) > MANY and not full:
        count = len(materials)
        yield f"  given: stocks, goods under way and what is lost on routes of {count} materials (--all tells them)"
    for given in conflict.given if full or len(materials) <= MANY else ():
        names = f" ({', '.join(given.names)})" if full and given.names else ""
        yield f"  given: {given.words}{names}"
    yield from _ways_out(conflict, full)
    yield from _none(conflict.fixed, full)
    notes = conflict.notes if full or len(conflict.notes) <= MANY else conflict.notes[: MANY - 1]
    yield from (f"({note})" for note in notes)
    if len(notes) < len(conflict.notes):
        yield f"({len(conflict.notes) - len(notes)} more such remarks; --all tells them)"


def _ways_out(conflict: Conflict, full: bool) -> Iterator[str]:
    changes = conflict.changes
    chosen = [change for change in changes if change.kind in CHOICES]
    shown = chosen if chosen and not full and len(changes) > FEW else list(changes)
    for alone, head in (
        (True, "Any one of these is enough, and is the least of its kind:"),
        (False, "Any one of these ends this conflict; the other conflicts remain to be settled:"),
    ):
        some = [change for change in shown if change.alone is alone and change.enough]
        if some:
            yield head
            yield from (f"  - {_with_check(change)}" for change in some)
    bounds = [change for change in shown if not change.enough]
    if bounds:
        yield "At least so much is needed, and it was not shown to be enough:"
        yield from (f"  - {change.words}" for change in bounds)
    if len(shown) < len(changes):
        more = len(changes) - len(shown)
        yield f"  - or one of {more} more, of capacities, stores and savings (--all tells them)"
    if not changes:
        told = all(fixed.reason == NOT_ENOUGH for fixed in conflict.fixed)
        yield "No change of a single number ends it." if told else "No change was found that ends it."
    elif all(change.verified for change in changes):
        yield "Each was checked by solving again: the changed model keeps all limits, and a little less does not."


def _with_check(change: Change) -> str:
    return change.words if change.verified else f"{change.words} (not checked: a little less may do)"


def _none(fixed: Iterable[NoChange], full: bool) -> Iterator[str]:
    """Rules of which no change helps by itself."""
    for reason, head in (
        (NOT_ENOUGH, "No change of these alone is enough:"),
        (LATE, "Not tried to the end, as the time was up:"),
        (UNTRIED, "Too many to be tried one by one; see what would have to be found elsewhere:"),
    ):
        lines = list(_grouped((no.rule for no in fixed if no.reason == reason), full, brief=True))
        if lines:
            yield head
            shown = lines if full or len(lines) <= MANY else lines[: MANY - 1]
            yield from (f"  - {line}" for line in shown)
            if len(shown) < len(lines):
                yield f"  - {len(lines) - len(shown)} more (--all tells them)"


def _grouped(rules: Iterable[Rule], full: bool, brief: bool = False) -> Iterator[str]:
    """The rules in words, those that belong together in one line."""
    heaps: dict[Hashable, list[Rule]] = {}
    for rule in rules:
        key: Hashable = rule.line
        if not full and rule.kind in ("loss", "survive"):
            key = (rule.kind, rule.material)
        elif not full and rule.kind in POLICY_KINDS:
            key = rule.family
        heaps.setdefault(key, []).append(rule)
    alike: dict[tuple[str, str, int | None], list[str]] = {}
    for heap in heaps.values():
        # many materials under one policy make one line
        place = (heap[0].kind, heap[0].family[1], heap[0].year) if not full else (str(len(alike)), "", None)
        alike.setdefault(place, []).extend(told_together(heap, full and not brief))
    for lines in alike.values():
        if full or len(lines) <= MANY:
            yield from lines
        else:
            yield f"{lines[0]}, and {len(lines) - 1} more of the kind"
