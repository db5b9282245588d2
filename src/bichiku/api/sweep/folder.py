"""A sweep on disk: frontier.csv, its pictures and what it was made from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

import bichiku
from bichiku.api.sweep.axes import SweepAxis
from bichiku.api.sweep.run import Sweep
from bichiku.read.model import Model
from bichiku.result.run_folder import input_digests
from bichiku.result.saved_run import MANIFEST
from bichiku.result.staging import settle, staged
from bichiku.show.report.data import Axis, Frontier
from bichiku.show.report.elements import Picture
from bichiku.show.report.figures.frontier import frontier_picture
from bichiku.show.report.figures.frontier_map import map_picture

SOURCE = "frontier.csv"


def write_frontier(
    sweep: Sweep, axes: Sequence[SweepAxis], model: Model, strategy: str, output: Path, name: str
) -> Path:
    """Writes a sweep's folder and returns it.

    Raises:
        CannotWrite: the folder cannot be written; nothing is left behind.
    """
    content = {
        "bichiku": bichiku.__version__,
        "model": model.name,
        "strategy": strategy,
        "axes": [{"path": axis.path, "values": axis.values} for axis in axes],
        "inputs_sha256": input_digests(model),
    }
    with staged(output) as folder:
        long_table(sweep, axes).to_csv(folder / SOURCE, index=False, lineterminator="\n")
        for picture in pictures(sweep, axes):
            (folder / f"{picture.key}.svg").write_text(str(picture.svg) + "\n", encoding="utf-8")
        text = json.dumps(content, indent=2, ensure_ascii=False)
        (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
        return settle(folder, output, name)


def long_table(sweep: Sweep, axes: Sequence[SweepAxis]) -> pd.DataFrame:
    """One row for each point and metric; points without a solution have one row with their status."""
    paths = [axis.path for axis in axes]
    solved = sweep.frontier[sweep.frontier["status"] == "optimal"]
    rows = solved.melt(id_vars=[*paths, "status"], value_vars=list(sweep.units), var_name="metric")
    failed = sweep.frontier.loc[sweep.frontier["status"] != "optimal", [*paths, "status"]]
    together = pd.concat([rows.assign(unit=rows["metric"].map(sweep.units)), failed], ignore_index=True)
    return together.sort_values([*paths, "metric"], kind="stable", ignore_index=True)


def pictures(sweep: Sweep, axes: Sequence[SweepAxis]) -> Iterator[Picture]:
    """Cost against what was varied, against the Chinese share and against CVaR; a map for two axes."""
    if not (sweep.frontier["status"] == "optimal").any():
        return
    paths = [axis.path for axis in axes]
    units = sweep.units
    cost = Axis("cost_per_year", "Cost a year", units["cost_per_year"])
    damage = Axis("cvar_damage", "CVaR of damage", units["cvar_damage"])
    varied = Axis(paths[0], paths[0], "")
    solved = sweep.frontier[sweep.frontier["status"] == "optimal"]
    lines = paths[1] if len(paths) > 1 else None
    yield _named(
        "cost-and-damage",
        Frontier(f"Cost and damage over {paths[0]}", varied, cost, sweep.frontier, damage, lines, SOURCE),
    )
    share = Axis("china_share_exporter", "Chinese share of imports by value", "share")
    for key, title, across in [
        ("cost-against-china-share", "Cost against the Chinese share of imports", share),
        ("cost-against-cvar", "Cost against CVaR of damage", damage),
    ]:
        if solved[across.column].max() > solved[across.column].min():
            ordered = solved.sort_values(across.column, kind="stable")
            yield _named(key, Frontier(title, across, cost, ordered, None, lines, SOURCE))
    if lines:
        for value in (cost, damage):
            key = f"map-{value.column.replace('_', '-')}"
            title = f"{value.label} over {paths[0]} and {lines}"
            yield map_picture(key, title, varied, Axis(lines, lines, ""), value, sweep.frontier, SOURCE)


def _named(key: str, frontier: Frontier) -> Picture:
    picture = frontier_picture(frontier, 1)
    return Picture(key, picture.title, picture.units, picture.source, picture.alt, picture.svg, picture.link)
