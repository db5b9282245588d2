"""The program in which a plan is carried out, whoever chose it."""

from __future__ import annotations

from functools import cached_property

from bichiku.build.coupling import assembled
from bichiku.build.physical import Physical
from bichiku.build.units import in_own_units
from bichiku.model.chains import Chain
from bichiku.model.world import World
from bichiku.policies import POLICIES
from bichiku.program import LinearProgram


class OperationBuilder:
    """Writes the program in which plans are carried out in a chain, for one strategy after another."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain

    def build(self, world: World) -> LinearProgram:
        """The program of operation under those policies of a strategy that bind in operation.

        Args:
            world: the chain's part of the strategy's world.
        """
        binding = [policy for policy in POLICIES if policy.binds_in_operation]
        return in_own_units(assembled([self._physical.under(world, binding)]), world)

    @cached_property
    def _physical(self) -> Physical:
        return Physical(self._chain)
