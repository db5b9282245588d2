"""The program in which a plan is carried out, whoever chose it."""

from __future__ import annotations

from dataclasses import replace

from bichiku.build import physical_stencil
from bichiku.build.coupling import assembled
from bichiku.build.reserve import growing_stencil
from bichiku.build.stencil import Stencil
from bichiku.build.units import in_own_units
from bichiku.model.chains import Chain
from bichiku.model.world import World
from bichiku.policies import POLICIES
from bichiku.program import LinearProgram


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
        from bichiku.build.stamp import stamp  # needs Pyomo, which takes long to load

        if any(policy.binds_in_operation and policy.asked(world) for policy in POLICIES):
            stencil = physical_stencil(replace(self._chain, world=world))
            for policy in POLICIES:
                if policy.binds_in_operation:
                    policy.add_rows(stencil, world)
            return in_own_units(assembled([stamp(stencil)]), world)
        if self._first is None:
            stencil = physical_stencil(replace(self._chain, world=world))
            self._first = stencil, in_own_units(assembled([stamp(stencil)]), world)
            return self._first[1]
        stencil, program = self._first
        return program.with_rows(assembled([stamp(growing_stencil(stencil, world))]))
