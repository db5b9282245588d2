"""Checks that names, dates and numbers of a world fit together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bichiku.calendar import Calendar
from bichiku.read.csv_rows import Table
from bichiku.read.document import Document, KeyPath
from bichiku.read.faults import Fault, FaultLog, nearest
from bichiku.read.settings import Settings
from bichiku.read.tables import is_country

Tables = Mapping[str, Table[Any]]

ROUNDING = 1e-9


def check_tables(tables: Tables, log: FaultLog) -> None:
    """References between tables, and sums over their rows."""
    materials = {key[0] for key in tables["materials"].rows}
    for name, column in [("demand", "material"), ("suppliers", "material"), ("projects", "material")]:
        _known(tables[name], column, materials, log)
    _known(tables["projects"], "input_material", materials, log)
    _known(tables["substitution"], "material", materials, log)
    sources = {key[0] for name in ("suppliers", "projects") for key in tables[name].rows}
    _known(tables["origins"], "supplier", sources, log)
    projects = tables["projects"]
    for key, row in projects.rows.items():
        if key in tables["suppliers"].rows:
            log.add(projects.fault(key, "project", f"{key[0]!r} is the id of a supplier already"))
        if (row.input_material is None) != (row.input_per_output is None):
            log.add(projects.fault(key, "input_per_output", "input_material and input_per_output go together"))
        if row.input_material == row.material:
            log.add(projects.fault(key, "input_material", f"{row.input_material!r} is what the project makes"))
    sums: dict[str, float] = {}
    origins = tables["origins"]
    for key, row in origins.rows.items():
        sums[row.supplier] = sums.get(row.supplier, 0.0) + row.share
        if sums[row.supplier] > 1 + ROUNDING:
            log.add(
                origins.fault(key, "share", f"shares of {row.supplier!r} sum to {sums[row.supplier]:.6g}, over one")
            )
    for key, row in tables["materials"].rows.items():
        needs = row.shortage_cost is None and any(d[0] == key[0] for d in tables["demand"].rows)
        if needs:
            message = f"{key[0]!r} has demand but no shortage_cost"
            log.add(tables["materials"].fault(key, "shortage_cost", message, "give the lost output per tonne short"))


def check_demand_years(tables: Tables, calendar: Calendar, log: FaultLog) -> None:
    """A material with demand in one year of the horizon needs it in every year."""
    demand = tables["demand"]
    years = sorted(set(calendar.years.tolist()))
    inside = {row.material for row in demand.rows.values() if row.year in years}
    for material in sorted(inside):
        missing = [str(year) for year in years if (material, str(year)) not in demand.rows]
        if missing:
            log.add(Fault(demand.file, None, "year", f"{material!r} has no demand for {', '.join(missing)}"))


def check_settings(settings: Settings, document: Document, tables: Tables, calendar: Calendar, log: FaultLog) -> None:
    """References from model.yaml into the tables, and dates inside the horizon."""
    _SettingsCheck(settings, document, tables, calendar, log).run()


class _SettingsCheck:
    def __init__(
        self, settings: Settings, document: Document, tables: Tables, calendar: Calendar, log: FaultLog
    ) -> None:
        self.settings, self.document, self.calendar, self.log = settings, document, calendar, log
        self.materials = [key[0] for key in tables["materials"].rows]
        self.suppliers = [key[0] for key in tables["suppliers"].rows]
        self.sources = self.suppliers + [key[0] for key in tables["projects"].rows]
        rows = [*tables["suppliers"].rows.values(), *tables["projects"].rows.values()]
        self.routes = sorted({row.route for row in rows if row.route})
        self.groups = sorted({g for row in tables["countries"].rows.values() for g in row.groups})

    def run(self) -> None:
        buyer = self.settings.buyer
        if buyer is not None and not is_country(buyer):
            self._add(("buyer",), f"{buyer!r} is not a country code of ISO 3166-1 alpha-3")
        last = int(self.calendar.ends[-1])
        until = self.settings.report_until
        if until is not None and not int(self.calendar.ends[0]) <= until <= last:
            self._add(("report_until",), "lies outside the periods that are solved")
        self._policies()
        for name, event in self.settings.events.items():
            path: KeyPath = ("events", name)
            if event.from_ > last or event.to < self.settings.start:
                self._add((*path, "from"), "the event lies outside the periods that are solved")
            self._effects((*path, "effects"), event.effects)
        for name, crisis in self.settings.crises.items():
            path = ("crises", name)
            seen: set[int] = set()
            for i, onset in enumerate(crisis.onsets or []):
                if onset.period > self.calendar.periods:
                    self._add((*path, "onsets", i, "period"), f"{onset.period} is after the last period")
                if onset.period in seen:
                    self._add((*path, "onsets", i, "period"), f"{onset.period} is listed twice")
                seen.add(onset.period)
            self._effects((*path, "effects"), crisis.effects)

    def _policies(self) -> None:
        policies = self.settings.policies
        top: KeyPath = ("policies",)
        if policies.reserve_days is not None:
            self._names((*top, "reserve_days"), policies.reserve_days.materials, self.materials, "material")
        for key in ("share_caps", "share_floors"):
            for i, limit in enumerate(getattr(policies, key)):
                self._countries((*top, key, i, "group"), limit.group)
                self._names((*top, key, i, "materials"), limit.materials or [], self.materials, "material")
        for key in ("country_cap", "concentration", "survive", "expected_shortage"):
            policy = getattr(policies, key)
            if policy is not None:
                self._names((*top, key, "materials"), policy.materials or [], self.materials, "material")
        if policies.country_cap is not None:
            self._countries((*top, "country_cap", "except"), policies.country_cap.except_, groups=False)
        if policies.survive is not None:
            self._names((*top, "survive", "crises"), policies.survive.crises, self.settings.crises, "crisis")

    def _effects(self, path: KeyPath, effects: Iterable[Any]) -> None:
        for i, effect in enumerate(effects):
            here = (*path, i)
            self._countries((*here, "countries"), effect.countries or [])
            self._names((*here, "suppliers"), effect.suppliers or [], self.sources, "supplier or project")
            self._names((*here, "routes"), effect.routes or [], self.routes, "route")
            self._names((*here, "materials"), effect.materials or [], self.materials, "material")

    def _countries(self, path: KeyPath, names: Iterable[str], groups: bool = True) -> None:
        for name in names:
            if not is_country(name) and not (groups and name in self.groups):
                what = "country code or group" if groups else "country code"
                self._add(path, f"{name!r} is not a {what}", nearest(name, self.groups) if groups else "")

    def _names(self, path: KeyPath, names: Iterable[str], known: Iterable[str], what: str) -> None:
        known = list(known)
        for name in names:
            if name not in known:
                self._add(path, f"unknown {what} {name!r}", nearest(name, known))

    def _add(self, path: KeyPath, message: str, hint: str = "") -> None:
        self.log.add(self.document.fault(path, message, hint))


def _known(table: Table[Any], column: str, names: set[str], log: FaultLog) -> None:
    for key, row in table.rows.items():
        value = getattr(row, column)
        if value is not None and value not in names:
            what = "supplier or project" if column == "supplier" else "material"
            log.add(table.fault(key, column, f"unknown {what} {value!r}", nearest(value, names)))
