"""What is left of a partly stopped source is rationed. For the world see `oracles.by_hand`.

``DEAR`` storage costs 20 a tonne and year, so that nothing is bought ahead.
"""

from __future__ import annotations

from typing import Any

import pytest

from oracles.by_hand import branch, halt, solve

DEAR = {"storage_cost_rate": 2}


@pytest.mark.parametrize(
    ("supplier", "effect", "had"),
    [
        # half of the 100 t a year that the plan ships, not half of 1000
        ({}, {"countries": ["CHN"], "loss": 0.5}, 50),
        ({"kind": "contract"}, {"countries": ["CHN"], "loss": 0.5}, 50),  # all of it is the buyer's: half of 100
        ({"country": "JPN"}, {"countries": ["JPN"], "loss": 0.5}, 100),  # half of 1000 at home
        # a tenth of the feed: 900 t are not hit
        ({}, {"countries": ["COD"], "loss": 0.5}, 100),
        # on the route the loss is counted once: 100 t are shipped, half arrive
        ({"route": "strait"}, {"routes": ["strait"], "loss": 0.5}, 50),
    ],
)
def test_what_is_left_is_a_share_of_what_was_bought(
    supplier: dict[str, Any], effect: dict[str, Any], had: float
) -> None:
    origins = [{"supplier": "s", "country": "COD", "share": 0.1}]
    crises = halt(2, 0.01, effects=[effect])
    solved = solve(material=DEAR, suppliers=[supplier], tables={"origins": origins}, crises=crises)
    assert branch(solved, solved.outcome.arrived["s"]) == pytest.approx([had])


def test_parts_of_a_feed_are_rationed_each_by_its_own_share() -> None:
    # Nine tenths Congolese, half of which is lost; the Chinese tenth of 200 t is not hit: 20 + 0.9 * 0.5 * 100.
    origins = [{"supplier": "s", "country": "COD", "share": 0.9}]
    crises = halt(2, 0.01, effects=[{"countries": ["COD"], "loss": 0.5}])
    solved = solve(material=DEAR, suppliers=[{"capacity_t": 200}], tables={"origins": origins}, crises=crises)
    assert branch(solved, solved.outcome.shipped["s"]) == pytest.approx([65])


def test_the_ration_is_of_the_mean_of_a_year_and_of_capacity_before_the_first_period() -> None:
    # Demand of 100 a quarter; the halt comes in quarter 3. 100 in each of quarters 1 and 2, and 250 of capacity in each
    # of the two before: half of 175.
    crises = halt(3, 0.01, effects=[{"countries": ["CHN"], "loss": 0.5}])
    solved = solve(3, resolution="quarter", demand=400, material={"storage_cost_rate": 8}, crises=crises)
    assert branch(solved, solved.outcome.shipped["s"]) == pytest.approx([87.5])
