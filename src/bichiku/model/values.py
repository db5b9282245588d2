"""The kinds of values that model.yaml holds, with their limits."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from bichiku.model.calendar import month_index
from bichiku.model.faults import shown
from bichiku.model.names import check_crisis, check_line, check_name
from bichiku.model.numbers import LARGEST
from bichiku.model.time_path import TimePath, yearly_path

MOST_PERIODS = 100_000


class Strict(BaseModel):
    """Unknown keys and wrong types are errors; nothing is converted."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, arbitrary_types_allowed=True)


def _month(value: Any) -> int:
    if not isinstance(value, str):
        raise ValueError(f"{shown(value)} is not a month such as 2026-01")
    return month_index(value)


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


def _all_or_list(value: Any) -> Any:
    return None if value == "all" else value


def _each_once(names: list[str]) -> list[str]:
    for i, name in enumerate(names):
        if name in names[:i]:
            raise ValueError(f"{shown(name)} stands in the list twice")
    return names


NamesOrNone = Annotated[list[str], AfterValidator(_each_once)]
Names = Annotated[NamesOrNone, Field(min_length=1)]
MaterialChoice = Annotated[Names | None, BeforeValidator(_all_or_list)]
