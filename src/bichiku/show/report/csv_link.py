"""Data of a figure as a link that the page itself holds."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

import pandas as pd

MOST_BYTES = 700_000
_NOT_IN_NAMES = re.compile(r"[^\w.-]+")
_FORMULA = re.compile(r"\s*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\Z")


@dataclass(frozen=True)
class CsvLink:
    """A link to data.

    Attributes:
        href: the data as an address; empty where there are too many for a page.
        name: file name to save it under.
        size: rows.
    """

    href: str
    name: str
    size: int


def csv_link(frame: pd.DataFrame, name: str) -> CsvLink:
    """The rows of a table as a ``data:`` link to a CSV file; its name loses what does not belong in one."""
    name = _NOT_IN_NAMES.sub("-", name)
    content = spreadsheet_csv(frame).encode("utf-8")
    if len(content) > MOST_BYTES:
        return CsvLink("", name, len(frame))
    return CsvLink(f"data:text/csv;charset=utf-8;base64,{base64.b64encode(content).decode('ascii')}", name, len(frame))


def spreadsheet_csv(frame: pd.DataFrame) -> str:
    """CSV that is safe to open in a spreadsheet: no text in it can be taken for a formula."""
    safe = frame.copy()
    for position, column in enumerate(frame.columns):
        if not pd.api.types.is_numeric_dtype(frame[column]):
            safe.isetitem(position, frame[column].astype(object).map(harmless))
    safe.columns = pd.Index([harmless(column) for column in frame.columns])
    return str(safe.to_csv(index=False, lineterminator="\n"))


def harmless(value: object) -> object:
    """Puts an apostrophe before text that a spreadsheet would run; numbers stay as they are."""
    if isinstance(value, str) and _FORMULA.match(value) and not _NUMBER.match(value):
        return f"'{value}"
    return value
