"""From whom the plan buys, and how concentrated that is, in the last reported year."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd

from bichiku.model.world import World
from bichiku.program import ALL
from bichiku.result.metrics import Metric, last_reported_year
from bichiku.result.outcome import Outcome
from bichiku.result.tables.shares import STAGES

CHINA = "CHN"
IMPORTS = "share of imports"


def sourcing_metrics(outcome: Outcome, tables: dict[str, pd.DataFrame]) -> Iterator[Metric]:
    """Imports, the Chinese share, the largest share, HHI and the governance-weighted HHI by material.

    The Chinese share of all materials together weighs each material by the delivered cost of its imports.
    """
    world, year = outcome.world, last_reported_year(outcome)
    sourcing, shares = tables["sourcing"], tables["shares"]
    imported = sourcing[(sourcing["year"] == year) & sourcing["share_of_imports"].notna() & (sourcing["tonnes"] > 0)]
    money = (imported["tonnes"] * imported["delivered_cost"]).groupby(imported["material"]).sum()
    for material in world.materials:
        tonnes = imported.loc[imported["material"] == material, "tonnes"].sum()
        yield Metric("imports_per_year", material, float(tonnes), "t/year", str(year))
    for stage in STAGES:
        now = shares[(shares["year"] == year) & (shares["stage"] == stage)]
        by_material = {
            material: dict(zip(rows["country"], rows["share"], strict=True))
            for material, rows in now.groupby("material", sort=True)
        }
        chinese = {material: mix.get(CHINA, 0.0) for material, mix in by_material.items()}
        if money.sum() > 0:
            together = sum(chinese[material] * money[material] for material in chinese) / money.sum()
            yield Metric(f"china_share_{stage}", ALL, float(together), IMPORTS, f"{year}, weighed by cost")
        for material, mix in by_material.items():
            largest = min(mix, key=lambda country: (-mix[country], country))
            yield Metric(f"china_share_{stage}", material, chinese[material], IMPORTS, str(year))
            yield Metric(f"largest_{stage}_share", material, mix[largest], IMPORTS, largest)
            yield Metric(f"hhi_{stage}", material, sum(share**2 for share in mix.values()), "0..1", str(year))
            weighted = governance_weighted_hhi(mix, world)
            if not math.isnan(weighted):
                yield Metric(f"governance_weighted_hhi_{stage}", material, weighted, "0..1", str(year))


def governance_weighted_hhi(mix: dict[str, float], world: World) -> float:
    """``Σ share² · g`` with ``g = (2.5 − governance) / 5``; not a number where a score is missing.

    The weight runs from 0 (best governed on the scale of the Worldwide Governance Indicators, 2.5) to 1
    (worst, −2.5). The form is that of the supply-risk term of the EU's criticality assessment (Blengini et
    al. 2017, "Methodology for establishing the EU list of critical raw materials") applied to the buyer's
    own imports, as GeoPolRisk does (Gemechu et al. 2016, doi:10.1111/jiec.12279).
    """
    scores = {country: world.countries[country].governance for country in mix if country in world.countries}
    known = {country: score for country, score in scores.items() if score is not None}
    if len(known) < len(mix):
        return math.nan
    return sum(share**2 * (2.5 - known[country]) / 5.0 for country, share in mix.items())
