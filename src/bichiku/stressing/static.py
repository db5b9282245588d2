"""The static figure beside the map: what is left of supply without the largest supplier, as a share of demand.

It is the "N-1" of the International Energy Agency's Global Critical Minerals Outlook, here of one buyer: no store, no
time, no substitution, and nobody who ships more.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from bichiku.result.columns import Column, Kind, ResultTable
from bichiku.stressing.columns import MATERIAL, STRATEGY
from bichiku.stressing.losses import COUNTRY
from bichiku.stressing.operation import BlindOperator

MONTHS = 12  # of the loss that stands beside the static figure

STATIC = ResultTable(
    "static",
    "What is left of each material without its largest supplier, over the reported window, and what a loss of that "
    "country for a year does. Shares of use, which is demand and feed; the origin of a tonne is that of its feed.",
    (
        STRATEGY,
        MATERIAL,
        Column("largest", Kind.TEXT, "", "country of which the plan ships most; the buyer's own is none"),
        Column("largest_share", Kind.NUMBER, "0 to 1", "what it ships, of all that the plan ships"),
        Column("left_planned", Kind.NUMBER, "share of use", "what the plan ships from all others"),
        Column("left_able", Kind.NUMBER, "share of use", "what all others could ship, at capacity and at once"),
        Column(
            "time_to_survive_days",
            Kind.NUMBER,
            "days",
            "when that country is lost for a year, worst start",
            optional=True,
        ),
        Column(
            "met",
            Kind.NUMBER,
            "0 to 1",
            "demand met in that year, worst start; empty where none is used as such",
            optional=True,
        ),
    ),
    key=("strategy", "material"),
)


def static_table(operators: Mapping[str, BlindOperator], losses: pd.DataFrame) -> pd.DataFrame:
    """One row for each strategy and material that is shipped from abroad.

    Args:
        operators: by strategy.
        losses: the table `bichiku.stressing.loss_map.LOSSES`.
    """
    year = losses[(losses["kind"] == COUNTRY) & (losses["months"] == MONTHS)]
    lost = year.set_index(["strategy", "loss", "material"])
    rows = []
    for strategy, operator in operators.items():
        for material in operator.world.materials:
            shipped, able = _by_country(operator, material)
            foreign = {code: tonnes for code, tonnes in shipped.items() if code != operator.world.settings.buyer}
            use = float(operator.use[material][: operator.world.calendar.reported].sum())
            if use <= 0.0 or not any(foreign.values()):
                continue
            largest = min(foreign, key=lambda code: (-foreign[code], code))
            key = (strategy, largest, material)
            known = key in lost.index
            rows.append(
                {
                    "strategy": strategy,
                    "material": material,
                    "largest": largest,
                    "largest_share": foreign[largest] / sum(shipped.values()),
                    "left_planned": (sum(shipped.values()) - shipped[largest]) / use,
                    "left_able": (sum(able.values()) - able[largest]) / use,
                    "time_to_survive_days": float(lost.loc[key, "time_to_survive_days"]) if known else math.nan,
                    "met": float(lost.loc[key, "met_in_year"]) if known else math.nan,
                }
            )
    return STATIC.from_rows(rows)


def _by_country(operator: BlindOperator, material: str) -> tuple[dict[str, float], dict[str, float]]:
    """Tonnes shipped in the reported window on the plan, and at capacity, by country of the feed."""
    world, held = operator.world, operator.held
    reported = world.calendar.reported
    shipped: dict[str, float] = {}
    able: dict[str, float] = {}
    for name in (*world.sellers(material), *world.makers(material)):
        if name in world.suppliers:
            yearly = np.full(reported, world.suppliers[name].capacity_t)
        else:
            built = held.builds.get(name, np.zeros(1))[0]
            usable = world.is_usable(name, np.arange(1, reported + 1))
            yearly = world.projects[name].existing_t + built * usable
        for country, share in world.origins[name].items():
            shipped[country] = shipped.get(country, 0.0) + share * float(held.shipments[name][:reported].sum())
            able[country] = able.get(country, 0.0) + share * float(yearly.sum()) * world.calendar.year_share
    return shipped, able
