"""What the second builder states: it refuses a world that holds anything else, so that nothing is left out in silence.

A key or column either bears on the program and is stated, or has no bearing on it; a new one is neither until
someone has written it into one of the lists below.
"""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel

from bichiku.model.world import World

COLUMNS = {
    "MaterialRow": {
        *("material", "reference_price", "storage_cost_rate", "loss_rate", "haircut", "opening_stock_t"),
        *("release_rate_t_per_day", "storage_limit_t", "shortage_cost"),
    },
    "SupplierRow": {
        *("supplier", "material", "country", "kind", "capacity_t", "price", "freight", "tariff_rate"),
        *("lead_periods", "in_transit_t", "route", "ramp_periods", "minimum_t", "index"),
    },
    "ProjectRow": {
        *("project", "material", "country", "existing_t", "max_build_t", "capex", "subsidy_rate", "running_cost"),
        *("build_periods", "input_material", "input_per_output", "lead_periods", "route", "fixed_cost", "life_years"),
        "ramp_periods",
    },
    "SubstitutionRow": {"material", "tranche", "max_share", "cost", "delay_periods"},
    "CountryRow": {"country", "groups"},
    "ShortageRow": {"material", "up_to", "cost"},
}
"""Columns of the tables that are stated. Demand and origins reach the builder as plain mappings, whole."""

COLUMNS_WITHOUT_BEARING = {
    "MaterialRow": {"name", "mineral", "unit_basis", "basis", "source"},
    "SupplierRow": {"basis", "source"},
    "ProjectRow": {"kind", "basis", "source"},
    "SubstitutionRow": {"basis", "source"},
    "CountryRow": {"name", "governance", "basis", "source"},
    "ShortageRow": {"basis", "source"},
}

KEYS = {
    "Settings": {
        *("buyer", "start", "periods", "resolution", "discount_rate", "policies", "events", "crises"),
        "refill_periods",
    },
    "Event": {"from_", "to", "effects"},
    "EventEffect": {
        *("countries", "suppliers", "routes", "materials", "all", "loss", "demand_factor", "price_factor", "market"),
    },
    "Effect": {
        *("countries", "suppliers", "routes", "materials", "all", "loss", "demand_factor", "price_factor", "market"),
        *("start", "duration", "return_over"),
    },
    "Crisis": {"annual_probability", "onset_every", "first_onset", "onsets", "duration", "recovery", "effects"},
    "Onset": {"period", "probability"},
}
"""Keys of model.yaml that are stated, but for those of policies, which stand beside their statements."""

KEYS_WITHOUT_BEARING = {"Settings": {"format", "model", "currency", "report_until", "tables", "solver", "silence"}}


class NotStated(Exception):
    """The world holds something that the second builder does not state."""


def refuse_unstated(given: BaseModel, stated: Iterable[str]) -> None:
    """Looks for values that are neither stated nor what they are when nothing is given.

    Raises:
        NotStated: there is one.
    """
    for name, field in type(given).model_fields.items():
        if name not in stated and getattr(given, name) != field.get_default(call_default_factory=True):
            raise NotStated(f"{type(given).__name__}.{name}")


def check_stated(world: World) -> None:
    """Looks through the tables, settings, events and crises of a world.

    Raises:
        NotStated: something in them is not stated.
    """
    for table in (world.materials, world.suppliers, world.projects, world.tranches, world.countries):
        for row in table.values():
            _refuse(row, COLUMNS, COLUMNS_WITHOUT_BEARING)
    for tranche in world.shortage.values():
        _refuse(tranche.row, COLUMNS, COLUMNS_WITHOUT_BEARING)
    _refuse(world.settings, KEYS, KEYS_WITHOUT_BEARING)
    for event in world.settings.events.values():
        _refuse(event, KEYS)
        for effect in event.effects:
            _refuse(effect, KEYS)
    for crisis in world.settings.crises.values():
        for part in (crisis, *crisis.effects, *(crisis.onsets or ())):
            _refuse(part, KEYS)


def _refuse(given: BaseModel, stated: dict[str, set[str]], without_bearing: dict[str, set[str]] | None = None) -> None:
    kind = next((c.__name__ for c in type(given).__mro__ if c.__name__ in stated), "")
    refuse_unstated(given, stated.get(kind, set()) | (without_bearing or {}).get(kind, set()))
