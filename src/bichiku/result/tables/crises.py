"""crises.csv: what each crisis does to each material, future by future."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from bichiku.model.paths import NEVER, Paths
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
    found = [_columns(material, part) for part in outcome.by_chain.values() for material in part.world.materials]
    joined = {
        name: np.concatenate([columns[name] for columns in found]) if found else np.empty(0) for name in CRISES.names
    }
    return CRISES.from_columns(joined).sort_values(["crisis", "onset", "length", "material"], ignore_index=True)


def _columns(material: str, part: ChainOutcome) -> dict[str, np.ndarray]:
    """The columns of one material, a row for each future of its chain."""
    world, futures, crises = part.world, part.tree.futures, part.world.settings.crises
    likely = {
        name: effective_annual_probability(starts(name, crisis, world.calendar)) for name, crisis in crises.items()
    }
    typed = {name: crisis.annual_probability for name, crisis in crises.items()}
    return {
        "crisis": np.array([future.crisis for future in futures], dtype=object),
        "onset": np.array([future.onset for future in futures], dtype=int),
        "month": np.array([world.calendar.label(future.onset) for future in futures], dtype=object),
        "length": np.array([future.length for future in futures], dtype=int),
        "material": np.full(len(futures), material, dtype=object),
        "probability": np.array([future.probability for future in futures], dtype=float),
        "annual_probability": np.array([typed[future.crisis] for future in futures], dtype=float),
        "effective_annual_probability": np.array([likely[future.crisis] for future in futures], dtype=float),
        **Harm(material, part).along(part.tree.paths),
        "unit": np.full(len(futures), world.settings.currency, dtype=object),
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

    def along(self, paths: Paths) -> dict[str, np.ndarray]:
        """Days, tonnes and damage of paths from their onsets on, by the names of the columns of crises.csv.

        Each has shape (paths,).
        """
        days = self._part.world.calendar.days
        damage = self._part.damage_parts(paths, self._material)
        return {
            "branch_days": paths.lengths * days,
            "short_t": paths.sum(self._short),
            "short_days": paths.sum(self._short_days),
            "time_to_survive_days": self._survived(paths) * days,
            "full_supply_after_days": _until_last(self._is_short, paths) * days,
            "stock_back_after_days": _until_last(self._lacks_stock, paths) * days,
            **damage,
            "damage": np.sum(list(damage.values()), axis=0),
        }

    def _survived(self, paths: Paths) -> np.ndarray:
        """Periods until something is short, the part of the first short one that is covered included."""
        first = paths.first(self._any_short)
        return np.where(first == NEVER, np.nan, first + paths.at(first, self._covered))


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


def _until_last(lacking: np.ndarray, paths: Paths) -> np.ndarray:
    """Periods from the onset to the end of the last lacking one; not a number where a path ends lacking."""
    found = paths.last(lacking) + 1
    return np.where(found == paths.lengths, np.nan, found)
