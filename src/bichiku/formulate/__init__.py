"""World and tree in, linear program out."""

from __future__ import annotations

from bichiku.formulate.balances import add_balances
from bichiku.formulate.costs import add_costs
from bichiku.formulate.policies import POLICIES
from bichiku.formulate.stamp import stamp
from bichiku.formulate.stencil import ConcentrationCut, Stencil
from bichiku.formulate.tie_break import add_tie_break
from bichiku.linear_program import LinearProgram
from bichiku.state import State
from bichiku.tree import Tree
from bichiku.world import World

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
