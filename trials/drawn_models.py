"""Draws small models with crises and policies, and solves each in two ways that share no code.

    python -m trials.drawn_models --count 1000 --write

bichiku and the second builder must agree on the cost, or on there being no plan. How often each feature of a model was
drawn is counted, as agreement says nothing of what is never drawn.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Annotated

import typer

from bichiku.result.pipeline import NoSolution
from oracles.agreement import AGREE, apart, second
from oracles.by_hand import read
from oracles.drawn import optimum
from oracles.drawn_features import FEATURES, POLICY_FEATURES, features
from oracles.policy_strategies import models_with_policies
from oracles.world_strategies import Description
from trials.drawing import draw_with_bar
from trials.results import SeedOption, WriteOption, finish

LEAST = 0.05  # share of the models in which each feature is to be drawn


@dataclass
class Tally:
    """What came of the models drawn."""

    models: int = 0
    without_a_plan: int = 0
    apart: float = 0.0
    drawn: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def enter(self, description: Description) -> None:
        """Solves a model in both ways."""
        self.models += 1
        self.drawn.update(features(description))
        world = read(description)
        try:
            found = optimum(world)
        except NoSolution as failure:
            self.wrong.append(f"{failure}: {description}")
            return
        self.without_a_plan += found is None
        mine = None if found is None else found.solution.objective
        difference = apart(mine, world)
        if difference > AGREE:
            self.wrong.append(f"{mine} and {second(world)}: {description}")
        else:
            self.apart = max(self.apart, difference)

    def rare(self) -> list[str]:
        """Features that were drawn too seldom, with how often."""
        names = (*FEATURES, *POLICY_FEATURES)
        return [
            f"{name} was drawn {self.drawn[name]} times" for name in names if self.drawn[name] < LEAST * self.models
        ]


def main(
    count: Annotated[int, typer.Option(help="Number of models.")] = 1000,
    seed: SeedOption = 1,
    write: WriteOption = False,
) -> None:
    """Solves drawn models twice."""
    tally = Tally()
    draw_with_bar(models_with_policies(), count, seed, tally.enter, "solving")
    for name in (*FEATURES, *POLICY_FEATURES):
        typer.echo(f"{tally.drawn[name]:6d}  {name}")
    complaints = [*tally.wrong, *tally.rare()]
    figures = {
        "models": tally.models,
        "without a plan": tally.without_a_plan,
        "most apart": tally.apart,
        "least times that a feature was drawn": min(tally.drawn[name] for name in (*FEATURES, *POLICY_FEATURES)),
        "complaints": len(complaints),
    }
    summary = f"{tally.models} models, {tally.without_a_plan} without a plan, at most {tally.apart:.1e} apart"
    finish("drawn_models", f"python -m trials.drawn_models --count {count}", figures, complaints, summary, write)


if __name__ == "__main__":
    typer.run(main)
