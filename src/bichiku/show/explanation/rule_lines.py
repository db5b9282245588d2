"""Several rules in one line: what desks ask for together, with the first of them and their sum."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import replace

from bichiku.explaining.rules import LOSS, RESERVE_KEPT, TRANCHE_LIMIT, Rule
from bichiku.model.world import World
from bichiku.result.prices.limits import PROJECT_BUILD_LIMIT, PROJECT_CAPACITY, SUPPLIER_CAPACITY
from bichiku.show.explanation.rule_words import cause_words, crisis_words, policy_words, rule_words
from bichiku.show.numbers import three_digits

MANY = 4  # things in a list of their own; more are put into one line

_TOGETHER = {
    SUPPLIER_CAPACITY: "capacity of {count} suppliers of {material}: {total} t/year together",
    PROJECT_CAPACITY: "ready capacity of {count} projects of {material}: {total} t/year together",
    PROJECT_BUILD_LIMIT: "what may be built of {count} projects of {material}: {total} t/year together",
    TRANCHE_LIMIT: "saving of {material} in {count} ways: at most {total} % of demand together",
}


def rule_lines(rules: Iterable[Rule], world: World, full: bool, brief: bool = False) -> Iterator[str]:
    """The rules in words, those that belong together in one line.

    Args:
        rules: the rules.
        world: their world.
        full: every supplier and crisis by itself.
        brief: names are counted rather than listed, even in full.
    """
    batches: dict[Hashable, list[Rule]] = {}
    for rule in rules:
        key: Hashable = rule.group
        if not full and (rule.is_undecided or rule.is_survival):
            key = (rule.kind, rule.material)
        elif not full and rule.is_policy:
            key = rule.number
        batches.setdefault(key, []).append(rule)
    alike: dict[tuple[str, str, int | None], list[str]] = {}
    for batch in batches.values():
        # many materials under one policy make one line
        place = (batch[0].kind, batch[0].number[1], batch[0].year) if not full else (str(len(alike)), "", None)
        alike.setdefault(place, []).extend(lines_of_kind(batch, world, full and not brief))
    for lines in alike.values():
        if full or len(lines) <= MANY:
            yield from lines
        else:
            yield f"{lines[0]}, and {len(lines) - 1} more of the kind"


def lines_of_kind(rules: Sequence[Rule], world: World, names: bool) -> Iterator[str]:
    """Rules of one kind and material: each in a line if they are few, else in one line; with all names if wanted."""
    first = rules[0]
    if len(rules) == 1:
        yield rule_words(first, world)
    elif first.family is not None and first.family.one_number:
        yield _one_number(rules, world)
    elif first.kind == LOSS:
        yield _losses(rules, world, names)
    elif first.kind in _TOGETHER and len(rules) > (1 if first.kind == PROJECT_CAPACITY else MANY):
        total = three_digits(sum(rule.value for rule in rules))
        words = _TOGETHER[first.kind].format(count=len(rules), material=first.material, total=total)
        listed = ", ".join(f"{rule.name} {three_digits(rule.value)}" for rule in rules)
        yield f"{words} ({listed})" if names else words
    elif first.is_survival:
        yield f"no shortage of {first.material} in {_crises(rules, world)}"
    elif first.kind == RESERVE_KEPT:
        yield f"the reserve of {first.material} stays in {_crises(rules, world)}, while they do not concern it"
    elif first.year is not None and not names:
        yield f"{rule_words(first, world)}{_more_years(len(rules) - 1, rules[-1].year)}"
    else:
        yield from (rule_words(rule, world) for rule in rules)


def _more_years(more: int, last: int | None) -> str:
    return f", and the same in {more} more year{'s' if more > 1 else ''} to {last}" if more else ""


def _one_number(rules: Sequence[Rule], world: World) -> str:
    """Limits behind which one number stands: the first, with the names of all."""
    names = list(dict.fromkeys(rule.name for rule in rules))
    years = sorted({rule.year for rule in rules if rule.year is not None})
    some = ", ".join(names) if len(names) <= 2 * MANY else f"{len(names)} countries"
    return policy_words(replace(rules[0].limit, name=some), world) + _more_years(len(years) - 1, years[-1])


def _losses(rules: Sequence[Rule], world: World, names: bool) -> str:
    """What crises, and events on the plan, take of a material's sources."""
    sources = list(dict.fromkeys(rule.source for rule in rules))
    worst = max(rule.value for rule in rules)
    some = sources[0] if len(sources) == 1 else f"{len(sources)} suppliers and projects of {rules[0].material}"
    causes = {(rule.onset, rule.name) for rule in rules}
    who = cause_words(rules[0], world) if len(causes) == 1 else _crises(rules, world)
    lose, ship = ("loses", "ships") if len(sources) == 1 else ("lose", "ship")
    no_more = f"{ship} no more than before"
    words = f"{who}: {some} {lose} up to {three_digits(worst)} % of what can be shipped" if worst else f"{who}: {some}"
    if any(rule.rationed for rule in rules):
        words += f", and of the rest {no_more}" if worst else f" {no_more}"
    if names and len(causes) == 1:
        words += f" ({', '.join(f'{rule.source} {three_digits(rule.value)} %' for rule in rules)})"
    return words


def _crises(rules: Sequence[Rule], world: World) -> str:
    """Crises counted, with the first by name; for losses, events count as such."""
    starts = {(rule.onset, rule.name): rule for rule in rules if rule.onset and not rule.by_events}
    parts = ["events on the plan"] if any(not rule.onset for rule in rules) else []
    if any(rule.by_events for rule in rules):
        parts = ["events"]
    if starts:
        first = crisis_words(starts[min(starts)], world)
        parts.append(f"crisis {first}" if len(starts) == 1 else f"{len(starts)} crises, first of them {first}")
    return " and ".join(parts)
