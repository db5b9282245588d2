"""Concentration: the Herfindahl-Hirschman index of a material's arrivals, per calendar year of the plan.

With arrivals A by country and T their sum, ``Σ (A/T)² ≤ H`` is ``‖A‖ ≤ √H · T``, a convex cone. It is kept by
planes: at any mix Â the plane ``Â/‖Â‖ · A ≤ √H · T`` touches the cone and cuts off nothing inside it
(Kelley 1960, "The cutting-plane method for solving convex programs"). Planes are added at the mixes found
until no index is over its limit by more than `TOLERANCE`, or by less than a gram, which a solver takes for none.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bichiku.model.values import Base, MaterialChoice, SharePath, Stage, Strict
from bichiku.model.world import World
from bichiku.policies.policy import Family, Inputs, Limit, Policy
from bichiku.policies.shares import base, counted_sources, not_offered
from bichiku.policies.views import Bounds, Built, PhraseWords, RowWriter, RuleWords

TOLERANCE = 1e-4
GRAM = 1e-6  # of what counts as a tonne


class ConcentrationKeys(Strict):
    """Herfindahl-Hirschman index of a material's imports (or supply), per calendar year, at most `max`."""

    max: SharePath
    stage: Stage = "exporter"
    of: Base = "imports"
    materials: MaterialChoice = None


@dataclass(frozen=True)
class Plane:
    """A plane that cuts off mixes of countries that are too concentrated; its weights are by country."""

    material: str
    year: int
    weights: dict[str, float]

    def weight(self, source: str, world: World, stage: str) -> float:
        """Weight of a tonne from a supplier or project, by the countries that it counts as from."""
        shares = world.countries_of(source, stage)
        return sum(weight * shares.get(country, 0.0) for country, weight in self.weights.items())


class Concentration(Policy[ConcentrationKeys]):
    """``Σ weight · arrivals ≤ √max · all arrivals`` for each plane found so far."""

    name = "concentration"
    keys = ConcentrationKeys | None
    families = (Family("concentration", "", "the limit on concentration", "concentration"),)
    inputs = {"concentration": Inputs("policies.concentration.max", differences=True)}
    refers = {"material": ("materials",)}
    text = "a limit on how much a material's imports (or supply) of a year depend on few countries"

    def add_rows(self, rows: RowWriter, world: World) -> None:
        asked, found = self.asked(world), rows.cuts.get(self.name, ())
        planes: dict[str, Plane] = {
            f"plane {i}": plane for i, plane in enumerate(found, start=1) if plane.material in world.materials
        }
        if asked is None or not planes:
            return
        size = rows.tree.size
        roots = {
            name: np.full(size, math.sqrt(float(asked.max(np.array(plane.year))))) for name, plane in planes.items()
        }
        limits = rows.parameters("concentration_root", roots)

        def rule(m: Any, name: str, material: str) -> Any:
            sources = counted_sources(world, material, asked.of)
            each = {source: planes[name].weight(source, world, asked.stage) for source in sources}
            return sum((each[source] - limits[name]) * m.arrive[source] for source in sources) <= 0

        years = {name: np.flatnonzero(rows.years[rows.tree.plan] == plane.year) for name, plane in planes.items()}
        rows.add_rows(
            "concentration",
            [(name, plane.material) for name, plane in planes.items()],
            rule,
            nodes=lambda key: years[key[0]],
            key=rows.years,
            place="year",
            unit="t",
            policy=True,
        )

    def violated(self, built: Built) -> tuple[Plane, ...]:
        """Planes at the mixes of a solution whose index is over the limit."""
        world, asked = built.world, self.asked(built.world)
        if asked is None:
            return ()
        years = world.calendar.years
        found = []
        for material in world.chosen(asked.materials):
            sources = counted_sources(world, material, asked.of)
            for year in np.unique(years):
                tonnes: dict[str, float] = {}
                for source in sources:
                    arrived = float(built.arrived[source][: len(years)][years == year].sum())
                    for country, share in world.countries_of(source, asked.stage).items():
                        tonnes[country] = tonnes.get(country, 0.0) + share * arrived
                total, norm = sum(tonnes.values()), math.hypot(*tonnes.values())
                if norm - math.sqrt(float(asked.max(np.array(year))) + TOLERANCE) * total > GRAM * world.units.tonnes:
                    weights = {country: value / norm for country, value in sorted(tonnes.items()) if value > 0}
                    found.append(Plane(material, int(year), weights))
        return tuple(found)

    def kept_by_planes(self, world: World) -> Sequence[str]:
        asked = self.asked(world)
        return () if asked is None else world.chosen(asked.materials)

    def plane_row(self, plane: Plane, built: Built) -> tuple[np.ndarray, float]:
        world, program, asked = built.world, built.program, self.asked(built.world)
        assert asked is not None
        root = math.sqrt(float(asked.max(np.array(plane.year))))
        nodes = np.flatnonzero(world.calendar.years == plane.year)  # of the plan, which come first
        row, constant = np.zeros(program.shape[1]), 0.0
        for source in counted_sources(world, plane.material, asked.of):
            each = plane.weight(source, world, asked.stage) - root
            tonnes, under_way = program.quantities["arrive", source].summed(nodes, program.shape[1])
            row, constant = row + each * tonnes, constant + each * under_way
        return row, -constant

    def limits(self, built: Built) -> Iterator[Limit]:
        """None: its number is not the limit of any row, so no price of it is told."""
        yield from ()

    def rules(self, built: Built) -> Iterator[Limit]:
        """All planes of a material and a year are one rule."""
        asked = self.asked(built.world)
        found: dict[tuple[str, int], list[int]] = {}
        for block in built.program.blocks("concentration"):
            for row, year in zip(block.numbers, block.keys, strict=True):
                found.setdefault((block.material, int(year)), []).append(int(row))
        for (material, year), rows in found.items():
            assert asked is not None
            value = float(asked.max(np.array(year)))
            yield Limit("concentration", "", material, year, value, "HHI", rows=np.array(rows))

    def describe(self, rule: Limit, world: World, words: RuleWords) -> str:
        asked = self.asked(world)
        assert asked is not None
        what = f"concentration (HHI) of {asked.of} of {rule.material} in {rule.year}"
        return f"{what}: at most {words.number(rule.value)}"

    def phrases(self, asked: ConcentrationKeys, words: PhraseWords) -> Iterator[str]:
        of = f" of {words.names(asked.materials)}" if asked.materials else ""
        where = base("", asked.stage)
        yield f"HHI of {asked.of}{of}{where} at most {words.path(asked.max, words.number, str)}"

    def never_binds(self, bounds: Bounds) -> Mapping[str, str]:
        asked = self.asked(bounds.world)
        if asked is None or asked.max(np.array(bounds.plan_years)).min() < 1.0:
            return {}
        return {"concentration": "no index is above 1"}

    def idle_names(self, bounds: Bounds) -> Iterator[tuple[str, str]]:
        asked = self.asked(bounds.world)
        if asked:
            yield from not_offered(self.name, asked.of, asked.materials or [], bounds.world)


CONCENTRATION = Concentration()
