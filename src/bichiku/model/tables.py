"""The nine tables: their columns, units and limits. One class per table, one field per column."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from bichiku.model.countries import country_name, is_country
from bichiku.model.faults import Wrong, shown
from bichiku.model.names import check_free_text, check_line, check_material, check_name
from bichiku.model.numbers import LARGEST, decimal_number, is_number


def _number(text: Any) -> float:
    value = decimal_number(text)
    if value < 0:
        raise ValueError(f"{shown(text)} is negative")
    if value > LARGEST:
        raise ValueError(f"{shown(text)} is larger than {LARGEST:g}")
    return value


def _share(text: Any) -> float:
    value = _number(text)
    if value > 1:
        raise ValueError(f"{shown(text)} is a share over one")
    return value


def _count(text: Any) -> int:
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]{1,6}", text):
        raise ValueError(f"{shown(text)} is not a whole number of zero or more")
    return int(text)


def _above_zero(text: Any) -> float:
    value = _number(text)
    if value == 0:
        raise ValueError(f"{shown(text)} is not above zero")
    return value


def _year(text: Any) -> int:
    if not isinstance(text, str) or not re.fullmatch(r"[12][0-9]{3}", text):
        raise ValueError(f"{shown(text)} is not a year such as 2030")
    return int(text)


def _country(text: Any) -> str:
    if not is_country(text):
        raise ValueError(f"{shown(text)} is not a country code of ISO 3166-1 alpha-3")
    return str(text)


def _groups(text: Any) -> tuple[str, ...]:
    names = tuple(check_name(part.strip()) for part in str(text).split(";") if part.strip())
    for name in names:
        if is_country(name.upper()):
            message = f"{shown(name)} is the code of {country_name(name.upper())}, and cannot name a group"
            raise Wrong(message, "choose another name")
        if names.count(name) > 1:
            raise ValueError(f"{shown(name)} stands in the list twice")
    return names


def _governance(text: Any) -> float:
    if not is_number(text) or abs(value := decimal_number(text)) > 2.5:
        raise ValueError(f"{shown(text)} is not a governance score on the scale -2.5 to 2.5")
    return value


Number = Annotated[float, BeforeValidator(_number)]
AboveZero = Annotated[float, BeforeValidator(_above_zero)]
Share = Annotated[float, BeforeValidator(_share)]
Count = Annotated[int, BeforeValidator(_count)]
Year = Annotated[int, BeforeValidator(_year)]
Name = Annotated[str, BeforeValidator(check_name)]
MaterialName = Annotated[str, BeforeValidator(check_material)]
Country = Annotated[str, BeforeValidator(_country)]
Text = Annotated[str, Field(max_length=10_000), AfterValidator(check_free_text)]
Basis = Literal["sourced", "derived", "assumed"]
ProjectKind = Literal["recycling", "refinery", "mine-stake", "sea-bed"]
PROJECT_KINDS = frozenset(get_args(ProjectKind))


class Row(BaseModel):
    """One row of a table; an empty cell counts as not given."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    table: ClassVar[str]
    key: ClassVar[tuple[str, ...]]
    required_table: ClassVar[bool] = False

    basis: Basis | None = None
    source: Text = ""

    @classmethod
    def columns(cls) -> list[str]:
        """Column names, the order of the documentation."""
        names = [name for name in cls.model_fields if name not in ("basis", "source")]
        return [*names, "basis", "source"]

    @classmethod
    def required_columns(cls) -> list[str]:
        """Columns that the table must have, with a value in each row."""
        return [name for name, field in cls.model_fields.items() if field.is_required()]


class MaterialRow(Row):
    """A traded good with a fixed unit basis.

    Money is the model's currency. `reference_price` and `shortage_cost` are per tonne;
    `storage_cost_rate` is a share of the reference price a year, `loss_rate` a share of the stock a
    year, `haircut` the share of the reference price lost when the stock is valued at the horizon.
    """

    table: ClassVar[str] = "materials"
    key: ClassVar[tuple[str, ...]] = ("material",)
    required_table: ClassVar[bool] = True

    material: MaterialName
    name: Text = ""
    mineral: Text = ""
    unit_basis: Text = ""
    reference_price: Number
    storage_cost_rate: Number = 0.0
    loss_rate: Share = 0.0
    haircut: Share = 0.0
    opening_stock_t: Number = 0.0
    release_rate_t_per_day: Number | None = None
    storage_limit_t: Number | None = None
    shortage_cost: Number | None = None


class ShortageRow(Row):
    """A tranche of a material's shortage: money per tonne short, up to a share of demand, from where the last ended.

    Costs rise from tranche to tranche and the last goes up to one. Without rows of its own a material has one tranche,
    its `shortage_cost`.
    """

    table: ClassVar[str] = "shortage"
    key: ClassVar[tuple[str, ...]] = ("material", "up_to")

    material: Name
    up_to: Share
    cost: Number


class DemandRow(Row):
    """Tonnes of a material used in a calendar year."""

    table: ClassVar[str] = "demand"
    key: ClassVar[tuple[str, ...]] = ("material", "year")
    required_table: ClassVar[bool] = True

    material: Name
    year: Year
    tonnes: Number


class SupplierRow(Row):
    """One country offering one material under one kind of arrangement.

    `capacity_t` is tonnes a year, `price` and `freight` money per tonne, `tariff_rate` a share of the
    price, `lead_periods` whole periods from shipping to arrival, `in_transit_t` the tonnes that arrive
    in each of the first `lead_periods` periods because they were shipped before the start.

    What a spot supplier ships rises by at most `capacity_t / ramp_periods` (a year's rate) from one period to the
    next; zero is no limit. Of a contract, `minimum_t` a year are committed, and `index` is the share of its country's
    spot price factor that its price follows.
    """

    table: ClassVar[str] = "suppliers"
    key: ClassVar[tuple[str, ...]] = ("supplier",)
    required_table: ClassVar[bool] = True

    supplier: Name
    material: Name
    country: Country
    kind: Literal["spot", "contract"] = "spot"
    capacity_t: Number
    price: Number
    freight: Number = 0.0
    tariff_rate: Number = 0.0
    lead_periods: Count = 0
    in_transit_t: Number | None = None
    route: Name | None = None
    ramp_periods: Count = 0
    minimum_t: Number = 0.0
    index: Share = 0.0

    @property
    def under_way(self) -> float:
        """Tonnes that were shipped in each period before the first."""
        return self.in_transit_t or 0.0


class OriginRow(Row):
    """The share of a supplier's (or project's) feed that comes from a country.

    A loss of the feed reaches the plant `lag_periods` whole periods later.
    """

    table: ClassVar[str] = "origins"
    key: ClassVar[tuple[str, ...]] = ("supplier", "country")

    supplier: Name
    country: Country
    share: Share
    lag_periods: Count = 0


class ProjectRow(Row):
    """Something that can be built and then supplies or converts a material.

    `existing_t` and `max_build_t` are tonnes of output a year, `capex` money per tonne a year,
    `subsidy_rate` the share of capex the state pays, `running_cost` money per tonne of output,
    `input_per_output` tonnes of `input_material` per tonne of output.

    `fixed_cost` is money a year per tonne a year of usable capacity, running or idle. What is built is usable for
    `life_years` (without end where empty). What runs rises by at most its capacity over `ramp_periods` from one period
    to the next; zero is no limit.
    """

    table: ClassVar[str] = "projects"
    key: ClassVar[tuple[str, ...]] = ("project",)

    project: Name
    material: Name
    country: Country
    kind: ProjectKind
    existing_t: Number = 0.0
    max_build_t: Number = 0.0
    capex: Number = 0.0
    subsidy_rate: Share = 0.0
    running_cost: Number = 0.0
    build_periods: Count = 0
    input_material: Name | None = None
    input_per_output: Number | None = None
    lead_periods: Count = 0
    route: Name | None = None
    fixed_cost: Number | None = None
    life_years: AboveZero | None = None
    ramp_periods: Count = 0


class SubstitutionRow(Row):
    """Demand that can be saved or replaced: at most `max_share` of it, at `cost` money per tonne."""

    table: ClassVar[str] = "substitution"
    key: ClassVar[tuple[str, ...]] = ("material", "tranche")

    material: Name
    tranche: Name
    max_share: Share
    cost: Number
    delay_periods: Count = 0


class CountryRow(Row):
    """A country, its groups, and its governance on the scale of the World Bank's indicators (-2.5 to 2.5)."""

    table: ClassVar[str] = "countries"
    key: ClassVar[tuple[str, ...]] = ("country",)

    country: Country
    name: Text = ""
    groups: Annotated[tuple[str, ...], BeforeValidator(_groups)] = ()
    governance: Annotated[float | None, BeforeValidator(_governance)] = None


class UncertaintyRow(Row):
    """The range of a number of the model, or of all numbers that its path meets; rows of one group move together.

    `low` and `high` are values in the number's own unit, factors on it, or whole numbers. No other table and no key is
    read differently because of it: a strategy is solved with the numbers as they stand.
    """

    table: ClassVar[str] = "uncertainty"
    key: ClassVar[tuple[str, ...]] = ("path",)

    group: Name | None = None
    path: Annotated[str, BeforeValidator(check_line)]
    kind: Literal["value", "factor", "whole"] = "value"
    low: Number
    high: Number


TABLES: tuple[type[Row], ...] = (
    MaterialRow,
    ShortageRow,
    DemandRow,
    SupplierRow,
    OriginRow,
    ProjectRow,
    SubstitutionRow,
    CountryRow,
    UncertaintyRow,
)
