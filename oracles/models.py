"""A minimal sound model on disk, for tests that change one thing about it.

One material, cobalt; two years from 2026; 100 t used a year; one supplier in the Congo with 1000 t a year
at 10 a tonne; a tonne short costs 100.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bichiku.model.faults import ModelFaults
from bichiku.model.state import State
from bichiku.model.tree import Tree, grow_tree
from bichiku.model.world import World
from bichiku.reading.model import read_model

MODEL = """\
model: Minimal
buyer: JPN
start: 2026-01
periods: 2
resolution: year
"""
NEXT_LINE = 6  # where the text given as `extra` begins

TABLES = {
    "materials": "material,reference_price,shortage_cost\ncobalt,10,100\n",
    "demand": "material,year,tonnes\ncobalt,2026,100\ncobalt,2027,100\n",
    "suppliers": "supplier,material,country,capacity_t,price\ncobalt-cod,cobalt,COD,1000,10\n",
}


def write_model(folder: Path, extra: str = "", whole: str | None = None, **tables: str | bytes | None) -> Path:
    """Writes the model and returns its folder.

    Args:
        folder: made if need be.
        extra: text added to the end of model.yaml, from line `NEXT_LINE` on.
        whole: replaces model.yaml.
        tables: content of tables by name; None leaves a table out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.yaml").write_text(MODEL + extra if whole is None else whole, encoding="utf-8")
    for name, content in {**TABLES, **tables}.items():
        if content is not None:
            raw = content.encode() if isinstance(content, str) else content
            (folder / f"{name}.csv").write_bytes(raw)
    return folder


def with_line(text: str, *changes: tuple[str, str]) -> str:
    """A text with some of its lines, told by how they begin, replaced by others."""
    lines = text.splitlines(keepends=True)
    for begins, line in changes:
        assert sum(old.startswith(begins) for old in lines) == 1, begins
        lines = [f"{line}\n" if old.startswith(begins) else old for old in lines]
    return "".join(lines)


def world_of(folder: Path, strategy: str = "base", sets: Sequence[str] = ()) -> World:
    """The world of one strategy of a model that must be sound."""
    return read_model(folder, (), sets).worlds[strategy]


def tree_of(folder: Path) -> Tree:
    """The tree of a model with one strategy."""
    world = world_of(folder)
    return grow_tree(world.settings.crises, world.calendar)


def state_of(folder: Path) -> tuple[Tree, State]:
    """Tree and state of a model with one strategy."""
    from bichiku.result.pipeline import grow

    return grow(world_of(folder))


def faults_of(folder: Path, strategies: Sequence[str] = (), sets: Sequence[str] = ()) -> list[str]:
    """Every fault of a model as it is printed, without the folder; empty when it is sound."""
    try:
        read_model(folder, strategies, sets)
    except ModelFaults as error:
        return [str(fault).replace(f"{folder}/", "") for fault in error.faults]
    return []


def the_fault(folder: Path, strategies: Sequence[str] = (), sets: Sequence[str] = ()) -> str:
    """The fault of a model that has exactly one."""
    found = faults_of(folder, strategies, sets)
    assert len(found) == 1, found
    return found[0]
