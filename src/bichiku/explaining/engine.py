"""From a world to an explanation: build, find the parts that cannot be kept, reduce, and look for ways out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from bichiku.build import Cuts, build
from bichiku.explaining.changes import LATE, NOT_ENOUGH, Bench, Change, NoChange, changes
from bichiku.explaining.concentration import index_change
from bichiku.explaining.conflict import MOST_CONFLICTS, RuleSet, Search
from bichiku.explaining.crises import crisis_of_columns
from bichiku.explaining.elsewhere import new_sources
from bichiku.explaining.explanation import Conflict, Explanation, Finding, Given
from bichiku.explaining.judge import Judge
from bichiku.explaining.later import later
from bichiku.explaining.physical_rules import physical_rules
from bichiku.explaining.policy_rules import policy_rules
from bichiku.explaining.rules import Part, part_of
from bichiku.explaining.unbounded import unbounded_ray
from bichiku.explaining.unmet import with_unmet
from bichiku.model.world import World
from bichiku.policies.concentration import CONCENTRATION
from bichiku.program import LinearProgram
from bichiku.program.components import limited_components
from bichiku.program.extremes import extremes
from bichiku.result.outcome import Outcome
from bichiku.result.pipeline import MOST_ROUNDS, grow, violated, with_cuts
from bichiku.show.numbers import three_digits
from bichiku.solving import Solution, Status

Progress = Callable[[str], None]
Points = dict[int, tuple[LinearProgram, Solution]]  # of pieces, by their first column

SECONDS = 300.0  # for one explanation
PLANES = 0.3  # share of it in which planes are added for a limit on concentration
MORE_PLANES = (
    "Other materials may contradict the limit on concentration too: it is kept step by step, and the time was up."
)
FIRST = 0.3  # least share of it for the first part: one conflict told in full says more than many begun
REDUCING = 0.5  # share of the time left that goes into finding conflicts; the rest is for ways out


def explain(world: World, progress: Progress = lambda _: None, seconds: float = SECONDS) -> Explanation:
    """Why a strategy has no plan, and the least that must give.

    Args:
        world: the strategy's world.
        progress: called with a few words as each step begins.
        seconds: time after which what is not told yet stays untold, and the explanation says so.
    """
    judge = Judge(seconds)
    progress("building")
    tree, state = grow(world)
    cuts: Cuts = {}
    known: Points = {}
    planes_until = judge.until(PLANES)
    for _ in range(MOST_ROUNDS):
        program = build(world, tree, state, cuts)
        outcome = Outcome(world, tree, state, program, Solution.none(Status.INFEASIBLE))
        progress("looking for what is infeasible")
        wider = without_idle_damage(with_unmet(program, outcome))
        point, bad, unknown = _infeasible_parts(wider, judge, known)
        # any mix will do: planes at those that are too concentrated are added until one is not, or none is left
        mixes = violated(replace(outcome, solution=replace(outcome.solution, x=point[: program.shape[1]])))
        found = _new(mixes, cuts)
        if found and not planes_until.late and not unknown:
            cuts = with_cuts(cuts, found)
            continue
        if bad:
            explanation = _infeasible(outcome, wider, cuts, bad, unknown, judge, progress)
            return replace(explanation, notes=(*explanation.notes, MORE_PLANES)) if found else explanation
        if unknown:
            return _untold(world, program, judge)
        if CONCENTRATION.asked(world) is None:
            progress("solving")
            status = judge.solve(program).status
            if status is not Status.OPTIMAL:
                return _no_optimum(world, program, status, judge)
            return Explanation(world.strategy, Finding.FEASIBLE)
        if not found:
            return Explanation(world.strategy, Finding.FEASIBLE)
        break
    note = "concentration was not met in the time or the rounds allowed, and is not shown to be impossible either"
    return Explanation(world.strategy, Finding.UNDECIDED, notes=(note,))


def _new(mixes: Cuts, cuts: Cuts) -> Cuts:
    """Planes that are not known yet."""
    fresh = {name: tuple(p for p in planes if p not in cuts.get(name, ())) for name, planes in mixes.items()}
    return {name: planes for name, planes in fresh.items() if planes}


def without_idle_damage(program: LinearProgram) -> LinearProgram:
    """Damage is only counted, and forbids nothing, unless risk is limited; its rows would tie materials together."""
    if program.blocks("risk_limit"):
        return program
    counted = [block.numbers for block in program.blocks("excess_damage")]
    return program.without_limits(np.concatenate(counted)) if counted else program


def _infeasible_parts(
    program: LinearProgram, judge: Judge, known: Points
) -> tuple[np.ndarray, list[tuple[np.ndarray, np.ndarray]], list[tuple[np.ndarray, np.ndarray]]]:
    """A point of the parts that can be kept, and rows and columns of those that cannot, or cannot be told.

    The point is not a number where a part has none, so that no mix is read from it there. Pieces that are as they
    were in `known` are not solved again; it takes up the others.
    """
    bad: list[tuple[np.ndarray, np.ndarray]] = []
    unknown: list[tuple[np.ndarray, np.ndarray]] = []
    point = np.full(program.shape[1], np.nan)
    for component in limited_components(program):
        piece, rows, columns = component.program, component.rows, component.columns
        place = int(columns[0]) if len(columns) else -1
        before = known.get(place)
        solution = before[1] if before and piece.equals(before[0]) else judge.point(piece)
        known[place] = (piece, solution)
        if solution.status is Status.OPTIMAL:
            point[columns] = solution.x
        else:
            (bad if solution.status is Status.INFEASIBLE else unknown).append((rows, columns))
    return point, bad, unknown


def _untold(world: World, program: LinearProgram, judge: Judge) -> Explanation:
    if judge.late:
        return Explanation(world.strategy, Finding.UNDECIDED, notes=("the time was up before anything was found",))
    return Explanation(world.strategy, Finding.NUMERICAL, extremes=extremes(program))


def _no_optimum(world: World, program: LinearProgram, status: Status, judge: Judge) -> Explanation:
    if status is Status.UNBOUNDED:
        ray = unbounded_ray(program, judge)
        notes = () if ray else ("the solver calls it unbounded, but no direction was found in which cost falls",)
        shown = () if ray else extremes(program)
        return Explanation(world.strategy, Finding.UNBOUNDED, ray=ray, extremes=shown, notes=notes)
    return _untold(world, program, judge)


def _infeasible(
    outcome: Outcome,
    wider: LinearProgram,
    cuts: Cuts,
    bad: list[Any],
    unknown: list[Any],
    judge: Judge,
    progress: Progress,
) -> Explanation:
    rules = [*policy_rules(outcome), *physical_rules(outcome, wider)]
    crisis = crisis_of_columns(wider, outcome.tree)
    found: list[Conflict] = []
    open_ones: dict[str, list[str]] = {}
    for number, (rows, columns) in enumerate(bad, start=1):
        here = f"part {number} of {len(bad)}"
        progress(f"{here}: looking for conflicts")
        fair = 1.0 / (len(bad) - number + 1)
        share = judge.until(max(fair, FIRST) if number == 1 else fair)
        part = part_of(wider, rows, columns, rules, crisis)
        search = Search(part, share.until(REDUCING), lambda words, here=here: progress(f"{here}: {words}"))  # type: ignore[misc]
        search.run()
        for ruleset in search.found:
            progress(f"{here}: looking for ways out")
            others = [other for other in search.found if other is not ruleset]
            bench = Bench.of(part, ruleset, others, search.complete, share)
            found.append(_conflict(ruleset, bench, outcome, cuts, len(bad) > 1))
        if not search.complete:
            open_ones.setdefault(_open(len(search.found)), []).extend(_materials(part))
    notes = [words.format(materials=", ".join(sorted(set(names)))) for words, names in open_ones.items()]
    if unknown:
        notes.append(f"{len(unknown)} further separate parts of the model could not be told to be feasible or not")
    return Explanation(outcome.world.strategy, Finding.INFEASIBLE, tuple(found), notes=tuple(notes))


def _materials(part: Part) -> list[str]:
    return sorted({rule.material for rule in part.rules if rule.material})


def _open(told: int) -> str:
    """What is to be said of a part that may hold more than was told of it."""
    if not told:
        return "Infeasible, but no set of rules was found in the time: {materials}."
    why = "only so many are looked into" if told >= MOST_CONFLICTS else "the time was up"
    return "There may be further conflicts (" + why + ") around {materials}."


def _conflict(ruleset: RuleSet, bench: Bench, outcome: Outcome, cuts: Cuts, more_parts: bool) -> Conflict:
    ways: list[Change] = []
    fixed: list[NoChange] = []
    notes: list[str] = []
    concentrated = _is_concentrated(bench.part, outcome.world)
    for answer in changes(ruleset, bench, of_tables=False):
        if isinstance(answer, NoChange) and answer.rule.kind == "concentration":
            change = index_change(answer.rule, bench, outcome, cuts)
            answer = change or NoChange(answer.rule, LATE if bench.judge.late else NOT_ENOUGH)
        if isinstance(answer, Change):
            ways.append(answer)
        else:
            fixed.append(answer)
    if not concentrated:
        ways += new_sources(ruleset, bench, outcome)
    for when in later(ruleset, bench, outcome):
        if isinstance(when, Change):
            ways.append(when)
        elif when not in notes:
            notes.append(when)
    for answer in changes(ruleset, bench, of_tables=True):
        if isinstance(answer, Change):
            ways.append(answer)
        else:
            fixed.append(answer)
    if concentrated and any(way.kind != "concentration" for way in ways):
        # planes are added where mixes are found, and other numbers lead to other mixes
        ways = [way if way.kind == "concentration" else replace(way, verified=False, enough=False) for way in ways]
        notes.append("the limit on concentration may ask for more than what was tried; explain again after a change")
    if ruleset.in_a_line:
        notes.append("what stands in one line was tried together, and not one by one")
    if more_parts:
        ways = [replace(way, alone=False) for way in ways]
    return Conflict(
        ruleset.rules,
        _doubt(ruleset),
        tuple(_given(ruleset, outcome)),
        tuple(ways),
        tuple(fixed),
        tuple(notes),
    )


def _is_concentrated(part: Part, world: World) -> bool:
    """Whether the limit on concentration speaks of a material of a part."""
    policy = CONCENTRATION.asked(world)
    return policy is not None and bool({*world.chosen(policy.materials)} & {*_materials(part)})


def _doubt(ruleset: RuleSet) -> str:
    if ruleset.doubtful:
        return (
            f"the solver could not tell, or not in time, for {len(ruleset.doubtful)} of its {len(ruleset.rules)} rules"
        )
    if len(ruleset.rules) > 1 and any(rule.kind == "concentration" for rule in ruleset.rules):
        return "concentration is kept step by step, so a rule beside it may not be needed"
    return ""


def _given(ruleset: RuleSet, outcome: Outcome) -> Iterator[Given]:
    """What no rule speaks of and the conflict rests on: stocks and goods under way at the start, losses on routes."""
    world, state = outcome.world, outcome.state
    for name in sorted({rule.material for rule in ruleset.rules if rule.material}):
        yield Given(f"opening stock of {name}: {three_digits(world.materials[name].opening_stock_t)} t")
        sources = [source for source, row in world.sources.items() if row.material == name]
        leads = {s: world.sources[s].lead_periods for s in sources if s not in world.contracts}
        late = [s for s, periods in leads.items() if periods]
        if late:
            periods = sorted({leads[s] for s in late})
            span = f"{periods[0]} to {periods[-1]}" if len(periods) > 1 else f"{periods[0]}"
            tonnes = three_digits(sum(world.spot[s].in_transit_t for s in late if s in world.spot))
            what = f"{late[0]} delivers" if len(late) == 1 else f"{len(late)} suppliers and projects of {name} deliver"
            span += " period" if span == "1" else " periods"
            yield Given(
                f"{what} {span} after shipping, {tonnes} t a period are under way at the start",
                tuple(late) if len(late) > 1 else (),
            )
        lossy = [s for s in sources if (state.route[s] < 1).any()]
        lossy += [s for s in sources if s in world.contracts and (state.export[s] < 1).any() and s not in lossy]
        if lossy:
            who = lossy[0] if len(lossy) == 1 else f"{len(lossy)} suppliers and projects of {name}"
            names = tuple(lossy) if len(lossy) > 1 else ()
            yield Given(f"what events and crises take on routes and from contracts of {who}", names)
