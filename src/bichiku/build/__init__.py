"""World and chains in, linear program out."""

from __future__ import annotations

from collections.abc import Sequence

from bichiku.build.coupling import Coupling, assembled
from bichiku.build.physical import NO_CUTS, Cuts, KeptPhysical
from bichiku.build.units import in_own_units
from bichiku.model.chains import Chain
from bichiku.model.world import World
from bichiku.policies import POLICIES
from bichiku.program import LinearProgram

__all__ = ["Cuts", "build", "build_policies"]

_PHYSICAL = KeptPhysical()


def build(world: World, chains: Sequence[Chain], cuts: Cuts = NO_CUTS) -> LinearProgram:
    """The linear program of one strategy; ``docs/formulation.md`` is its text.

    Args:
        world: the strategy.
        chains: its chains.
        cuts: the planes found so far, by policy that is kept by planes.
    """
    each = zip(_PHYSICAL.of(chains), chains, strict=True)
    parts = [physical.under(chain.world, cuts=cuts) for physical, chain in each]
    return in_own_units(_coupled(assembled(parts), chains, world), world)


def build_policies(world: World, chains: Sequence[Chain]) -> LinearProgram:
    """The rows, columns and costs that the policies add to the program of the same world without them.

    Its columns are those of the whole program, of which rows and costs of the policies alone are stated.
    """
    each = zip(_PHYSICAL.of(chains), chains, strict=True)
    parts = [physical.added(chain.world) for physical, chain in each]
    return in_own_units(_coupled(assembled(parts), chains, world), world)


def _coupled(program: LinearProgram, chains: Sequence[Chain], world: World) -> LinearProgram:
    coupling = Coupling(program, chains)
    for policy in POLICIES:
        policy.couple(coupling, world)
    return coupling.program()
