"""Which of several optima that cost the same is written: lowest delivered cost first, then supplier id.

Suppliers of one material with the same delivered price tie wherever they can be used; on nodes of no
probability all suppliers do. There a trifle per tonne, rising in that order, decides. It is ten times what
HiGHS can tell apart (its dual feasibility tolerance), reaches no cost line, and is nothing where nobody ties.
"""

from __future__ import annotations

import numpy as np

from bichiku.formulate.stencil import Stencil
from bichiku.world import World

TRIFLE = 1e-6


def add_tie_break(stencil: Stencil, world: World) -> None:
    """Declares the preference among suppliers that tie."""
    improbable = stencil.tree.weight == 0.0
    for material in world.materials:
        sellers = sorted(
            (round(world.delivered_price(name), 9), name)
            for name, row in world.suppliers.items()
            if row.material == material
        )
        prices = [price for price, _ in sellers]
        for rank, (price, name) in enumerate(sellers):
            among_equals = rank - prices.index(price)
            if among_equals or (rank and improbable.any()):
                trifle = TRIFLE * np.where(improbable, rank, among_equals)
                spot = name in world.spot
                variable = stencil.model.ship[name] if spot else stencil.model.contract[name]
                stencil.prefer(variable, trifle)
