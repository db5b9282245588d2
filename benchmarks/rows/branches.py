"""Many more branches: how solving and memory grow with them, and what a policy that couples all chains adds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.at_scale import COUPLED, measured
from benchmarks.rows.row import BenchmarkRow

MODELS = Path(__file__).resolve().parents[2] / "models"


def rows(full: bool) -> Iterator[BenchmarkRow]:
    """Measures one scale after another; ratios are of processor time of solving alone."""
    model, strategy = (MODELS / "japan", "reserve-60") if full else (MODELS / "tutorial", "today")
    scales = (4, 16)
    coupled_scales = (4,) if full else scales  # what ties all chains of Japan together takes hours at 16 times
    once = measured(model, strategy, 1)
    yield BenchmarkRow("reading to certificate at once, peak GB", once.peak_mb / 1e3, "", f"{once.columns:,} columns")
    uncoupled = {}
    for equal in (True, False):
        for times in scales:
            found = measured(model, strategy, times, equal)
            copies = "equal" if equal else "varied"
            name = f"solving at {times} times the branches, {copies} copies / at once"
            yield BenchmarkRow(name, found.solving / once.solving, str(times), f"{found} / {once}")
            if not equal:
                uncoupled[times] = found
                name = f"reading to certificate at {times} times, peak GB"
                yield BenchmarkRow(name, found.peak_mb / 1e3, "", f"{found.columns:,} columns")
    for policy in COUPLED:
        for times in coupled_scales:
            found = measured(model, strategy, times, coupled=policy)
            name = f"solving with {policy} at {times} times / without"
            yield BenchmarkRow(name, found.solving / uncoupled[times].solving, "1.6", f"{found} / {uncoupled[times]}")
