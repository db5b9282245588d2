"""What a call has completed so far, told when it is interrupted or fails half-way."""

from __future__ import annotations

from pathlib import Path

_folders: list[Path] = []
_points: list[str] = []


def forget_all() -> None:
    """A new call; nothing is complete."""
    _folders.clear()
    _points.clear()


def add_folder(folder: Path) -> None:
    """A folder has got its name and stays whatever comes next; points that it was made from are gone."""
    _points.clear()
    _folders.append(folder)


def set_points(done: int, total: int, folder: Path) -> None:
    """So many points of a sweep are in its folder."""
    _points[:] = [f"{done} of {total} points in {folder}; the same call goes on from there"] if done else []


def results_so_far(otherwise: str = "nothing was complete, so nothing is kept") -> str:
    """What is complete, in words; where nothing is, the words given."""
    complete = [*map(str, _folders), *_points]
    return f"kept: {', '.join(complete)}" if complete else otherwise
