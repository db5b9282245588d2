"""Release: the part of the reserve that is released by order is not used in the first periods of an emergency."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from bichiku.model.tree import Tree
from bichiku.model.values import Positive, Share, Strict
from bichiku.model.world import World
from bichiku.policies.days import is_used
from bichiku.policies.policy import Family, Inputs, Limit, Policy
from bichiku.policies.reserve_target import days_before_onset, target_days
from bichiku.policies.views import Bounds, Built, PhraseWords, RowWriter, RuleWords


class ReleaseKeys(Strict):
    """The share of the reserve that may not be used in the first `after` periods of an emergency."""

    share: Share
    after: Positive


def waiting(tree: Tree, emergency: np.ndarray, after: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes in the first periods of an emergency, and the period before it began.

    Args:
        tree: the tree.
        emergency: whether the material is in an emergency at each node; shape (nodes,).
        after: number of the first periods.

    Returns:
        Numbers of the nodes, and the period before each one's emergency; without those of onsets in period 1.
    """
    began = np.where(emergency, tree.period, 0)
    for node in np.flatnonzero(emergency):  # parents come before their children
        parent = tree.parent[node]
        if parent >= tree.periods and emergency[parent]:
            began[node] = began[parent]
    nodes = np.flatnonzero(emergency & (tree.onset > 1) & (tree.period - began < after))
    return nodes, began[nodes] - 1


def days_held_back(
    asked: ReleaseKeys, kept: float, target: np.ndarray, tree: Tree, nodes: np.ndarray, before: np.ndarray
) -> np.ndarray:
    """Days of the reserve that may not be used at some nodes; shape of `nodes`.

    Args:
        asked: the policy.
        kept: what storage leaves of a tonne after a period.
        target: the reserve's days at the end of each period.
        tree, nodes, before: see `waiting`.
    """
    days = np.minimum(target[before - 1], days_before_onset(target, tree, nodes))
    found: np.ndarray = asked.share * kept ** (tree.period[nodes] - before) * days
    return found


def period_before(tree: Tree, nodes: np.ndarray) -> np.ndarray:
    """The period before the emergency of each of the nodes that wait in it, where all of these are given."""
    began = dict(zip(nodes.tolist(), tree.period[nodes].tolist(), strict=True))
    for node in nodes.tolist():  # parents come before their children
        began[node] = began.get(int(tree.parent[node]), began[node])
    return np.array([began[node] for node in nodes.tolist()], dtype=int) - 1


class Release(Policy[ReleaseKeys]):
    """``stock ≥ share · the target before the emergency · keep^(periods since)`` in its first periods."""

    name = "release"
    keys = ReleaseKeys | None
    families = (
        Family(
            "release",
            "",
            "what of the reserve of {material} waits for its release",
            "released by order",
        ),
    )
    binds_in_operation = True
    inputs = {"release": Inputs("policies.release.share, policies.reserve_days of {material}")}
    text = "the share of the reserve that is released by order: it may not be used in the first periods of an emergency"

    def add_rows(self, rows: RowWriter, world: World) -> None:
        asked = self.asked(world)
        if asked is None or not asked.share:
            return
        tree, d = rows.tree, world.calendar.days
        found = {
            name: waiting(tree, rows.number("emergency", name) > 0.0, asked.after)
            for name in world.materials
            if target_days(world, name) is not None
        }
        found = {name: (nodes, before) for name, (nodes, before) in found.items() if len(nodes)}
        if not found:
            return
        held: dict[str, np.ndarray] = {}
        demand: dict[str, np.ndarray] = {}
        at: dict[tuple[str, str], np.ndarray] = {}
        for name, (nodes, before) in found.items():
            target = target_days(world, name)
            assert target is not None
            held[name] = _on(nodes, days_held_back(asked, world.kept(name), target, tree, nodes, before) / d, tree)
            planned = rows.number("demand", name)[before - 1] if name in world.demand else np.zeros(len(nodes))
            demand[name] = _on(nodes, planned, tree)
            for project in world.consumers(name):
                at[name, project] = np.full(tree.size, -1)
                at[name, project][nodes] = before - 1
        rows.parameters("held_back", held)
        rows.parameters("demand_before_emergency", demand)
        run = {key: key[1] for key in at}
        rows.elsewhere("run_before_emergency", rows.model.run, at, dict.fromkeys(at, 0.0), run)

        def rule(m: Any, material: str) -> Any:
            feed = sum(
                world.projects[name].input_per_output * m.run_before_emergency[material, name]
                for name in world.consumers(material)
            )
            floor = m.held_back[material] * m.demand_before_emergency[material]
            return m.stock[material] - m.held_back[material] * feed >= floor

        rows.add_rows("release", found, rule, nodes=lambda name: found[name][0], unit="t", policy=True)

    def limits(self, built: Built) -> Iterator[Limit]:
        """None is priced: its number is a share of a target that is a price of its own."""
        yield from ()

    def rules(self, built: Built) -> Iterator[Limit]:
        """One rule for each material."""
        asked = self.asked(built.world)
        for block in built.program.blocks("release"):
            assert asked is not None
            yield Limit("release", "", block.material, None, 100 * asked.share, "points", rows=block.numbers)

    def describe(self, rule: Limit, world: World, words: RuleWords) -> str:
        asked = self.asked(world)
        assert asked is not None
        periods = f"the first {asked.after} periods" if asked.after > 1 else "the first period"
        return f"{words.number(rule.value)} % of the reserve of {rule.material} not used in {periods} of an emergency"

    def phrases(self, asked: ReleaseKeys, words: PhraseWords) -> Iterator[str]:
        periods = f"the first {asked.after} periods" if asked.after > 1 else "the first period"
        yield f"{words.percent(asked.share)} of the reserve released by order, not in {periods} of an emergency"

    def never_binds(self, bounds: Bounds) -> Mapping[str, str]:
        asked, world = self.asked(bounds.world), bounds.world
        if asked is None:
            return {}
        if not asked.share:
            return {"release": "it holds back a share of zero"}
        if world.policies.reserve_days is None or not any(is_used(world, name) for name in world.materials):
            return {"release": "there is no reserve (see reserve_days)"}
        return {}


def _on(nodes: np.ndarray, values: np.ndarray, tree: Tree) -> np.ndarray:
    """Numbers of some nodes as an array over all of them."""
    found = np.zeros(tree.size)
    found[nodes] = values
    return found


RELEASE = Release()
