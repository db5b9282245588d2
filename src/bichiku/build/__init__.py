"""World and chains in, linear program out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bichiku.build.balances import add_balances
from bichiku.build.costs import add_costs
from bichiku.build.coupling import Coupling, assembled
from bichiku.build.hand_back import add_hand_back, starts_a_year
from bichiku.build.rationing import add_rationing
from bichiku.build.reserve import add_reserve, emergencies
from bichiku.build.stencil import Stencil
from bichiku.build.tie_break import add_tie_break
from bichiku.build.units import in_own_units
from bichiku.model.chains import Chain
from bichiku.model.world import World
from bichiku.policies import POLICIES
from bichiku.program import LinearProgram

__all__ = ["build", "build_policies", "physical_stencil", "stencil_of"]

Cuts = Mapping[str, tuple[Any, ...]]
NO_CUTS: Cuts = {}


def build(world: World, chains: Sequence[Chain], cuts: Cuts = NO_CUTS) -> LinearProgram:
    """The linear program of one strategy; ``docs/formulation.md`` is its text.

    Args:
        world: the strategy.
        chains: its chains.
        cuts: the planes found so far, by policy that is kept by planes.
    """
    from bichiku.build.stamp import stamp  # needs Pyomo, which takes long to load

    program = _coupled(assembled([stamp(stencil_of(chain, cuts)) for chain in chains]), chains, world)
    return in_own_units(program, world)


def build_policies(world: World, chains: Sequence[Chain]) -> LinearProgram:
    """The rows, columns and costs that the policies add to the program of the same world without them.

    Its columns are those of the whole program, of which rows and costs of the policies alone are stated.
    """
    from bichiku.build.stamp import stamp

    parts = []
    for chain in chains:
        physical = physical_stencil(chain)
        alone = replace(physical, rows=[], bounds=[], costs=[], preferences=[])
        parts.append(stamp(_with_policies(alone, chain.world)))
    return in_own_units(_coupled(assembled(parts), chains, world), world)


def _coupled(program: LinearProgram, chains: Sequence[Chain], world: World) -> LinearProgram:
    coupling = Coupling(program, chains)
    for policy in POLICIES:
        policy.couple(coupling, world)
    return coupling.program()


def stencil_of(chain: Chain, cuts: Cuts = NO_CUTS) -> Stencil:
    """The algebra of one node of a chain in Pyomo, with all balances, costs and policies but what couples chains."""
    return _with_policies(physical_stencil(chain, cuts), chain.world)


def physical_stencil(chain: Chain, cuts: Cuts = NO_CUTS) -> Stencil:
    """The algebra of one node of a chain without any policy."""
    world, state = chain.world, chain.state
    stencil = Stencil(chain.tree, chain.years, chain.name, cuts=cuts)
    emergency = emergencies(world, chain.tree, state)
    add_balances(stencil, world, state)
    add_rationing(stencil, world, state)
    add_reserve(stencil, world, emergency)
    danger = starts_a_year(world, chain.tree, emergency) if chain.danger is None else chain.danger
    add_hand_back(stencil, world, state, danger)
    add_costs(stencil, world)
    add_tie_break(stencil, world)
    return stencil


def _with_policies(stencil: Stencil, world: World) -> Stencil:
    for policy in POLICIES:
        policy.add_rows(stencil, world)
    return stencil
