"""model.yaml checked: names, types and limits of its keys."""

from __future__ import annotations

from collections.abc import Set
from typing import Any, TypeVar

from pydantic import ValidationError

from bichiku.model.faults import FaultLog, close_word, nearest, shown
from bichiku.model.settings import Settings
from bichiku.model.values import Strict
from bichiku.policies.days import MATERIALS
from bichiku.reading.document import Document, KeyPath, dotted, without_nulls
from bichiku.reading.schema import ModelFile, keys_at
from bichiku.reading.strategies import TYPED
from bichiku.reading.wording import in_words

NOT_YET = {
    "carbon_price": "a price on carbon is not supported yet: no citable emission factors by supplier",
}


def parse_settings(document: Document, materials: Set[str], log: FaultLog) -> Settings | None:
    """Checks one strategy's document; None and entries in the log where it does not hold.

    Args:
        document: the document.
        materials: names of the materials, by which a name that looks like a month is told from one.
        log: for what is wrong.
    """
    data = without_nulls(document.data)
    try:
        return ModelFile.model_validate(data, context={MATERIALS: materials})
    except ValidationError as error:
        for item in error.errors():
            path = _key_path(item, data)
            if item["type"] in ("extra_forbidden", "invalid_key"):
                log.add(document.fault(path, *_unknown_key(path)))
            else:
                misspelt = _misspelt_name(path, document) if item["type"] == "missing" else None
                log.add(document.fault(path, *(misspelt or in_words(item))))
        return None


def _misspelt_name(path: KeyPath, document: Document) -> tuple[str, str] | None:
    """Message and hint where what is missing is missing because a change on the command line misspelt a name."""
    if len(path) < 3 or document.places.get(path[:-1]) != TYPED:
        return None
    others: Any = document.data
    for key in path[:-2]:
        others = others[key]
    if not isinstance(others, dict) or keys_at(path[:-2]):
        return None
    hint = close_word(path[-2], others.keys() - {path[-2]})
    return (f"is missing, as {dotted(path[:-1])} is new", hint) if hint else None


M = TypeVar("M", bound=Strict)


def part(kind: type[M], data: Any) -> M | None:
    """A part of a document by itself; None where it does not hold."""
    try:
        return kind.model_validate(without_nulls(data))
    except ValidationError:
        return None


def _key_path(item: Any, data: Any) -> KeyPath:
    """Where an error lies in the data: pydantic puts names of validators and union members into locations."""
    path: list[Any] = []
    for step in item["loc"]:
        if (isinstance(data, dict) and step in data) or (isinstance(data, list) and isinstance(step, int)):
            path.append(step)
            data = data[step]
    if item["type"] == "missing":
        path.append(item["loc"][-1])
    return tuple(path)


def _unknown_key(path: KeyPath) -> tuple[str, str]:
    key = path[-1]
    return (NOT_YET[key], "") if key in NOT_YET else (f"unknown key {shown(key)}", nearest(key, keys_at(path[:-1])))
