"""Breaks plans of which it is known what comes out: published cases, and drawn models in drawn futures.

    python -m trials.stress --count 60 --write

Of the published cases, the time to survive and the loss of HEC Montréal and the value of perfect information of the gas
company must come out. In drawn models nobody who does not know what comes may pay less than who knows it, demand and
prices included; what happens as the model reckons must cost on average what was solved for; and two cores must find
what one finds.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
import yaml

import bichiku
from bichiku.api.stress.draws import stress_draws
from bichiku.api.stress.plans import operators_of
from bichiku.executing import Executor, executor
from bichiku.executing.processes import ThisProcess
from bichiku.stressing.strikes import Strike
from oracles.by_hand import read
from oracles.world_strategies import Description, small_models
from trials.drawing import draw_with_bar
from trials.results import SeedOption, WriteOption, finish

ROOT = Path(__file__).parents[1]
CASES = ROOT / "tests"
AGREE = 1e-6  # of a published number, or of the cost of a plan
DRAWS, NOISE = 10, 0.2  # of each drawn model

# tests/cases/hec/README.md: years of 365 days that three suppliers' loss is survived for, and what it costs
HEC = {"out-s1": (np.nan, 0.0), "out-s2": (45 / 35, 125_000.0), "out-s3": (45 / 50, 275_000.0)}
GAS = {"perfect foresight": 3980 / 3, "the model's": 1400.0}  # tests/reference/gas-purchase/README.md


@dataclass
class Tally:
    """What came of plans that were broken."""

    two: Executor
    published: int = 0
    published_apart: float = 0.0
    models: int = 0
    draws: int = 0
    episodes: int = 0
    cheaper: int = 0
    own_futures: int = 0
    own_apart: float = 0.0
    cores_differ: int = 0
    wrong: list[str] = field(default_factory=list)

    def publish(self) -> None:
        """The published cases."""
        for what, found, known in [*_hec(), *_gas()]:
            self.published += 1
            apart = 0.0 if np.isnan(found) and np.isnan(known) else abs(found - known) / max(abs(known), 1.0)
            self.published_apart = max(self.published_apart, apart)
            if not apart <= AGREE:
                self.wrong.append(f"{what}: {found}, published {known}")

    def enter(self, description: Description) -> None:
        """Breaks the plan of a drawn model."""
        world = read(description)
        try:
            run = bichiku.solve(world, prices=False)
        except bichiku.NoSolution:
            return
        if not world.settings.crises:
            return
        self.models += 1
        self._own_futures(run, description)
        found = stress_draws([run], ThisProcess(), DRAWS, 1, demand_noise=NOISE, price_noise=NOISE)
        draws = found.tables["draws"]
        self.draws += len(draws)
        self.episodes += found.episodes
        less = draws["cost_foreseen"] - draws["cost"]
        size = draws["cost"].abs().clip(lower=1.0)
        self.cheaper += int((less > AGREE * size).sum())
        if (less > AGREE * size).any():
            self.wrong.append(f"{less.max()} cheaper without foresight: {description}")
        again = stress_draws([run], self.two, DRAWS, 1, demand_noise=NOISE, price_noise=NOISE).tables["draws"]
        if not again.equals(draws):
            self.cores_differ += 1
            self.wrong.append(f"two cores find other draws: {description}")

    def _own_futures(self, run: bichiku.Run, description: Description) -> None:
        """Crises that happen as the run reckons cost what the run reckons.

        The damage of each future by itself need not be: plans of one cost may share it out otherwise.
        """
        operator = operators_of([run])[run.strategy]
        expected = 0.0
        for chain in run.outcome.chains:
            materials = tuple(chain.world.materials)
            money, once = operator.calm(materials)
            expected += float(chain.tree.weight[chain.tree.plan] @ money) + once
            for future in chain.tree.futures:
                crisis = run.world.settings.crises[future.crisis]
                strike = Strike(future.crisis, crisis, future.onset, future.length)
                expected += future.probability * operator.operate(materials, [strike]).cost
                self.own_futures += 1
        known = run.outcome.solution.objective
        apart = abs(expected - known) / max(abs(known), 1.0)
        self.own_apart = max(self.own_apart, apart)
        if apart > AGREE:
            self.wrong.append(f"expected cost {expected}, solved {known}: {description}")


def _hec() -> Iterator[tuple[str, float, float]]:
    """The loss of each supplier of HEC Montréal, with two years more to see what comes after."""
    world = bichiku.read(CASES / "cases" / "hec" / "year").base.changed({"periods": 4})
    run = bichiku.solve(world, prices=False)
    for crisis, (years, loss) in HEC.items():
        harm = bichiku.stress(run, crisis, "2026-01")["harm"].set_index("material")
        yield f"{crisis} survived", float(harm.loc["p1", "time_to_survive_days"]), 365 * years
        yield f"{crisis} loss", float(harm["damage"].sum()), loss
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "longer.yaml"
        content = {"duration": 3, "recovery": "to-end", "effects": [{"suppliers": ["s1"], "loss": 1}]}
        file.write_text(yaml.safe_dump(content), encoding="utf-8")
        harm = bichiku.stress(run, file, "2026-01")["harm"].set_index("material")
        yield "out-s1 for three years", float(harm.loc["p1", "time_to_survive_days"]), 365 * 2.25


def _gas() -> Iterator[tuple[str, float, float]]:
    """Perfect foresight and the plan of the gas company."""
    run = bichiku.solve(bichiku.read(CASES / "reference" / "gas-purchase")["hedge"], prices=False)
    value = bichiku.stress(run, value=True, workers="1")["value"].set_index("plan")
    for plan, cost in GAS.items():
        yield f"gas company, {plan}", float(value.loc[plan, "expected_cost"]), cost


def main(
    count: Annotated[int, typer.Option(help="Number of drawn models.")] = 60,
    seed: SeedOption = 1,
    write: WriteOption = False,
) -> None:
    """Breaks plans."""
    with executor("2") as two:
        tally = Tally(two)
        tally.publish()
        draw_with_bar(small_models(crises=True), count, seed, tally.enter, "breaking")
    figures = {
        "published numbers": tally.published,
        "published, most apart": tally.published_apart,
        "models": tally.models,
        "draws": tally.draws,
        "episodes": tally.episodes,
        "cheaper than with foresight": tally.cheaper,
        "own futures": tally.own_futures,
        "own futures, most apart": tally.own_apart,
        "models that two cores find otherwise": tally.cores_differ,
        "complaints": len(tally.wrong),
    }
    summary = ", ".join(f"{label} {value:.3g}" for label, value in figures.items())
    finish("stress", f"python -m trials.stress --count {count}", figures, tally.wrong, summary, write)


if __name__ == "__main__":
    typer.run(main)
