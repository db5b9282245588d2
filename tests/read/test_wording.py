"""Whatever stands under whatever key: a fault in plain words, or a sound model; never the words of the program."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bichiku.reading.document import parse_document
from bichiku.reading.yaml12 import CoreDumper
from oracles.models import TABLES, faults_of, write_model
from tests.read.test_settings import COUNTRIES, EVERY_KEY, SUPPLIERS

JUNK = [5, -1, 1.5, True, "x", "", [], {}, [3], [None], {"x": 3}, {5: 3}, {"2026-01": -1}, 10**400, float("nan")]
PROGRAM_WORDS = ("Input", "should", "valid", "instance", "pydantic", "validat", "does not belong here")


def _paths(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(found for key, value in inside for found in _paths(value, (*path, key)))][0 if path else 1 :]


def _everything() -> dict[str, Any]:
    return parse_document(EVERY_KEY, "model.yaml").data


@pytest.mark.parametrize("path", _paths(_everything()), ids=lambda path: ".".join(map(str, path)))
def test_a_wrong_value_under_any_key_is_told_in_plain_words(tmp_path: Path, path: tuple[Any, ...]) -> None:
    write_model(tmp_path, countries=COUNTRIES, suppliers=SUPPLIERS, demand=TABLES["demand"])
    for junk in JUNK:
        data = _everything()
        holder = data
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] = junk
        (tmp_path / "model.yaml").write_text(yaml.dump(data, Dumper=CoreDumper), encoding="utf-8")
        for fault in faults_of(tmp_path):
            assert not any(word in fault for word in PROGRAM_WORDS), fault
            assert len(fault) < 300
