"""The world of one strategy: everything that was read, checked and consistent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from bichiku.model.calendar import Calendar
from bichiku.model.faults import Fault, ModelFaults, SourceLine
from bichiku.model.settings import Crisis, Event, EventEffect, PolicySettings, Settings, Solver
from bichiku.model.tables import (
    CountryRow,
    MaterialRow,
    ProjectRow,
    Row,
    ShortageRow,
    SubstitutionRow,
    SupplierRow,
)
from bichiku.model.units import Units, units_for

STAGES = ("exporter", "origin")  # where a tonne counts as coming from: the country that ships it, or those of its feed

# nodes of all trees times decisions at each; a third of it took 7.6 GB in the first edition
NOTHING_MORE: Mapping[str, float] = {}  # capacity of suppliers and projects beyond that of a world
MOST_DECISIONS = 25_000_000
LIFE_ROUNDING = 1e-9  # periods by which a life in years may miss a whole period


class Origin(Protocol):
    """The model that a world is one of, in memory with all that it was made from; see `bichiku.reading.model.Model`."""

    def changed_world(self, strategy: str, changes: Mapping[str, object]) -> World:
        """A world of the model with some of its numbers changed, checked like the first."""


@dataclass(frozen=True)
class ShortageTranche:
    """A part of a material's shortage.

    Attributes:
        share: share of demand that it is at most.
        row: its row.
    """

    share: float
    row: ShortageRow

    @property
    def cost(self) -> float:
        """Money per tonne."""
        return self.row.cost


@dataclass(frozen=True, repr=False)
class World:
    """Tables and settings with every reference resolved. All mappings are sorted by id.

    Attributes:
        strategy: name of the strategy.
        settings: model.yaml with the strategy merged in.
        calendar: the time axis.
        materials: by material.
        demand: material to year to tonnes; only materials with demand, for every year of the horizon.
        suppliers: by supplier.
        projects: by project.
        origins: supplier or project to country to share of its feed; shares sum to one (what the
            table leaves out comes from the supplier's own country).
        unlisted: the share that the origins table leaves out, for each supplier or project it has rows of.
        lags: supplier or project to country to the whole periods after which a loss of its feed from there reaches it;
            only where there is a lag.
        tranches: substitution tranches by (material, tranche).
        shortage: shortage tranches by (material, name), in order of rising shares; only of materials that have rows.
        countries: rows of the countries table by code.
        crises_at: file and line of the crises, for a fault that shows only when the tree is grown.
        origin: the model that the world is one of; None for one put together by hand.
        units_of_whole: units of the world that this one is a part of; None for one that is no part.
    """

    strategy: str
    settings: Settings
    calendar: Calendar
    materials: dict[str, MaterialRow]
    demand: dict[str, dict[int, float]]
    suppliers: dict[str, SupplierRow]
    projects: dict[str, ProjectRow]
    origins: dict[str, dict[str, float]]
    unlisted: dict[str, float]
    lags: dict[str, dict[str, int]]
    tranches: dict[tuple[str, str], SubstitutionRow]
    shortage: dict[tuple[str, str], ShortageTranche]
    countries: dict[str, CountryRow]
    crises_at: SourceLine
    origin: Origin | None = field(default=None, compare=False)
    units_of_whole: Units | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        return f"<World {self.strategy!r} of {self.settings.model!r}: {len(self.sources)} sources>"

    def changed(self, changes: Mapping[str, object]) -> World:
        """The same world with some numbers changed; the files it was read from are not looked at again.

        Args:
            changes: values by path, as `--set` takes them: ``{"policies.reserve_days": 120}``, or
                ``{"suppliers[cobalt-cod].price": 12.5}`` for a cell of a table. None removes a key or
                clears a cell.

        Raises:
            ModelFaults: with every fault of the changed world at once.
            ValueError: the world is of no model.
        """
        if self.origin is None:
            raise ValueError("a world that is of no model cannot be changed")
        if not isinstance(changes, Mapping):
            raise ModelFaults(
                [Fault("changed", None, "", f"{changes!r} is no mapping", 'such as {"policies.reserve_days": 90}')]
            )
        return self.origin.changed_world(self.strategy, changes)

    @property
    def policies(self) -> Any:
        """What the strategy asks for, by policy; a policy's own `asked` gives it with its type."""
        return self.settings.policies

    @cached_property
    def units(self) -> Units:
        """The units in which its numbers are handed to the solver; those of the whole where it is a part."""
        if self.units_of_whole is not None:
            return self.units_of_whole
        share = self.calendar.year_share
        used = [tonnes * share for by_year in self.demand.values() for tonnes in by_year.values()]
        offered = [row.capacity_t * share for row in self.suppliers.values()]
        references = [row.reference_price for row in self.materials.values()]
        prices = references if any(references) else [row.price for row in self.suppliers.values()]
        return units_for(used if any(used) else offered, prices)

    @cached_property
    def sources(self) -> dict[str, SupplierRow | ProjectRow]:
        """Suppliers, then projects: all that material can come from."""
        return {**self.suppliers, **self.projects}

    @property
    def decisions(self) -> int:
        """Number of suppliers, projects, materials and tranches: what is decided on at each node, within a factor."""
        return len(self.sources) + len(self.materials) + len(self.tranches)

    @cached_property
    def spot(self) -> dict[str, SupplierRow]:
        return {name: row for name, row in self.suppliers.items() if row.kind == "spot"}

    @cached_property
    def contracts(self) -> dict[str, SupplierRow]:
        return {name: row for name, row in self.suppliers.items() if row.kind == "contract"}

    @cached_property
    def floating(self) -> dict[str, SupplierRow]:
        """Suppliers whose price moves with effects: spot, and contracts that follow an index."""
        return {name: row for name, row in self.suppliers.items() if row.kind == "spot" or row.index > 0}

    @cached_property
    def committed(self) -> dict[str, SupplierRow]:
        """Contracts of which a minimum has to be bought."""
        return {name: row for name, row in self.contracts.items() if row.minimum_t > 0}

    def shortage_costs(self, material: str) -> list[float]:
        """Money per tonne short of each tranche of a material, rising; its `shortage_cost` where it has no rows."""
        tranches = [tranche.cost for key, tranche in self.shortage.items() if key[0] == material]
        return tranches or [self.materials[material].shortage_cost or 0.0]

    @cached_property
    def groups(self) -> dict[str, frozenset[str]]:
        """Group names of the countries table with their members."""
        names = sorted({group for row in self.countries.values() for group in row.groups})
        return {name: frozenset(code for code, row in self.countries.items() if name in row.groups) for name in names}

    def members(self, names: Iterable[str]) -> frozenset[str]:
        """Country codes behind codes and group names."""
        codes: set[str] = set()
        for name in names:
            codes |= self.groups.get(name, frozenset({name}))
        return frozenset(codes)

    def chosen(self, materials: list[str] | None) -> list[str]:
        """Materials that a policy speaks of: those named, or all."""
        return sorted(self.materials) if materials is None else sorted(set(materials) & set(self.materials))

    def with_demand(self, materials: list[str] | None) -> list[str]:
        """Those of the materials that a policy speaks of that have demand."""
        return [material for material in self.chosen(materials) if material in self.demand]

    def countries_of(self, source: str, stage: str) -> dict[str, float]:
        """The countries that a supplier's or project's material counts as coming from, with shares that sum to one.

        At the stage ``exporter`` this is the country it is shipped from; at ``origin`` the countries of its feed.
        """
        return {self.sources[source].country: 1.0} if stage == "exporter" else self.origins[source]

    def share_from(self, source: str, countries: frozenset[str], stage: str) -> float:
        """The share of a supplier's or project's material that counts as from some countries, see `countries_of`."""
        return sum((share for country, share in self.countries_of(source, stage).items() if country in countries), 0.0)

    def is_import(self, source: str) -> bool:
        """Whether a supplier or project lies outside the buyer's country."""
        return self.sources[source].country != self.settings.buyer

    def kept(self, material: str) -> float:
        """The share of a stock that storage losses leave after a period."""
        return (1.0 - self.materials[material].loss_rate) ** self.calendar.year_share

    def part(self, materials: Iterable[str], crises: Iterable[str]) -> World:
        """The world of some materials: what is offered and used of them, and some of the crises."""
        kept, hit = set(materials), set(crises)
        suppliers = {name: row for name, row in self.suppliers.items() if row.material in kept}
        projects = {name: row for name, row in self.projects.items() if row.material in kept}
        sources = {*suppliers, *projects}
        left = {name: crisis for name, crisis in self.settings.crises.items() if name in hit}
        return replace(
            self,
            settings=self.settings.model_copy(update={"crises": left}),
            units_of_whole=self.units,
            materials={name: row for name, row in self.materials.items() if name in kept},
            demand={name: tonnes for name, tonnes in self.demand.items() if name in kept},
            suppliers=suppliers,
            projects=projects,
            origins={name: shares for name, shares in self.origins.items() if name in sources},
            unlisted={name: share for name, share in self.unlisted.items() if name in sources},
            lags={name: lags for name, lags in self.lags.items() if name in sources},
            tranches={key: row for key, row in self.tranches.items() if key[0] in kept},
            shortage={key: row for key, row in self.shortage.items() if key[0] in kept},
        )

    def without_policies(self, none: PolicySettings) -> World:
        """What is left of the world where nothing is asked for; that of strategies of a model is mostly the same.

        Args:
            none: policies that ask for nothing.
        """
        nothing = {"policies": none, "silence": [], "solver": Solver()}
        return replace(self, strategy="", settings=self.settings.model_copy(update=nothing))

    def at_list_prices(self) -> World:
        """The same world in which no event and no crisis moves a price: every price factor is one."""

        def listed(effect: EventEffect) -> EventEffect:
            return effect if effect.price_factor is None else effect.model_copy(update={"price_factor": 1.0})

        def all_listed(causes: Mapping[str, Event | Crisis]) -> dict[str, Event | Crisis]:
            return {
                name: cause.model_copy(update={"effects": [listed(effect) for effect in cause.effects]})
                for name, cause in causes.items()
            }

        settings = self.settings
        moved = {"events": all_listed(settings.events), "crises": all_listed(settings.crises)}
        return replace(self, settings=settings.model_copy(update=moved))

    def sellers(self, material: str) -> list[str]:
        """Suppliers of a material."""
        return [name for name, row in self.suppliers.items() if row.material == material]

    def makers(self, material: str) -> list[str]:
        """Projects that make a material."""
        return [name for name, row in self.projects.items() if row.material == material]

    def consumers(self, material: str) -> list[str]:
        """Projects that use a material as feed."""
        return [name for name, row in self.projects.items() if row.input_material == material]

    def is_usable(self, project: str, period: np.ndarray) -> np.ndarray:
        """Whether what is built of a project can run in each period; same shape."""
        row = self.projects[project]
        since = period - row.build_periods
        last = np.inf if row.life_years is None else row.life_years * self.calendar.periods_per_year + LIFE_ROUNDING
        found: np.ndarray = (since > 0) & (since <= last)
        return found

    def remainder(self, project: str) -> float:
        """Share of the price of what is built that is left of its life at the horizon; zero where no life is given."""
        row = self.projects[project]
        if row.life_years is None:
            return 0.0
        years = max(self.calendar.periods - row.build_periods, 0) / self.calendar.periods_per_year
        return max(1.0 - years / row.life_years, 0.0)

    @property
    def refill_periods(self) -> int:
        """Periods over which spare tonnes refill a stock after a branch."""
        return self.settings.refill_periods or self.calendar.periods_per_year

    def delivered_price(self, supplier: str, price_factor: float = 1.0) -> float:
        """Price, tariff and freight of a tonne delivered, in money per tonne.

        `price_factor` moves the prices of `floating` suppliers only.
        """
        row = self.suppliers[supplier]
        price = row.price * (price_factor if supplier in self.floating else 1.0)
        return price * (1.0 + row.tariff_rate) + row.freight

    @property
    def rows(self) -> list[Row]:
        """All table rows whose basis counts for the quality of an answer."""
        shortage = [tranche.row for tranche in self.shortage.values()]
        return [
            *self.materials.values(),
            *shortage,
            *self.suppliers.values(),
            *self.projects.values(),
            *self.tranches.values(),
        ]
