"""Which of several optima that cost the same is written: lowest delivered cost first, then supplier id.

The cost itself sees to the first. Suppliers of one material with the same delivered price tie wherever they can be
used; there a trifle per tonne, rising with their ids, decides. It is ten times what HiGHS can tell apart (its dual
feasibility tolerance), is taken away again before prices are read, reaches no cost line, and is nothing where nobody
ties. Where a tonne short costs the same whenever it is short, a trifle for each period to the horizon puts it off, so
that a store lasts as long as it can. Where what is missing at a branch's end costs nothing, no more of it is counted
than is missing, and what can be spared first. Nodes of no probability cost nothing, so a trace of their true cost
decides there (`bichiku.build.stamp`).
"""

from __future__ import annotations

import numpy as np

from bichiku.build.stencil import Stencil
from bichiku.model.tree import Tree
from bichiku.model.world import World

TRIFLE = 1e-6  # of the unit of price
DIGITS = 9  # behind the point, in which prices in that unit tie


def add_tie_break(stencil: Stencil, world: World) -> None:
    """Declares the preference among suppliers that tie, for later shortages, and gaps no larger than what is due."""
    unit = world.units.price
    trifle = TRIFLE * unit
    left = world.calendar.periods - stencil.tree.period
    for material in world.demand:
        stencil.prefer("short", material, trifle * left * _share_of_branch(stencil.tree))
    for material in world.materials if len(stencil.tree.ends) else ():
        for times, step in enumerate(("gap", "gap_scarce"), start=1):
            is_free = stencil.number(f"{step}_price", material) == 0.0
            stencil.prefer(step, material, np.where(is_free, times * trifle, 0.0))
    # a contract has one column for all nodes of a year, and its trifle counts once
    share_of_year = 1.0 / np.bincount(stencil.years)[stencil.years]
    for material in world.materials:
        sellers = sorted(
            (round(world.delivered_price(name) / unit, DIGITS), name)
            for name, row in world.suppliers.items()
            if row.material == material
        )
        prices = [price for price, _ in sellers]
        for rank, (price, name) in enumerate(sellers):
            among_equals = rank - prices.index(price)
            if not among_equals:
                continue
            if name in world.spot:
                stencil.prefer("ship", name, np.full(stencil.tree.size, trifle * among_equals))
            else:
                stencil.prefer("contract", name, trifle * among_equals * share_of_year)


def _share_of_branch(tree: Tree) -> np.ndarray:
    """How likely each node is once its branch has begun; shape (nodes,). A tonne put off is short on one path only."""
    found, off = np.ones(tree.size), tree.off_plan
    begun = np.zeros(int(tree.branch.max(initial=-1)) + 1)
    np.maximum.at(begun, tree.branch[off], tree.weight[off])
    of_branch = begun[tree.branch[off]]
    found[off] = np.divide(tree.weight[off], of_branch, out=np.ones(len(off)), where=of_branch > 0.0)
    return found
