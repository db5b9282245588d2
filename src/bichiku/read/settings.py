"""The keys of model.yaml: their names, types and limits."""

from __future__ import annotations

import re
import types
from functools import partial
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from bichiku.model.calendar import Resolution, month_index
from bichiku.model.faults import FaultLog, close_word, nearest, shown
from bichiku.model.names import check_crisis, check_line, check_name
from bichiku.model.numbers import LARGEST
from bichiku.model.time_path import TimePath, monthly_path, yearly_path
from bichiku.read.document import Document, KeyPath, dotted
from bichiku.read.strategies import COMMAND_LINE
from bichiku.read.wording import in_words

NOT_YET = {
    "carbon_price": "a price on carbon is not supported yet: no citable emission factors by supplier",
}

MOST_PERIODS = 100_000
MOST_DAYS = 100_000  # of reserve


class Strict(BaseModel):
    """Unknown keys and wrong types are errors; nothing is converted."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, arbitrary_types_allowed=True)


def _month(value: Any) -> int:
    if not isinstance(value, str):
        raise ValueError(f"{shown(value)} is not a month such as 2026-01")
    return month_index(value)


def _recovery(value: Any) -> int | Literal["to-end"]:
    if value == "to-end":
        return "to-end"
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_PERIODS:
        return value
    raise ValueError(f"{shown(value)} is neither a number of periods nor to-end")


def days_by_material(value: Any) -> dict[Any, Any]:
    """The materials (and ``default``) that reserve days are given for; empty if they are given for all alike."""
    return value if isinstance(value, dict) and not any(_looks_dated(key) for key in value) else {}


def _looks_dated(key: Any) -> bool:
    return re.fullmatch(r"[0-9]{4}(-[0-9]*)*", str(key)) is not None


def _days(value: Any) -> DaysPath:
    if isinstance(value, DaysPath):
        return value
    path = partial(monthly_path, upper=MOST_DAYS)
    given = dict(days_by_material(value))
    if not given:
        return DaysPath(default=path(value), materials={})
    default = path(given.pop("default")) if "default" in given else None
    return DaysPath(default=default, materials={check_name(key): path(days) for key, days in given.items()})


Month = Annotated[int, BeforeValidator(_month)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, le=LARGEST, allow_inf_nan=False)]
Factor = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=MOST_PERIODS)]
Positive = Annotated[int, Field(ge=1, le=MOST_PERIODS)]
Probability = Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)]
SharePath = Annotated[TimePath, BeforeValidator(partial(yearly_path, upper=1.0))]
EventName = Annotated[str, BeforeValidator(check_name)]
Line = Annotated[str, BeforeValidator(check_line)]
CrisisName = Annotated[str, BeforeValidator(check_crisis)]
Stage = Literal["exporter", "origin"]
Base = Literal["imports", "supply"]


class DaysPath(Strict):
    """Reserve targets in days of cover: one for all materials, or by material."""

    default: TimePath | None
    materials: dict[str, TimePath]

    def of(self, material: str) -> TimePath | None:
        """The target of a material; None where it has none."""
        return self.materials.get(material, self.default)


def _all_or_list(value: Any) -> Any:
    return None if value == "all" else value


MaterialChoice = Annotated[list[str] | None, BeforeValidator(_all_or_list)]


class ShareLimit(Strict):
    """What share caps and floors have in common."""

    group: Annotated[list[str], Field(min_length=1)]
    stage: Stage = "exporter"
    of: Base = "imports"
    materials: MaterialChoice = None
    name: EventName | None = None
    soft: NotNegative | None = None


class ShareCap(ShareLimit):
    """A group's share of a material's imports (or supply), per calendar year, at most `max`."""

    max: SharePath


class ShareFloor(ShareLimit):
    """A group's share of a material's imports (or supply), per calendar year, at least `min`."""

    min: SharePath


class CountryCap(Strict):
    """Any one country's share, the buyer's own left out, at most `max`."""

    max: SharePath
    stage: Stage = "exporter"
    of: Base = "imports"
    materials: MaterialChoice = None
    except_: Annotated[list[str], Field(alias="except", default_factory=list)]


class Concentration(Strict):
    """Herfindahl-Hirschman index of a material's imports (or supply), per calendar year, at most `max`."""

    max: SharePath
    stage: Stage = "exporter"
    of: Base = "imports"
    materials: MaterialChoice = None


class Survive(Strict):
    """No shortage in the named crises, for `days` days from the onset or for the whole branch."""

    crises: Annotated[list[str], Field(min_length=1)]
    materials: MaterialChoice = None
    days: NotNegative | None = None
    from_: Annotated[Month | None, Field(alias="from", default=None)]


class Risk(Strict):
    """Weight on, or limit on, the CVaR of damage given a crisis."""

    level: Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)]
    weight: NotNegative | None = None
    limit: NotNegative | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Risk:
        if self.weight is None and self.limit is None:
            raise ValueError("needs a weight, a limit or both")
        return self


class ExpectedShortage(Strict):
    """Expected days short of each material over the horizon, at most `max_days`."""

    max_days: NotNegative
    materials: MaterialChoice = None


class Budget(Strict):
    """Limits on money: net investment in all, and reserve purchases in each year of the plan."""

    investment: NotNegative | None = None
    reserve_per_year: NotNegative | None = None


class Policies(Strict):
    """What a strategy may limit."""

    reserve_days: Annotated[DaysPath | None, BeforeValidator(_days)] = None
    share_caps: list[ShareCap] = []
    share_floors: list[ShareFloor] = []
    country_cap: CountryCap | None = None
    concentration: Concentration | None = None
    survive: Survive | None = None
    risk: Risk | None = None
    expected_shortage: ExpectedShortage | None = None
    budget: Budget | None = None


class EventEffect(Strict):
    """What is hit (the selectors narrow each other) and how hard."""

    countries: list[str] | None = None
    suppliers: list[str] | None = None
    routes: list[str] | None = None
    materials: list[str] | None = None
    all: bool = False
    loss: Share | None = None
    demand_factor: Factor | None = None
    price_factor: Factor | None = None

    @model_validator(mode="after")
    def _hits_something(self) -> EventEffect:
        if not self.all and not any([self.countries, self.suppliers, self.routes, self.materials]):
            raise ValueError("names nothing to hit; give countries, suppliers, routes, materials or all: true")
        if self.loss is None and self.demand_factor is None and self.price_factor is None:
            raise ValueError("does nothing; give loss, demand_factor or price_factor")
        return self


class Effect(EventEffect):
    """An effect of a crisis, timed in periods after the onset."""

    start: Count = 0
    duration: Positive | None = None
    return_over: Count = 0


class Event(Strict):
    """A known disruption with dates; acts on plan and branches alike."""

    from_: Annotated[Month, Field(alias="from")]
    to: Month
    effects: Annotated[list[EventEffect], Field(min_length=1)]

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Event:
        if self.to < self.from_:
            raise ValueError("ends before it begins")
        return self


class Onset(Strict):
    """A dated start of a crisis with the probability of its branch."""

    period: Positive
    probability: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Crisis(Strict):
    """A named disruption; with its start period it is a branch off the plan."""

    annual_probability: Probability | None = None
    onset_every: Positive | None = None
    first_onset: Positive | None = None
    onsets: Annotated[list[Onset] | None, Field(min_length=1)] = None
    duration: Positive
    recovery: Annotated[int | Literal["to-end"], BeforeValidator(_recovery)]
    effects: Annotated[list[Effect], Field(min_length=1)]

    @model_validator(mode="after")
    def _one_kind_of_probability(self) -> Crisis:
        yearly = self.annual_probability is not None
        if yearly == (self.onsets is not None):
            raise ValueError("needs either annual_probability with onset_every, or onsets")
        if yearly and self.onset_every is None:
            raise ValueError("annual_probability needs onset_every")
        if not yearly and (self.onset_every is not None or self.first_onset is not None):
            raise ValueError("onset_every and first_onset go with annual_probability, not with onsets")
        return self


class Solver(Strict):
    """How HiGHS is run."""

    method: Literal["simplex", "ipm"] = "simplex"
    time_limit: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    iteration_limit: Annotated[int, Field(ge=1, lt=2**31)] | None = None


class Settings(Strict):
    """model.yaml with one strategy merged in."""

    model: Line
    currency: Line = "USD"
    buyer: str | None = None
    start: Month
    periods: Positive
    resolution: Resolution
    report_until: Month | None = None
    discount_rate: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.0
    tables: str = "."
    policies: Policies = Policies()
    events: dict[EventName, Event] = {}
    crises: dict[CrisisName, Crisis] = {}
    solver: Solver = Solver()
    silence: list[str] = []


def parse_settings(document: Document, log: FaultLog) -> Settings | None:
    """Checks one strategy's document; None and entries in the log where it does not hold."""
    data = _without_nulls(document.data)
    try:
        return Settings.model_validate(data)
    except ValidationError as error:
        for item in error.errors():
            path = _key_path(item, data)
            if item["type"] in ("extra_forbidden", "invalid_key"):
                log.add(document.fault(path, *_unknown_key(path)))
            else:
                misspelt = _misspelt_name(path, document) if item["type"] == "missing" else None
                log.add(document.fault(path, *(misspelt or in_words(item))))
        return None


def _misspelt_name(path: KeyPath, document: Document) -> tuple[str, str] | None:
    """Message and hint where what is missing is missing because a change on the command line misspelt a name."""
    if len(path) < 3 or document.places.get(path[:-1]) != COMMAND_LINE:
        return None
    others: Any = document.data
    for key in path[:-2]:
        others = others[key]
    if not isinstance(others, dict) or keys_at(path[:-2]):
        return None
    hint = close_word(path[-2], others.keys() - {path[-2]})
    return (f"is missing, as {dotted(path[:-1])} is new", hint) if hint else None


M = TypeVar("M", bound=Strict)


def part(kind: type[M], data: Any) -> M | None:
    """A part of a document by itself; None where it does not hold."""
    try:
        return kind.model_validate(_without_nulls(data))
    except ValidationError:
        return None


def keys_at(path: KeyPath) -> list[str]:
    """The keys that model.yaml may hold below a key path; empty where names are free."""
    kind: Any = Settings
    for key in path:
        kind = _bare(kind)
        if get_origin(kind) in (dict, list):
            kind = get_args(kind)[-1]
        elif isinstance(kind, type) and issubclass(kind, BaseModel):
            fields = {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
            kind = fields.get(key)
        else:
            return []
    kind = _bare(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [field.alias or name for name, field in kind.model_fields.items()]
    return []


def _bare(kind: Any) -> Any:
    while get_origin(kind) in (Annotated, Union, types.UnionType):
        kind = next(inner for inner in get_args(kind) if inner is not type(None))
    return kind


def _key_path(item: Any, data: Any) -> KeyPath:
    """Where an error lies in the data: pydantic puts names of validators and union members into locations."""
    path: list[Any] = []
    for step in item["loc"]:
        if (isinstance(data, dict) and step in data) or (isinstance(data, list) and isinstance(step, int)):
            path.append(step)
            data = data[step]
    if item["type"] == "missing":
        path.append(item["loc"][-1])
    return tuple(path)


def _unknown_key(path: KeyPath) -> tuple[str, str]:
    key = path[-1]
    return (NOT_YET[key], "") if key in NOT_YET else (f"unknown key {shown(key)}", nearest(key, keys_at(path[:-1])))


def _without_nulls(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _without_nulls(value) for key, value in data.items() if value is not None}
    if isinstance(data, list):
        return [_without_nulls(value) for value in data]
    return data
