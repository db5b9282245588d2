"""Conflicts between the same policies over many materials: one is told, the others are rows of a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from bichiku.explaining.changes import Change
from bichiku.explaining.explanation import Conflict
from bichiku.explaining.new_source import NEW_SOURCE
from bichiku.explaining.rules import DEMAND, STORAGE_LIMIT
from bichiku.model.world import World
from bichiku.policies import FAMILIES
from bichiku.show.explanation.rule_words import crisis_words
from bichiku.show.numbers import four_digits_with_unit

_HEADS = {
    **{family.name: family.heading for family in FAMILIES.values()},
    STORAGE_LIMIT: "storage limit",
    DEMAND: "do without",
    NEW_SOURCE: "find elsewhere",
}


class UnbrokenLine(str):
    """A line set in columns, which is not to be wrapped."""


def grouped(conflicts: Sequence[Conflict]) -> list[list[Conflict]]:
    """Conflicts in groups of those between policies of the same kinds and names."""
    groups: dict[frozenset[tuple[str, str]], list[Conflict]] = {}
    for conflict in conflicts:
        policies = frozenset(
            (rule.kind, "" if rule.is_survival else rule.number[1]) for rule in conflict.rules if rule.is_policy
        )
        key = policies or frozenset((rule.kind, "") for rule in conflict.rules)
        groups.setdefault(key, []).append(conflict)
    return list(groups.values())


def table_of_group(group: Sequence[Conflict], world: World) -> Iterator[str]:
    """A table of alike conflicts: each with its material, its year or crisis and the least changes that end it."""
    yield f"The same policies contradict each other {len(group)} times; any one number of a row ends its conflict:"
    heads = list(
        dict.fromkeys(_head(change) for conflict in group for change in conflict.changes if change.kind in _HEADS)
    )
    alike: Counter[tuple[str, ...]] = Counter()
    unchecked = False
    for conflict in group:
        when = _when(conflict, world)
        cells: dict[str, str] = {}
        for change in sorted(conflict.changes, key=lambda change: str(change.year) != when):
            if change.kind in _HEADS and (_head(change) not in cells):
                cells[_head(change)] = _cell(change, when)
                unchecked |= not change.verified
        doubt = "" if conflict.irreducible else "*"
        alike[_materials(conflict) + doubt, when, *(cells.get(head, "-") for head in heads)] += 1
    # conflicts that differ only in rules that the table leaves out make one row
    same = {row: f" ({count} times)" if count > 1 else "" for row, count in alike.items()}
    rows = [["material", "in", *heads], *([material + same[row], *rest] for row in alike for material, *rest in [row])]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        first, *others = (
            cell.ljust(width) if place < 2 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield UnbrokenLine("  ".join([f"  {first}", *others]).rstrip())
    if unchecked:
        yield "(?: not checked by solving again; it may take more, or a little less)"
    if any(not conflict.irreducible for conflict in group):
        yield "(*: the set of rules is not proven irreducible; --all tells it and why)"


def _cell(change: Change, when: str) -> str:
    """The number to type, with its year where that is another than the one that the row is about."""
    year = f" in {change.told_in}" if change.told_in is not None and str(change.told_in) != when else ""
    return four_digits_with_unit(change.after, change.unit) + year + ("" if change.verified else "?")


def _head(change: Change) -> str:
    return _HEADS[change.kind].format(name=change.name)


def _materials(conflict: Conflict) -> str:
    policies = [rule for rule in conflict.rules if rule.is_policy] or list(conflict.rules)
    return ", ".join(sorted({rule.material for rule in policies if rule.material})) or "all"


def _when(conflict: Conflict, world: World) -> str:
    """The first crisis to be survived, or the first year."""
    for rule in conflict.rules:
        if rule.is_survival:
            return crisis_words(rule, world)
    years = [rule.year for rule in conflict.rules if rule.year is not None and rule.is_policy]
    return str(min(years)) if years else "all years"
