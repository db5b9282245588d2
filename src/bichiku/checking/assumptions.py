"""The assumed rows that an answer can rest on most, before anything is solved.

What a row is worth is told by the money that can pass through it in a year at most; what it is worth at the optimum
is in ``prices.csv`` once the model is solved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bichiku.checking.facts import Facts, Found
from bichiku.model.tables import MaterialRow, ProjectRow, Row, ShortageRow, SubstitutionRow, SupplierRow
from bichiku.model.world import World

SHOWN = 3  # rows of each table: enough to start with, few enough to read


def _assumed(facts: Facts) -> Iterator[Found]:
    world = facts.world
    weak = [row for row in world.rows if row.basis in (None, "assumed")]
    worth = [(row, money) for row in weak if (money := _money(world, row)) > 0]
    if not worth:
        return
    named = []
    for table in dict.fromkeys(row.table for row, _ in worth):
        mine = sorted(((row, money) for row, money in worth if row.table == table), key=lambda pair: -pair[1])
        shown = ", ".join(f"{_key(row)} {_short(money)}" for row, money in mine[:SHOWN])
        named.append(f"{table} {shown}")
    yield Found(
        f"{len(weak)} of {len(world.rows)} rows are assumed or state no basis",
        f"most {world.settings.currency} a year can pass through {'; '.join(named)}; prices.csv of a run tells more",
    )


def _money(world: World, row: Row) -> float:
    """Money that can pass through a row in a year at most, at the largest demand of the horizon."""
    if isinstance(row, MaterialRow):  # a year of shortage
        return (row.shortage_cost or 0.0) * _demand(world, row.material)
    if isinstance(row, ShortageRow):
        return row.cost * row.up_to * _demand(world, row.material)
    if isinstance(row, SupplierRow):
        return world.delivered_price(row.supplier) * min(row.capacity_t, _use(world, row.material))
    if isinstance(row, ProjectRow):
        made = min(row.existing_t + row.max_build_t, _use(world, row.material))
        return row.running_cost * made + row.capex * row.max_build_t
    if isinstance(row, SubstitutionRow):
        return row.cost * row.max_share * _demand(world, row.material)
    raise TypeError(row)


def _demand(world: World, material: str) -> float:
    return max(world.demand.get(material, {0: 0.0}).values())


def _use(world: World, material: str) -> float:
    """Largest demand of a year, and what all projects together can take as feed."""
    feed = sum(
        (row.existing_t + row.max_build_t) * (row.input_per_output or 0.0)
        for row in world.projects.values()
        if row.input_material == material
    )
    return _demand(world, material) + feed


def _key(row: Row) -> str:
    return "/".join(str(getattr(row, column)) for column in type(row).key)


def _short(money: float) -> str:
    for unit, size in (("bn", 1e9), ("m", 1e6)):
        if money >= size:
            return f"({money / size:.3g} {unit})"
    return f"({money:,.0f})"


RULES: dict[str, Callable[[Facts], Iterator[Found]]] = {"W501": _assumed}
