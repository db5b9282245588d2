"""How much of an answer rests on sourced, derived and assumed rows."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from bichiku.program import ALL
from bichiku.result.metrics import Metric, last_reported_year
from bichiku.result.outcome import Outcome

BASES = ("sourced", "derived", "assumed", "not stated")


def basis_metrics(outcome: Outcome, sourcing: pd.DataFrame) -> Iterator[Metric]:
    """Shares of the plan's tonnes, and of their delivered cost, by the basis of the rows they come from."""
    window = sourcing[(sourcing["year"] <= last_reported_year(outcome)) & (sourcing["tonnes"] > 0)]
    cost = window["tonnes"] * window["delivered_cost"]
    for material in [ALL, *outcome.world.materials]:
        mine = window["material"].notna() if material == ALL else window["material"] == material
        for basis in BASES:
            chosen = mine & (window["basis"] == basis)
            key = basis.replace(" ", "_")
            if window.loc[mine, "tonnes"].sum() > 0:
                share = window.loc[chosen, "tonnes"].sum() / window.loc[mine, "tonnes"].sum()
                yield Metric(f"tonnage_{key}", material, float(share), "share of tonnes")
            if cost[mine].sum() > 0:
                yield Metric(f"cost_{key}", material, float(cost[chosen].sum() / cost[mine].sum()), "share of cost")
