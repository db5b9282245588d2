"""World and tree in, linear program out."""

from __future__ import annotations

from bichiku.build.balances import add_balances
from bichiku.build.costs import add_costs
from bichiku.build.program import LinearProgram
from bichiku.build.stamp import stamp
from bichiku.build.stencil import ConcentrationCut, Stencil
from bichiku.build.tie_break import add_tie_break
from bichiku.model.state import State
from bichiku.model.tree import Tree
from bichiku.model.world import World
from bichiku.policies import POLICIES

__all__ = ["formulate", "stamp", "stencil_of"]


def formulate(world: World, tree: Tree, state: State) -> LinearProgram:
    """The linear program of one strategy; ``docs/formulation.md`` is its text."""
    return stamp(stencil_of(world, tree, state))


def stencil_of(world: World, tree: Tree, state: State, cuts: tuple[ConcentrationCut, ...] = ()) -> Stencil:
    """The algebra of one node in Pyomo, with all balances, costs and policies.

    `cuts` are the planes found so far for the policy `concentration`.
    """
    stencil = Stencil(tree, world.calendar.years[tree.period - 1], cuts=cuts)
    add_balances(stencil, world, state)
    add_costs(stencil, world)
    add_tie_break(stencil, world)
    for policy in POLICIES:
        policy(stencil, world)
    return stencil
