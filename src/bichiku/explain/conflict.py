"""Rules that cannot be kept together, none of them too many: a deletion filter over what a person would name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bichiku.explain.judge import Judge
from bichiku.explain.pieces import pieces
from bichiku.explain.policy_rules import POLICY_KINDS
from bichiku.explain.rules import Part, Rule, part_of, without
from bichiku.explain.suspects import suspects
from bichiku.linear_program import LinearProgram

Progress = Callable[[str], None]

MOST_TRIED = 8  # rules of a conflict that are left out by turns to see whether there is another beside it
MOST_CONFLICTS = 6  # in one part; further ones are told but not looked into


@dataclass(frozen=True)
class RuleSet:
    """Rules of a part that contradict each other.

    Attributes:
        rules: the rules.
        doubtful: rules that may not be needed, as the solver could not tell or the time was up; without any the
            set is irreducible.
    """

    rules: tuple[Rule, ...]
    doubtful: tuple[Rule, ...]

    @property
    def families(self) -> frozenset[tuple[str, str, str]]:
        """The policies to blame; rules of tables where no policy is among them."""
        policies = [rule for rule in self.rules if rule.kind in POLICY_KINDS]
        return frozenset(rule.family for rule in policies or self.rules)


def conflicts(part: Part, judge: Judge, progress: Progress = lambda _: None) -> tuple[list[RuleSet], bool]:
    """Conflicts of a part one after the other, each looked for without the policies of those before.

    Returns:
        The conflicts, and whether the part is known to hold no further one.
    """
    found: list[RuleSet] = []
    kept = list(part.rules)
    while True:
        gone = [rule for rule in part.rules if rule not in kept]
        feasible = judge.feasible(without(part.program, gone))
        if feasible:
            return found, True
        if feasible is None or len(found) == MOST_CONFLICTS:
            return found, False
        ruleset = _in_a_piece(part, kept, gone, judge, progress) or _reduce(part, kept, gone, judge, progress)
        if not ruleset.rules or (found and ruleset.doubtful and judge.late):
            return found, False
        found.append(ruleset)
        kept = _next(part, kept, ruleset, judge)


def _next(part: Part, kept: list[Rule], ruleset: RuleSet, judge: Judge) -> list[Rule]:
    """The rules without one rule of a conflict, one that leaves further conflicts if there is such a one."""
    tables = {rule.family for rule in ruleset.rules if rule.kind not in POLICY_KINDS and rule.kind != "loss"}
    families = [*sorted(ruleset.families), *sorted(tables - ruleset.families)]
    for family in families[:MOST_TRIED]:
        left = [rule for rule in kept if rule.family != family]
        if judge.feasible(_only(part, left)) is False:
            return left
    return [rule for rule in kept if rule.family not in ruleset.families]


def _in_a_piece(part: Part, kept: list[Rule], gone: list[Rule], judge: Judge, progress: Progress) -> RuleSet | None:
    """A conflict that needs no limit on all materials together: without those limits the part falls into pieces."""
    single = [rule for rule in kept if rule.material]
    base = without(part.program, [*gone, *(rule for rule in kept if not rule.material)])
    for piece, rows, columns in pieces(base):
        if judge.feasible(piece) is False:
            own = part_of(base, rows, columns, single, part.program.matrix.indptr)
            found = _reduce(own, list(own.rules), [], judge, progress)
            by_key = {_key(rule): rule for rule in single}
            rules = tuple(by_key[_key(rule)] for rule in found.rules)
            return RuleSet(rules, tuple(by_key[_key(rule)] for rule in found.doubtful))
    return None


def _key(rule: Rule) -> tuple[str, str, str, int | None, int, str]:
    return (rule.kind, rule.name, rule.material, rule.year, rule.onset, rule.source)


def _reduce(part: Part, kept: list[Rule], gone: list[Rule], judge: Judge, progress: Progress) -> RuleSet:
    """Drops rules, many at once where that leaves the rest infeasible, until each that is left is needed."""
    base = without(part.program, gone)
    shown = suspects(Part(base, part.rows, part.columns, part.rules, part.row_at, part.column_at), kept, judge)
    if judge.feasible(_only(part, shown)) is not False:
        shown = kept
    needed: list[Rule] = []
    doubtful: list[Rule] = []
    heaps = [sorted(shown, key=_order)]
    while heaps:
        heap = heaps.pop()
        progress(f"reducing a conflict: {len(shown)} rules")
        if not heap:
            continue
        mine = set(map(id, heap))
        verdict = judge.feasible(_only(part, [rule for rule in shown if id(rule) not in mine]))
        if verdict is False:
            shown = [rule for rule in shown if id(rule) not in mine]
        elif len(heap) == 1:
            (needed if verdict else doubtful).append(heap[0])
        else:
            half = len(heap) // 2
            heaps += [heap[half:], heap[:half]]
    chosen = set(map(id, [*needed, *doubtful]))
    rules = tuple(sorted((rule for rule in shown if id(rule) in chosen), key=_reading_order))
    return RuleSet(rules, tuple(doubtful))


def _only(part: Part, kept: Sequence[Rule]) -> LinearProgram:
    """The part with these rules and no others."""
    names = set(map(id, kept))
    return without(part.program, [rule for rule in part.rules if id(rule) not in names])


def _order(rule: Rule) -> tuple[str, int, int]:
    """The first to be dropped first: material by material, later years before earlier ones.

    So most materials go in a few solves, and the first year in conflict is told.
    """
    return (rule.material, 0 if rule.kind in POLICY_KINDS else 1, -(rule.year or 0) * 1000 - rule.onset)


def _reading_order(rule: Rule) -> tuple[int, str, int, int, str]:
    place = POLICY_KINDS.index(rule.kind) if rule.kind in POLICY_KINDS else len(POLICY_KINDS)
    return (place, rule.kind, rule.year or 0, rule.onset, rule.name)
