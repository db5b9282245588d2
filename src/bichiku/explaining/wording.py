"""Several rules of one kind in one line: what desks ask for together, with the first of them and their sum."""

from __future__ import annotations

from collections.abc import Iterator

from bichiku.explaining.rules import Rule
from bichiku.show.numbers import three_digits

MANY = 4  # things in a list of their own; more are put into one line

_TOGETHER = {
    "supplier_capacity": "capacity of {count} suppliers of {material}: {total} t/year together",
    "project_capacity": "ready capacity of {count} projects of {material}: {total} t/year together",
    "project_build_limit": "what may be built of {count} projects of {material}: {total} t/year together",
    "tranche_limit": "saving of {material} in {count} ways: at most {total} % of demand together",
}


def told_together(rules: list[Rule], names: bool) -> Iterator[str]:
    """Rules of one kind and material: each in a line if they are few, else in one line; with all names if wanted."""
    first = rules[0]
    if len(rules) == 1:
        yield first.words
    elif first.kind == "country_cap":
        yield _country_caps(rules)
    elif first.kind == "loss":
        yield _losses(rules, names)
    elif first.kind in _TOGETHER and len(rules) > (1 if first.kind == "project_capacity" else MANY):
        total = three_digits(sum(rule.value for rule in rules))
        words = _TOGETHER[first.kind].format(count=len(rules), material=first.material, total=total)
        listed = ", ".join(f"{rule.name} {three_digits(rule.value)}" for rule in rules)
        yield f"{words} ({listed})" if names else words
    elif first.kind == "survive":
        yield f"no shortage of {first.material} in {_crises(rules)}"
    elif first.year is not None and len(rules) > 1 and not names:
        more = f"{len(rules) - 1} more year{'s' if len(rules) > 2 else ''}"
        yield f"{first.words}, and the same in {more} to {rules[-1].year}"
    else:
        yield from (rule.words for rule in rules)


def _country_caps(rules: list[Rule]) -> str:
    countries = list(dict.fromkeys(rule.name for rule in rules))
    years = sorted({rule.year for rule in rules if rule.year is not None})
    some = ", ".join(countries) if len(countries) <= 2 * MANY else f"{len(countries)} countries"
    words = rules[0].words.replace(f"({countries[0]})", f"({some})", 1)
    more = len(years) - 1
    return f"{words}, and the same in {more} more year{'s' if more > 1 else ''} to {years[-1]}" if more else words


def _losses(rules: list[Rule], names: bool) -> str:
    """What crises, and events on the plan, take of a material's sources."""
    sources = list(dict.fromkeys(rule.source for rule in rules))
    worst = max(rule.value for rule in rules)
    some = sources[0] if len(sources) == 1 else f"{len(sources)} suppliers and projects of {rules[0].material}"
    places = list(dict.fromkeys(rule.words.partition(":")[0] for rule in rules))
    who = places[0] if len(places) == 1 else _crises(rules)
    words = f"{who}: {some} lose{'s' if len(sources) == 1 else ''} up to {three_digits(worst)} % of what can be shipped"
    if names and len(places) == 1:
        words += f" ({', '.join(f'{rule.source} {three_digits(rule.value)} %' for rule in rules)})"
    return words


def _crises(rules: list[Rule]) -> str:
    """Crises counted, with the first by name; for losses, events on the plan count as such."""
    starts = sorted({(rule.onset, rule.name) for rule in rules if rule.onset})
    events = "events on the plan" if any(not rule.onset for rule in rules) else ""
    first = next((rule for rule in rules if (rule.onset, rule.name) == starts[0]), rules[0]) if starts else rules[0]
    month = first.words.partition("crisis ")[2].partition(":")[0].partition(" (")[0]
    crises = f"crisis {month}" if len(starts) == 1 else f"{len(starts)} crises, first of them {month}" if starts else ""
    return " and ".join(part for part in (events, crises) if part)
