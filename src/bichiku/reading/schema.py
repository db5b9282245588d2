"""What model.yaml may hold at each key path, from the declarations of its keys."""

from __future__ import annotations

import types
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from bichiku.model.settings import Settings
from bichiku.model.time_path import TimePath
from bichiku.policies import Policies
from bichiku.policies.no_shortage import NoShortageKeys
from bichiku.policies.reserve_ceiling import CeilingPath
from bichiku.policies.reserve_target import DaysPath

KeyPath = tuple[Any, ...]
BY_MATERIAL = (DaysPath, CeilingPath)  # a path for all alike, or one for each material


class ModelFile(Settings):
    """model.yaml with one strategy merged in."""

    policies: Policies = Policies()


def keys_at(path: KeyPath) -> list[str]:
    """The keys that model.yaml may hold below a key path; empty where names are free."""
    kind = _kind_at(path)
    return list(_fields(kind)) if _is_keyed(kind) else []


def is_text(path: KeyPath) -> bool:
    """Whether a text stands at a key path, whatever it looks like: a name or a title may be all digits."""
    return _kind_at(_in_strategy(path)) is str


def has_whole_keys(path: KeyPath) -> bool:
    """Whether the keys below a key path are whole numbers: years of shares, and lengths of a crisis."""
    kind = _kind_at(_in_strategy(path))
    return kind is TimePath or (get_origin(kind) is dict and _bare(get_args(kind)[0]) is int)


def is_fraction(path: KeyPath) -> bool:
    """Whether a number that need not be whole stands at a key path."""
    return _kind_at(path) is float


def _in_strategy(path: KeyPath) -> KeyPath:
    return path[2:] if path[:1] == ("strategies",) else path


def _kind_at(path: KeyPath) -> Any:
    """The declared type at a key path; None where there is no such key."""
    kind: Any = ModelFile
    for key in path:
        kind = _bare(kind)
        if get_origin(kind) in (dict, list):
            kind = get_args(kind)[-1]
        elif kind in BY_MATERIAL:
            kind = TimePath
        else:
            kind = _fields(kind).get(key) if _is_keyed(kind) else None
    return _bare(kind)


def _is_keyed(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in (*BY_MATERIAL, NoShortageKeys)


def _fields(kind: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field.annotation for name, field in kind.model_fields.items()}


def _bare(kind: Any) -> Any:
    while get_origin(kind) in (Annotated, Union, types.UnionType):
        kind = next(inner for inner in get_args(kind) if inner is not type(None))
    return kind
