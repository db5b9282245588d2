"""Linear programs of random models for the comparison of solvers: several policies at once, many of them too strict."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from bichiku.build import build
from bichiku.model.world import World
from bichiku.program import LinearProgram
from bichiku.result.pipeline import Clock, NoSolution, grow, optimise
from bichiku.solving import HotProgram, SolverOptions
from oracles.by_hand import read
from oracles.drawn import draw_examples
from oracles.policy_strategies import POLICY_NAMES, policies, with_policies
from oracles.world_strategies import Description, small_models


@st.composite
def models(draw: st.DrawFn) -> Description:
    """A small model with up to four policies and perhaps a limit on concentration."""
    description = draw(small_models())
    possible = [name for name in POLICY_NAMES if name != "survive" or description["model"]["crises"]]
    chosen: dict[str, Any] = {}
    for name in draw(st.lists(st.sampled_from(possible), max_size=4, unique=True)):
        chosen |= draw(policies(description, name))
    if draw(st.integers(0, 3)) == 0:
        chosen["concentration"] = {"max": draw(st.sampled_from([0.35, 0.5, 0.7]))}
    return with_policies(description, chosen)


def drawn_programs(count: int, number: int) -> list[LinearProgram]:
    """The final programs of as many random models, no two alike; the same ones whenever `number` is the same."""
    found: list[LinearProgram] = []
    for description in _drawn(3 * count, number):  # hypothesis repeats itself now and then
        program = final_program(read(description))
        if not any(program.equals(other) for other in found):
            found.append(program)
        if len(found) == count:
            return found
    raise ValueError(f"only {len(found)} different programs were drawn")


def _drawn(count: int, number: int) -> list[Description]:
    found: list[Description] = []

    def keep(description: Description) -> None:
        if description not in found:
            found.append(description)

    draw_examples(models(), count, number, keep)
    return found


def final_program(world: World) -> LinearProgram:
    """The program of a strategy with all planes that its limit on concentration has needed.

    Without a solution it is the one that was found to have none.
    """
    hot = HotProgram(build(world, *grow(world)), SolverOptions())
    with suppress(NoSolution):
        optimise(world, Clock(), hot=hot)
    return hot.program


def without_capacities(program: LinearProgram) -> LinearProgram:
    """The same program with no upper bounds on its columns and money turned round, which mostly earns without end."""
    return replace(program, cost=-program.cost, column_upper=np.full(program.shape[1], np.inf))
