"""The map of losses: what losing each country, route or group does to each material, the worst start and the mean."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from bichiku.executing import Executor, TaskFailed, WorkersLost
from bichiku.model.chains import chain_materials
from bichiku.model.state import hits
from bichiku.model.world import World
from bichiku.result.columns import Column, Kind, ResultTable, Role
from bichiku.stressing.columns import MATERIAL, STRATEGY, UNIT
from bichiku.stressing.losses import Loss, crisis_of, lengths_of, losses_of
from bichiku.stressing.operation import BlindOperator
from bichiku.stressing.static import static_table
from bichiku.stressing.strikes import Strike

MONTHS_BETWEEN_STARTS = 3

LOSSES = ResultTable(
    "losses",
    "What each loss does to each material of the chains that it hits, over all starts: one row for each loss, material "
    "and length. The worst start is the one with most damage to the material, and of those alike the one that is short "
    "first.",
    (
        STRATEGY,
        Column("kind", Kind.TEXT, "", "`country`, `pair`, `route` or `group`", role=Role.GROUP),
        Column("loss", Kind.TEXT, "", "what is lost whole, `+` between two countries"),
        MATERIAL,
        Column("months", Kind.COUNT, "months", "that it lasts"),
        Column("starts", Kind.COUNT, "", "number of starts: those from which it ends before the horizon"),
        Column("worst_start", Kind.MONTH, "", "month in which the worst begins"),
        Column(
            "time_to_survive_days",
            Kind.NUMBER,
            "days",
            "until short from the worst start, as in `harm.csv`",
            optional=True,
        ),
        Column("short_days", Kind.NUMBER, "days", "short from the worst start, until supply is whole again"),
        Column(
            "met_in_year",
            Kind.NUMBER,
            "0 to 1",
            "demand met in the twelve months from the worst start; empty where none is used as such",
            optional=True,
        ),
        Column("damage", Kind.NUMBER, "see `unit`", "from the worst start"),
        Column("mean_short_days", Kind.NUMBER, "days", "mean over the starts"),
        Column("mean_damage", Kind.NUMBER, "see `unit`", "mean over the starts"),
        UNIT,
    ),
    key=("strategy", "kind", "loss", "material", "months"),
)


class FromStart(NamedTuple):
    """What a loss does to a material from one start; the days are days from it, and what is met of the first year."""

    onset: int
    material: str
    length: int
    survive: float
    short: float
    met: float
    damage: float


class LossTask:
    """What a loss does under one strategy, from every start; goes to the workers."""

    def __init__(self, operators: Mapping[str, BlindOperator], starts: Sequence[int]) -> None:
        self._operators, self._starts = operators, starts

    def __call__(self, item: tuple[str, Loss]) -> list[FromStart]:
        """By start, material and length."""
        strategy, loss = item
        operator = self._operators[strategy]
        crisis = crisis_of(loss, operator.world)
        strikes = [Strike(loss.name, crisis, onset, length) for onset in self._starts for length in crisis.duration]
        found: list[FromStart] = []
        year = operator.world.calendar.periods_per_year
        for materials in chain_materials(operator.world):
            if not _is_hit(materials, loss, operator):
                continue
            courses = operator.operate_all(materials, [[strike] for strike in strikes])
            for strike, course in zip(strikes, courses, strict=True):
                for material in materials:
                    harm = course.harm(material)
                    survived, met = harm["time_to_survive_days"], course.met(material, year)
                    short, damage = harm["short_days"], harm["damage"]
                    found.append(FromStart(strike.onset, material, strike.length, survived, short, met, damage))
        return found


def _is_hit(materials: tuple[str, ...], loss: Loss, operator: BlindOperator) -> bool:
    world, effect = operator.world, loss.effect()
    return any(hits(effect, name, world) for name, row in world.sources.items() if row.material in materials)


def starts_of(operator: BlindOperator) -> list[int]:
    """Periods from which losses begin: every quarter of the reported window, or every period of a longer one."""
    calendar = operator.world.calendar
    step = max(1, MONTHS_BETWEEN_STARTS // calendar.months_per_period)
    return list(range(1, calendar.reported + 1, step))


@dataclass(frozen=True)
class LossMap:
    """The map of losses of some strategies.

    Attributes:
        world: the first strategy's.
        strategies: whose plans are held.
        days: days of use that were in store; None where it is what each plan holds.
        losses: the table `LOSSES`.
        months: lengths of the losses.
        static: the table `bichiku.stressing.static.STATIC`.
    """

    world: World
    strategies: Sequence[str]
    days: float | None
    losses: pd.DataFrame
    static: pd.DataFrame
    months: Sequence[int]


def map_losses(
    operators: Mapping[str, BlindOperator],
    place: Executor,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> LossMap:
    """Loses everything that may be lost, one after the other, from every start.

    Args:
        operators: by strategy.
        place: where it is worked out.
        progress: called with the number of losses that are done, and of all.

    Raises:
        NoSolution: operation has no solution.
        WorkersLost: there are no workers any more.
    """
    first = next(iter(operators.values()))
    starts = starts_of(first)
    items = [
        (strategy, loss)
        for strategy, operator in operators.items()
        for loss in losses_of(operator.world, operator.held)
    ]
    found: dict[int, list[FromStart]] = {}
    for number, rows in place.each(LossTask(operators, starts), items):
        if isinstance(rows, TaskFailed):
            raise WorkersLost(f"{items[number][1].name}: {rows.why}")
        found[number] = rows
        progress(len(found), len(items))
    frame = pd.DataFrame(
        [(*items[number], *row) for number in sorted(found) for row in found[number]],
        columns=["strategy", "loss", *FromStart._fields],
    )
    losses = _summed(frame, first)
    return LossMap(
        world=first.world,
        strategies=list(operators),
        days=first.days,
        losses=losses,
        static=static_table(operators, losses),
        months=sorted(set(losses["months"])),
    )


def _summed(frame: pd.DataFrame, operator: BlindOperator) -> pd.DataFrame:
    """One row for each loss, material and length, over the starts from which it is over before the horizon."""
    calendar, months = operator.world.calendar, lengths_of(operator.world)
    rows = []
    frame = frame[frame["onset"] + frame["length"] - 1 <= calendar.periods]
    for (strategy, loss, material, length), group in _groups(frame):
        worst = group.assign(first=group["survive"].fillna(math.inf)).sort_values(
            ["damage", "first"], ascending=[False, True], kind="stable"
        )
        rows.append(
            {
                "strategy": strategy,
                "kind": loss.kind,
                "loss": loss.name,
                "material": material,
                "months": months[length],
                "starts": len(group),
                "worst_start": calendar.label(int(worst["onset"].iloc[0])),
                "time_to_survive_days": float(worst["survive"].iloc[0]),
                "short_days": float(worst["short"].iloc[0]),
                "met_in_year": float(worst["met"].iloc[0]),
                "damage": float(worst["damage"].iloc[0]),
                "mean_short_days": float(np.mean(group["short"])),
                "mean_damage": float(np.mean(group["damage"])),
                "unit": operator.world.settings.currency,
            }
        )
    return LOSSES.from_rows(rows)


def _groups(frame: pd.DataFrame) -> Iterable[tuple[tuple[str, Loss, str, int], pd.DataFrame]]:
    return frame.groupby(["strategy", "loss", "material", "length"], sort=False)
