"""From whom the plan buys, and how concentrated that is, in the last reported year."""

from __future__ import annotations

import math
from functools import partial

import pandas as pd

from bichiku.model.world import STAGES, World
from bichiku.program import ALL
from bichiku.result.metrics.metric import Metric, Reading, Results, Scope, Shown

CHINA = "CHN"
IMPORTS = "share of imports"


def _year(results: Results) -> int:
    return results.outcome.world.calendar.last_reported_year


def _imported(results: Results) -> pd.DataFrame:
    """Rows of sourcing.csv that are imports of the year."""
    sourcing = results.tables["sourcing"]
    now = sourcing["year"] == _year(results)
    return sourcing[now & sourcing["share_of_imports"].notna() & (sourcing["tonnes"] > 0)]


def _money(results: Results) -> pd.Series:
    """Delivered cost of each material's imports."""
    imported = results.once(_imported)
    return (imported["tonnes"] * imported["delivered_cost"]).groupby(imported["material"]).sum()


def _mixes(results: Results, stage: str) -> dict[str, dict[str, float]]:
    """Countries and their shares by material, for materials with imports."""
    shares = results.tables["shares"]
    now = shares[(shares["year"] == _year(results)) & (shares["stage"] == stage)]
    return {
        str(material): dict(zip(rows["country"], rows["share"], strict=True))
        for material, rows in now.groupby("material", sort=True)
    }


def _imports(results: Results, material: str) -> Reading:
    imported = results.once(_imported)
    tonnes = imported.loc[imported["material"] == material, "tonnes"].sum()
    return Reading(float(tonnes), str(_year(results)))


def _china(results: Results, material: str, stage: str) -> Reading | None:
    """The Chinese share; of all materials together each weighs by the delivered cost of its imports."""
    chinese = {name: mix.get(CHINA, 0.0) for name, mix in results.once(_mixes, stage).items()}
    if material != ALL:
        return Reading(chinese[material], str(_year(results))) if material in chinese else None
    money = results.once(_money)
    if not money.sum() > 0:
        return None
    together = sum(chinese[name] * money[name] for name in chinese) / money.sum()
    return Reading(float(together), f"{_year(results)}, weighed by cost")


def _largest(results: Results, material: str, stage: str) -> Reading | None:
    mix = results.once(_mixes, stage).get(material)
    if mix is None:
        return None
    largest = min(mix, key=lambda country: (-mix[country], country))
    return Reading(mix[largest], largest)


def _hhi(results: Results, material: str, stage: str) -> Reading | None:
    mix = results.once(_mixes, stage).get(material)
    return None if mix is None else Reading(sum(share**2 for share in mix.values()), str(_year(results)))


def _weighted_hhi(results: Results, material: str, stage: str) -> Reading | None:
    mix = results.once(_mixes, stage).get(material)
    if mix is None:
        return None
    weighted = governance_weighted_hhi(mix, results.outcome.world)
    return None if math.isnan(weighted) else Reading(weighted, str(_year(results)))


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


_TEXTS = {
    "exporter": (
        "shipped from China; for `all`, materials are weighed by the delivered cost of their imports",
        "of the largest country by shipment, named in the detail",
        "concentration, the sum of squared shares",
        "squared shares weighed by `(2.5 − governance) / 5`; only where every country has a score",
    ),
    "origin": ("from Chinese feed", "of the largest country by feed", "the same by feed", "the same by feed"),
}
_IN_REPORT = {"exporter": Shown.REPORT, "origin": Shown.NOWHERE}


def _of_stage(stage: str) -> tuple[Metric, ...]:
    """Metrics of the countries' shares at one stage."""
    china, largest, hhi, weighted = _TEXTS[stage]
    shown = Shown.REPORT | Shown.SWEEP | (Shown.SCREEN if stage == "exporter" else Shown.NOWHERE)
    return (
        Metric(f"china_share_{stage}", IMPORTS, Scope.BOTH, china, partial(_china, stage=stage), shown),
        Metric(
            f"largest_{stage}_share", IMPORTS, Scope.EACH, largest, partial(_largest, stage=stage), _IN_REPORT[stage]
        ),
        Metric(f"hhi_{stage}", "0..1", Scope.EACH, hhi, partial(_hhi, stage=stage), _IN_REPORT[stage]),
        Metric(f"governance_weighted_hhi_{stage}", "0..1", Scope.EACH, weighted, partial(_weighted_hhi, stage=stage)),
    )


GROUPS = (
    (
        Metric(
            "imports_per_year",
            "t/year",
            Scope.EACH,
            "arrivals on the plan from outside the buyer's country",
            _imports,
            Shown.SCREEN | Shown.REPORT,
        ),
    ),
    *(_of_stage(stage) for stage in STAGES),
)
