"""Warnings that need a result: a plan that can be carried out, but may not mean what its author thinks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pandas as pd

from bichiku.build.reserve import emergencies
from bichiku.checking import Advice
from bichiku.checking.contradictions import held_below_demand, limits_that_hold
from bichiku.checking.facts import TOLERANCE, Facts, Found
from bichiku.result.outcome import ChainOutcome, Outcome

Tables = Mapping[str, pd.DataFrame]

SAME = 1e-6  # of the largest number of a material in its column: plans that differ by less are one

KEPT_BY = 0.01  # of a year's use: what stock or shortage give less of is not told

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
                        f"if {crisis} begins in {label(onset)}, its stock falls in {label(period)} by "
                        f"{mine[node]:,.6g} t more than the plan's, though nothing of its own supply is cut and no "
                        "demand for it raised then; a target that rises allows it, as a build-up may pause",
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


def _kept_without_buying(outcome: Outcome) -> Iterator[Found]:
    facts = Facts(outcome.world)
    held = {(block.material, int(facts.plan_years[block.at])): block for block in held_below_demand(facts)}
    most = {(block.material, int(facts.plan_years[block.at])): t for block, t in held_below_demand(facts).items()}
    binding = _binding_in_a_year(outcome)
    for material, year in sorted({*held, *binding}):
        if year > outcome.world.calendar.last_reported_year:
            continue  # what is solved after the window lets its stocks go
        part, nodes = outcome.of(material), outcome.plan[outcome.plan_years == year]
        use = float(part.use(material)[nodes].sum())
        kept = part.world.kept(material) * part.stock_before(material)[nodes]
        drawn = float((kept - part.stock[material][nodes]).sum())
        short_days = float(part.short_days(material)[nodes].sum()) if material in part.demand else 0.0
        means = [f"{drawn:,.6g} t out of the store"] if drawn > KEPT_BY * use > 0.0 else []
        if (material, year) in held:
            limits = limits_that_hold(facts, held[material, year])
            what = f"under {limits} at most {most[material, year]:,.6g} t can arrive in {year}"
            if short_days > KEPT_BY * outcome.world.calendar.days * len(nodes):
                means.append(f"{short_days:.3g} days short, which policies.no_shortage forbids")
        else:
            what = f"policies.{' and policies.'.join(binding[material, year])} binds in {year}"
        if means:
            yield Found(material, f"{what}, and {use:,.6g} t are used; the plan keeps it with {' and '.join(means)}")


def _binding_in_a_year(outcome: Outcome) -> dict[tuple[str, int], list[str]]:
    """Families of the limits on shares that bind, by material and calendar year."""
    program, world = outcome.program, outcome.world
    found: dict[tuple[str, int], list[str]] = {}
    for block in program.row_blocks:
        if not block.policy or block.place != "year" or block.material not in world.materials:
            continue
        lines = program.matrix[block.rows]
        value, size = lines @ outcome.solution.x, abs(lines) @ abs(outcome.solution.x)
        slack = np.minimum(value - program.row_lower[block.rows], program.row_upper[block.rows] - value)
        # without a price the plan is the same without the limit, as where nothing comes and every share is kept
        binds = (slack <= TOLERANCE * (1.0 + size)) & (outcome.solution.row_dual[block.rows] != 0.0)
        for year in block.keys[binds]:
            families = found.setdefault((block.material, int(year)), [])
            if block.family not in families:
                families.append(block.family)
    return found


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


RULES: dict[str, Callable[[Outcome], Iterator[Found]]] = {
    "W601": _drawn_on_without_emergency,
    "W602": _stands_by,
    "W604": _kept_without_buying,
}
COMPARISON_RULES: dict[str, Callable[[Mapping[str, Tables]], Iterator[Found]]] = {"W603": _same_plan}
