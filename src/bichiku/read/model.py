"""From a model folder to the worlds of its strategies."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bichiku.model.calendar import Calendar
from bichiku.model.faults import Fault, FaultLog, ModelFaults, shown
from bichiku.model.world import World
from bichiku.read.cells import split_assignments
from bichiku.read.csv_rows import Table, TablesFolder, read_tables
from bichiku.read.document import Document, Place, read_document
from bichiku.read.files import is_folder, is_inside
from bichiku.read.horizon import check_dates, check_demand, read_calendar
from bichiku.read.references import check_names, check_tables
from bichiku.read.settings import Settings, parse_settings
from bichiku.read.strategies import choose, command_line_changes, split_strategies

MODEL_FILE = "model.yaml"
INPUTS = "inputs"  # where a run keeps the model that it was made from


@dataclass(frozen=True)
class Model:
    """A model as read: one world for each strategy asked for.

    Attributes:
        name: name of the model's folder.
        worlds: by strategy, in the order of the file (or of the command line).
        resolved: by strategy, model.yaml with the strategy and command-line changes merged in.
        files: content of each file read, by its path inside the model folder.
    """

    name: str
    worlds: dict[str, World]
    resolved: dict[str, dict[str, Any]]
    files: dict[str, bytes]


def read_model(path: Path, strategies: Sequence[str] = (), assignments: Sequence[str] = ()) -> Model:
    """Reads a model folder or its model.yaml.

    Args:
        path: the folder, or the file model.yaml in it.
        strategies: names of the strategies wanted; all when empty.
        assignments: texts ``PATH=VALUE`` that change every strategy, or ``TABLE[ID].COLUMN=VALUE`` that
            change a cell of a table.

    Raises:
        ModelFaults: with every fault of the model at once.
    """
    file = path if path.suffix in (".yaml", ".yml") else path / MODEL_FILE
    if not os.path.lexists(file):
        of_a_run = path / INPUTS
        hint = (
            f"the model of this run is {of_a_run}" if is_folder(of_a_run) else "give a model folder or its model.yaml"
        )
        raise ModelFaults([Fault(str(file), None, "", "does not exist", hint)])
    log = FaultLog()
    document = read_document(file, str(file), None if file == path else path)
    name_of_model = file.resolve().parent.name
    if not name_of_model.isprintable():
        message = "the folder's name holds what cannot be printed"
        log.add(Fault(str(file), None, "", message, "runs are named after it; give it another"))
    base, changes = split_strategies(document, log)
    chosen = choose(changes, strategies, log)
    folder = _tables_folder(file, base, log)
    changed_settings, changed_cells = split_assignments(assignments)
    tables = read_tables(folder, log, changed_cells) if folder else None
    if tables is not None:
        check_tables(tables, log)

    worlds, resolved = {}, {}
    for name, change in chosen.items():
        merged = command_line_changes(base.merged(change), changed_settings, log)
        resolved[name] = merged.data
        settings = parse_settings(merged, log)
        calendar = read_calendar(merged, log)
        if tables is not None:
            check_names(merged, tables, log)
        if calendar is not None:
            check_dates(merged, calendar, log)
        if calendar is not None and tables is not None:
            check_demand(tables, calendar, log)
            if settings is not None and not log:
                worlds[name] = _world(name, settings, calendar, tables, merged.place(("crises",)))
    log.raise_if_any()
    assert folder is not None
    files = {file.name: document.content}
    inside = folder.path.resolve().relative_to(file.parent.resolve())
    for name, table in (tables or {}).items():
        if table.content is not None:
            files[(inside / f"{name}.csv").as_posix()] = table.content
    return Model(name_of_model, worlds, resolved, files)


def _tables_folder(file: Path, base: Document, log: FaultLog) -> TablesFolder | None:
    given = base.data.get("tables", ".")
    if not isinstance(given, str):
        return None  # a fault of the settings
    folder = file.parent / given
    if given.isprintable() and not is_inside(folder, file.parent):
        log.add(base.fault(("tables",), f"{shown(given)} leaves the model's folder"))
        return None
    if not given.isprintable() or not is_folder(folder):
        log.add(base.fault(("tables",), f"there is no folder {shown(given)}"))
        return None
    return TablesFolder(folder, _shown(file.parent, folder), file.parent)


def _shown(parent: Path, folder: Path) -> str:
    return str(parent if folder.resolve() == parent.resolve() else folder)


def _world(name: str, settings: Settings, calendar: Calendar, tables: dict[str, Table[Any]], crises_at: Place) -> World:
    def by_id(table: str) -> dict[str, Any]:
        return {key[0]: row for key, row in tables[table].rows.items()}

    suppliers, projects = by_id("suppliers"), by_id("projects")
    origins: dict[str, dict[str, float]] = {name: {} for name in [*suppliers, *projects]}
    for row in tables["origins"].rows.values():
        origins[row.supplier][row.country] = row.share
    unlisted = {source: max(1.0 - sum(listed.values()), 0.0) for source, listed in origins.items() if listed}
    for source, row in [*suppliers.items(), *projects.items()]:
        own = 1.0 - sum(origins[source].values())
        origins[source][row.country] = origins[source].get(row.country, 0.0) + max(own, 0.0)
    years = set(calendar.years.tolist())
    demand: dict[str, dict[int, float]] = {}
    for row in tables["demand"].rows.values():
        if row.year in years:
            demand.setdefault(row.material, {})[row.year] = row.tonnes
    return World(
        strategy=name,
        settings=settings,
        calendar=calendar,
        materials=by_id("materials"),
        demand=demand,
        suppliers=suppliers,
        projects=projects,
        origins=origins,
        unlisted=unlisted,
        tranches={(row.material, row.tranche): row for row in tables["substitution"].rows.values()},
        countries=by_id("countries"),
        crises_at=crises_at,
    )
