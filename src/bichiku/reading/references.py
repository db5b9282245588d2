"""Checks that every name in the tables and in model.yaml stands for something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from bichiku.model.countries import country_hint, is_country
from bichiku.model.faults import Fault, FaultLog, close_word, nearest, shown
from bichiku.model.tables import PROJECT_KINDS
from bichiku.model.warning_codes import CODES
from bichiku.policies import POLICIES
from bichiku.policies.policy import values_at
from bichiku.reading.alike import alike_in_document, alike_in_tables
from bichiku.reading.csv_rows import Table
from bichiku.reading.document import Document, KeyPath
from bichiku.reading.uncertainty import range_faults

Tables = Mapping[str, Table[Any]]
Names = Set[str] | None  # None: not known, because a table could not be read

ROUNDING = 1e-9

_EFFECTS = ("events.*.effects.*", "crises.*.effects.*")
_NAMED_IN = {  # kind of name to the key paths outside policies that hold such names
    "country": ("buyer",),
    "country or group": tuple(f"{effects}.countries" for effects in _EFFECTS),
    "material": tuple(f"{effects}.materials" for effects in _EFFECTS),
    "supplier or project": tuple(f"{effects}.suppliers" for effects in _EFFECTS),
    "route": tuple(f"{effects}.routes" for effects in _EFFECTS),
    "warning": ("silence",),
}


@dataclass(frozen=True)
class _Known:
    """What a name may stand for.

    Attributes:
        names: names by their kind.
        countries: those of the model's own suppliers and projects, which a misspelt one is most likely to be.
    """

    names: Mapping[str, Names]
    countries: Set[str]


def check_tables(tables: Tables, log: FaultLog) -> None:
    """References between tables, and sums over their rows."""
    materials = tables["materials"]
    if materials.complete and not materials.lines:
        log.add(Fault(materials.file, None, "", "has no rows", "give at least one material"))
        return
    for name in ("shortage", "demand", "suppliers", "projects", "substitution"):
        log.extend(_unknown(tables[name], "material", "material", _ids(materials)))
    log.extend(_unknown(tables["projects"], "input_material", "material", _ids(materials)))
    sources = _ids(tables["suppliers"], tables["projects"])
    log.extend(_unknown(tables["origins"], "supplier", "supplier or project", sources))
    log.extend(_project_faults(tables))
    log.extend(_supplier_faults(tables["suppliers"]))
    log.extend(_shortage_faults(tables))
    log.extend(_origin_faults(tables["origins"]))
    log.extend(range_faults(tables))
    log.extend(alike_in_tables(tables))


def check_names(document: Document, tables: Tables, log: FaultLog) -> None:
    """References from model.yaml into the tables and to crises, wherever its keys and types allow."""
    crises = document.data.get("crises", {})
    groups = _texts("groups", tables["countries"])
    names: dict[str, Names] = {
        "country": groups,  # to tell where one stands in place of a country
        "country or group": groups,
        "material": _ids(tables["materials"]),
        "supplier or project": _ids(tables["suppliers"], tables["projects"]),
        "project or kind": _with(PROJECT_KINDS, _ids(tables["projects"])),
        "route": _texts("route", tables["suppliers"], tables["projects"]),
        "crisis": {str(name) for name in crises} if isinstance(crises, dict) else None,
        "warning": set(CODES),
    }
    own = _texts("country", tables["suppliers"], tables["projects"]) or set()
    known = _Known(names, {code for code in own if is_country(code)})
    for kind, places in _NAMED_IN.items():
        for place in places:
            for path, value in values_at(document.data, tuple(place.split("."))):
                _check(document, path, kind, [value] if place == "buyer" else value, known, log)
    for key in ("events", "crises"):
        log.extend(alike_in_document(document, key))
    asked = document.data.get("policies")
    asked = asked if isinstance(asked, dict) else {}
    for policy in POLICIES:
        for path, kind, named in policy.named(asked.get(policy.name), tables["materials"].ids):
            _check(document, ("policies", policy.name, *path), kind, named, known, log)


def _check(document: Document, path: KeyPath, kind: str, names: Any, known: _Known, log: FaultLog) -> None:
    for name in names if isinstance(names, list) else []:
        if isinstance(name, str):
            wrong = _wrong(kind, name, known)
            if wrong is not None:
                log.add(document.fault(path, *wrong))


def _wrong(kind: str, name: str, every: _Known) -> tuple[str, str] | None:
    """Message and hint where a name stands for nothing."""
    known, used = every.names[kind], every.countries
    if kind == "country" and known is not None and name in known and not is_country(name):
        return f"{shown(name)} is a group, and only countries can stand here", "name its countries one by one"
    if kind == "country":
        message = f"{shown(name)} is not a country code of ISO 3166-1 alpha-3"
        return None if is_country(name) else (message, country_hint(name, used))
    if known is None or name in known:
        return None
    if kind == "country or group":
        message = f"{shown(name)} is not a country code or group"
        return None if is_country(name) else (message, close_word(name, known) or country_hint(name, used))
    return f"unknown {kind} {shown(name)}", nearest(name, known)


def _ids(*tables: Table[Any]) -> Names:
    return {name for table in tables for name in table.ids} if all(table.complete for table in tables) else None


def _with(more: Set[str], names: Names) -> Names:
    return None if names is None else names | more


def _texts(column: str, *tables: Table[Any]) -> Names:
    """Names in a column that holds none, one or several in each row."""
    if not all(table.complete for table in tables):
        return None
    found: set[str] = set()
    for table in tables:
        for row in table.rows.values():
            value = getattr(row, column)
            found.update(value if isinstance(value, tuple) else [value] if value else [])
        for cells in table.rejected.values():
            found.update(part.strip() for part in cells.get(column, "").split(";"))
    return found - {""}


def _unknown(table: Table[Any], column: str, kind: str, names: Names) -> Iterator[Fault]:
    for key, row in table.rows.items():
        value = getattr(row, column)
        if names is not None and value is not None and value not in names:
            yield table.fault(key, column, f"unknown {kind} {value!r}", nearest(value, names))


def _project_faults(tables: Tables) -> Iterator[Fault]:
    projects = tables["projects"]
    for key, row in projects.rows.items():
        if key in tables["suppliers"].lines:
            yield projects.fault(key, "project", f"{key[0]!r} is the id of a supplier already")
        if (row.input_material is None) != (row.input_per_output is None):
            yield projects.fault(key, "input_per_output", "input_material and input_per_output go together")
        if row.max_build_t > 0 and row.fixed_cost is None:
            message = "is needed where something can be built, as what stands by is not free"
            hint = "give money a year per t/year of capacity; a few per cent of capex is usual"
            yield projects.fault(key, "fixed_cost", message, hint)
        if row.input_material == row.material:
            yield projects.fault(key, "input_material", f"{row.input_material!r} is what the project makes")


def _supplier_faults(suppliers: Table[Any]) -> Iterator[Fault]:
    for key, row in suppliers.rows.items():
        if row.kind == "spot":
            for column in ("minimum_t", "index"):
                if getattr(row, column):
                    yield suppliers.fault(key, column, "goes with the kind contract", "leave the cell empty")
            continue
        if row.ramp_periods:
            message = "contracts deliver through the whole year, so they have no ramp"
            yield suppliers.fault(key, "ramp_periods", message, "leave the cell empty")
        if row.minimum_t > row.capacity_t:
            message = f"{row.minimum_t:,.6g} t a year are committed, and capacity_t is {row.capacity_t:,.6g}"
            yield suppliers.fault(key, "minimum_t", message)


def _shortage_faults(tables: Tables) -> Iterator[Fault]:
    shortage, materials = tables["shortage"], tables["materials"].rows
    of_material: dict[str, list[tuple[Any, Any]]] = {}
    for key, row in shortage.rows.items():
        of_material.setdefault(row.material, []).append((key, row))
        if row.up_to == 0:
            yield shortage.fault(key, "up_to", "a tranche up to a share of zero holds nothing")
    for material, rows in of_material.items():
        rows.sort(key=lambda found: found[1].up_to)
        for (_, before), (key, row) in pairwise(rows):
            if row.cost <= before.cost:
                message = f"{row.cost:,.6g} is not above the {before.cost:,.6g} of the tranche before it"
                yield shortage.fault(key, "cost", message, "the first tonnes short are those that cost least")
        last_key, last = rows[-1]
        if shortage.complete and last.up_to != 1:
            message = f"the last tranche of {material!r} ends at {last.up_to:g}, not at 1"
            yield shortage.fault(last_key, "up_to", message)
        row = materials.get((material,))
        if row is not None and row.shortage_cost is not None:
            message = f"{material!r} has a shortage_cost, and rows in shortage.csv"
            hint = "leave shortage_cost empty, or leave its rows out"
            yield tables["materials"].fault((material,), "shortage_cost", message, hint)


def _origin_faults(origins: Table[Any]) -> Iterator[Fault]:
    sums: dict[str, float] = {}
    for key, row in origins.rows.items():
        total = sums[row.supplier] = sums.get(row.supplier, 0.0) + row.share
        if total > 1 + ROUNDING:
            yield origins.fault(key, "share", f"shares of {row.supplier!r} sum to {total:.6g}, over one")
