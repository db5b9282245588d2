"""Concentration: the Herfindahl-Hirschman index of a material's arrivals, per calendar year of the plan.

With arrivals A by country and T their sum, ``Σ (A/T)² ≤ H`` is ``‖A‖ ≤ √H · T``, a convex cone. It is kept by
planes: at any mix Â the plane ``Â/‖Â‖ · A ≤ √H · T`` touches the cone and cuts off nothing inside it
(Kelley 1960, "The cutting-plane method for solving convex programs"). Planes are added at the mixes found
until no index is over its limit by more than `TOLERANCE`, or by less than a gram, which a solver takes for none.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from bichiku.build.stencil import ConcentrationCut, Stencil
from bichiku.model.world import World
from bichiku.policies.shares import counted_sources, limited_materials
from bichiku.result.outcome import Outcome

TOLERANCE = 1e-4
GRAM = 1e-6  # t


def add_concentration(stencil: Stencil, world: World) -> None:
    """``Σ weight · arrivals ≤ √max · all arrivals`` for each plane found so far."""
    policy = world.policies.concentration
    if policy is None or not stencil.cuts:
        return
    cuts = {f"plane {i}": cut for i, cut in enumerate(stencil.cuts, start=1)}
    roots = {
        name: np.full(stencil.tree.size, math.sqrt(float(policy.max(np.array(cut.year))))) for name, cut in cuts.items()
    }
    limits = stencil.parameters("concentration_root", roots)

    def rule(m: Any, name: str, material: str) -> Any:
        weights = cuts[name].weights
        return (
            sum(
                (sum(w * world.share_from(s, frozenset({c}), policy.stage) for c, w in weights.items()) - limits[name])
                * m.arrive[s]
                for s in counted_sources(world, material, policy.of)
            )
            <= 0
        )

    years = {name: np.flatnonzero(stencil.years[stencil.tree.plan] == cut.year) for name, cut in cuts.items()}
    stencil.add_rows(
        "concentration",
        [(name, cut.material) for name, cut in cuts.items()],
        rule,
        nodes=lambda key: years[key[0]],
        key=stencil.years,
        place="year",
        unit="t",
        policy=True,
    )


def violated(outcome: Outcome) -> tuple[ConcentrationCut, ...]:
    """Planes at the mixes of an outcome whose index is over the limit."""
    world = outcome.world
    policy = world.policies.concentration
    if policy is None:
        return ()
    plan = outcome.tree.plan
    years = outcome.years[plan]
    found = []
    for material in limited_materials(policy.materials, world):
        sources = counted_sources(world, material, policy.of)
        for year in np.unique(years):
            tonnes: dict[str, float] = {}
            for source in sources:
                arrived = float(outcome.arrived[source][plan][years == year].sum())
                shares = {world.sources[source].country: 1.0} if policy.stage == "exporter" else world.origins[source]
                for country, share in shares.items():
                    tonnes[country] = tonnes.get(country, 0.0) + share * arrived
            total, norm = sum(tonnes.values()), math.hypot(*tonnes.values())
            if norm - math.sqrt(float(policy.max(np.array(year))) + TOLERANCE) * total > GRAM:
                weights = {country: value / norm for country, value in sorted(tonnes.items()) if value > 0}
                found.append(ConcentrationCut(material, int(year), weights))
    return tuple(found)
