"""A chain's program without policies, written once, and what the policies of one strategy after another add to it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
from scipy import sparse

from bichiku.build.balances import add_balances
from bichiku.build.costs import add_costs
from bichiku.build.hand_back import add_hand_back, starts_a_year
from bichiku.build.rationing import add_rationing
from bichiku.build.reserve import add_reserve, emergencies, growing_stencil
from bichiku.build.stencil import Stencil
from bichiku.build.tie_break import add_tie_break
from bichiku.model.chains import Chain
from bichiku.model.world import World
from bichiku.policies import POLICIES, Policies
from bichiku.policies.policy import Policy
from bichiku.program import LinearProgram

Cuts = Mapping[str, tuple[Any, ...]]
NO_CUTS: Cuts = {}

MOST_KEPT = 100_000  # columns of a chain; to write a larger one again takes little beside solving it


class Physical:
    """A chain's program without policies.

    Strategies mostly differ in their policies alone. Of all other rows only those of the reserve in a crisis hang on
    what is asked for: by the target a branch may pause a build-up.

    Args:
        chain: the chain; what its strategy asks for is left out.
    """

    def __init__(self, chain: Chain) -> None:
        from bichiku.build.stamp import stamp  # needs Pyomo, which takes long to load

        self.chain = _without_policies(chain)
        self._stencil = _physical_stencil(self.chain)
        self._program = stamp(self._stencil)
        self._writing = threading.Lock()

    @property
    def columns(self) -> int:
        """How many columns it has."""
        return self._program.shape[1]

    def is_of(self, chain: Chain) -> bool:
        """Whether a chain differs from its own in nothing but policies."""
        mine = self.chain
        same = mine.tree is chain.tree and mine.state is chain.state and mine.danger == chain.danger
        return same and mine.world == _without_policies(chain).world

    def added(self, world: World, policies: Iterable[Policy[Any]] = POLICIES, cuts: Cuts = NO_CUTS) -> LinearProgram:
        """The rows, columns and costs that policies add, over the columns of the whole, with the quantities of both.

        Args:
            world: the chain's part of the strategy's world.
            policies: those that are looked at.
            cuts: the planes found so far, by policy that is kept by planes.
        """
        from bichiku.build.stamp import stamp

        with self._writing, _written_over(self._stencil, cuts) as stencil:
            for policy in policies:
                policy.add_rows(stencil, world)
            added = stamp(stencil)
        return replace(added, quantities={**self._program.quantities, **added.quantities})

    def under(self, world: World, policies: Iterable[Policy[Any]] = POLICIES, cuts: Cuts = NO_CUTS) -> LinearProgram:
        """The chain's program under policies; see `added`."""
        from bichiku.build.stamp import stamp

        growing = growing_stencil(self._stencil, world)
        program = self._program if growing is None else self._program.with_rows(stamp(growing))
        return _together(program, self.added(world, policies, cuts))


class KeptPhysical:
    """The chains of the last program that was written, without policies, as the next one mostly has the same."""

    def __init__(self) -> None:
        self._kept: dict[str, Physical] = {}

    def of(self, chains: Sequence[Chain]) -> Iterator[Physical]:
        """The chains one by one, in their order."""
        before, kept = self._kept, dict[str, Physical]()
        self._kept = kept  # another thread may begin with others meanwhile
        for chain in chains:
            found = before.get(chain.name)
            if found is None or not found.is_of(chain):
                found = Physical(chain)
            if found.columns <= MOST_KEPT:
                kept[chain.name] = found
            yield found


def _without_policies(chain: Chain) -> Chain:
    return replace(chain, world=chain.world.without_policies(Policies()))


def _physical_stencil(chain: Chain) -> Stencil:
    """The algebra of one node of a chain in Pyomo: all balances and costs."""
    world, state = chain.world, chain.state
    stencil = Stencil(chain.tree, chain.years, chain.name)
    emergency = emergencies(world, chain.tree, state)
    add_balances(stencil, world, state)
    add_rationing(stencil, world, state)
    add_reserve(stencil, world, emergency)
    danger = starts_a_year(world, chain.tree, emergency) if chain.danger is None else chain.danger
    add_hand_back(stencil, world, state, danger)
    add_costs(stencil, world)
    add_tie_break(stencil, world)
    return stencil


@contextmanager
def _written_over(stencil: Stencil, cuts: Cuts) -> Iterator[Stencil]:
    """A stencil with all symbols of another and none of its rows; what is declared in it is gone afterwards."""
    model = stencil.model
    own = set(model.component_map())
    try:
        yield replace(
            stencil,
            rows=[],
            bounds=[],
            costs=[],
            preferences=[],
            quantities=[],
            symbols=dict(stencil.symbols),
            numbers=dict(stencil.numbers),
            columns=list(stencil.columns),
            branches=list(stencil.branches),
            cuts=cuts,
        )
    finally:
        for name in [name for name in model.component_map() if name not in own]:
            model.del_component(name)


def _together(program: LinearProgram, added: LinearProgram) -> LinearProgram:
    """A program with the rows, columns and costs of another that has all of its columns first among its own."""
    rows, columns = program.shape
    more = added.shape[1] - columns
    wide = sparse.csr_array(
        (program.matrix.data, program.matrix.indices, program.matrix.indptr), (rows, columns + more)
    )
    return LinearProgram(
        cost=np.append(program.cost, np.zeros(more)) + added.cost,
        constant=program.constant + added.constant,
        matrix=sparse.csr_array(sparse.vstack([wide, added.matrix])),
        row_lower=np.append(program.row_lower, added.row_lower),
        row_upper=np.append(program.row_upper, added.row_upper),
        column_lower=added.column_lower,
        column_upper=np.minimum(np.append(program.column_upper, np.full(more, np.inf)), added.column_upper),
        row_constant=np.append(program.row_constant, added.row_constant),
        preference=np.append(program.preference, np.zeros(more)) + added.preference,
        row_blocks=program.row_blocks + tuple(replace(block, first=block.first + rows) for block in added.row_blocks),
        column_blocks=added.column_blocks,
        cost_lines=program.cost_lines + added.cost_lines,
        quantities=added.quantities,
        structure=added.structure,
    )
