"""The least change of a single number that ends a conflict, checked by solving the changed program again."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from bichiku.explaining.conflict import RuleSet
from bichiku.explaining.dials import FINE, Dial, ShareDial, demand_dial, dial_of
from bichiku.explaining.judge import Judge
from bichiku.explaining.policy_rules import POLICY_KINDS
from bichiku.explaining.rules import Part, Rule, without
from bichiku.policies import FAMILIES
from bichiku.program import LinearProgram
from bichiku.show.numbers import four_digits, four_digits_with_unit

CLOSE = 1e-6  # relative; a number this close to a round one is that
FEW_YEARS = 3  # a number that is in conflict in more years is turned in all years together
TONNES = ("survive", "demand")  # kinds whose number is tonnes that are missing, none as things stand
UNDATED = {name for name, family in FAMILIES.items() if family.undated}
MANY_CAPACITIES = 4  # of so many suppliers none is tried by itself; what is missing elsewhere says it better
LATE, UNTRIED, NOT_ENOUGH = "the time was up", "not tried by itself", "no change of it alone is enough"
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
        enough: whether `after` ends the conflict; otherwise it is a bound from below that was left unchecked.
        told_in: the year whose number `before` and `after` are; None for a number without years.
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
    enough: bool = True
    told_in: int | None = None


@dataclass(frozen=True)
class NoChange:
    """A rule of a conflict of which no change by itself helps, or was found."""

    rule: Rule
    reason: str


@dataclass(frozen=True)
class Bench:
    """The programs on which a change is tried: as it is, with the other conflicts settled, without other policies.

    The last counts where the other conflicts are not all known.

    Attributes:
        part: the part.
        programs: the programs, by the part's numbering.
        others: the other conflicts of the part.
        rows: rows that contradict each other without all others; a least change is looked for among these first.
        judge: solves them.
    """

    part: Part
    programs: tuple[LinearProgram, ...]
    others: tuple[RuleSet, ...]
    rows: np.ndarray | None
    judge: Judge

    @classmethod
    def of(cls, part: Part, ruleset: RuleSet, others: list[RuleSet], all_known: bool, judge: Judge) -> Bench:
        """The bench of one conflict beside others; of each of those one family of rules is dropped."""
        plain = cls(part, (part.program,), tuple(others), ruleset.rows, judge)
        own = {rule.family for rule in ruleset.rules}
        gone: list[Rule] = []
        for other in others:
            policies = sorted(other.families - own)
            tables = sorted({rule.family for rule in other.rules} - own - set(policies))
            for family in [*policies, *tables]:
                more = [*gone, *(rule for rule in part.rules if rule.family == family)]
                if plain.feasible(without(part.program, more)) is False:  # this conflict is still there
                    gone = more
                    break
        programs = [part.program]
        if gone:
            programs.append(without(part.program, gone))
        if not all_known:
            foreign = [rule for rule in part.rules if rule.kind in POLICY_KINDS and rule.family not in own]
            programs.append(without(part.program, foreign))
        return replace(plain, programs=tuple(programs))

    def narrow(self, program: LinearProgram) -> LinearProgram:
        """The program without limits on the rows that the conflict does not need: what fails here fails in all."""
        if self.rows is None:
            return program
        needed = np.zeros(program.shape[0], dtype=bool)
        needed[self.rows] = True
        lower = np.where(needed, program.row_lower, -np.inf)
        return replace(program, row_lower=lower, row_upper=np.where(needed, program.row_upper, np.inf))

    def feasible(self, program: LinearProgram) -> bool | None:
        """Whether a program can be kept; quick where it cannot."""
        if self.rows is not None and self.judge.feasible(self.narrow(program)) is False:
            return False
        return self.judge.feasible(program)

    def try_out(
        self,
        dial: Dial,
        value: float,
        sign: float,
        coarse: float = 0.0,
        families: frozenset[tuple[str, str, str]] | None = None,
    ) -> Found | None:
        """The least turn of a number from `value` in the direction of `sign`; None if none helps.

        `families` are the rules in whose limits the number stands, if in no other place: a conflict without any of
        them stays as it is.
        """
        for program in self.programs:
            alone = program is self.part.program
            if alone and families is not None and any(_without(other, families) for other in self.others):
                continue
            for tried in (self.narrow(program), program):
                least = dial.least(tried, self.judge)
                if least is None:
                    break
                if least <= 0:
                    continue
                below = max(min(BELOW * least, least - coarse), 0.0)
                too_little = self.judge.feasible(dial.at(tried, below)) is False
                turns = _turns(value, sign, least, coarse)
                for after, step in turns:
                    if self.judge.feasible(dial.at(program, min(step, dial.most))):
                        return Found(least, step, after, too_little, alone)
                if tried is program or self.judge.late:
                    return Found(least, turns[-1][1], turns[-1][0], False, alone, enough=False)
        return None


def _without(other: RuleSet, families: frozenset[tuple[str, str, str]]) -> bool:
    return not any(rule.family in families for rule in other.rules)


def _turns(value: float, sign: float, least: float, coarse: float) -> list[tuple[float, float]]:
    """Numbers to type and the turns that lead to them, the nearest first.

    A number that is turned in many places may go further down in some than it stands in this one; then the turns are
    round and the number ends at nothing.
    """
    exact = value + sign * least
    if exact < -coarse:
        return [(0.0, step) for step in _round_numbers(least, 1.0, coarse)]
    return [(after, abs(after - value)) for after in _round_numbers(exact, sign, coarse)]


@dataclass(frozen=True)
class Found:
    """What was found of a least turn.

    Attributes:
        least: the least turn.
        step: a round turn, no less.
        after: the number that it leads to, nothing where the turn is larger than the number was.
        verified: whether the step was tried, and a little less as well.
        alone: whether it is enough without any other change.
        enough: whether the step ends the conflict; otherwise it is a bound from below.
    """

    least: float
    step: float
    after: float
    verified: bool
    alone: bool
    enough: bool = True


def _round_numbers(exact: float, sign: float, coarse: float, digits: int = 4) -> list[float]:
    """Numbers to type in place of an exact one: the nearest round one if it is as close as that, then safer ones."""
    if abs(exact) < coarse or exact == 0:
        return [0.0, sign * coarse] if sign > 0 else [0.0]
    unit = 10.0 ** (math.floor(math.log10(abs(exact))) + 1 - digits)
    near = round(exact / unit)
    first = near if abs(near * unit - exact) <= max(CLOSE * abs(exact), coarse) else None
    safe = math.ceil(exact / unit) if sign > 0 else math.floor(exact / unit)
    places = [place for place in (first, safe, safe + int(sign)) if place is not None]
    return [float(f"{max(place * unit, 0.0):.12g}") for place in places]


def changes(ruleset: RuleSet, bench: Bench, of_tables: bool) -> Iterator[Change | NoChange]:
    """For each rule of a conflict the least change of its number, or why there is none.

    Args:
        ruleset: the conflict.
        bench: where it is tried.
        of_tables: the numbers of tables, or else policies and demand that is done without.
    """
    short_allowed = {rule.material for rule in ruleset.rules if rule.kind == "survive"}
    families: dict[tuple[str, str, str], list[Rule]] = {}
    # a budget or a limit on risk is one number that many materials share
    for rule in sorted(ruleset.rules, key=lambda rule: bool(rule.material)):
        if rule.kind == "loss" or (rule.kind == "demand" and rule.material in short_allowed):
            continue  # a crisis is no choice; and tonnes done without are told as tonnes short
        if of_tables is (rule.kind not in (*POLICY_KINDS, "demand")):
            families.setdefault(rule.family, []).append(rule)
    many = sum(kind == "supplier_capacity" for kind, _, _ in families) > MANY_CAPACITIES
    for rules in families.values():
        if many and rules[0].kind == "supplier_capacity":
            yield NoChange(rules[0], UNTRIED)
            continue
        undated = rules[0].kind in UNDATED
        years = {} if undated else {(rule.year, rule.onset): rule for rule in rules}
        kin = [rule for rule in bench.part.rules if rule.family == rules[0].family]
        found: list[Change] = []
        if len(years) <= FEW_YEARS:
            for (year, onset), first in years.items():
                same = [rule for rule in kin if (rule.year, rule.onset) == (year, onset) and rule is not first]
                found += _change([first, *same], bench)
        in_one = len(years) == 1 and bool(found) and found[0].alone
        if undated or (len(kin) > len(rules) and not in_one) or len(years) > 1:
            together = _change(_most_room_first([rules[0], *(rule for rule in kin if rule is not rules[0])]), bench)
            if not found or len(years) > 1 or any(change.alone for change in together):
                found += together
        if found:
            yield from found
        else:
            yield NoChange(rules[0], LATE if bench.judge.late else NOT_ENOUGH)


def _most_room_first(rules: list[Rule]) -> list[Rule]:
    """The rules with the one in front whose number can go furthest: what is told of it holds for the others too."""
    most = max(rules, key=lambda rule: -rule.loosening * rule.value)
    return [most, *(rule for rule in rules if rule is not most)]


def _change(rules: list[Rule], bench: Bench) -> list[Change]:
    """The least change of the number behind some rules, told at the first of them; empty where none helps."""
    first = rules[0]
    dial = demand_dial(first) if first.kind == "demand" else dial_of(rules)
    if dial is None:
        return []
    coarse = 2 * FINE if isinstance(dial, ShareDial) else 0.0
    start = 0.0 if first.kind in TONNES else first.value
    # less demand may help wherever the material goes; other numbers stand in their own rules' limits
    families = None if first.kind == "demand" else frozenset(rule.family for rule in rules)
    found = bench.try_out(dial, start, first.loosening, coarse, families)
    return [] if found is None else [_worded(first, rules, found)]


_NOUNS = {
    **{name: family.noun for name, family in FAMILIES.items()},
    "supplier_capacity": "the capacity of {name}",
    "project_capacity": "the ready capacity of project {name}",
    "project_build_limit": "what may be built of project {name}",
    "storage_limit": "the storage limit of {material}",
    "release_limit": "the release limit of {material}",
    "tranche_limit": "the share of the demand for {material} that {name} may save",
}


def _worded(rule: Rule, rules: list[Rule], found: Found) -> Change:
    undated = rule.kind in UNDATED
    all_years = not undated and len({(other.year, other.onset) for other in rules}) > 1
    year = None if all_years or undated else rule.year
    if rule.kind in TONNES:
        words = _tonnes_words(rule, four_digits(found.after), all_years)
        unit = "t"
    else:
        unit = rule.unit
        verb = "raise" if rule.loosening > 0 else "lower"
        noun = _NOUNS[rule.kind].format(material=rule.material, name=rule.name, limit=rule.name)
        span = f"from {four_digits_with_unit(rule.value, unit)} to {four_digits_with_unit(found.after, unit)}"
        when = " in every year" if all_years else f" in {year}" if year else ""
        beyond = found.step > abs(found.after - rule.value) * (1.0 + CLOSE)
        if all_years or beyond:
            by = four_digits_with_unit(found.step, unit).replace(" %", " points")
            words = f"{verb} {noun} by {by}{when}{_at_the_end(rules, found.step)}"
            words += f" ({f'in {rule.year} ' if rule.year else ''}{span})"
        else:
            words = f"{verb} {noun}{when} {span}"
        if unit == "t/year":
            words += f", {four_digits(found.after - rule.value)} t/year more"
    return Change(
        rule.kind, rule.name, rule.material, year, found.least, rule.value, found.after, unit, words,
        found.verified, found.alone, found.enough, None if undated or rule.kind in TONNES else rule.year,
    )  # fmt: skip


def _at_the_end(rules: list[Rule], step: float) -> str:
    """What is to be added where a number of some year cannot go as far as those of the others."""
    if rules[0].loosening < 0:
        return ", none below zero" if any(rule.value < step * (1.0 - CLOSE) for rule in rules) else ""
    over = rules[0].unit == "points" and any(rule.value + step > 100.0 * (1.0 + CLOSE) for rule in rules)
    return ", none above 100 %" if over else ""


def _tonnes_words(rule: Rule, tonnes: str, all_starts: bool) -> str:
    if rule.kind == "demand":
        return f"do without {tonnes} t of {rule.material}, all periods and crises together"
    when = ", all its starts together" if all_starts else f" of {rule.year}"
    return f"accept {tonnes} t of {rule.material} short in crisis {rule.name}{when}"
