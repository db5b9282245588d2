"""Names and lists as sentences hold them."""

from __future__ import annotations

from typing import Any

import pytest

from bichiku.show.phrases import choice_words
from oracles.by_hand import MATERIAL, SPOT, small_world


def tranches(*bases: str) -> list[dict[str, Any]]:
    return [
        {"material": "m", "up_to": (i + 1) / len(bases), "cost": 100 + i, "basis": basis}
        for i, basis in enumerate(bases)
    ]


@pytest.mark.parametrize(
    ("basis", "shortage", "words"),
    [
        ("sourced", [], "what a shortage costs"),
        ("assumed", [], "what a shortage costs, assumed for the one material"),
        ("", [], "what a shortage costs, of no stated basis for the one material"),
        # where there are tranches, the cost in materials.csv is not used
        ("assumed", tranches("sourced", "derived"), "what a shortage costs"),
        ("sourced", tranches("sourced", "assumed"), "what a shortage costs, assumed for the one material"),
    ],
)
def test_what_a_shortage_costs_rests_on_the_rows_that_say_so(
    basis: str, shortage: list[dict[str, Any]], words: str
) -> None:
    material = MATERIAL | {"basis": basis}
    if shortage:
        del material["shortage_cost"]
    world = small_world(tables={"materials": [material], "suppliers": [SPOT], "shortage": shortage})
    assert choice_words(world) == words
