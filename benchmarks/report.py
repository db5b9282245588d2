"""The measurements as Markdown: one table of steps, one of ratios, one of growth."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from contenders.race import STEPS

PACKAGES = ("highspy", "pyomo", "linopy", "numpy", "scipy", "pandas")
OURS = "bichiku"


def report(runs: Sequence[Any], strategy: str) -> str:
    """All tables, with what machine and versions they were measured on."""
    done = [run for run in runs if run.result is not None]
    lines = [*_head(done, strategy), "", *_steps(runs), "", *_ratios(done)]
    if len({run.times for run in done}) > 1:
        lines += ["", *_growth(done)]
    return "\n".join(lines)


def _head(done: Sequence[Any], strategy: str) -> list[str]:
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    objectives = [run.result["objective"] for run in done]
    apart = max(objectives) / min(objectives) - 1.0
    worst = max(run.result["violation"] for run in done)
    return [
        f"Strategy `{strategy}`; {os.cpu_count()} cores, Python {platform.python_version()}, {versions}.",
        f"Objective of all {len(done)} runs: {objectives[0]:.6f}, at most {apart:.0e} apart (relative); "
        f"largest violation of a row or bound {worst:.0e}.",
    ]


def _steps(runs: Sequence[Any]) -> list[str]:
    size = ["rows", "columns", "non-zeros"]
    lines = _header(["branches", "contender", *size, *STEPS, "total, s", "CPU, s", "peak, MB", "load"])
    for run in runs:
        if run.result is None:
            filler = [""] * (len(STEPS) + 3)  # to the column of the total
            lines.append(_row([f"{run.times}x", run.contender, *filler, run.reason, "", "", f"{run.load:.1f}"]))
            continue
        seconds = run.result["seconds"]
        sizes = [f"{number:,}" for number in run.result["size"]]
        steps = [f"{seconds[step]:.2f}" for step in STEPS]
        end = [f"{run.result['cpu_seconds']:.2f}", f"{run.result['peak_mb']:,.0f}", f"{run.load:.1f}"]
        lines.append(_row([f"{run.times}x", run.contender, *sizes, *steps, f"**{_total(run):.2f}**", *end]))
    return lines


def _ratios(done: Sequence[Any]) -> list[str]:
    """Every contender over bichiku at the same scale."""
    lines = _header(["branches", "contender", "total / bichiku's", "CPU", "without solving", "solving", "peak memory"])
    for run in done:
        ours = next((other for other in done if other.contender == OURS and other.times == run.times), None)
        if ours is None or run is ours:
            continue
        solve, our_solve = run.result["seconds"]["solve"], ours.result["seconds"]["solve"]
        ratios = [
            _total(run) / _total(ours),
            run.result["cpu_seconds"] / ours.result["cpu_seconds"],
            (_total(run) - solve) / (_total(ours) - our_solve),
            solve / our_solve,
            run.result["peak_mb"] / ours.result["peak_mb"],
        ]
        lines.append(_row([f"{run.times}x", run.contender, *(f"{ratio:.2f}" for ratio in ratios)]))
    return lines


def _growth(done: Sequence[Any]) -> list[str]:
    """How each contender grows from its smallest scale; below the number of branches is as it should be."""
    lines = _header(["contender", "branches", "non-zeros", "total", "CPU", "without solving", "solving", "peak memory"])
    for name in dict.fromkeys(run.contender for run in done):
        mine = sorted((run for run in done if run.contender == name), key=lambda run: run.times)
        small = mine[0]
        for run in mine[1:]:
            solve, solve_before = run.result["seconds"]["solve"], small.result["seconds"]["solve"]
            ratios = [
                run.times / small.times,
                run.result["size"][2] / small.result["size"][2],
                _total(run) / _total(small),
                run.result["cpu_seconds"] / small.result["cpu_seconds"],
                (_total(run) - solve) / (_total(small) - solve_before),
                solve / solve_before,
                run.result["peak_mb"] / small.result["peak_mb"],
            ]
            lines.append(_row([name, *(f"{ratio:.1f}" for ratio in ratios)]))
    return lines


def _total(run: Any) -> float:
    return float(sum(run.result["seconds"].values()))


def _header(names: list[str]) -> list[str]:
    return [_row(names), _row(["---" if i < 2 else "---:" for i in range(len(names))])]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
