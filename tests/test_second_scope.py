"""The second builder states everything that a model can hold, and refuses what it does not state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from inspect import isclass
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from bichiku.model import settings, tables
from bichiku.model.settings import Crisis, Effect
from bichiku.model.world import World
from bichiku.policies import POLICIES, Policies
from bichiku.policies.policy import Policy
from bichiku.policies.share_limits import ShareCap
from oracles.by_hand import description, halt, read
from oracles.second_builder import second_program
from oracles.second_policies import KEYS as POLICY_KEYS
from oracles.second_scope import COLUMNS, COLUMNS_WITHOUT_BEARING, KEYS, KEYS_WITHOUT_BEARING, NotStated


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_every_key_of_a_policy_is_stated(policy: Policy[Any]) -> None:
    assert POLICY_KEYS[policy.name] == set(keys_of(policy.keys).model_fields)


def keys_of(annotation: Any) -> type[BaseModel]:
    """The class of a policy's keys, inside the type of its value."""
    parts = [annotation, *get_args(annotation)]
    parts += [inner for part in parts[1:] for inner in get_args(part)]
    return next(kind for kind in parts if isclass(kind) and issubclass(kind, BaseModel))


@pytest.mark.parametrize("name", KEYS)
def test_every_key_of_the_settings_is_stated_or_has_no_bearing(name: str) -> None:
    assert KEYS[name] | KEYS_WITHOUT_BEARING.get(name, set()) == set(getattr(settings, name).model_fields)


@pytest.mark.parametrize("name", COLUMNS)
def test_every_column_is_stated_or_has_no_bearing(name: str) -> None:
    assert COLUMNS[name] | COLUMNS_WITHOUT_BEARING[name] == set(getattr(tables, name).model_fields)


# What nobody has stated yet. Each is refused only where it is given.


class MaterialRow(tables.MaterialRow):
    carbon: float = 0.0


class NewPolicies(Policies):
    carbon: int | None = None


class NewCap(ShareCap):
    first_year: int | None = None


class NewEffect(Effect):
    lead_periods: int = 0


class NewCrisis(Crisis):
    warning_periods: int = 0


CAPPED = {"policies": {"share_caps": [{"group": ["CHN"], "max": 0.5}]}}


def _with(given: BaseModel, kind: type[BaseModel], **more: Any) -> Any:
    """The same values in a class that knows more of them."""
    return kind.model_construct(**{name: getattr(given, name) for name in type(given).model_fields}, **more)


def _material(world: World, **more: Any) -> World:
    return replace(world, materials={"m": _with(world.materials["m"], MaterialRow, **more)})


def _settings(world: World, **changed: Any) -> World:
    return replace(world, settings=world.settings.model_copy(update=changed))


def _policy(world: World, **more: Any) -> World:
    return _settings(world, policies=_with(world.policies, NewPolicies, **more))


def _cap(world: World, **more: Any) -> World:
    (cap,) = world.policies.share_caps
    return _settings(world, policies=world.policies.model_copy(update={"share_caps": [_with(cap, NewCap, **more)]}))


def _effect(world: World, **more: Any) -> World:
    crisis = world.settings.crises["halt"]
    effects = [_with(effect, NewEffect, **more) for effect in crisis.effects]
    return _settings(world, crises={"halt": crisis.model_copy(update={"effects": effects})})


def _crisis(world: World, **more: Any) -> World:
    return _settings(world, crises={"halt": _with(world.settings.crises["halt"], NewCrisis, **more)})


@pytest.mark.parametrize(
    ("change", "key", "value"),
    [
        (_material, "carbon", 2.0),
        (_policy, "carbon", 2),
        (_cap, "first_year", 2027),
        (_effect, "lead_periods", 1),
        (_crisis, "warning_periods", 1),
    ],
)
def test_what_is_not_stated_is_refused(change: Callable[..., World], key: str, value: float) -> None:
    world = read(description(crises=halt(2, 0.1), **CAPPED))
    second_program(change(world))
    with pytest.raises(NotStated, match=key):
        second_program(change(world, **{key: value}))
