"""Other ways of stating the same program in Python beside bichiku's, from reading to tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.contenders import CONTENDERS, took
from benchmarks.rows.row import BenchmarkRow

MODELS = Path(__file__).resolve().parents[2] / "models"
AIMS = {"linopy": "> 1", "Pyomo": "≥ 5"}
AGREED = 1e-9  # of the cost
SCALES = {"linopy": (1, 4), "Pyomo": (1, 4)}  # Pyomo's objects of Japan at four times the branches fill 10 GB


def rows(full: bool) -> Iterator[BenchmarkRow]:
    """Measures one contender after another; their optimal costs must be those of bichiku.

    Raises:
        SystemExit: a contender finds another cost.
    """
    model, strategy = (MODELS / "japan", "reserve-60") if full else (MODELS / "tutorial", "today")
    own = {times: took("bichiku", model, strategy, times) for times in (1, 4)}
    for name in CONTENDERS:
        for times in SCALES.get(name, ()):
            found, mine = took(name, model, strategy, times), own[times]
            if abs(found.objective - mine.objective) > AGREED * abs(mine.objective):
                raise SystemExit(f"{name} finds {found.objective}, bichiku {mine.objective}")
            row = f"{name} / bichiku, reading to tables, at {times} times the branches"
            yield BenchmarkRow(row, found.wall / mine.wall, AIMS[name], f"{found} / {mine}")
