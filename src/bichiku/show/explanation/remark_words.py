"""What stands beside the rules and the ways out: what is given, in doubt, open, or does not apply."""

from __future__ import annotations

from bichiku.explaining.changes import NoChangeReason
from bichiku.explaining.explanation import Conflict, Doubt, Given, LateDeliveries, OpeningStock, Remark, Topic
from bichiku.explaining.sacrifice import Sacrifice, SacrificeKind
from bichiku.model.time_path import date_label
from bichiku.show.numbers import three_digits
from bichiku.show.phrases import listed

NO_CHANGE = {
    NoChangeReason.LATE: "the time was up",
    NoChangeReason.UNTRIED: "not tried by itself",
    NoChangeReason.NOT_ENOUGH: "no change of it alone is enough",
}

_REMARKS = {
    Topic.LATER_IS_UNDATED: "taking longer does not apply to {what}: it is one number for all years",
    Topic.LATER_IS_LESS: "taking longer does not apply to {what}: in some years it asks for less than before",
    Topic.LATER_IS_OUTSIDE: "taking longer does not apply to {what}: its last date is the end of the horizon",
    Topic.LATER_UNTRIED: "taking longer with {what} was not tried to the end",
    Topic.LATER_NOT_ENOUGH: "taking longer with {what} is not enough by itself, even until {until}",
    Topic.LATER_STARTS_UNTRIED: "surviving only later starts of the crises was not tried to the end",
    Topic.LATER_STARTS_NOT_ENOUGH: (
        "surviving only later starts of the crises does not help: the last cannot be survived either"
    ),
    Topic.FLOOR_IS_CEILING: (
        "the reserve of {material} is floor and ceiling at once (reserve_ceiling: target): where it rises faster than "
        "can be bought, nothing can be laid in ahead; start earlier, take longer, or allow more than the target"
    ),
    Topic.EARLIER_UNTRIED: "starting earlier with {what} was not tried to the end",
    Topic.EARLIER_NOT_ENOUGH: "starting earlier with {what} is not enough by itself, even from the first period on",
    Topic.PLANES_MAY_ASK_MORE: (
        "the limit on {kind} may ask for more than what was tried; explain again after a change"
    ),
    Topic.PLANES_FURTHER_CONFLICTS: (
        "Other materials may contradict the limit on {kind} too: it is kept step by step, and the time was up."
    ),
    Topic.PLANES_UNDECIDED: (
        "{kind} was not met in the time or the rounds allowed, and is not shown to be impossible either"
    ),
    Topic.GROUPS_TRIED_TOGETHER: "what stands in one line was tried together, and not one by one",
    Topic.COMPONENT_WITHOUT_CONFLICT: "Infeasible, but no set of rules was found in the time: {materials}.",
    Topic.CONFLICTS_TOO_MANY: "There may be further conflicts (only so many are looked into) around {materials}.",
    Topic.CONFLICTS_LATE: "There may be further conflicts (the time was up) around {materials}.",
    Topic.COMPONENTS_UNDECIDED: ("{count} further separate parts of the model could not be told to be feasible or not"),
    Topic.NOTHING_FOUND_IN_TIME: "the time was up before anything was found",
    Topic.SACRIFICES_LATE: "the time was up before it was told whether shortage or stock alone keeps its limits",
    Topic.NO_RAY: "the solver calls it unbounded, but no direction was found in which cost falls",
}


def remark_words(remark: Remark) -> str:
    """A remark in words."""
    return _REMARKS[remark.topic].format(
        what=f"{remark.kind} of {remark.material}",
        kind=remark.kind,
        material=remark.material,
        until=date_label(remark.until),
        materials=", ".join(remark.materials),
        count=remark.count,
    )


def doubt_words(conflict: Conflict) -> str:
    """Why the rules of a conflict are not proven irreducible; empty where they are."""
    if conflict.doubt is None:
        return ""
    if conflict.doubt is Doubt.PLANES:
        return "concentration is kept step by step, so a rule beside it may not be needed"
    return f"the solver could not tell, or not in time, for {conflict.doubtful} of its {len(conflict.rules)} rules"


def sacrifice_words(sacrifice: Sacrifice) -> str:
    """What a plan must put up with, and what forbids it."""
    years, limits = listed([str(year) for year in sacrifice.years]), listed(list(sacrifice.limits))
    amount = three_digits(sacrifice.amount)
    anyway = f" ({three_digits(sacrifice.anyway)} of them whatever the limits)" if sacrifice.anyway else ""
    if sacrifice.kind is SacrificeKind.SHORT:
        return (
            f"with {sacrifice.material} {amount} days short on the plan in {years}{anyway}, as {limits} would have it; "
            "policies.no_shortage forbids that"
        )
    if sacrifice.kind is SacrificeKind.SHORT_AMONG:
        others = f", or {listed(list(sacrifice.tied))} in their place," if sacrifice.tied else ""
        return (
            f"with {sacrifice.material}{others} {amount} days short between them on the plan in {years}{anyway}, "
            f"as {limits} would have it; policies.no_shortage forbids that"
        )
    instead = f" (or more of {listed(list(sacrifice.tied))}, tied to it)" if sacrifice.tied else ""
    bought = f"{amount} t of {sacrifice.material}{instead}"
    return f"only by buying {bought} for the store in {years}, as {limits} would have it"


def given_words(given: Given) -> str:
    """What is no rule and stands behind a conflict."""
    if isinstance(given, OpeningStock):
        return f"opening stock of {given.material}: {three_digits(given.tonnes)} t"
    one = len(given.sources) == 1
    who = given.sources[0] if one else f"{len(given.sources)} suppliers and projects of {given.material}"
    if not isinstance(given, LateDeliveries):
        return f"what events and crises take on routes and from contracts of {who}"
    same = given.shortest == given.longest
    periods = f"{given.shortest}" if same else f"{given.shortest} to {given.longest}"
    periods += " period" if given.longest == 1 else " periods"
    tonnes = three_digits(given.tonnes)
    deliver = "delivers" if one else "deliver"
    return f"{who} {deliver} {periods} after shipping, {tonnes} t a period are under way at the start"


def given_names(given: Given) -> tuple[str, ...]:
    """The names that the words count; none where they name the only one."""
    if isinstance(given, OpeningStock) or len(given.sources) == 1:
        return ()
    return given.sources
