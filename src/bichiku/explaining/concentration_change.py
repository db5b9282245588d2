"""The least change of the limit on concentration, which is no linear limit: each try is a cutting-plane solve."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bichiku.build import Cuts, build
from bichiku.explaining.adjustments import bisected
from bichiku.explaining.changes import Change
from bichiku.explaining.other_policy import under_other_policy
from bichiku.explaining.rules import Rule
from bichiku.explaining.trials import Trials
from bichiku.model.time_path import TimePath
from bichiku.model.world import World
from bichiku.policies.concentration import CONCENTRATION, TOLERANCE, Plane
from bichiku.program import LinearProgram
from bichiku.program.components import limited_components
from bichiku.result.outcome import Outcome
from bichiku.result.planes import MOST_ROUNDS
from bichiku.solving import Solution, Status

SENT = ("ship", "contract", "run")  # variables that arrivals follow from


def index_change(rule: Rule, trials: Trials, outcome: Outcome, cuts: Cuts) -> Change | None:
    """The least index of all years together by which the component can be kept; None where none helps.

    Args:
        rule: the limit in one year.
        trials: where it is tried.
        outcome: the strategy.
        cuts: planes found so far; a plane at a mix holds whatever the limit is, so they serve every try.
    """
    policy = CONCENTRATION.asked(outcome.world)
    assert policy is not None
    planes: list[Plane] = list(cuts.get(CONCENTRATION.name, ()))

    def helps(step: float) -> bool | None:
        values = tuple(min(value + step, 1.0) for value in policy.max.values)
        return _feasible(TimePath(policy.max.at, values), trials, outcome, planes)

    least = bisected(helps, 1.0 - min(policy.max.values), TOLERANCE)
    if least is None:
        return None
    after = min(float(np.ceil((rule.value + least) * 1e4 - 1e-6) / 1e4), 1.0)
    verified = helps(after - rule.value) is True and helps(max(least - 2 * TOLERANCE, 0.0)) is False
    several = len(set(policy.max.values)) > 1
    return Change(
        rule.kind, "", rule.material, None, least, rule.value, after, rule.unit, verified, alone=True,
        rule=rule, step=after - rule.value, all_years=several,
    )  # fmt: skip


def _feasible(path: TimePath, trials: Trials, outcome: Outcome, planes: list[Plane]) -> bool | None:
    """Whether the component can be kept under other limits; adds the planes that it needs."""
    world = outcome.world
    asked = CONCENTRATION.asked(world)
    assert asked is not None
    materials = sorted({rule.material for rule in trials.part.rules if rule.kind == CONCENTRATION.name})
    limit = asked.model_copy(update={"max": path, "materials": materials})
    changed, chains = under_other_policy(outcome, CONCENTRATION.name, limit)
    for _ in range(MOST_ROUNDS):
        own = tuple(plane for plane in planes if plane.material in materials)
        program = build(changed, chains, {CONCENTRATION.name: own})
        verdict, point = _point(program, trials, world, materials)
        if not verdict:
            return verdict
        reached = replace(Solution.none(Status.OPTIMAL), x=point)
        found = CONCENTRATION.violated(Outcome(changed, chains, program, reached))
        if not found:
            return True
        planes += found
    return None


def _point(
    program: LinearProgram, trials: Trials, world: World, materials: list[str]
) -> tuple[bool | None, np.ndarray]:
    """Whether the component can be kept, and a point of all that arrivals hang on, which is no number elsewhere."""
    own, arriving = np.zeros(program.shape[1], dtype=bool), np.zeros(program.shape[1], dtype=bool)
    own[trials.part.columns[trials.part.columns < len(own)]] = True
    for source, row in world.sources.items():
        if row.material in materials:
            for variable in SENT:
                arriving[program.columns_of(variable, source)] = True
    limited = np.zeros(program.shape[0], dtype=bool)
    for block in program.blocks(CONCENTRATION.name):
        limited[block.rows] = True
    point = np.full(program.shape[1], np.nan)
    for component in limited_components(program):
        piece, rows, columns = component.program, component.rows, component.columns
        # goods under way alone may make up a year: a limit without a column
        asked = own[columns].any() or (not len(columns) and limited[rows].any())
        if asked or arriving[columns].any():
            solution = trials.check.point(piece)
            if solution.status is Status.OPTIMAL:
                point[columns] = solution.x
            elif asked:
                return (False if solution.status is Status.INFEASIBLE else None), point
    return True, point
