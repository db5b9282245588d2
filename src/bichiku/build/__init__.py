"""World and chains in, linear program out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bichiku.build.balances import add_balances
from bichiku.build.costs import add_costs
from bichiku.build.coupling import Coupling, assembled
from bichiku.build.hand_back import add_hand_back
from bichiku.build.rationing import add_rationing
from bichiku.build.reserve import add_reserve, emergencies, growing_stencil
from bichiku.build.stamp import stamp
from bichiku.build.stencil import Stencil
from bichiku.build.tie_break import add_tie_break
from bichiku.build.units import in_own_units
from bichiku.model.chains import Chain
from bichiku.model.world import World
from bichiku.policies import POLICIES
from bichiku.program import LinearProgram

__all__ = ["OperationBuilder", "build", "build_policies", "stamp", "stencil_of"]

Cuts = Mapping[str, tuple[Any, ...]]
NO_CUTS: Cuts = {}


def build(world: World, chains: Sequence[Chain], cuts: Cuts = NO_CUTS) -> LinearProgram:
    """The linear program of one strategy; ``docs/formulation.md`` is its text.

    Args:
        world: the strategy.
        chains: its chains.
        cuts: the planes found so far, by policy that is kept by planes.
    """
    program = _coupled(assembled([stamp(stencil_of(chain, cuts)) for chain in chains]), chains, world)
    return in_own_units(program, world)


class OperationBuilder:
    """Writes the program in which plans are carried out in a chain, for one strategy after another.

    Of the policies it has those that bind in operation alone. Where none does, strategies differ in nothing but the
    reserve's target, by which a branch may pause a build-up, so all other rows are written once.
    """

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._first: tuple[Stencil, LinearProgram] | None = None

    def build(self, world: World) -> LinearProgram:
        """The program of operation under the policies of a strategy.

        Args:
            world: the chain's part of the strategy's world.
        """
        if any(policy.binds_in_operation and policy.asked(world) for policy in POLICIES):
            stencil = _physical_stencil(replace(self._chain, world=world), NO_CUTS)
            for policy in POLICIES:
                if policy.binds_in_operation:
                    policy.add_rows(stencil, world)
            return in_own_units(assembled([stamp(stencil)]), world)
        if self._first is None:
            stencil = _physical_stencil(replace(self._chain, world=world), NO_CUTS)
            self._first = stencil, in_own_units(assembled([stamp(stencil)]), world)
            return self._first[1]
        stencil, program = self._first
        return program.with_rows(assembled([stamp(growing_stencil(stencil, world))]))


def build_policies(world: World, chains: Sequence[Chain]) -> LinearProgram:
    """The rows, columns and costs that the policies add to the program of the same world without them.

    Its columns are those of the whole program, of which rows and costs of the policies alone are stated.
    """
    parts = []
    for chain in chains:
        physical = _physical_stencil(chain, NO_CUTS)
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
    return _with_policies(_physical_stencil(chain, cuts), chain.world)


def _physical_stencil(chain: Chain, cuts: Cuts) -> Stencil:
    world, state = chain.world, chain.state
    stencil = Stencil(chain.tree, chain.years, chain.name, cuts=cuts)
    emergency = emergencies(world, chain.tree, state)
    add_balances(stencil, world, state)
    add_rationing(stencil, world, state)
    add_reserve(stencil, world, emergency)
    add_hand_back(stencil, world, state, emergency)
    add_costs(stencil, world)
    add_tie_break(stencil, world)
    return stencil


def _with_policies(stencil: Stencil, world: World) -> Stencil:
    for policy in POLICIES:
        policy.add_rows(stencil, world)
    return stencil
