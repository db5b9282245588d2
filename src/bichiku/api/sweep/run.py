"""A whole sweep, kept point by point so that it goes on after an interruption."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from bichiku.api.sweep.axes import SweepAxis, grid
from bichiku.api.sweep.points import COST, SWEPT, UNCERTIFIED, PointSolver
from bichiku.executing import Executor, TaskFailed, executor
from bichiku.model.numbers import is_number
from bichiku.model.world import World
from bichiku.reading.files import json_value
from bichiku.reading.model import model_of
from bichiku.result.manifest import MANIFEST, input_digests
from bichiku.result.staging import settle, staged
from bichiku.solving import Status
from bichiku.version import __version__

POINTS = "points.jsonl"
FRONTIER = "frontier.csv"
COLUMNS = ("status", *SWEPT)
ENDS = {UNCERTIFIED, *(status.value for status in Status)} - {Status.TIME_LIMIT.value}  # one late is tried again


@dataclass(frozen=True, repr=False)
class Sweep:
    """A finished sweep.

    Attributes:
        world: the world that was varied.
        axes: what was varied.
        frontier: one row for each point, in grid order: the varied numbers, ``status`` and metrics.
        units: unit of each metric column.
        statuses: status of each point, in grid order.
    """

    world: World
    axes: tuple[SweepAxis, ...]
    frontier: pd.DataFrame
    units: dict[str, str]
    statuses: dict[tuple[str, ...], str]

    def __repr__(self) -> str:
        paths = " and ".join(axis.path for axis in self.axes)
        return f"<Sweep of {self.world.strategy!r} over {paths}: {len(self.statuses)} points>"

    def _repr_html_(self) -> str:
        return str(self.frontier.to_html(index=False, border=0, float_format="{:,.4g}".format))

    def write(self, output: str | Path = "runs") -> Path:
        """Writes frontier.csv, its pictures and a manifest, and returns their folder.

        Raises:
            CannotWrite: the folder cannot be written; nothing is left behind.
        """
        # the drawing library takes half a second to load
        from bichiku.api.sweep.pictures import pictures
        from bichiku.show.path_words import path_words

        model = model_of(self.world)
        content = {
            "bichiku": __version__,
            "model": model.name,
            "strategy": self.world.strategy,
            "axes": [{"path": axis.path, "values": axis.values} for axis in self.axes],
            "inputs_sha256": input_digests(model),
        }
        output = Path(output)
        with staged(output) as folder:
            self.long_table().to_csv(folder / FRONTIER, index=False, lineterminator="\n")
            words = {axis.path: path_words(axis.path, model.resolved[self.world.strategy]) for axis in self.axes}
            for key, picture in pictures(self.frontier, self.units, words):
                (folder / f"{key}.svg").write_text(picture + "\n", encoding="utf-8")
            text = json.dumps(content, indent=2, ensure_ascii=False)
            (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
            return settle(folder, output, sweep_name(self.world, self.axes))

    def long_table(self) -> pd.DataFrame:
        """One row for each point and metric; points without a solution have one row with their status."""
        paths = [axis.path for axis in self.axes]
        solved = self.frontier[self.frontier["status"] == "optimal"]
        rows = solved.melt(id_vars=[*paths, "status"], value_vars=list(self.units), var_name="metric")
        failed = self.frontier.loc[self.frontier["status"] != "optimal", [*paths, "status"]]
        together = pd.concat([rows.assign(unit=rows["metric"].map(self.units)), failed], ignore_index=True)
        return together.sort_values([*paths, "metric"], kind="stable", ignore_index=True)


def run_sweep(
    world: World,
    axes: Sequence[SweepAxis],
    folder: Path | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
    place: Executor | None = None,
) -> Sweep:
    """Solves every point that is not solved yet.

    Args:
        world: the world that is varied.
        axes: what is varied.
        folder: where points are kept as they come in, in points.jsonl; what is there already of the same world and
            paths is taken up.
        progress: called with the number of points that are solved and of all points.
        place: where points are solved; None is what `bichiku.executing.executor` gives.

    Raises:
        ModelFaults: a value of an axis does not fit.
        WorkersLost: there are no workers any more.
    """
    solver = PointSolver(world, tuple(axis.path for axis in axes))
    points = grid(axes)
    of = _digest(_content(world, solver.paths)) if folder else ""
    kept = kept_points(folder / POINTS, of) if folder else {}
    open_points = [point for point in points if point not in kept]
    progress(len(points) - len(open_points), len(points))
    with (folder / POINTS).open("a", encoding="utf-8") if folder else nullcontext() as stream:
        if stream is not None and stream.tell():
            stream.write("\n")  # the line before may have been cut off
        with nullcontext(place) if place else executor() as workers:
            for number, found in workers.each(solver.solve, open_points, neighbours=True):
                point = open_points[number]
                if isinstance(found, TaskFailed):
                    kept[point] = {"status": found.why}  # the next call may have more memory, so it tries again
                else:
                    kept[point] = found
                    if stream is not None:
                        stream.write(json.dumps({"of": of, "point": point, "found": found}) + "\n")
                        stream.flush()
                progress(len(kept), len(points))
    ordered = sorted(points, key=numeric)
    rows = [{**dict(zip(solver.paths, point, strict=True)), **kept[point]} for point in ordered]
    frontier = pd.DataFrame(rows, columns=[*solver.paths, *COLUMNS])
    for path in solver.paths:
        if all(is_number(text) for text in frontier[path]):
            frontier[path] = frontier[path].astype(float)
    units = {column: metric.unit_in(world.settings.currency) for column, metric in SWEPT.items()}
    return Sweep(world, tuple(axes), frontier, units, {point: str(kept[point]["status"]) for point in ordered})


def check_points(
    world: World, axes: Sequence[SweepAxis], progress: Callable[[int, int], None] = lambda done, total: None
) -> None:
    """Checks the world of every point, which takes little time where solving takes hours.

    Raises:
        ModelFaults: the values of a point do not fit, by themselves or together; each fault names the point.
    """
    solver = PointSolver(world, tuple(axis.path for axis in axes))
    points = grid(axes)
    for number, point in enumerate(points, start=1):
        solver.check(point)
        progress(number, len(points))


def kept_points(file: Path, of: str) -> dict[tuple[str, ...], dict[str, Any]]:
    """Points solved before of one world and its paths; a line cut off by an interruption, or damaged, is left out."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    if file.is_file():
        for line in file.read_bytes().splitlines():
            try:
                record = json_value(line)
                point, metrics, is_mine = tuple(record["point"]), record["found"], record["of"] == of
            except (ValueError, KeyError, TypeError):
                continue
            if is_mine and all(isinstance(text, str) for text in point) and _is_whole(metrics):
                found[point] = metrics
    return found


def _is_whole(found: Any) -> bool:
    """Whether what was kept of a point says how it ended, with every metric as a number if it has any."""
    if not isinstance(found, dict) or found.get("status") not in ENDS:
        return False
    if found["status"] != Status.OPTIMAL.value:
        return True
    numbers = [found.get(name) for name in SWEPT]
    return all(type(number) is float and not math.isinf(number) for number in numbers) and math.isfinite(found[COST])


def sweep_name(world: World, axes: Sequence[SweepAxis]) -> str:
    """The name of a sweep's folder: equal sweeps of equal inputs have equal names."""
    content = _content(world, [(axis.path, axis.values) for axis in axes])
    return f"{model_of(world).name}-{world.strategy}-sweep-{_digest(content)[:8]}"


def _content(world: World, axes: Sequence[object]) -> dict[str, object]:
    """What the answers of a sweep hang on."""
    model = model_of(world)
    return {
        "model": model.resolved[world.strategy],
        "inputs": input_digests(model),
        "changes": model.source.assignments,
        "axes": axes,
        "bichiku": __version__,
    }


def _digest(content: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def numeric(point: tuple[str, ...]) -> tuple[Any, ...]:
    """A point as it is ordered: numbers by size, before texts."""
    return tuple((0, float(text), "") if is_number(text) else (1, 0.0, text) for text in point)
