"""What limits on shares have in common: rows that compare a group of countries' arrivals with all, year by year.

A share is `share_from(source, countries, stage)` of each tonne that arrives on the plan; see `bichiku.model.world`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from bichiku.model.cost_lines import PENALTY
from bichiku.model.time_path import TimePath
from bichiku.model.world import World
from bichiku.policies.policy import Inputs, Limit
from bichiku.policies.views import Bounds, Built, PhraseWords, RowWriter
from bichiku.program import ALL, LinearProgram, Move, Quantity

POINT = 0.01
ROUNDING = 1e-9  # of a share; less is what sums of shares leave
Sense = Literal["cap", "floor"]


@dataclass(frozen=True)
class ShareRow:
    """A limit on the share of some countries in a material's imports (or supply).

    Attributes:
        countries: whose arrivals count.
        stage: ``exporter`` or ``origin``.
        of: ``imports`` or ``supply``.
        limit: the share by calendar year.
        soft: money per tonne beyond the limit; None where the limit is hard.
        position: place of the limit in its list in model.yaml.
    """

    countries: frozenset[str]
    stage: str
    of: str
    limit: TimePath
    soft: float | None = None
    position: int = 0


RowKey = tuple[str, str]  # name of the limit (or country), material


def share_inputs(family: str) -> dict[str, Inputs]:
    """What stands behind the numbers of a family of limits on shares."""
    limit = f"policies.{family} {{index}}"
    behind = Inputs(
        f"goods under way that count in {limit}", coefficient=f"share of {{column}} in {limit}", differences=True
    )
    return {family: behind}


def counted_sources(world: World, material: str, of: str) -> list[str]:
    """Suppliers and projects whose arrivals make up a material's imports (or supply)."""
    return [
        name
        for name, row in world.sources.items()
        if row.material == material and (of == "supply" or world.is_import(name))
    ]


def add_share_rows(rows: RowWriter, world: World, family: str, limits: Mapping[RowKey, ShareRow], sense: Sense) -> None:
    """Writes one row per calendar year for each (name of the limit, material)."""
    if not limits:
        return
    rows.parameters(f"{family}_share", {key: row.limit(rows.years) for key, row in limits.items()})
    shares = rows.model.component(f"{family}_share")
    with_sources = [key for key in limits if counted_sources(world, key[1], limits[key].of)]
    soft = {key: limits[key] for key in with_sources if limits[key].soft is not None}
    beyond = _add_beyond(rows, world, family, soft)

    def rule(m: Any, name: str, material: str) -> Any:
        row = limits[name, material]
        counted = counted_sources(world, material, row.of)
        # Σ (share of this source − limit) · arrivals, so that each arrival has one coefficient
        body = sum(
            (world.share_from(source, row.countries, row.stage) - shares[name, material]) * m.arrive[source]
            for source in counted
        )
        excess = beyond(m, name, material)
        return body - excess <= 0 if sense == "cap" else body + excess >= 0

    plan = rows.tree.plan
    rows.add_rows(family, with_sources, rule, nodes=plan, key=rows.years, place="year", unit="t", policy=True)


def _add_beyond(
    rows: RowWriter, world: World, family: str, soft: Mapping[RowKey, ShareRow]
) -> Callable[[Any, str, str], Any]:
    """Tonnes a year beyond soft limits and their penalty; returns what each row may exceed its limit by."""
    if not soft:
        return lambda m, name, material: 0.0
    variable = rows.variables(f"{family}_beyond", soft, rows.per_year)
    tree, years = rows.tree, rows.years
    last = np.append(np.flatnonzero(np.diff(years[tree.plan])), tree.periods - 1)
    at_year_end = np.zeros(tree.size)
    at_year_end[last] = 1.0
    closing = rows.parameters(f"{family}_year_end", {ALL: at_year_end})

    def beyond(m: Any, name: str, material: str) -> Any:
        # the row adds up all nodes of a year, and the variable counts once
        return closing[ALL] * variable[name, material] if (name, material) in soft else 0.0

    def penalty(m: Any, material: str) -> Any:
        return sum(row.soft * variable[key] for key, row in soft.items() if key[1] == material)

    materials = sorted({material for _, material in soft})
    discount = world.calendar.discount(world.settings.discount_rate)[last]
    rows.add_cost(f"{PENALTY}_{family}", materials, penalty, last, discount, line=PENALTY)
    return beyond


def share_points(built: Built, family: str, limits: Mapping[RowKey, ShareRow]) -> Iterator[Limit]:
    """One more point of an allowed (or demanded) share in one year."""
    program, plan_years = built.program, built.world.calendar.years
    for block in program.blocks(family):
        row = limits[block.limit, block.material]
        everything = _all_arrivals(built.world, program, block.material, row.of)
        for number, year in zip(block.numbers, block.keys, strict=True):
            tonnes, constant = everything.summed(np.flatnonzero(plan_years == year), program.shape[1])
            columns = program.matrix.indices[program.matrix.indptr[number] : program.matrix.indptr[number + 1]]
            rows = np.array([number])
            # each tonne that arrives counts a point less towards the row, and goods under way move its limit
            move = Move(
                rows=rows,
                row_moves=np.array([POINT * constant]),
                entry_rows=np.full(len(columns), number),
                entry_columns=columns,
                entry_moves=-POINT * tonnes[columns],
            )
            value = 100.0 * float(row.limit(np.array([year]))[0])
            yield Limit(family, block.limit, block.material, int(year), value, "points", move, rows)


def _all_arrivals(world: World, program: LinearProgram, material: str, of: str) -> Quantity:
    sources = counted_sources(world, material, of)
    parts = [program.quantities["arrive", source] for source in sources]
    return Quantity.total(parts, len(parts[0].constant))


def base(of: str, stage: str) -> str:
    """What a share is of, in words."""
    return of + (" (where it is mined)" if stage == "origin" else "")


def share_phrases(
    who: str, bound: str, limits: Iterable[tuple[str, TimePath, str]], words: PhraseWords
) -> Iterator[str]:
    """Limits on the same countries that move alike but for their last value in one phrase: a model has many of them.

    Args:
        who: the base (imports or supply) and the countries, in words.
        bound: ``at most`` or ``at least``.
        limits: base and countries, path and notes of each limit.
        words: how numbers are written.
    """
    phrases: dict[str, list[str]] = {}
    for what, path, notes in limits:
        head = f"{who}{what}: {bound} "
        if len(set(path.values)) > 1:
            points = [f"{words.percent(value)} in {year}" for year, value in zip(path.at, path.values, strict=True)]
            head += f"{', '.join(points[:-1])}, and by {path.at[-1]} "
        phrases.setdefault(head, []).append(words.percent(path.values[-1]) + notes)
    for head, shares in phrases.items():
        yield f"{head}{', '.join(shares)}"


def pull(bounds: Bounds, sense: Sense, row: ShareRow, source: str) -> np.ndarray:
    """What a tonne from a source adds to what must stay at or below zero, by year of the plan."""
    found = bounds.world.share_from(source, row.countries, row.stage) - row.limit(np.array(bounds.plan_years))
    found[abs(found) < ROUNDING] = 0.0
    return found if sense == "cap" else -found


def why_idle(bounds: Bounds, sense: Sense, limits: Mapping[RowKey, ShareRow]) -> str | None:
    """Why no tonne that can arrive counts against some limits; None where one does."""
    for (_, material), row in limits.items():
        for source in bounds.sellers(material, row.of):
            if ((pull(bounds, sense, row, source) > 0.0) & (bounds.yearly[source] > 0.0)).any():
                return None
    values = np.array([row.limit(np.array(bounds.plan_years)) for row in limits.values()])
    if sense == "cap" and values.size and values.min() >= 1.0:
        return "no share is above 1"
    if sense == "floor" and values.size and values.max() <= 0.0:
        return "no share is below 0"
    if sense == "cap":
        return "of what can arrive nothing counts with more than that share"
    return "all that can arrive counts with that share or more"


def without_share(
    key: str, names: Sequence[str], of: str, stage: str, materials: Sequence[str], world: World
) -> Iterator[str]:
    """Countries and groups that a limit names under a key and that no tonne it counts is from."""
    sources = {source for material in materials for source in counted_sources(world, material, of)}
    for name in names:
        members = world.members([name])
        if not any(world.share_from(source, members, stage) for source in sources):
            what = "ships" if stage == "exporter" else "is the origin of"
            yield f"{key} names {name}, which {what} none of its materials"


def not_offered(path: str, of: str, materials: Sequence[str], world: World) -> Iterator[tuple[str, str]]:
    """Materials that a limit names and that nobody offers."""
    for material in materials:
        if not counted_sources(world, material, of):
            yield path, f"nobody offers {material} that counts in {of}, so there is nothing to limit"
