"""World and tree in, linear program out."""

from __future__ import annotations

from bichiku.formulate.balances import add_balances
from bichiku.formulate.costs import add_costs
from bichiku.formulate.policies import POLICIES
from bichiku.formulate.stamp import stamp
from bichiku.formulate.stencil import Stencil
from bichiku.linear_program import LinearProgram
from bichiku.state import State
from bichiku.tree import Tree
from bichiku.world import World

__all__ = ["formulate", "stamp", "stencil_of"]


def formulate(world: World, tree: Tree, state: State) -> LinearProgram:
    """The linear program of one strategy; ``docs/formulation.md`` is its text."""
    return stamp(stencil_of(world, tree, state))


def stencil_of(world: World, tree: Tree, state: State) -> Stencil:
    """The algebra of one node in Pyomo, with all balances, costs and policies."""
    stencil = Stencil(tree, world.calendar.years[tree.period - 1])
    add_balances(stencil, world, state)
    add_costs(stencil, world)
    for policy in POLICIES:
        policy(stencil, world)
    return stencil
