"""World and tree in, linear program out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bichiku.build.balances import add_balances
from bichiku.build.costs import add_costs
from bichiku.build.stamp import stamp
from bichiku.build.stencil import Stencil
from bichiku.build.tie_break import add_tie_break
from bichiku.model.state import State
from bichiku.model.tree import Tree
from bichiku.model.world import World
from bichiku.policies import POLICIES
from bichiku.program import LinearProgram

__all__ = ["build", "build_policies", "stamp", "stencil_of"]

Cuts = Mapping[str, tuple[Any, ...]]
NO_CUTS: Cuts = {}


def build(world: World, tree: Tree, state: State, cuts: Cuts = NO_CUTS) -> LinearProgram:
    """The linear program of one strategy; ``docs/formulation.md`` is its text.

    Args:
        world, tree, state: the strategy.
        cuts: the planes found so far, by policy that is kept by planes.
    """
    return stamp(stencil_of(world, tree, state, cuts))


def build_policies(world: World, tree: Tree, state: State) -> LinearProgram:
    """The rows, columns and costs that the policies add to the program of the same world without them.

    Its columns are those of the whole program, of which rows and costs of the policies alone are stated.
    """
    physical = _physical_stencil(world, tree, state, NO_CUTS)
    alone = replace(physical, rows=[], bounds=[], costs=[], preferences=[], quantities=[])
    return stamp(_with_policies(alone, world))


def stencil_of(world: World, tree: Tree, state: State, cuts: Cuts = NO_CUTS) -> Stencil:
    """The algebra of one node in Pyomo, with all balances, costs and policies."""
    return _with_policies(_physical_stencil(world, tree, state, cuts), world)


def _physical_stencil(world: World, tree: Tree, state: State, cuts: Cuts) -> Stencil:
    stencil = Stencil(tree, world.calendar.years[tree.period - 1], cuts=cuts)
    add_balances(stencil, world, state)
    add_costs(stencil, world)
    add_tie_break(stencil, world)
    return stencil


def _with_policies(stencil: Stencil, world: World) -> Stencil:
    for policy in POLICIES:
        policy.add_rows(stencil, world)
    return stencil
