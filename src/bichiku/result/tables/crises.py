"""crises.csv: what each crisis does to each material, future by future."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from bichiku.model.tree import effective_annual_probability, starts
from bichiku.result.columns import Column, Kind, ResultTable, Role
from bichiku.result.outcome import SHORT_TOLERANCE, STOCK_TOLERANCE, ChainOutcome, Outcome

NOTHING = 1e-9  # of what counts as a tonne

CRISES = ResultTable(
    "crises",
    "What each crisis does: one row for each future (crisis, onset and length) and each material of the chains that "
    "the crisis touches.",
    (
        Column("crisis", Kind.TEXT, "", "its name"),
        Column("onset", Kind.COUNT, "period", "first period of the branch"),
        Column("month", Kind.MONTH, "", "month in which it begins"),
        Column("length", Kind.COUNT, "periods", "periods that the crisis lasts"),
        Column("material", Kind.TEXT, "", "the material", role=Role.GROUP),
        Column("probability", Kind.NUMBER, "0 to 1", "probability of the future"),
        Column(
            "annual_probability", Kind.NUMBER, "0 to 1", "yearly probability as typed; empty for listed onsets",
            optional=True,
        ),
        Column(
            "effective_annual_probability",
            Kind.NUMBER,
            "0 to 1",
            "yearly probability that the branches of the crisis amount to, over the years of their windows; over the "
            "horizon for listed onsets",
        ),
        Column("branch_days", Kind.NUMBER, "days", "length of the future's path, crisis and recovery"),
        Column("short_t", Kind.NUMBER, "t", "demand not met on the path"),
        Column("short_days", Kind.NUMBER, "days", "the same in days of each period's demand"),
        Column(
            "time_to_survive_days",
            Kind.NUMBER,
            "days from the onset",
            "whole periods without shortage, and of the first short one the part that the store covers of what it and "
            "the shortage cover together; materials made of one common feed are counted together, in tonnes of it; "
            "empty when nothing is short",
            optional=True,
        ),
        Column(
            "full_supply_after_days",
            Kind.NUMBER,
            "days from the onset",
            "end of the last short period; 0 when none is short, empty when the last period of the path is still short",
            optional=True,
        ),
        Column(
            "stock_back_after_days",
            Kind.NUMBER,
            "days from the onset",
            "end of the last period with less stock than the plan has; 0 when it never has less, empty when that is "
            "still so at the end of the path",
            optional=True,
        ),
        Column("shortage", Kind.NUMBER, "see `unit`", "discounted shortage cost, if the future happens"),
        Column("substitution", Kind.NUMBER, "see `unit`", "discounted substitution cost, likewise"),
        Column("dearer_purchases", Kind.NUMBER, "see `unit`", "purchases dearer than on the plan, likewise"),
        Column("dearer_refill", Kind.NUMBER, "see `unit`", "refill of the stock above the reference price, likewise"),
        Column("damage", Kind.NUMBER, "see `unit`", "the four together"),
        Column("unit", Kind.TEXT, "", "unit of the damage", role=Role.GROUP),
    ),
    key=("crisis", "onset", "length", "material"),
)  # fmt: skip


def crises_table(outcome: Outcome) -> pd.DataFrame:
    """One row for each future and each material of the chains that its crisis touches."""
    rows = [
        row
        for part in outcome.by_chain.values()
        for material in part.world.materials
        for row in _rows(material, part, outcome)
    ]
    return CRISES.from_rows(rows).sort_values(["crisis", "onset", "length", "material"], ignore_index=True)


def _rows(material: str, part: ChainOutcome, outcome: Outcome) -> Iterator[dict[str, object]]:
    world = part.world
    harm = Harm(material, part)
    likely = {
        name: effective_annual_probability(starts(name, crisis, world.calendar))
        for name, crisis in world.settings.crises.items()
    }
    for future in part.tree.futures:
        typed = world.settings.crises[future.crisis].annual_probability
        yield {
            "crisis": future.crisis,
            "onset": future.onset,
            "month": world.calendar.label(future.onset),
            "length": future.length,
            "material": material,
            "probability": future.probability,
            "annual_probability": math.nan if typed is None else typed,
            "effective_annual_probability": likely[future.crisis],
            **harm.along(future.path),
            "unit": outcome.world.settings.currency,
        }


class Harm:
    """What the nodes of a chain's branches do to one material."""

    def __init__(self, material: str, part: ChainOutcome) -> None:
        self._material, self._part = material, part
        world, tree = part.world, part.tree
        none = np.zeros(tree.size)
        has_demand = material in world.demand
        self._short = part.short[material] if has_demand else none
        self._is_short = self._short > SHORT_TOLERANCE * part.demand[material] if has_demand else none > 0
        self._short_days = part.short_days(material) if has_demand else none
        self._covered = _covered(material, part) if has_demand else none
        self._any_short = _any_short(material, part) if has_demand else none > 0
        plan_stock = part.stock[material][tree.on_plan]
        least = plan_stock * (1.0 - STOCK_TOLERANCE) - NOTHING * world.units.tonnes
        self._lacks_stock = part.stock[material] < least

    def along(self, path: np.ndarray) -> dict[str, float]:
        """Days, tonnes and damage of a path from its onset on, by the names of the columns of crises.csv."""
        days = self._part.world.calendar.days
        damage = self._part.damage_parts(path, self._material)
        return {
            "branch_days": len(path) * days,
            "short_t": float(self._short[path].sum()),
            "short_days": float(self._short_days[path].sum()),
            "time_to_survive_days": _survived(self._any_short[path], self._covered[path], days),
            "full_supply_after_days": _until_last(self._is_short[path], days),
            "stock_back_after_days": _until_last(self._lacks_stock[path], days),
            **damage,
            "damage": sum(damage.values()),
        }


class Together(NamedTuple):
    """Materials with demand that are counted together: tonnes of their feed per tonne of each, and the feed itself."""

    products: dict[str, float]
    feed: str = ""


def common_feed(material: str, part: ChainOutcome) -> Together:
    """A material with those that are made of one feed with it; alone, in its own tonnes, where there are none."""
    made: dict[str, tuple[str, float]] = {}
    for name in sorted(part.world.projects):
        row = part.world.projects[name]
        if row.input_material is not None and row.material in part.world.demand:
            made.setdefault(row.material, (row.input_material, row.input_per_output or 0.0))
    if material in made:
        feed = made[material][0]
        together = {product: per_output for product, (of, per_output) in made.items() if of == feed}
        if len(together) > 1:
            return Together(together, feed)
    return Together({material: 1.0})


def _drawdown(material: str, part: ChainOutcome) -> np.ndarray:
    """Tonnes that the store gives at each node; shape (nodes,)."""
    found: np.ndarray = np.maximum(part.world.kept(material) * part.stock_before(material) - part.stock[material], 0.0)
    return found


def _any_short(material: str, part: ChainOutcome) -> np.ndarray:
    """Whether the material, or one made of the same feed, is short at each node."""
    together = common_feed(material, part).products
    found: np.ndarray = np.any([part.short[k] > SHORT_TOLERANCE * part.demand[k] for k in together], axis=0)
    return found


def _covered(material: str, part: ChainOutcome) -> np.ndarray:
    """What the store covers at each node, of what it and the shortage cover together; zero where neither is."""
    together = common_feed(material, part)
    drawn, lacking = np.zeros(part.tree.size), np.zeros(part.tree.size)
    for name, per_tonne in together.products.items():
        drawn += per_tonne * _drawdown(name, part)
        lacking += per_tonne * part.short[name]
    if together.feed:
        drawn += _drawdown(together.feed, part)
    return np.divide(drawn, drawn + lacking, out=np.zeros(part.tree.size), where=drawn + lacking > 0)


def _survived(is_short: np.ndarray, covered: np.ndarray, days: float) -> float:
    if not is_short.any():
        return math.nan
    first = int(is_short.argmax())
    return float((first + covered[first]) * days)


def _until_last(lacking: np.ndarray, days: float) -> float:
    """Days from the onset to the end of the last lacking period; nan when the path ends lacking."""
    if lacking[-1]:
        return math.nan
    return float(days * (np.flatnonzero(lacking)[-1] + 1)) if lacking.any() else 0.0
