"""Projects: which of them may be built."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from pydantic import model_validator

from bichiku.model.values import Strict
from bichiku.model.world import World
from bichiku.policies.policy import Family, Inputs, Limit, Policy
from bichiku.policies.views import Bounds, Built, PhraseWords, RowWriter, RuleWords
from bichiku.program import Move


class ProjectsKeys(Strict):
    """Kinds or names of projects of which alone (or not) more may be built."""

    allow: list[str] | None = None
    forbid: list[str] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> ProjectsKeys:
        if (self.allow is None) == (self.forbid is None):
            raise ValueError("takes either allow or forbid, with kinds or names of projects")
        return self


def forbidden_projects(asked: ProjectsKeys, world: World) -> list[str]:
    """Projects of which more could be built and may not."""

    def is_named(name: str, among: list[str]) -> bool:
        return name in among or world.projects[name].kind in among

    buildable = [name for name, row in world.projects.items() if row.max_build_t > 0]
    if asked.allow is not None:
        return [name for name in buildable if not is_named(name, asked.allow)]
    return [name for name in buildable if is_named(name, asked.forbid or [])]


class Projects(Policy[ProjectsKeys]):
    """``build ≤ 0`` for each project that may not be built."""

    name = "projects"
    keys = ProjectsKeys | None
    families = (
        Family(
            "projects",
            "Allowing one tonne a year to be built at {limit}",
            "what may be built at {limit}",
            "allow to be built",
        ),
    )
    inputs = {"projects": Inputs("policies.projects")}
    refers = {"project or kind": ("allow", "forbid")}
    text = "which projects may be built, by kind or name: those that it allows, or all but those that it forbids"

    def add_rows(self, rows: RowWriter, world: World) -> None:
        asked = self.asked(world)
        if asked is None:
            return
        start = np.array([0])

        def rule(m: Any, project: str, _: str) -> Any:
            return m.build[project] <= 0

        rows.add_rows(
            "projects",
            [(name, world.projects[name].material) for name in forbidden_projects(asked, world)],
            rule,
            nodes=start,
            key=np.zeros(rows.tree.size, dtype=int),
            place="once",
            unit="t/year",
            policy=True,
        )

    def limits(self, built: Built) -> Iterator[Limit]:
        for block in built.program.blocks("projects"):
            move = Move(rows=block.numbers, row_moves=np.ones(1))
            yield Limit("projects", block.limit, block.material, None, 0.0, "t/year", move, block.numbers)

    def describe(self, rule: Limit, world: World, words: RuleWords) -> str:
        return f"nothing may be built at {rule.name}"

    def phrases(self, asked: ProjectsKeys, words: PhraseWords) -> Iterator[str]:
        if asked.forbid is not None:
            yield f"nothing is built of {words.names(asked.forbid)}" if asked.forbid else "everything may be built"
        elif asked.allow:
            yield f"nothing is built but {words.names(asked.allow)}"
        else:
            yield "nothing is built"

    def never_binds(self, bounds: Bounds) -> Mapping[str, str]:
        asked = self.asked(bounds.world)
        if asked is None or forbidden_projects(asked, bounds.world):
            return {}
        return {"projects": "it forbids none of the projects that could be built"}


PROJECTS = Projects()
