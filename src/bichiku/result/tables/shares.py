"""shares.csv: each country's share of the plan's imports, where shipped from and where mined."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bichiku.model.world import STAGES
from bichiku.result.columns import Column, Kind, ResultTable, Role
from bichiku.result.outcome import Outcome

SHARES = ResultTable(
    "shares",
    "Countries' shares of the plan's imports by weight. A year without imports has no rows.",
    (
        Column("material", Kind.TEXT, "", "the material", role=Role.GROUP),
        Column("year", Kind.YEAR, "", "calendar year"),
        Column(
            "stage",
            Kind.TEXT,
            "",
            "`exporter`: by the country that ships; `origin`: by the countries of the feed",
        ),
        Column("country", Kind.TEXT, "", "the country"),
        Column("share", Kind.NUMBER, "share, 0 to 1", "of the material's imports"),
        Column(
            "hhi",
            Kind.NUMBER,
            "0 to 1",
            "sum of squared shares of that material, year and stage, the same in each of its rows",
        ),
    ),
    key=("material", "year", "stage", "country"),
)


def shares_table(outcome: Outcome) -> pd.DataFrame:
    """Shares of imports by weight, zero to one, and the Herfindahl-Hirschman index of that year and stage.

    At the stage ``exporter`` a tonne counts for the country that ships it, at ``origin`` by the shares of
    its feed. A year without imports has no rows.
    """
    world, plan = outcome.world, outcome.tree.plan
    years = outcome.years[plan]
    first, count = int(years.min()), int(years.max()) - int(years.min()) + 1
    records: list[dict[str, object]] = []
    for material in world.materials:
        for stage in STAGES:
            tonnes: dict[str, np.ndarray] = {}
            for name, row in world.sources.items():
                if row.material != material or not world.is_import(name):
                    continue
                arrived = np.bincount(years - first, outcome.arrived[name][plan], minlength=count)
                for country, share in world.countries_of(name, stage).items():
                    tonnes[country] = tonnes.get(country, np.zeros(count)) + share * arrived
            for i in range(count):
                total = sum(by_year[i] for by_year in tonnes.values())
                if total > 0:
                    shares = {country: by_year[i] / total for country, by_year in tonnes.items() if by_year[i]}
                    index = sum(share**2 for share in shares.values())
                    about = {"material": material, "year": first + i, "stage": stage, "hhi": index}
                    records += [{**about, "country": code, "share": share} for code, share in sorted(shares.items())]
    return SHARES.from_rows(records)
