"""What strategies share of a chain's program is written once, and is what each of them would have written by itself."""

from __future__ import annotations

from typing import Any

import pytest

from bichiku.build import build
from bichiku.build.coupling import assembled
from bichiku.build.physical import MOST_KEPT, KeptPhysical, Physical
from bichiku.model.chains import Chain, grow_chains
from oracles.by_hand import halt, small_world

DEAR = {"dear": halt(2, 0.1, effects=[{"all": True, "price_factor": 2}])["halt"]}
ASKED: list[dict[str, Any]] = [
    {},
    {"reserve_days": {"2026-12": 20, "2027-12": 73}},  # its target rises, which the rows of all crises see
    {"no_shortage": True, "budget": {"reserve_per_year": 100}, "risk": {"level": 0.5, "weight": 1.0}},
    {"reserve_days": 73, "concentration": {"max": 0.9}},
    {},
]


def _chain(policies: dict[str, Any], **supplier: Any) -> Chain:
    (chain,) = grow_chains(small_world(2, crises=DEAR, policies=policies, suppliers=[supplier]))
    return chain


def test_one_strategy_after_another_has_the_program_that_it_has_alone() -> None:
    together = Physical(_chain({}))
    for policies in ASKED:
        chain = _chain(policies)
        found, alone = together.under(chain.world), Physical(chain).under(chain.world)
        assert found.equals(alone)
        assert [block.family for block in found.row_blocks] == [block.family for block in alone.row_blocks]
        assert found.column_blocks == alone.column_blocks


def test_a_program_is_what_is_physical_and_what_policies_add() -> None:
    chain = _chain({"reserve_days": 73, "no_shortage": True})
    physical = Physical(chain)
    bare, added, whole = physical.under(chain.world, []), physical.added(chain.world), physical.under(chain.world)
    assert added.shape[0] > 0
    assert all(block.policy for block in added.row_blocks)
    assert whole.shape == (bare.shape[0] + added.shape[0], added.shape[1])
    assert (whole.matrix[bare.shape[0] :] != added.matrix).nnz == 0
    assert whole.row_lower.tolist() == [*bare.row_lower, *added.row_lower]


def test_a_chain_is_kept_for_the_next_strategy_and_not_for_another_world() -> None:
    kept = KeptPhysical()
    (first,) = kept.of([_chain({})])
    (second,) = kept.of([_chain({"reserve_days": 73})])
    (other,) = kept.of([_chain({}, capacity_t=70)])
    assert first is second
    assert other is not first
    assert other.is_of(_chain({"no_shortage": True}, capacity_t=70))


def test_a_large_chain_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    chain = _chain({})
    assert Physical(chain).columns < MOST_KEPT
    monkeypatch.setattr("bichiku.build.physical.MOST_KEPT", 1)
    kept = KeptPhysical()
    (first,), (second,) = kept.of([chain]), kept.of([chain])
    assert first is not second


def test_the_program_of_a_model_is_that_of_its_chains() -> None:
    world = small_world(2, crises=DEAR, policies={"reserve_days": 73})
    chains = grow_chains(world)
    assert build(world, chains).equals(assembled([Physical(chain).under(chain.world) for chain in chains]))
