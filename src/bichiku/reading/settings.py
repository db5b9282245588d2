"""model.yaml checked: names, types and limits of its keys."""

from __future__ import annotations

import types
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from bichiku.model.faults import FaultLog, close_word, nearest, shown
from bichiku.model.settings import Settings
from bichiku.model.values import Strict
from bichiku.policies import Policies
from bichiku.reading.document import Document, KeyPath, dotted
from bichiku.reading.strategies import COMMAND_LINE
from bichiku.reading.wording import in_words

NOT_YET = {
    "carbon_price": "a price on carbon is not supported yet: no citable emission factors by supplier",
}


class ModelFile(Settings):
    """model.yaml with one strategy merged in."""

    policies: Policies = Policies()


def parse_settings(document: Document, log: FaultLog) -> Settings | None:
    """Checks one strategy's document; None and entries in the log where it does not hold."""
    data = _without_nulls(document.data)
    try:
        return ModelFile.model_validate(data)
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
    if len(path) < 3 or document.places.get(path[:-1]) != COMMAND_LINE:
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
        return kind.model_validate(_without_nulls(data))
    except ValidationError:
        return None


def keys_at(path: KeyPath) -> list[str]:
    """The keys that model.yaml may hold below a key path; empty where names are free."""
    kind: Any = ModelFile
    for key in path:
        kind = _bare(kind)
        if get_origin(kind) in (dict, list):
            kind = get_args(kind)[-1]
        elif isinstance(kind, type) and issubclass(kind, BaseModel):
            fields = {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
            kind = fields.get(key)
        else:
            return []
    kind = _bare(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [field.alias or name for name, field in kind.model_fields.items()]
    return []


def _bare(kind: Any) -> Any:
    while get_origin(kind) in (Annotated, Union, types.UnionType):
        kind = next(inner for inner in get_args(kind) if inner is not type(None))
    return kind


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


def _without_nulls(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _without_nulls(value) for key, value in data.items() if value is not None}
    if isinstance(data, list):
        return [_without_nulls(value) for value in data]
    return data
