"""Doubts a choice small enough for paper with other numbers each time: to hold 20 t against a halt, or nothing.

    python -m trials.doubt --count 60 --write

Two years; in the second everything halts with probability p. A tonne stored costs 5 a year on the mean of opening and
closing stock, and is worth its price of 10 at the horizon. With S lost for each tonne short, ``hold`` costs
``150 - p (20 S - 150)`` more than ``none`` (tests/doubt/cases.py has the sum in full), so that the order turns at
``p = 150 / (20 S - 150)``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

import numpy as np
import pandas as pd
import typer
from rich.progress import track

import bichiku
from bichiku.reading.model import Model
from oracles.by_hand import ALL_HALT, description
from trials.results import SeedOption, WriteOption, finish

PROBABILITY = "crises.halt.onsets[0].probability"
AGREE = 1e-9


@dataclass
class Tally:
    """What came of the choices."""

    choices: int = 0
    worlds: int = 0
    turns: int = 0
    apart: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def enter(self, p: float, low: float, high: float, s: float) -> None:
        """Doubts one choice."""
        found = bichiku.doubt(_model(p, low, high, s), workers="1")
        self.choices += 1
        costs = found["worlds"].pivot_table(index="world", columns="strategy", values="cost")
        for world, at in (("base", p), (f"low {PROBABILITY}", low), (f"high {PROBABILITY}", high)):
            self.worlds += 1
            difference = float(costs.loc[world, "hold"] - costs.loc[world, "none"])
            self._hold(f"p {at:g}, S {s:g}: difference", difference, 150 - at * (20 * s - 150), 1000.0)
        turn = 150 / (20 * s - 150)
        values = found["switching"]["value"].to_list()
        inside = [end for end in (low, high) if min(p, end) < turn < max(p, end)]
        if len(values) != len(inside):
            self.wrong.append(f"p {low:g} to {high:g}, S {s:g}: {len(values)} turns in place of {len(inside)}")
        for value in values:
            self.turns += 1
            self._hold(f"p {low:g} to {high:g}, S {s:g}: turn", value, turn, turn)

    def _hold(self, what: str, found: float, known: float, size: float) -> None:
        apart = abs(found - known) / size
        self.apart = max(self.apart, apart)
        if not apart <= AGREE:
            self.wrong.append(f"{what}: {found}, on paper {known}")


def _model(p: float, low: float, high: float, s: float) -> Model:
    onsets = [{"period": 2, "probability": p}]
    crises = {"halt": {"onsets": onsets, "duration": 1, "recovery": "to-end", "effects": [ALL_HALT]}}
    none = {"policies": {"reserve_ceiling": 0}}
    hold = {"policies": {"reserve_days": 73, "reserve_ceiling": "target"}}
    material = {"haircut": 0, "storage_cost_rate": 0.5, "shortage_cost": s}
    given = description(2, material=material, crises=crises, strategies={"none": none, "hold": hold})
    tables = {**given["tables"], "uncertainty": [{"path": PROBABILITY, "low": low, "high": high}]}
    frames = {name: pd.DataFrame(rows, dtype=object) for name, rows in tables.items() if rows}
    return Model.from_tables(given["model"], frames)


def main(
    count: Annotated[int, typer.Option(help="Number of choices.")] = 60,
    seed: SeedOption = 1,
    write: WriteOption = False,
) -> None:
    """Doubts drawn choices."""
    tally, generator = Tally(), np.random.default_rng(seed)
    for _ in track(range(count), "doubting"):
        low, p, high = sorted(round(float(value), 4) for value in generator.uniform(0.001, 0.3, 3))
        tally.enter(p, low, high, round(float(generator.uniform(30, 200)), 1))
    figures = {
        "choices": tally.choices,
        "worlds": tally.worlds,
        "turns": tally.turns,
        "most apart": tally.apart,
        "complaints": len(tally.wrong),
    }
    summary = f"{tally.choices} choices in {tally.worlds} worlds, {tally.turns} turns, at most {tally.apart:.1e} apart"
    finish("doubt", f"python -m trials.doubt --count {count}", figures, tally.wrong, summary, write)


if __name__ == "__main__":
    typer.run(main)
