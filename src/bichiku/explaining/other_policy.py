"""A strategy of which one policy asks for something else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bichiku.model.chains import Chain
from bichiku.model.world import World
from bichiku.result.outcome import Outcome


def under_other_policy(outcome: Outcome, name: str, asked: Any) -> tuple[World, tuple[Chain, ...]]:
    """The world and its chains where a policy asks for something else; no policy moves a tree or a state."""
    chains = tuple(replace(chain, world=_with_policy(chain.world, name, asked)) for chain in outcome.chains)
    return _with_policy(outcome.world, name, asked), chains


def _with_policy(world: World, name: str, asked: Any) -> World:
    policies = world.policies.model_copy(update={name: asked})
    return replace(world, settings=world.settings.model_copy(update={"policies": policies}))
