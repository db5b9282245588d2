"""Flows written down by hand, read as verify reads those of a run."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from bichiku.model.world import World
from bichiku.verification import check_flows
from bichiku.verification.facts import RunFacts, read_facts
from bichiku.verification.files import COLUMNS, RunTable, read_table
from bichiku.verification.money import cost_lines
from bichiku.verification.verdict import Ledger
from tests.verify.tampering import BRANCHES, write_rows


class Flow(NamedTuple):
    """One row of flows but for its month."""

    crisis: str
    onset: int
    length: int
    period: int
    material: str
    item: str
    source: str
    tonnes: float


def along(
    node: tuple[str, int, int], first: int, material: str, item: str, tonnes: Sequence[float], source: str = ""
) -> list[Flow]:
    """Numbers of one item in the periods from `first` on, at nodes of a crisis, onset and length."""
    return [Flow(*node, first + i, material, item, source, number) for i, number in enumerate(tonnes)]


def bought(node: tuple[str, int, int], first: int, material: str, source: str, tonnes: Sequence[float]) -> list[Flow]:
    """Tonnes that are shipped and arrive in the same period, from `first` on."""
    shipped = along(node, first, material, "shipped", tonnes, source)
    return [*shipped, *along(node, first, material, "arrived", tonnes, source)]


def read_by_hand(world: World, flows: Iterable[Flow], built: dict[str, float] | None = None) -> tuple[RunFacts, Ledger]:
    """What verify makes of flows, and what it finds wrong with them."""
    ledger = Ledger()
    written: dict[bool, list[list[object]]] = {True: [], False: []}
    for flow in flows:
        if flow.tonnes != 0:
            month = world.calendar.label(flow.period)
            written[flow.crisis == "plan"].append([*flow[:4], month, *flow[4:7], repr(float(flow.tonnes))])
    projects = [
        [name, row.material, row.country, row.kind, row.existing_t, (built or {}).get(name, 0.0), 0, 0, 0, 0, 0, "", ""]
        for name, row in world.projects.items()
    ]
    on_plan, in_branches = _table("flows.csv", written[True], ledger), _table(BRANCHES, written[False], ledger)
    built_table = _table("projects.csv", projects, ledger)
    facts = read_facts(world, on_plan, in_branches, built_table, ledger)
    check_flows(facts, built_table, ledger)
    return facts, ledger


def _table(name: str, rows: list[list[object]], ledger: Ledger) -> RunTable:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / name
        write_rows(file, [list(COLUMNS[name]), *([str(cell) for cell in row] for row in rows)])
        table = read_table(file, ledger)
    assert table is not None, ledger.findings
    return table


def empty_table(name: str) -> RunTable:
    """A table without rows."""
    return _table(name, [], Ledger())


def money_of(facts: RunFacts) -> dict[str, float]:
    """Expected discounted money by cost line."""
    return {name: float(line.values.sum()) for name, line in cost_lines(facts).items()}
