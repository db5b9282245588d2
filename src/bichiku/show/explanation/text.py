"""An explanation as a user reads it: short, or all of it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from bichiku.explaining.changes import Change, NoChange, NoChangeReason
from bichiku.explaining.explanation import Conflict, Diagnosis, Explanation
from bichiku.explaining.floor_and_ceiling import EARLIER
from bichiku.explaining.new_source import NEW_SOURCE
from bichiku.explaining.postponement import LATER
from bichiku.explaining.rules import DEMAND
from bichiku.model.world import World
from bichiku.policies import FAMILIES
from bichiku.show.explanation.change_words import change_words
from bichiku.show.explanation.grouping import UnbrokenLine, grouped, table_of_group
from bichiku.show.explanation.remark_words import doubt_words, given_names, given_words, remark_words, sacrifice_words
from bichiku.show.explanation.rule_lines import MANY, rule_lines
from bichiku.show.numbers import three_digits

WIDTH = 118  # of a line
FEW = 6  # ways out that are all told; of more those that a desk can decide
CHOICES = {*FAMILIES, DEMAND, NEW_SOURCE, EARLIER, LATER}  # kinds of changes that a desk can decide


def text_of(explanation: Explanation, full: bool = False) -> str:
    """The whole text, without a line break at its end; names are counted rather than listed unless it is full."""
    return "\n".join(wrapped for line in _lines(explanation, full) for wrapped in _wrapped(line))


def _wrapped(line: str) -> list[str]:
    return [line] if isinstance(line, UnbrokenLine) else textwrap.wrap(line, WIDTH, subsequent_indent="    ") or [""]


def _lines(explanation: Explanation, full: bool) -> Iterator[str]:
    takes = explanation.sacrifices
    only_so = ", but only so:" if takes else "; nothing to explain"
    head = {
        Diagnosis.FEASIBLE: f"there is a plan that keeps all limits{only_so}",
        Diagnosis.INFEASIBLE: "no plan keeps all of its limits",
        Diagnosis.UNBOUNDED: "cost can fall without end",
        Diagnosis.NUMERICAL: "the solver fails on numerical grounds",
        Diagnosis.UNDECIDED: "not told within the time allowed",
    }[explanation.diagnosis]
    yield f"{explanation.strategy}: {head}"
    yield from (f"  - {sacrifice_words(sacrifice)}" for sacrifice in takes)
    conflicts = explanation.conflicts
    groups = [[conflict] for conflict in conflicts] if full else grouped(conflicts)
    told = 0
    for group in groups:
        yield ""
        if len(conflicts) > 1:
            last = f" to {told + len(group)}" if len(group) > 1 else ""
            yield f"Conflict{'s' if last else ''} {told + 1}{last} of {len(conflicts)}"
        told += len(group)
        yield from _conflict(max(group, key=_told), explanation.world, full)
        if len(group) > 1:
            yield from table_of_group(group, explanation.world)
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
    if explanation.remarks:
        yield ""
        yield from map(remark_words, explanation.remarks)


def _told(conflict: Conflict) -> int:
    """How much was found out about a conflict: of alike ones the first with most is told."""
    return sum(change.verified for change in conflict.changes if change.kind in CHOICES)


def _conflict(conflict: Conflict, world: World, full: bool) -> Iterator[str]:
    lines = list(rule_lines(conflict.rules, world, full))
    if not conflict.irreducible:
        yield f"These rules cannot be kept together. The set is not proven irreducible: {doubt_words(conflict)}."
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
        names = f" ({', '.join(given_names(given))})" if full and given_names(given) else ""
        yield f"  given: {given_words(given)}{names}"
    yield from _ways_out(conflict, full)
    yield from _none(conflict.fixed, world, full)
    remarks = conflict.remarks if full or len(conflict.remarks) <= MANY else conflict.remarks[: MANY - 1]
    yield from (f"({remark_words(remark)})" for remark in remarks)
    if len(remarks) < len(conflict.remarks):
        yield f"({len(conflict.remarks) - len(remarks)} more such remarks; --all tells them)"


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
        yield from (f"  - {change_words(change)}" for change in bounds)
    if len(shown) < len(changes):
        more = len(changes) - len(shown)
        yield f"  - or one of {more} more, of capacities, stores and savings (--all tells them)"
    if not changes:
        told = all(fixed.reason is NoChangeReason.NOT_ENOUGH for fixed in conflict.fixed)
        yield "No change of a single number ends it." if told else "No change was found that ends it."
    elif all(change.verified for change in changes):
        yield "Each was checked by solving again: the changed model keeps all limits, and a little less does not."


def _with_check(change: Change) -> str:
    return change_words(change) + ("" if change.verified else " (not checked: a little less may do)")


def _none(fixed: Iterable[NoChange], world: World, full: bool) -> Iterator[str]:
    """Rules of which no change helps by itself."""
    for reason, head in (
        (NoChangeReason.NOT_ENOUGH, "No change of these alone is enough:"),
        (NoChangeReason.LATE, "Not tried to the end, as the time was up:"),
        (NoChangeReason.UNTRIED, "Too many to be tried one by one; see what would have to be found elsewhere:"),
    ):
        lines = list(rule_lines((no.rule for no in fixed if no.reason is reason), world, full, brief=True))
        if lines:
            yield head
            shown = lines if full or len(lines) <= MANY else lines[: MANY - 1]
            yield from (f"  - {line}" for line in shown)
            if len(shown) < len(lines):
                yield f"  - {len(lines) - len(shown)} more (--all tells them)"
