"""From a model folder to the worlds of its strategies."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bichiku.model.calendar import Calendar
from bichiku.model.faults import Fault, FaultLog, ModelFaults, SourceLine, nearest, shown
from bichiku.model.settings import Settings
from bichiku.model.uncertainty import Group
from bichiku.model.world import ShortageTranche, World
from bichiku.policies import POLICIES
from bichiku.reading import schema
from bichiku.reading.cells import split_assignments
from bichiku.reading.csv_rows import Table, changed_tables, parse_tables, read_tables
from bichiku.reading.document import Document, parse_document
from bichiku.reading.files import MODEL_FILE, is_folder
from bichiku.reading.horizon import check_dates, check_demand, read_calendar
from bichiku.reading.references import check_names, check_tables
from bichiku.reading.settings import parse_settings
from bichiku.reading.strategies import (
    BASE,
    NAME_HINT,
    choose,
    command_line_changes,
    is_strategy_name,
    split_strategies,
)
from bichiku.reading.uncertainty import uncertain_groups
from bichiku.reading.values import assignments_of, document_text, table_text
from bichiku.reading.variants import read_layers

if TYPE_CHECKING:
    import pandas as pd

INPUTS = "inputs"  # where a run keeps the model that it was made from


@dataclass(frozen=True)
class Source:
    """All that a model is made from, in memory.

    Attributes:
        name: name of the model.
        folder: where it was read from; None for a model that is not of a folder.
        files: content of the file that holds its keys, and of those that it is built on, by the path of each as seen
            from the folder.
        base: model.yaml without its strategies.
        strategies: the changes of each strategy.
        tables: the tables by name; None where they could not be looked for.
        table_files: the file of each table that is one, as seen from the folder.
        assignments: changes ``PATH=VALUE`` of every strategy.
    """

    name: str
    folder: Path | None
    files: dict[str, bytes]
    base: Document
    strategies: dict[str, Document]
    tables: dict[str, Table[Any]] | None
    table_files: dict[str, str]
    assignments: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class Model:
    """A model: one world for each strategy. ``model["today"]`` is the world of a strategy, `base` that of none.

    Attributes:
        name: name of the model, that of its folder.
        worlds: by strategy, in the order of the file (or of the command line).
        resolved: by strategy, model.yaml with the strategy and all changes merged in.
        files: content of each file read, by its path inside the model folder.
        source: what it was made from.
    """

    name: str
    worlds: dict[str, World]
    resolved: dict[str, dict[str, Any]]
    files: dict[str, bytes]
    source: Source

    def __post_init__(self) -> None:
        object.__setattr__(self, "worlds", {n: replace(world, origin=self) for n, world in self.worlds.items()})

    @classmethod
    def from_tables(
        cls, settings: Mapping[str, object], tables: Mapping[str, pd.DataFrame], name: str = "model"
    ) -> Model:
        """A model without files, held to the same rules in the same words.

        Args:
            settings: the keys of model.yaml; strategies stand below ``strategies`` as they do there.
            tables: data frames by the name of the table (``materials``, ``demand``, ``suppliers``, ...), one column
                for each of its columns, in its units; None and not-a-number are empty cells. Faults name row i,
                counted from 0, as line i + 2, where a file would have it.
            name: name of the model; runs are named after it.

        Raises:
            ModelFaults: with every fault of the model at once.
        """
        log = FaultLog()
        _check_types(settings, tables, name)
        text = document_text(settings, log)
        document = Document(parse_document(text, MODEL_FILE, schema).data)  # without lines, as nobody has seen the text
        if not name.isprintable() or not name or "/" in name or "\\" in name:
            log.add(Fault(MODEL_FILE, None, "", f"{shown(name)} cannot name a model"))
        base, strategies = split_strategies(document, log)
        parsed = parse_tables({table: table_text(frame) for table, frame in tables.items()}, log)
        source = Source(name, None, {MODEL_FILE: text.encode()}, base, strategies, parsed, {})
        return _model(source, strategies, log)

    def __repr__(self) -> str:
        return f"<Model {self.name!r}: {', '.join(self.worlds)}>"

    def __getitem__(self, strategy: str) -> World:
        """The world of a strategy.

        Raises:
            KeyError: there is none of that name.
        """
        if strategy not in self.worlds:
            raise KeyError(f"no strategy {shown(strategy)} ({nearest(strategy, self.worlds)})")
        return self.worlds[strategy]

    def __iter__(self) -> Iterator[str]:
        return iter(self.worlds)

    def __len__(self) -> int:
        return len(self.worlds)

    @cached_property
    def base(self) -> World:
        """The world of a model without strategies; of one with strategies, that of its policies before any of them."""
        only = {BASE: Document({})}
        if self.source.strategies == only:
            return self.worlds[BASE]
        return _model(replace(self.source, strategies=only), only, FaultLog()).worlds[BASE]

    def same_as(self, strategy: str) -> str | None:
        """What a strategy that has changes asks for the same as: `BASE` or a strategy before it; None where nothing."""
        names = list(self.source.strategies)
        if strategy not in names or not self.source.strategies[strategy].data:
            return None
        base, *asked = self._asked
        mine = asked[names.index(strategy)]
        if mine is None or mine == base:
            return None if mine is None else BASE
        first = names[asked.index(mine)]
        return None if first == strategy else first

    @cached_property
    def _asked(self) -> list[Settings | None]:
        """Settings of the base, then of each strategy; None where they do not hold."""
        log = FaultLog()
        assignments, _ = split_assignments(self.source.assignments)
        materials = self.source.tables["materials"].ids if self.source.tables else set()
        documents = (self.source.base.merged(changes) for changes in (Document({}), *self.source.strategies.values()))
        return [
            parse_settings(command_line_changes(document, assignments, log), materials, FaultLog())
            for document in documents
        ]

    @property
    def candidates(self) -> list[str]:
        """The strategies that somebody could choose: all but the yardsticks."""
        return [name for name in self.worlds if not self.source.strategies[name].is_yardstick]

    def uncertain_groups(self) -> list[Group]:
        """What moves together of the model's numbers, and how far, from uncertainty.csv; empty without that table.

        Raises:
            ModelFaults: a path meets no number in one of the strategies, or one outside its range.
        """
        if self.source.tables is None:
            return []
        log = FaultLog()
        groups = uncertain_groups(self.source.tables, self.resolved, log)
        log.raise_if_any()
        return groups

    def changed(self, changes: Mapping[str, object], strategies: Sequence[str] = ()) -> Model:
        """The same model with some numbers changed in every strategy; no file is looked at again.

        Args:
            changes: values by path, see `World.changed`.
            strategies: names of the strategies wanted; all that this model has when empty.

        Raises:
            ModelFaults: with every fault of the changed model at once.
        """
        return self.assigned(assignments_of(changes), strategies)

    def assigned(self, assignments: Sequence[str], strategies: Sequence[str] = ()) -> Model:
        """As `changed`, with texts ``PATH=VALUE`` as `--set` takes them."""
        log = FaultLog()
        every = (*self.source.assignments, *assignments)
        chosen = choose(self.source.strategies, strategies or list(self.worlds), log)
        _, cells = split_assignments(every)
        tables = self.source.tables
        if cells and tables is not None:
            tables = changed_tables(tables, cells, log)
        return _model(replace(self.source, tables=tables, assignments=every), chosen, log)

    def changed_world(self, strategy: str, changes: Mapping[str, object]) -> World:
        """One strategy's world with some numbers changed; see `changed`."""
        return self.changed(changes, [strategy])[strategy]

    def labelled(self, strategy: str, label: str) -> Model:
        """The model of one strategy alone, which goes by another name.

        Raises:
            ModelFaults: the label cannot name a strategy.
        """
        if not is_strategy_name(label):
            raise ModelFaults([Fault("--as", None, "", f"{shown(label)} cannot name a strategy", NAME_HINT)])
        only = {label: self.source.strategies[strategy]}
        return _model(replace(self.source, strategies=only), only, FaultLog())

    def called(self, name: str, strategy: str) -> Model:
        """A model of one strategy under other names, and of no folder: the inputs of a run are kept without them."""
        (changes,) = self.source.strategies.values()
        only = {strategy: changes}
        return _model(replace(self.source, name=name, folder=None, strategies=only), only, FaultLog())


def model_of(world: World) -> Model:
    """The model that a world is one of.

    Raises:
        ValueError: it is of none.
    """
    if not isinstance(world.origin, Model):
        raise ValueError(f"the world of {world.strategy} is of no model")
    return world.origin


def read_model(path: str | Path, strategies: Sequence[str] = (), assignments: Sequence[str] = ()) -> Model:
    """Reads a model folder or its model.yaml.

    Args:
        path: the folder, or the file model.yaml in it.
        strategies: names of the strategies wanted; all when empty.
        assignments: texts ``PATH=VALUE`` that change every strategy, or ``TABLE[ID].COLUMN=VALUE`` that
            change a cell of a table.

    Raises:
        ModelFaults: with every fault of the model at once.
    """
    path = Path(path)
    file = path if path.suffix in (".yaml", ".yml") else path / MODEL_FILE
    if not os.path.lexists(file):
        of_a_run = path / INPUTS
        hint = (
            f"the model of this run is {of_a_run}" if is_folder(of_a_run) else "give a model folder or its model.yaml"
        )
        raise ModelFaults([Fault(str(file), None, "", "does not exist", hint)])
    log = FaultLog()
    layers = read_layers(file, None if file == path else path, log)
    name = file.resolve().parent.name
    if not name.isprintable():
        message = "the folder's name holds what cannot be printed"
        log.add(Fault(str(file), None, "", message, "runs are named after it; give it another"))
    base, changes = split_strategies(layers.document, log)
    chosen = choose(changes, strategies, log)
    _, cells = split_assignments(assignments)
    tables, table_files = read_tables(layers.tables, log, cells) if layers.tables else (None, {})
    places = {name: _seen_from(table, file.parent) for name, table in table_files.items()}
    source = Source(name, file.parent, layers.files, base, changes, tables, places, tuple(assignments))
    return _model(source, chosen, log)


def _check_types(settings: object, tables: object, name: object) -> None:
    """What a model is made of in memory: keys, data frames and a name.

    Raises:
        ModelFaults: one is none.
    """
    faults = []
    if not isinstance(settings, Mapping):
        faults.append(Fault("settings", None, "", f"{shown(settings)} is no mapping", "the keys of model.yaml"))
    if not isinstance(tables, Mapping):
        faults.append(Fault("tables", None, "", f"{shown(tables)} is no mapping", "data frames by name of the table"))
    elif wrong := [str(table) for table, frame in tables.items() if not hasattr(frame, "itertuples")]:
        faults += [
            Fault("tables", None, table, "is no data frame", "leave out a table without rows") for table in wrong
        ]
    if not isinstance(name, str):
        faults.append(Fault("name", None, "", f"{shown(name)} is no text"))
    if faults:
        raise ModelFaults(faults)


def _model(source: Source, chosen: Mapping[str, Document], log: FaultLog) -> Model:
    """The worlds of the strategies chosen, once all is checked."""
    tables = source.tables
    if tables is not None:
        check_tables(tables, log)
    assignments, _ = split_assignments(source.assignments)
    worlds, resolved = {}, {}
    for name, change in chosen.items():
        merged = command_line_changes(source.base.merged(change), assignments, log)
        resolved[name] = merged.data
        materials = tables["materials"].ids if tables is not None else set()
        settings = parse_settings(merged, materials, log)
        calendar = read_calendar(merged, log)
        if tables is not None:
            check_names(merged, tables, log)
        if calendar is not None:
            check_dates(merged, calendar, materials, log)
        if calendar is not None and tables is not None:
            check_demand(tables, calendar, log)
            if settings is not None and not log:
                worlds[name] = _world(name, settings, calendar, tables, merged.place(("crises",)))
                _check_policies(merged, worlds[name], log)
    log.raise_if_any()
    files = dict(source.files)
    for name, table in (tables or {}).items():
        if table.content is not None:
            files[source.table_files.get(name, f"{name}.csv")] = table.content
    return Model(source.name, worlds, resolved, files, source)


def _seen_from(file: Path, folder: Path) -> str:
    """A file by its own name in its true folder, from another folder."""
    return Path(os.path.relpath(file.parent.resolve() / file.name, folder.resolve())).as_posix()


def _shortage(table: Table[Any]) -> dict[tuple[str, str], ShortageTranche]:
    """Tranches from the shares up to which each goes."""
    found: dict[tuple[str, str], ShortageTranche] = {}
    ended: dict[str, float] = {}
    for row in sorted(table.rows.values(), key=lambda row: (row.material, row.up_to)):
        share = row.up_to - ended.get(row.material, 0.0)
        found[row.material, f"{row.up_to:.12g}"] = ShortageTranche(share, row)
        ended[row.material] = row.up_to
    return found


def _check_policies(document: Document, world: World, log: FaultLog) -> None:
    """What a policy asks for against the rest of what the strategy asks for."""
    for policy in POLICIES:
        for path, message, hint in policy.faults(world):
            log.add(document.fault(("policies", policy.name, *path), message, hint))


def _world(
    name: str, settings: Settings, calendar: Calendar, tables: dict[str, Table[Any]], crises_at: SourceLine
) -> World:
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
    lags: dict[str, dict[str, int]] = {}
    for row in tables["origins"].rows.values():
        if row.lag_periods:
            lags.setdefault(row.supplier, {})[row.country] = row.lag_periods
    years = set(calendar.month_years.ravel().tolist())
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
        lags=lags,
        tranches={(row.material, row.tranche): row for row in tables["substitution"].rows.values()},
        shortage=_shortage(tables["shortage"]),
        countries=by_id("countries"),
        crises_at=crises_at,
    )
