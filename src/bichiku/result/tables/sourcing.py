"""sourcing.csv: what the plan buys from whom, by material and calendar year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bichiku.result.outcome import Outcome

COLUMNS = (
    "material",
    "supplier",
    "country",
    "kind",
    "year",
    "tonnes",
    "share_of_imports",
    "delivered_cost",
    "unit",
    "basis",
)


def sourcing_table(outcome: Outcome) -> pd.DataFrame:
    """Tonnes that arrive on the plan, their share of imports and what a tonne costs delivered.

    The delivered cost is undiscounted, tariff and freight included; for a project it is its running cost
    without inputs and investment. It is empty where nothing arrives.
    """
    world, plan = outcome.world, outcome.tree.plan
    years = outcome.years[plan]
    first, count = int(years.min()), int(years.max()) - int(years.min()) + 1
    records = []
    imports = {material: np.zeros(count) for material in world.materials}
    tonnes = {}
    for name, row in world.sources.items():
        tonnes[name] = np.bincount(years - first, outcome.arrived[name][plan], minlength=count)
        if world.is_import(name):
            imports[row.material] += tonnes[name]
    for name, row in world.sources.items():
        money = np.bincount(years - first, _unit_cost(outcome, name)[plan] * outcome.arrived[name][plan], count)
        for i in range(count):
            arrived = tonnes[name][i]
            share = arrived / imports[row.material][i] if world.is_import(name) and imports[row.material][i] else np.nan
            cost = money[i] / arrived if arrived else np.nan
            place = (row.material, name, row.country, row.kind, first + i)
            unit = f"{world.settings.currency}/t"
            records.append((*place, arrived, share, cost, unit, row.basis or "not stated"))
    table = pd.DataFrame(records, columns=COLUMNS)
    return table.sort_values(["material", "supplier", "year"], ignore_index=True)


def _unit_cost(outcome: Outcome, source: str) -> np.ndarray:
    world = outcome.world
    if source in world.projects:
        return np.full(outcome.tree.size, world.projects[source].running_cost)
    factors = outcome.state.price_factor[world.suppliers[source].material]
    row = world.suppliers[source]
    price = row.price * (factors if row.kind == "spot" else 1.0)
    return np.broadcast_to(price * (1.0 + row.tariff_rate) + row.freight, (outcome.tree.size,))
