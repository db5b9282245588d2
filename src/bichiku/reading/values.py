"""Python values and data frames as the texts that a model is read from, so that both pass the same checks."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import yaml

from bichiku.model.faults import COMMAND_LINE, Fault, FaultLog, shown
from bichiku.model.tables import TABLES
from bichiku.reading.yaml12 import CoreDumper

if TYPE_CHECKING:
    import pandas as pd

MODEL_TEXT = "model.yaml"  # what faults call settings that come from no file


def assignments_of(changes: Mapping[str, object]) -> list[str]:
    """Changes by path as texts ``PATH=VALUE``, as they are typed after `--set`.

    Raises:
        ModelFaults: a value is of a type that a model cannot hold.
    """
    log = FaultLog()
    tables = {kind.table for kind in TABLES}
    texts = []
    for path, value in changes.items():
        if path.partition("[")[0] in tables:
            texts.append(f"{path}={_typed_cell(value)}")
            continue
        try:
            texts.append(f"{path}={yaml_text(value)}")
        except yaml.YAMLError:
            log.add(Fault(COMMAND_LINE, None, path, f"{shown(value)} is of a type that a model cannot hold"))
    log.raise_if_any()
    return texts


def _typed_cell(value: object) -> str:
    """A value as `--set` takes it for a cell: None clears it, and not-a-number is a mistake, not a way to say None."""
    value = _plain(value)
    return "nan" if isinstance(value, float) and value != value else cell_text(value) or ("" if value == "" else "null")


def document_text(settings: Mapping[str, object], log: FaultLog) -> str:
    """The keys of model.yaml as its text; a value of a type that it cannot hold goes to the log and is left out."""
    held = {}
    for key, value in settings.items():
        try:
            yaml_text(value)
        except yaml.YAMLError:
            log.add(Fault(MODEL_TEXT, None, str(key), f"{shown(value)} is of a type that a model cannot hold"))
            continue
        held[_plain(key)] = _plain(value)
    return yaml.dump(held, Dumper=CoreDumper, sort_keys=False, allow_unicode=True, width=100)


def yaml_text(value: object) -> str:
    """A value on one line of YAML.

    Raises:
        yaml.YAMLError: it is of a type that YAML's core schema does not know.
    """
    text = yaml.dump(_plain(value), Dumper=CoreDumper, default_flow_style=True, allow_unicode=True, width=math.inf)
    return text.removesuffix("...\n").strip()


def table_text(frame: pd.DataFrame) -> bytes:
    """A data frame as the text of a table: row i of the frame, counted from 0, stands on line i + 2."""
    rows = [[cell_text(value) for value in row] for row in frame.itertuples(index=False, name=None)]
    text = io.StringIO()
    # a line that begins with # without quotes is a comment
    like_a_comment = any(row and row[0].startswith("#") for row in rows)
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL if like_a_comment else csv.QUOTE_MINIMAL)
    writer.writerow([str(column) for column in frame.columns])
    writer.writerows(rows)
    return text.getvalue().encode()


def cell_text(value: object) -> str:
    """A value as a cell holds it: empty for None and not-a-number, whole numbers without a point."""
    value = _plain(value)
    # pandas has more than one word for nothing, and one of them does not say whether it is itself
    if value is None or str(value) in ("<NA>", "NaT") or value != value:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _plain(value: Any) -> Any:
    """Mappings, lists and scalars of Python alone, each object once so that YAML needs no aliases."""
    if isinstance(value, Mapping):
        return {_plain(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if type(value).__module__ == "numpy" and getattr(value, "ndim", None) == 0:
        return value.item()
    return value
