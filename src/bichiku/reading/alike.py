"""Names that differ only in what an eye passes over: case, width, kind of dash, white space."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bichiku.model.faults import Fault
from bichiku.reading.csv_rows import Table
from bichiku.reading.document import Document

_DASHES = re.compile("[\u2010-\u2015\u2212\u30fc\uff70]")
_SPACES = re.compile(r"\s+")
_ROW_NAMES = {"materials": "material", "suppliers": "supplier", "projects": "project", "substitution": "tranche"}


def likeness(name: str) -> str:
    """What names that look the same have in common."""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return _SPACES.sub(" ", _DASHES.sub("-", text))


def alike(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Names that look like an earlier one and are another, each with that one."""
    first: dict[str, str] = {}
    for name in dict.fromkeys(names):
        before = first.setdefault(likeness(name), name)
        if before != name:
            yield name, before


def told(name: str, other: str) -> tuple[str, str]:
    """Message and hint for two names that look the same."""
    return f"{name!r} and {other!r} differ only in case, width, dashes or spaces", "write both alike, or rename one"


def alike_in_tables(tables: Mapping[str, Table[Any]]) -> Iterator[Fault]:
    """Rows, routes and groups whose names look like another's."""
    for name, column in _ROW_NAMES.items():
        table = tables[name]
        written = {"/".join(key): key for key in sorted(table.lines, key=lambda key: table.lines[key])}
        for one, other in alike(written):
            yield table.fault(written[one], column, *told(one, other))
    suppliers, projects = tables["suppliers"], tables["projects"]
    for one, other in alike([*suppliers.ids, *projects.ids]):
        if (one,) in projects.lines and (other,) not in projects.lines:
            yield projects.fault((one,), "project", *told(one, other))
    for column, among in (("route", (suppliers, projects)), ("groups", (tables["countries"],))):
        places: dict[str, tuple[Table[Any], tuple[str, ...]]] = {}
        for table in among:
            for key in sorted(table.rows, key=lambda key: table.lines[key]):
                for name in _names(getattr(table.rows[key], column)):
                    places.setdefault(name, (table, key))
        for one, other in alike(places):
            where, key = places[one]
            yield where.fault(key, column, *told(one, other))


def alike_in_document(document: Document, key: str) -> Iterator[Fault]:
    """Names of events, crises or strategies that look like another's."""
    names = document.data.get(key)
    if isinstance(names, dict):
        for one, other in alike(name for name in names if isinstance(name, str)):
            yield document.fault((key, one), *told(one, other))


def _names(value: Any) -> Iterable[str]:
    return value if isinstance(value, tuple) else [value] if value else []
