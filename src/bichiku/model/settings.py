"""model.yaml as settings: events, crises, the solver, and what a strategy asks for."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from bichiku.model.calendar import Resolution
from bichiku.model.faults import shown
from bichiku.model.values import (
    MOST_PERIODS,
    Count,
    CrisisName,
    EventName,
    Factor,
    Line,
    Month,
    Positive,
    Probability,
    Share,
    Strict,
)


def _recovery(value: Any) -> int | Literal["to-end"]:
    if value == "to-end":
        return "to-end"
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_PERIODS:
        return value
    raise ValueError(f"{shown(value)} is neither a number of periods nor to-end")


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


class PolicySettings(Strict):
    """What a strategy asks for, one field for each policy; the fields come from the policies themselves."""


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
    policies: PolicySettings = PolicySettings()
    events: dict[EventName, Event] = {}
    crises: dict[CrisisName, Crisis] = {}
    solver: Solver = Solver()
    silence: list[str] = []
