"""One way out in words."""

from __future__ import annotations

from bichiku.explaining.changes import Change
from bichiku.explaining.floor_and_ceiling import EARLIER
from bichiku.explaining.new_source import NEW_SOURCE
from bichiku.explaining.postponement import LATER
from bichiku.explaining.rules import DEMAND, RELEASE_LIMIT, STORAGE_LIMIT, TRANCHE_LIMIT, Rule
from bichiku.explaining.trials import CLOSE
from bichiku.model.time_path import date_label
from bichiku.policies import FAMILIES
from bichiku.result.prices.limits import PROJECT_BUILD_LIMIT, PROJECT_CAPACITY, SUPPLIER_CAPACITY
from bichiku.show.numbers import four_digits, four_digits_with_unit

_NOUNS = {
    SUPPLIER_CAPACITY: "the capacity of {limit}",
    PROJECT_CAPACITY: "the ready capacity of project {limit}",
    PROJECT_BUILD_LIMIT: "what may be built of project {limit}",
    STORAGE_LIMIT: "the storage limit of {material}",
    RELEASE_LIMIT: "the release limit of {material}",
    TRANCHE_LIMIT: "the share of the demand for {material} that {limit} may save",
}


def change_words(change: Change) -> str:
    """A change in words."""
    if change.kind == NEW_SOURCE:
        tonnes = f"{four_digits(change.after)} t/year of {change.material}"
        return f"find {tonnes} elsewhere (a source that no crisis hits and no cap counts)"
    rule = change.rule
    assert rule is not None
    if change.kind == LATER:
        return _later(change, rule)
    if change.kind == EARLIER:
        start, instead_of = date_label(int(change.after)), date_label(int(change.before))
        return f"start earlier: let {rule.kind} of {rule.material} rise from {start} on, instead of {instead_of}"
    if rule.kind == DEMAND:
        return f"do without {four_digits(change.after)} t of {change.material}, all periods and crises together"
    if rule.is_survival:
        when = ", all its starts together" if change.all_years else f" of {rule.year}"
        when += ", all its lengths together" if len(rule.lengths) > 1 else ""
        return f"accept {four_digits(change.after)} t of {change.material} short in crisis {change.name}{when}"
    return _number(change, rule)


def _later(change: Change, rule: Rule) -> str:
    until, instead_of = date_label(int(change.after)), date_label(int(change.before))
    if rule.is_survival:
        return f"ask to survive only what begins in {until} or later ({rule.kind}: from)"
    return f"take until {until} with {rule.kind} of {rule.material}, instead of {instead_of}"


def _number(change: Change, rule: Rule) -> str:
    verb = "raise" if rule.loosening > 0 else "lower"
    noun = FAMILIES[rule.kind].noun if rule.is_policy else _NOUNS[rule.kind]
    head = f"{verb} {noun.format(material=rule.material, limit=rule.name)}"
    if change.unit == "HHI":
        by = f" by {four_digits(change.step)} in every year, in {rule.year}" if change.all_years else ""
        return f"{head}{by} from {four_digits(change.before)} to {four_digits(change.after)}"
    span = " to ".join(four_digits_with_unit(value, change.unit) for value in (change.before, change.after))
    when = " in every year" if change.all_years else f" in {change.year}" if change.year else ""
    beyond = change.step > abs(change.after - change.before) * (1.0 + CLOSE)
    if change.all_years or beyond:
        in_year = f"in {rule.year} " if rule.year else ""
        words = f"{head} by {_step(change)}{when}{_some_stop(change, rule)} ({in_year}from {span})"
    else:
        words = f"{head}{when} from {span}"
    if change.unit == "t/year":
        words += f", {four_digits(change.after - change.before)} t/year more"
    return words


def _step(change: Change) -> str:
    if change.unit == "points":
        return f"{four_digits(change.step)} points"
    return four_digits_with_unit(change.step, change.unit)


def _some_stop(change: Change, rule: Rule) -> str:
    """What is to be added where a number of some year cannot go as far as those of the others."""
    if not change.some_stop:
        return ""
    return ", none below zero" if rule.loosening < 0 else ", none above 100 %"
