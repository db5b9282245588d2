"""Why a model has no plan: builds it, finds the components that cannot be kept, and explains each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bichiku.build import Cuts, build
from bichiku.explaining.conflict_search import MOST_CONFLICTS, ConflictSearch
from bichiku.explaining.conflicts import conflict_in_full
from bichiku.explaining.crisis_rows import crisis_of_columns
from bichiku.explaining.explanation import Conflict, Diagnosis, Explanation, Remark, Topic
from bichiku.explaining.feasibility import FeasibilityCheck
from bichiku.explaining.model_rules import model_rules
from bichiku.explaining.ruled_program import RuledProgram
from bichiku.explaining.sacrifice import OutOfTime, sacrifices
from bichiku.explaining.trials import Trials
from bichiku.explaining.unbounded_ray import unbounded_ray
from bichiku.explaining.unmet_demand import with_unmet
from bichiku.model.world import World
from bichiku.policies.concentration import CONCENTRATION
from bichiku.policies.risk import excess_rows
from bichiku.program import LinearProgram
from bichiku.program.components import Component, limited_components
from bichiku.program.extremes import extremes
from bichiku.program.move import NOTHING
from bichiku.result.outcome import Outcome
from bichiku.result.pipeline import Progress, grow
from bichiku.result.planes import MOST_ROUNDS, violated, with_cuts
from bichiku.solving import Solution, Status

Points = dict[int, tuple[LinearProgram, Solution]]  # of components, by their first column

SECONDS = 300.0  # for one explanation
PLANES = 0.3  # share of it in which planes are added for a limit on concentration
FIRST = 0.3  # least share of it for the first component: one conflict told in full says more than many begun
REDUCING = 0.5  # share of the time left that goes into finding conflicts; the rest is for ways out


def explain(world: World, progress: Progress = lambda _: None, seconds: float = SECONDS) -> Explanation:
    """Why a strategy has no plan, and the least that must give.

    Args:
        world: the strategy's world.
        progress: called with a few words as each step begins.
        seconds: time after which what is not told yet stays untold, and the explanation says so.
    """
    check = FeasibilityCheck(seconds)
    progress("building")
    chains = grow(world)
    cuts: Cuts = {}
    known: Points = {}
    planes_until = check.until(PLANES)
    for _ in range(MOST_ROUNDS):
        program = build(world, chains, cuts)
        outcome = Outcome(world, chains, program, Solution.none(Status.INFEASIBLE))
        progress("looking for what is infeasible")
        wider = _without_idle_damage(with_unmet(program, outcome))
        point, bad, unknown = _infeasible_components(wider, check, known)
        # any mix will do: planes at those that are too concentrated are added until one is not, or none is left
        mixes = violated(replace(outcome, solution=replace(outcome.solution, x=point[: program.shape[1]])))
        found = _new(mixes, cuts)
        if found and not planes_until.late and not unknown:
            cuts = with_cuts(cuts, found)
            continue
        if bad:
            explanation = _infeasible(outcome, wider, cuts, bad, unknown, check, progress)
            more = (Remark(Topic.PLANES_FURTHER_CONFLICTS, CONCENTRATION.name),) if found else ()
            return replace(explanation, remarks=(*explanation.remarks, *more))
        if unknown:
            return _untold(world, program, check)
        if CONCENTRATION.asked(world) is None:
            progress("solving")
            status = check.solve(program).status
            if status is not Status.OPTIMAL:
                return _no_optimum(world, program, status, check)
            return _feasible(outcome, cuts, check, progress)
        if not found:
            return _feasible(outcome, cuts, check, progress)
        break
    return Explanation(world, Diagnosis.UNDECIDED, remarks=(Remark(Topic.PLANES_UNDECIDED, CONCENTRATION.name),))


def _feasible(outcome: Outcome, cuts: Cuts, check: FeasibilityCheck, progress: Progress) -> Explanation:
    """A plan keeps all limits; what it must put up with for that."""
    progress("looking for what the limits take")
    world, late = outcome.world, (Remark(Topic.SACRIFICES_LATE),)
    for _ in range(MOST_ROUNDS):
        try:
            takes, points = sacrifices(outcome, check)
        except OutOfTime:
            break
        # a plan that takes less by being too concentrated does not count
        before = cuts
        for point in points:
            mixes = violated(replace(outcome, solution=replace(outcome.solution, x=point)))
            cuts = with_cuts(cuts, _new(mixes, cuts))
        if cuts == before:
            return Explanation(world, Diagnosis.FEASIBLE, sacrifices=tuple(takes))
        outcome = replace(outcome, program=build(world, outcome.chains, cuts))
    return Explanation(world, Diagnosis.FEASIBLE, remarks=late)


def _new(mixes: Cuts, cuts: Cuts) -> Cuts:
    """Planes that are not known yet."""
    fresh = {name: tuple(p for p in planes if p not in cuts.get(name, ())) for name, planes in mixes.items()}
    return {name: planes for name, planes in fresh.items() if planes}


def _without_idle_damage(program: LinearProgram) -> LinearProgram:
    """Damage is only counted, and forbids nothing, in years without a limit; its rows would tie materials together."""
    counted = [block.numbers for block in program.blocks("excess_damage")]
    if not counted:
        return program
    limited = [excess_rows(program, row) for block in program.blocks("risk_limit") for row in block.numbers]
    return program.without_limits(np.setdiff1d(np.concatenate(counted), np.concatenate([NOTHING, *limited])))


def _infeasible_components(
    program: LinearProgram, check: FeasibilityCheck, known: Points
) -> tuple[np.ndarray, list[Component], list[Component]]:
    """A point of the components that can be kept, and those that cannot, or cannot be told.

    The point is not a number where a component has none, so that no mix is read from it there. Components that are
    as they were in `known` are not solved again; it takes up the others.
    """
    bad: list[Component] = []
    unknown: list[Component] = []
    point = np.full(program.shape[1], np.nan)
    for component in limited_components(program):
        place = int(component.columns[0]) if len(component.columns) else -1
        before = known.get(place)
        same = before is not None and component.program.equals(before[0])
        solution = before[1] if before is not None and same else check.point(component.program)
        known[place] = (component.program, solution)
        if solution.status is Status.OPTIMAL:
            point[component.columns] = solution.x
        else:
            (bad if solution.status is Status.INFEASIBLE else unknown).append(component)
    return point, bad, unknown


def _untold(world: World, program: LinearProgram, check: FeasibilityCheck) -> Explanation:
    if check.late:
        return Explanation(world, Diagnosis.UNDECIDED, remarks=(Remark(Topic.NOTHING_FOUND_IN_TIME),))
    return Explanation(world, Diagnosis.NUMERICAL, extremes=extremes(program))


def _no_optimum(world: World, program: LinearProgram, status: Status, check: FeasibilityCheck) -> Explanation:
    if status is not Status.UNBOUNDED:
        return _untold(world, program, check)
    ray = unbounded_ray(program, check)
    if ray is not None:
        return Explanation(world, Diagnosis.UNBOUNDED, ray=ray)
    return Explanation(world, Diagnosis.UNBOUNDED, extremes=extremes(program), remarks=(Remark(Topic.NO_RAY),))


def _infeasible(
    outcome: Outcome,
    wider: LinearProgram,
    cuts: Cuts,
    bad: Sequence[Component],
    unknown: Sequence[Component],
    check: FeasibilityCheck,
    progress: Progress,
) -> Explanation:
    crisis = crisis_of_columns(wider, outcome.chains)
    whole = RuledProgram.whole(wider, model_rules(outcome, wider), crisis)
    found: list[Conflict] = []
    open_around: dict[Topic, set[str]] = {}
    for number, component in enumerate(bad, start=1):
        here = f"part {number} of {len(bad)}"
        progress(f"{here}: looking for conflicts")
        fair = 1.0 / (len(bad) - number + 1)
        share = check.until(max(fair, FIRST) if number == 1 else fair)
        part = whole.cut(component.rows, component.columns)
        search = ConflictSearch(part, share.until(REDUCING), _after(here, progress))
        search.run()
        for ruleset in search.found:
            progress(f"{here}: looking for ways out")
            others = [other for other in search.found if other is not ruleset]
            trials = Trials.of(part, ruleset, others, search.complete, share)
            found.append(conflict_in_full(ruleset, trials, outcome, cuts, alone=len(bad) == 1))
        if not search.complete:
            open_around.setdefault(_left_open(len(search.found)), set()).update(part.materials)
    remarks = [Remark(topic, materials=tuple(sorted(names))) for topic, names in open_around.items()]
    if unknown:
        remarks.append(Remark(Topic.COMPONENTS_UNDECIDED, count=len(unknown)))
    return Explanation(outcome.world, Diagnosis.INFEASIBLE, tuple(found), remarks=tuple(remarks))


def _after(here: str, progress: Progress) -> Progress:
    return lambda words: progress(f"{here}: {words}")


def _left_open(told: int) -> Topic:
    """What is to be said of a component that may hold more than was told of it."""
    if not told:
        return Topic.COMPONENT_WITHOUT_CONFLICT
    return Topic.CONFLICTS_TOO_MANY if told >= MOST_CONFLICTS else Topic.CONFLICTS_LATE
