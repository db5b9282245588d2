"""Draws small models with crises and policies, and solves each in two ways that share no code.

    python -m trials.drawn_models --count 1000 --write

bichiku and the second builder must agree on the cost, or on there being no plan; and the run that bichiku writes must
verify.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from bichiku.model.world import World
from bichiku.reading.model import read_model
from bichiku.result.pipeline import NoSolution, run_strategy
from bichiku.solving import Status
from bichiku.verification import verify_run
from oracles.agreement import AGREE, apart, second
from oracles.policy_strategies import models_with_policies
from oracles.world_strategies import Description, write_model
from trials.drawing import draw_with_bar
from trials.results import SeedOption, WriteOption, finish


@dataclass
class Tally:
    """What came of the models drawn."""

    models: int = 0
    without_a_plan: int = 0
    apart: float = 0.0
    checks: int = 0
    residual: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def enter(self, description: Description) -> None:
        """Solves a model in both ways."""
        self.models += 1
        with tempfile.TemporaryDirectory(prefix="bichiku-trial-") as place:
            model = read_model(write_model(description, Path(place) / "model"))
            world = model.worlds["base"]
            try:
                solved = run_strategy(world)
            except NoSolution as failure:
                if failure.status is not Status.INFEASIBLE:
                    self.wrong.append(f"{failure}: {description}")
                else:
                    self._compare(None, world, description)
                self.without_a_plan += 1
                return
            self._compare(solved.outcome.solution.objective, world, description)
            verdict = verify_run(solved.write(Path(place) / "runs", verify=False))
        self.checks += verdict.checks
        self.residual = max(self.residual, verdict.largest[1].relative if verdict.largest else 0.0)
        self.wrong += [f"{finding}: {description}" for finding in verdict.findings]

    def _compare(self, mine: float | None, world: World, description: Description) -> None:
        found = apart(mine, world)
        if found > AGREE:
            self.wrong.append(f"{mine} and {second(world)}: {description}")
        else:
            self.apart = max(self.apart, found)


def main(
    count: Annotated[int, typer.Option(help="Number of models.")] = 1000,
    seed: SeedOption = 1,
    write: WriteOption = False,
) -> None:
    """Solves drawn models twice."""
    tally = Tally()
    draw_with_bar(models_with_policies(), count, seed, tally.enter, "solving")
    figures = {
        "models": tally.models,
        "without a plan": tally.without_a_plan,
        "most apart": tally.apart,
        "checks": tally.checks,
        "largest residual": tally.residual,
        "complaints": len(tally.wrong),
    }
    summary = f"{tally.models} models, {tally.without_a_plan} without a plan, at most {tally.apart:.1e} apart"
    finish("drawn_models", f"python -m trials.drawn_models --count {count}", figures, tally.wrong, summary, write)


if __name__ == "__main__":
    typer.run(main)
