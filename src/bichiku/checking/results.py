"""Warnings that need a result: a plan that can be carried out, but may not mean what its author thinks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pandas as pd

from bichiku.build.reserve import emergencies
from bichiku.checking import Advice
from bichiku.checking.facts import TOLERANCE, Found
from bichiku.result.outcome import ChainOutcome, Outcome

Tables = Mapping[str, pd.DataFrame]

SAME = 1e-6  # of the largest number of a material in its column: plans that differ by less are one

_DECIDED = {  # what a plan decides: table, its column, and what tells the rows of a material apart
    "purchases": ("sourcing", "tonnes", ["material", "supplier", "year"]),
    "builds": ("projects", "built_t_per_year", ["material", "project"]),
    "stock": ("reserve", "stock_t", ["material", "period"]),
}


def advice_on_result(outcome: Outcome) -> list[Advice]:
    """The warnings about one solved strategy, in the order of their codes."""
    return [Advice(code, *item) for code, rule in RULES.items() for item in rule(outcome)]


def advice_on_comparison(tables: Mapping[str, Tables]) -> list[Advice]:
    """The warnings about strategies next to each other, from the tables of each."""
    return [Advice(code, *item) for code, rule in COMPARISON_RULES.items() for item in rule(tables)]


def _drawn_on_without_emergency(outcome: Outcome) -> Iterator[Found]:
    for part in outcome.by_chain.values():
        struck = emergencies(part.world, part.tree, part.state)
        for material in part.world.materials:
            beyond = _fall_beyond_plan(part, material) * ~struck[material]
            for crisis in part.world.settings.crises:
                mine = np.where(part.tree.of_crisis(crisis), beyond, 0.0)
                node = int(mine.argmax())
                if mine[node] > 0.0:
                    _, onset, _, period = part.tree.label(node)
                    label = outcome.world.calendar.label
                    yield Found(
                        material,
                        f"if {crisis} begins in {label(onset)}, which cuts none of its supply and raises no demand for "
                        f"it, its stock falls in {label(period)} by {mine[node]:,.6g} t more than the plan's; a target "
                        "that rises allows it, as a build-up may pause",
                    )


def _fall_beyond_plan(part: ChainOutcome, material: str) -> np.ndarray:
    """By how much a stock falls below the plan's at each node of a branch, in that period alone; tonnes."""
    tree, stock, before = part.tree, part.stock[material], part.stock_before(material)
    fall = before - stock
    more = fall - np.maximum(fall[tree.on_plan], 0.0)
    lacking = stock[tree.on_plan] - stock
    least = TOLERANCE * (part.world.units.tonnes + stock.max(initial=0.0))
    found: np.ndarray = np.where((tree.stretch >= 0) & (more > least) & (lacking > least), more, 0.0)
    return found


def _stands_by(outcome: Outcome) -> Iterator[Found]:
    world, plan = outcome.world, outcome.plan
    for name, row in world.projects.items():
        built = float(outcome.values("build", name).sum())
        if built <= SAME * max(row.max_build_t, world.units.tonnes):
            continue
        export = outcome.of_source(name).state.export[name][plan]
        existing = row.existing_t * export * world.calendar.year_share
        if (outcome.shipped[name][plan] <= existing + SAME * built * world.calendar.year_share).all():
            fixed = "" if row.existing_t else " and never runs"
            yield Found(
                name,
                f"{built:,.6g} t a year of it are built, and what is built stands by on the plan{fixed}: it is there "
                "for crises alone, and costs nothing while it waits; is there a cost of keeping it ready?",
            )


def _same_plan(tables: Mapping[str, Tables]) -> Iterator[Found]:
    left = list(tables)
    while left:
        first = left.pop(0)
        same = [first, *(other for other in left if _is_same(tables[first], tables[other]))]
        left = [other for other in left if other not in same]
        if len(same) > 1:
            yield Found(
                ", ".join(same),
                "their plans buy, build and store the same to a millionth, so on the plan they are one strategy under "
                "several names: a difference of label",
            )


def _is_same(one: Tables, other: Tables) -> bool:
    for table, column, key in _DECIDED.values():
        ours, theirs = one[table].set_index(key)[column], other[table].set_index(key)[column]
        if not ours.index.sort_values().equals(theirs.index.sort_values()):
            return False
        theirs = theirs.reindex(ours.index)
        sizes = pd.concat([ours.abs(), theirs.abs()]).groupby(level="material").max()
        allowed = SAME * ours.index.get_level_values("material").map(sizes).to_numpy(dtype=float)
        if ((ours - theirs).abs().to_numpy() > allowed).any():
            return False
    return True


RULES: dict[str, Callable[[Outcome], Iterator[Found]]] = {"W601": _drawn_on_without_emergency, "W602": _stands_by}
COMPARISON_RULES: dict[str, Callable[[Mapping[str, Tables]], Iterator[Found]]] = {"W603": _same_plan}
