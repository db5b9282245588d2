"""A whole sweep on all cores, kept point by point so that it goes on after an interruption."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

import bichiku
from bichiku.read.model import Model
from bichiku.run_folder import CannotWrite, free_name, input_digests
from bichiku.sweep.axes import SweepAxis, grid
from bichiku.sweep.points import LEAST_DAYS, METRICS, PointSolver

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

_solver: PointSolver  # of this worker process


@dataclass(frozen=True)
class Sweep:
    """A finished sweep.

    Attributes:
        frontier: one row for each point, in grid order: the varied numbers, ``status`` and metrics.
        units: unit of each metric column.
        folder: where its points are kept until `finish`.
        name: name its folder will get.
    """

    frontier: pd.DataFrame
    units: dict[str, str]
    folder: Path
    name: str


def run_sweep(
    solver: PointSolver,
    axes: Sequence[SweepAxis],
    model: Model,
    output: Path,
    progress: Callable[[int, int], None],
) -> Sweep:
    """Solves every point that is not solved yet.

    Points go to ``<name>-partial/points.jsonl`` as they come in; the same call takes up what is there.

    Raises:
        CannotWrite: the output folder cannot be written to.
        InputError: a value of an axis does not fit.
    """
    points = grid(axes)
    name = f"{model.name}-{solver.strategy}-sweep-{_hash(solver, axes, model)}"
    folder = output / f"{name}-partial"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        kept = _kept(folder / POINTS)
        open_points = [point for point in points if point not in kept]
        progress(len(points) - len(open_points), len(points))
        with (folder / POINTS).open("a", encoding="utf-8") as stream:
            for point, found in _solve(solver, open_points):
                kept[point] = found
                stream.write(json.dumps({"point": point, "found": found}) + "\n")
                stream.flush()
                progress(len(kept), len(points))
    except OSError as error:
        raise CannotWrite(f"{output}: {error.strerror or error}") from error
    columns = ["status", "objective", *METRICS, LEAST_DAYS]
    rows = [{**dict(zip(solver.paths, point, strict=True)), **kept[point]} for point in sorted(points, key=_numeric)]
    frontier = pd.DataFrame(rows, columns=[*solver.paths, *columns])
    for path in solver.paths:
        if all(_is_number(text) for text in frontier[path]):
            frontier[path] = frontier[path].astype(float)
    currency = model.worlds[solver.strategy].settings.currency
    units = {column: unit.format(currency=currency) for column, unit in UNITS.items()}
    return Sweep(frontier, units, folder, name)


def finish(sweep: Sweep, output: Path) -> Path:
    """Gives a sweep's folder its final name; never one that is taken."""
    (sweep.folder / POINTS).unlink()
    return free_name(sweep.folder, output, sweep.name)


def discard(sweep: Sweep) -> None:
    """Removes what a sweep left behind."""
    shutil.rmtree(sweep.folder, ignore_errors=True)


def _solve(solver: PointSolver, points: Sequence[tuple[str, ...]]) -> Any:
    workers = min(os.cpu_count() or 1, len(points))
    if workers <= 1:
        yield from ((point, solver.solve(point)) for point in points)
        return
    # a fresh interpreter each: forking would copy the threads of the solver half-way
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_take, initargs=(solver,)) as pool:
        futures = {pool.submit(_solve_point, point): point for point in points}
        try:
            for done in as_completed(futures):
                yield futures[done], done.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _take(solver: PointSolver) -> None:
    global _solver
    _solver = solver


def _solve_point(point: tuple[str, ...]) -> dict[str, Any]:
    return _solver.solve(point)


def _kept(file: Path) -> dict[tuple[str, ...], dict[str, Any]]:
    """Points solved before; a last line cut off by an interruption is left out."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    if file.is_file():
        for line in file.read_text(encoding="utf-8").splitlines():
            try:
                record = json.loads(line)
            except ValueError:
                continue
            found[tuple(record["point"])] = record["found"]
    return found


def _hash(solver: PointSolver, axes: Sequence[SweepAxis], model: Model) -> str:
    content = {
        "model": model.resolved[solver.strategy],
        "inputs": input_digests(model),
        "changes": solver.changes,
        "axes": [(axis.path, axis.values) for axis in axes],
        "bichiku": bichiku.__version__,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:8]


def _numeric(point: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple((0, float(text), "") if _is_number(text) else (1, 0.0, text) for text in point)


def _is_number(text: Any) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
