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
from bichiku.api.sweep.axes import SweepAxis, grid
from bichiku.api.sweep.points import LEAST_DAYS, METRICS, PointSolver
from bichiku.api.sweep.workers import solved_points
from bichiku.model.numbers import is_number
from bichiku.read.files import json_value
from bichiku.read.model import Model
from bichiku.result.run_folder import input_digests

POINTS = "points.jsonl"
COLUMNS = ("status", "objective", *METRICS, LEAST_DAYS)
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
        ModelFaults: a value of an axis does not fit.
        WorkerLost: a worker process was killed.
    """
    points = grid(axes)
    kept = kept_points(folder / POINTS)
    open_points = [point for point in points if point not in kept]
    progress(len(points) - len(open_points), len(points))
    with (folder / POINTS).open("a", encoding="utf-8") as stream:
        if stream.tell():
            stream.write("\n")  # the line before may have been cut off
        for point, found in solved_points(solver, open_points):
            kept[point] = found
            stream.write(json.dumps({"point": point, "found": found}) + "\n")
            stream.flush()
            progress(len(kept), len(points))
    ordered = sorted(points, key=numeric)
    rows = [{**dict(zip(solver.paths, point, strict=True)), **kept[point]} for point in ordered]
    frontier = pd.DataFrame(rows, columns=[*solver.paths, *COLUMNS])
    for path in solver.paths:
        if all(is_number(text) for text in frontier[path]):
            frontier[path] = frontier[path].astype(float)
    currency = model.worlds[solver.strategy].settings.currency
    units = {column: unit.format(currency=currency) for column, unit in UNITS.items()}
    return Sweep(frontier, units, {point: str(kept[point]["status"]) for point in ordered})


def kept_points(file: Path) -> dict[tuple[str, ...], dict[str, Any]]:
    """Points solved before; a line cut off by an interruption, or damaged since, is left out."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    if file.is_file():
        for line in file.read_bytes().splitlines():
            try:
                record = json_value(line)
                point, metrics = tuple(record["point"]), record["found"]
            except (ValueError, KeyError, TypeError):
                continue
            if all(isinstance(text, str) for text in point) and _is_whole(metrics):
                found[point] = metrics
    return found


def _is_whole(found: Any) -> bool:
    """Whether what was kept of a point says how it ended, with every metric as a number if it has any."""
    if not isinstance(found, dict) or not isinstance(found.get("status"), str):
        return False
    return found["status"] != "optimal" or all(type(found.get(name)) is float for name in COLUMNS[1:])


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
    return tuple((0, float(text), "") if is_number(text) else (1, 0.0, text) for text in point)
