"""A whole sweep, kept point by point so that it goes on after an interruption."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

import bichiku
from bichiku.read.model import Model
from bichiku.run_folder import input_digests
from bichiku.sweep.axes import SweepAxis, grid
from bichiku.sweep.points import LEAST_DAYS, METRICS, PointSolver
from bichiku.sweep.workers import solved_points

POINTS = "points.jsonl"
UNITS = {
    **{metric: "{currency}/year" for metric in METRICS if metric.endswith("_per_year")},
    "objective": "{currency}",
    "cvar_damage": "{currency}",
    "worst_crisis_damage": "{currency}",
    "china_share_exporter": "share of imports",
    "china_share_origin": "share of imports",
    LEAST_DAYS: "days",
}


@dataclass(frozen=True)
class Sweep:
    """A finished sweep.

    Attributes:
        frontier: one row for each point, in grid order: the varied numbers, ``status`` and metrics.
        units: unit of each metric column.
        statuses: status of each point, in grid order.
    """

    frontier: pd.DataFrame
    units: dict[str, str]
    statuses: dict[tuple[str, ...], str]


def run_sweep(
    solver: PointSolver, axes: Sequence[SweepAxis], model: Model, folder: Path, progress: Callable[[int, int], None]
) -> Sweep:
    """Solves every point that is not solved yet.

    Args:
        solver: solves one point.
        axes: what is varied.
        model: the model as read.
        folder: where points are kept as they come in, in points.jsonl; what is there already is taken up.
        progress: called with the number of points that are solved and of all points.

    Raises:
        InputError: a value of an axis does not fit.
        WorkerLost: a worker process was killed.
    """
    points = grid(axes)
    kept, whole = _kept(folder / POINTS)
    open_points = [point for point in points if point not in kept]
    progress(len(points) - len(open_points), len(points))
    with (folder / POINTS).open("a", encoding="utf-8") as stream:
        if not whole:
            stream.write("\n")
        for point, found in solved_points(solver, open_points):
            kept[point] = found
            stream.write(json.dumps({"point": point, "found": found}) + "\n")
            stream.flush()
            progress(len(kept), len(points))
    columns = ["status", "objective", *METRICS, LEAST_DAYS]
    ordered = sorted(points, key=numeric)
    rows = [{**dict(zip(solver.paths, point, strict=True)), **kept[point]} for point in ordered]
    frontier = pd.DataFrame(rows, columns=[*solver.paths, *columns])
    for path in solver.paths:
        if all(_is_number(text) for text in frontier[path]):
            frontier[path] = frontier[path].astype(float)
    currency = model.worlds[solver.strategy].settings.currency
    units = {column: unit.format(currency=currency) for column, unit in UNITS.items()}
    return Sweep(frontier, units, {point: str(kept[point]["status"]) for point in ordered})


def _kept(file: Path) -> tuple[dict[tuple[str, ...], dict[str, Any]], bool]:
    """Points solved before, and whether the last line is whole; lines that cannot be read are solved again."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    content = file.read_bytes() if file.is_file() else b""
    for line in content.splitlines():
        try:
            record = json.loads(line)
            found[tuple(record["point"])] = dict(record["found"])
        except (ValueError, KeyError, TypeError):
            continue
    return found, not content or content.endswith(b"\n")


def sweep_name(solver: PointSolver, axes: Sequence[SweepAxis], model: Model) -> str:
    """The name of a sweep's folder: equal sweeps of equal inputs have equal names."""
    content = {
        "model": model.resolved[solver.strategy],
        "inputs": input_digests(model),
        "changes": solver.changes,
        "axes": [(axis.path, axis.values) for axis in axes],
        "bichiku": bichiku.__version__,
    }
    digest = hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:8]
    return f"{model.name}-{solver.strategy}-sweep-{digest}"


def numeric(point: tuple[str, ...]) -> tuple[Any, ...]:
    """A point as it is ordered: numbers by size, before texts."""
    return tuple((0, float(text), "") if _is_number(text) else (1, 0.0, text) for text in point)


def _is_number(text: Any) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
