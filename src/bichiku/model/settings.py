"""model.yaml as settings: events, crises, the solver, and what a strategy asks for."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from bichiku.model.calendar import Resolution
from bichiku.model.faults import Wrong, shown
from bichiku.model.numbers import number_hint
from bichiku.model.values import (
    MOST_PERIODS,
    Count,
    CrisisName,
    EventName,
    Factor,
    Line,
    Month,
    Names,
    NamesOrNone,
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
    raise Wrong(f"{shown(value)} is neither a number of periods nor to-end", number_hint(value))


SUMS_TO_ONE = 1e-6


def _lengths(value: Any) -> dict[int, float]:
    """A number of periods, or periods with their probabilities, as lengths in increasing order."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = {value: 1.0}
    if not isinstance(value, dict) or not value:
        message = f"{shown(value)} is neither a number of periods nor lengths with their probabilities"
        raise Wrong(message, number_hint(value))
    for length, share in value.items():
        if isinstance(length, bool) or not isinstance(length, int) or not 1 <= length <= MOST_PERIODS:
            raise ValueError(f"{shown(length)} is not a number of periods of one or more")
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
            raise Wrong(f"{shown(share)} is not a probability, of a length of {length}", number_hint(share))
    total = sum(value.values())
    if abs(total - 1.0) > SUMS_TO_ONE:
        raise ValueError(f"the probabilities of its lengths sum to {total:.15g}, not to one")
    return {length: float(value[length]) for length in sorted(value)}


class EventEffect(Strict):
    """What is hit (the selectors narrow each other) and how hard.

    A `price_factor` moves the prices of the selected suppliers; with `market` all prices of the materials.
    """

    countries: Names | None = None
    suppliers: Names | None = None
    routes: Names | None = None
    materials: Names | None = None
    all: bool = False
    loss: Share | None = None
    demand_factor: Factor | None = None
    price_factor: Factor | None = None
    market: bool = False

    @model_validator(mode="after")
    def _hits_something(self) -> EventEffect:
        named = [name for name in ("countries", "suppliers", "routes", "materials") if getattr(self, name) is not None]
        if not self.all and not named:
            raise ValueError("names nothing to hit; give countries, suppliers, routes, materials or all: true")
        if self.all and named:
            raise Wrong(f"all: true hits everything, and {named[0]} only some of it", "leave one of the two out")
        if self.loss is None and self.demand_factor is None and self.price_factor is None:
            raise ValueError("does nothing; give loss, demand_factor or price_factor")
        if self.market and self.price_factor is None:
            raise ValueError("market goes with a price_factor")
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
    """A named disruption; with its start period it is a branch off the plan, with an exit for each length.

    `duration` holds the lengths in periods with their probabilities, in increasing order.
    """

    annual_probability: Probability | None = None
    onset_every: Positive | None = None
    first_onset: Positive | None = None
    onsets: Annotated[list[Onset] | None, Field(min_length=1)] = None
    duration: Annotated[dict[int, float], BeforeValidator(_lengths)]
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
    """model.yaml with one strategy merged in; `refill_periods` is None for a year."""

    format: Literal[2] | None = None
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
    refill_periods: Positive | None = None
    solver: Solver = Solver()
    silence: NamesOrNone = []
