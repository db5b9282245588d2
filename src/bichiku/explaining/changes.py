"""The least change of a single number that ends a conflict, checked by solving the changed program again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from bichiku.explaining.adjustments import adjustment_of
from bichiku.explaining.deletion_filter import RuleSet
from bichiku.explaining.feasibility import FeasibilityCheck
from bichiku.explaining.rules import DEMAND, Number, Rule
from bichiku.explaining.trials import CLOSE, Trials
from bichiku.result.prices.limits import SUPPLIER_CAPACITY

FEW_YEARS = 3  # a number that is in conflict in more years is moved in all years together
MANY_CAPACITIES = 4  # of so many suppliers none is tried by itself; what is missing elsewhere says it better


@dataclass(frozen=True)
class Change:
    """One way out of a conflict: a single number changed, everything else kept.

    Attributes:
        kind: kind of the rule that gives: ``share_caps``, ``supplier_capacity``, ...; ``new_source`` or ``later``.
        name, material: as in the rule.
        year: year of the number; None for the whole horizon or all years together.
        least: least change, in `unit`.
        before, after: the number as it stands and as it would have to be, rounded to the safe side; of a date that is
            put off the calendar year or the month index.
        unit: their unit.
        verified: whether the changed program was solved and keeps all limits, and does not a little below.
        alone: whether that is enough; otherwise other conflicts of the model have to be settled as well.
        enough: whether `after` ends the conflict; otherwise it is a bound from below that was left unchecked.
        told_in: the year whose number `before` and `after` are; None for a number without years.
        rule: the rule that gives, the first of several; None for a new source.
        step: round step of the number; more than from `before` to `after` where that ends at nothing.
        all_years: whether the number moves in all its years (or starts of a crisis) together.
        some_stop: whether it cannot go as far in some of them.
    """

    kind: str
    name: str
    material: str
    year: int | None
    least: float
    before: float
    after: float
    unit: str
    verified: bool
    alone: bool
    enough: bool = True
    told_in: int | None = None
    rule: Rule | None = None
    step: float = 0.0
    all_years: bool = False
    some_stop: bool = False


class NoChangeReason(Enum):
    """Why no change of a rule is told."""

    LATE = auto()
    UNTRIED = auto()
    NOT_ENOUGH = auto()


@dataclass(frozen=True)
class NoChange:
    """A rule of a conflict of which no change by itself helps, or was found."""

    rule: Rule
    reason: NoChangeReason

    @classmethod
    def of(cls, rule: Rule, check: FeasibilityCheck) -> NoChange:
        """What is to be said of a rule whose least change was looked for in vain."""
        return cls(rule, NoChangeReason.LATE if check.late else NoChangeReason.NOT_ENOUGH)


def changes(ruleset: RuleSet, trials: Trials, of_tables: bool) -> Iterator[Change | NoChange]:
    """For each rule of a conflict the least change of its number, or why there is none.

    Args:
        ruleset: the conflict.
        trials: where it is tried.
        of_tables: the numbers of tables, or else policies and demand that is done without.
    """
    short_allowed = {rule.material for rule in ruleset.rules if rule.is_survival}
    numbers: dict[Number, list[Rule]] = {}
    # a budget or a limit on risk is one number that many materials share
    for rule in sorted(ruleset.rules, key=lambda rule: bool(rule.material)):
        if rule.is_undecided or (rule.kind == DEMAND and rule.material in short_allowed):
            continue  # a crisis is no choice; and tonnes done without are told as tonnes short
        if of_tables is not (rule.is_policy or rule.kind == DEMAND):
            numbers.setdefault(rule.number, []).append(rule)
    many = sum(kind == SUPPLIER_CAPACITY for kind, _, _ in numbers) > MANY_CAPACITIES
    for rules in numbers.values():
        if many and rules[0].kind == SUPPLIER_CAPACITY:
            yield NoChange(rules[0], NoChangeReason.UNTRIED)
            continue
        undated = rules[0].is_undated
        years = {} if undated else {(rule.year, rule.onset): rule for rule in rules}
        kin = [rule for rule in trials.part.rules if rule.number == rules[0].number]
        found: list[Change] = []
        if len(years) <= FEW_YEARS:
            for (year, onset), first in years.items():
                same = [rule for rule in kin if (rule.year, rule.onset) == (year, onset) and rule is not first]
                found += _change([first, *same], trials)
        in_one = len(years) == 1 and bool(found) and found[0].alone
        if undated or (len(kin) > len(rules) and not in_one) or len(years) > 1:
            together = _change(_most_room_first([rules[0], *(rule for rule in kin if rule is not rules[0])]), trials)
            if not found or len(years) > 1 or any(change.alone for change in together):
                found += together
        if found:
            yield from found
        else:
            yield NoChange.of(rules[0], trials.check)


def _most_room_first(rules: list[Rule]) -> list[Rule]:
    """The rules with the one in front whose number can go furthest: what is told of it holds for the others too."""
    most = max(rules, key=lambda rule: -rule.loosening * rule.value)
    return [most, *(rule for rule in rules if rule is not most)]


def _change(rules: list[Rule], trials: Trials) -> list[Change]:
    """The least change of the number behind some rules, told at the first of them; empty where none helps."""
    first = rules[0]
    adjustment = adjustment_of(rules)
    if adjustment is None:
        return []
    coarse = 2 * adjustment.fine
    start = 0.0 if first.is_missing_tonnes else first.value
    # less demand may help wherever the material goes; other numbers stand in their own rules' limits
    numbers = None if first.kind == DEMAND else frozenset(rule.number for rule in rules)
    found = trials.least_step(adjustment, start, first.loosening, coarse, numbers)
    if found is None:
        return []
    all_years = not first.is_undated and len({(rule.year, rule.onset) for rule in rules}) > 1
    return [
        Change(
            first.kind,
            first.name,
            first.material,
            None if all_years or first.is_undated else first.year,
            found.least,
            first.value,
            found.after,
            "t" if first.is_missing_tonnes else first.unit,
            found.verified,
            found.alone,
            found.enough,
            None if first.is_undated or first.is_missing_tonnes else first.year,
            rule=first,
            step=found.step,
            all_years=all_years,
            some_stop=_some_stop(rules, found.step),
        )
    ]


def _some_stop(rules: list[Rule], step: float) -> bool:
    """Whether a number of some year cannot go as far as those of the others."""
    if rules[0].loosening < 0:
        return any(rule.value < step * (1.0 - CLOSE) for rule in rules)
    return rules[0].unit == "points" and any(rule.value + step > 100.0 * (1.0 + CLOSE) for rule in rules)
