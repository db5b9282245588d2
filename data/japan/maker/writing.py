"""Writes tables: fixed column order, fixed row order, short numbers."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

Record = dict[str, Any]


def short(value: Any, digits: int = 6) -> str:
    """A number with at most six significant digits and no exponent; None is empty."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, int) or value == 0:
        return str(int(value))
    text = format(Decimal(f"{value:.{digits}g}"), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def to_csv(columns: list[str], records: list[Record]) -> str:
    """The table as text. A record with a column that is not in the list is a mistake."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for record in records:
        extra = set(record) - set(columns)
        if extra:
            raise ValueError(f"unknown columns {sorted(extra)}")
        writer.writerow([short(record.get(column)) for column in columns])
    return out.getvalue()
