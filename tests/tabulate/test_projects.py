"""projects.csv, by hand. For the world see `oracles.by_hand`; a plant of 30 t makes ``m``, and 20 t may be built."""

from __future__ import annotations

from typing import Any

import pytest

from bichiku.show.built import built_projects
from oracles.by_hand import MATERIAL, SPOT, halt, solve

PLANT = {"project": "p", "material": "m", "country": "JPN", "kind": "refinery", "existing_t": 30}
BUILT = {"max_build_t": 20, "capex": 1, "fixed_cost": 0}


def built(crises: Any = None, storage_cost_rate: float = 0, **given: Any) -> dict[str, Any]:
    """The row of what is built."""
    plant, material = PLANT | BUILT | given, MATERIAL | {"storage_cost_rate": storage_cost_rate}
    tables = {"materials": [material], "projects": [plant], "suppliers": [SPOT]}
    (row,) = built_projects(solve(3, tables=tables, crises=crises)).to_dict("records")
    return row


@pytest.mark.parametrize(("lead", "mean"), [(0, 50), (2, 50 / 3)])
def test_what_is_run_in_full_does_not_stand_by(lead: int, mean: float) -> None:
    # it runs at 1 where the market asks 10. With two years of lead only what is made in the first arrives, and the mean
    # of three years is below the 30 t that exist
    row = built(running_cost=1, lead_periods=lead)
    assert (row["built_t_per_year"], row["used_t_per_year"]) == pytest.approx((20, mean))
    assert row["beyond_existing_t_per_year"] == pytest.approx(20)
    assert not row["standby"]


def test_what_is_built_for_a_crisis_alone_stands_by() -> None:
    # dearer than the market at 20, cheaper than a shortage at 100; what would be stored costs more than to build
    row = built(running_cost=20, crises=halt(3, 0.5, effects=[{"suppliers": ["s"], "loss": 1}]), storage_cost_rate=5)
    assert row["built_t_per_year"] == pytest.approx(20)
    assert row["beyond_existing_t_per_year"] == 0
    assert row["standby"]
