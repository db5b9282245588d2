"""The least change of a single number that ends a conflict, checked by solving the changed program again."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from bichiku.explain.conflict import RuleSet
from bichiku.explain.dials import Dial, demand_dial, dial_of
from bichiku.explain.judge import Judge
from bichiku.explain.policy_rules import amount, number
from bichiku.explain.rules import Part, Rule, without
from bichiku.linear_program import LinearProgram

CLOSE = 1e-6  # relative; a number this close to a round one is that
BELOW = 0.99  # share of the least change that must not be enough


@dataclass(frozen=True)
class Change:
    """One way out of a conflict: a single number changed, everything else kept.

    Attributes:
        kind: kind of the rule that gives: ``share_caps``, ``supplier_capacity``, ``new_source``, ``later``, ...
        name, material: as in the rule.
        year: year of the number; None for the whole horizon or all years together.
        least: least change, in `unit`.
        before, after: the number as it stands and as it would have to be, rounded to the safe side.
        unit: their unit.
        words: the change in words.
        verified: whether the changed program was solved and keeps all limits, and does not a little below.
        alone: whether that is enough; otherwise other conflicts of the model have to be settled as well.
    """

    kind: str
    name: str
    material: str
    year: int | None
    least: float
    before: float
    after: float
    unit: str
    words: str
    verified: bool
    alone: bool


@dataclass(frozen=True)
class NoChange:
    """A rule of a conflict of which no change by itself helps, or was found."""

    rule: Rule
    reason: str


@dataclass(frozen=True)
class Bench:
    """The programs on which a change is tried: as it is, and with all other conflicts settled."""

    part: Part
    settled: LinearProgram
    judge: Judge

    @classmethod
    def of(cls, part: Part, others: list[RuleSet], judge: Judge) -> Bench:
        """The bench of one conflict beside others."""
        families = {family for other in others for family in other.families}
        gone = [rule for rule in part.rules if rule.family in families]
        return cls(part, without(part.program, gone), judge)

    def try_out(self, dial: Dial) -> tuple[float, float, bool, bool] | None:
        """Least turn, turn rounded up for words, whether verified, whether enough by itself; None if none helps."""
        programs = [self.part.program]
        if self.settled is not self.part.program:
            programs.append(self.settled)
        for program in programs:
            least = dial.least(program, self.judge)
            if least is None:
                continue
            return least, least, self.holds(dial, program, least), program is self.part.program
        return None

    def holds(self, dial: Dial, program: LinearProgram, least: float) -> bool:
        """Whether the changed program keeps all limits, and does not a little below."""
        enough = self.judge.feasible(dial.at(program, least * (1 + CLOSE) + 1e-9))
        return enough is True and self.judge.feasible(dial.at(program, BELOW * least)) is False


def rounded_up(value: float, digits: int = 4) -> float:
    """A number rounded away from nought to some significant digits, unless it is round already."""
    if value == 0 or not math.isfinite(value):
        return value
    unit = 10.0 ** (math.floor(math.log10(abs(value))) + 1 - digits)
    near = round(value / unit)
    if abs(value - near * unit) <= CLOSE * abs(value):
        return float(f"{near * unit:.12g}")
    return float(f"{math.ceil(value / unit) * unit:.12g}")


def changes(ruleset: RuleSet, bench: Bench) -> Iterator[Change | NoChange]:
    """For each rule of a conflict the least change of its number, or why there is none."""
    seen: set[tuple[str, str, str, int | None, int]] = set()
    short_allowed = {rule.material for rule in ruleset.rules if rule.kind == "survive"}
    for rule in ruleset.rules:
        key = (rule.kind, "" if rule.kind == "country_cap" else rule.name, rule.material, rule.year, rule.onset)
        if key in seen:
            continue
        seen.add(key)
        if rule.kind == "loss" or (rule.kind == "demand" and rule.material in short_allowed):
            continue  # a crisis is no choice; and tonnes done without are told as tonnes short
        yield _change(rule, bench)


def _change(rule: Rule, bench: Bench) -> Change | NoChange:
    for rules in _turned_together(rule, bench.part):
        if rule.kind == "demand":
            dial: Dial | None = demand_dial(rule, bench.part.program)
        else:
            dial = dial_of(rules)
        if dial is None:
            return NoChange(rule, "it has no number that can be changed by itself")
        found = bench.try_out(dial)
        if found is not None:
            least, _, verified, alone = found
            return _worded(rule, rules, least, verified, alone)
    reason = "the time was up before an answer" if bench.judge.late else "no change of it alone is enough"
    return NoChange(rule, reason)


def _turned_together(rule: Rule, part: Part) -> Iterator[list[Rule]]:
    """The rule of its own year; if that is not enough, of all years (or all starts of a crisis) together."""
    any_country = rule.kind == "country_cap"
    kin = [
        other
        for other in part.rules
        if (other.kind, other.material) == (rule.kind, rule.material) and (any_country or other.name == rule.name)
    ]
    own = [other for other in kin if (other.year, other.onset) == (rule.year, rule.onset)]
    yield [rule, *(other for other in own if other is not rule)]
    if len(kin) > len(own):
        yield [rule, *(other for other in kin if other is not rule)]


_NOUNS = {
    "reserve_days": "the reserve of {material}",
    "share_caps": "the share cap {name} on {material}",
    "share_floors": "the share floor {name} on {material}",
    "country_cap": "the cap on any one country for {material}",
    "expected_shortage": "the limit on the expected shortage of {material}",
    "risk_limit": "the limit on CVaR",
    "budget_investment": "the investment budget",
    "budget_reserve": "the reserve budget",
    "supplier_capacity": "the capacity of {name}",
    "project_capacity": "the ready capacity of project {name}",
    "project_build_limit": "what may be built of project {name}",
    "storage_limit": "the storage limit of {material}",
    "release_limit": "the release limit of {material}",
    "tranche_limit": "the share of the demand for {material} that {name} may save",
}


def _worded(rule: Rule, rules: list[Rule], least: float, verified: bool, alone: bool) -> Change:
    all_years = len({(other.year, other.onset) for other in rules}) > 1
    year = None if all_years else rule.year
    if rule.kind in ("survive", "demand"):
        tonnes = rounded_up(least)
        words = f"accept {number(tonnes)} t of {rule.material} short in crisis {rule.name}"
        if rule.kind == "demand":
            words = f"do without {number(tonnes)} t of {rule.material}, all periods and crises together"
        elif all_years:
            words += ", all its starts together"
        elif rule.year is not None:
            words += f" of {rule.year}"
        return Change(
            rule.kind, rule.name, rule.material, year, least, rule.value, tonnes, "t", words, verified, alone
        )
    exact = rule.value + rule.loosening * least
    # to the side that asks for less
    after = rounded_up(exact) if rule.loosening > 0 else -rounded_up(-exact)
    if rule.loosening < 0 and after > exact * (1 + CLOSE):
        after -= 10.0 ** (math.floor(math.log10(abs(exact))) - 3)
    after = max(after, 0.0)
    verb = "raise" if rule.loosening > 0 else "lower"
    noun = _NOUNS[rule.kind].format(material=rule.material, name=rule.name)
    span = f"from {amount(rule.value, rule.unit)} to {amount(after, rule.unit)}"
    if all_years:
        by = amount(rounded_up(least), rule.unit).replace(" %", " points")
        words = f"{verb} {noun} by {by} in every year (in {rule.year} {span})"
    else:
        words = f"{verb} {noun}{f' in {rule.year}' if rule.year else ''} {span}"
    return Change(
        rule.kind, rule.name, rule.material, year, least, rule.value, after, rule.unit, words, verified, alone
    )
