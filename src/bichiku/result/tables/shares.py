"""shares.csv: each country's share of the plan's imports, where shipped from and where mined."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bichiku.result.outcome import Outcome

STAGES = ("exporter", "origin")
COLUMNS = ["material", "year", "stage", "country", "share", "hhi"]


def shares_table(outcome: Outcome) -> pd.DataFrame:
    """Shares of imports by weight, zero to one, and the Herfindahl-Hirschman index of that year and stage.

    At the stage ``exporter`` a tonne counts for the country that ships it, at ``origin`` by the shares of
    its feed. A year without imports has no rows.
    """
    world, plan = outcome.world, outcome.tree.plan
    years = outcome.years[plan]
    first, count = int(years.min()), int(years.max()) - int(years.min()) + 1
    records = []
    for material in world.materials:
        for stage in STAGES:
            tonnes: dict[str, np.ndarray] = {}
            for name, row in world.sources.items():
                if row.material != material or not world.is_import(name):
                    continue
                arrived = np.bincount(years - first, outcome.arrived[name][plan], minlength=count)
                parts = {row.country: 1.0} if stage == "exporter" else world.origins[name]
                for country, share in parts.items():
                    tonnes[country] = tonnes.get(country, np.zeros(count)) + share * arrived
            for i in range(count):
                total = sum(by_year[i] for by_year in tonnes.values())
                if total > 0:
                    shares = {country: by_year[i] / total for country, by_year in tonnes.items() if by_year[i]}
                    index = sum(share**2 for share in shares.values())
                    records += [
                        (material, first + i, stage, country, share, index) for country, share in sorted(shares.items())
                    ]
    return pd.DataFrame(records, columns=COLUMNS)
