"""Draws small models with policies and solves each twice: as a whole, and from a basis found branch by branch.

    python -m trials.branches --count 300 --write

Both must say the same of a program and agree in its cost, and the answer of the second must hold its certificate.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

import typer

from bichiku.build import build
from bichiku.program import LinearProgram
from bichiku.result.pipeline import grow
from bichiku.solving import HotProgram, SolverOptions, Status
from bichiku.solving.certificate import certify
from oracles.by_hand import read
from oracles.policy_strategies import models_with_policies
from oracles.world_strategies import Description
from trials.drawing import draw_with_bar
from trials.results import SeedOption, WriteOption, finish

AGREE = 1e-9


@dataclass
class Tally:
    """What came of the models drawn."""

    models: int = 0
    parts: int = 0
    fell_back: int = 0
    without_a_plan: int = 0
    apart: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def enter(self, description: Description) -> None:
        """Solves a model in both ways."""
        world = read(description)
        program = build(world, grow(world))
        whole, _ = HotProgram(program, SolverOptions(), lambda *_: False).solve()
        found, report = HotProgram(program, SolverOptions(), _has_branches).solve()
        self.models += 1
        self.parts += len(report.apart)
        self.without_a_plan += found.status is Status.INFEASIBLE
        if found.status is not whole.status:
            self.wrong.append(f"{found.status.value}, not {whole.status.value}: {description}")
        if found.status is not Status.OPTIMAL or whole.status is not Status.OPTIMAL:
            return
        self.fell_back += sum("as a whole" in note for note in report.apart.values())
        difference = abs(found.objective - whole.objective) / max(1.0, abs(whole.objective))
        self.apart = max(self.apart, difference)
        if difference > AGREE or not certify(program, found).holds:
            self.wrong.append(f"{found.objective} and {whole.objective}: {description}")


def _has_branches(program: LinearProgram, options: SolverOptions) -> bool:
    return program.structure is not None and bool((program.structure.branch >= 0).any())


def main(
    count: Annotated[int, typer.Option(help="Number of models.")] = 300,
    seed: SeedOption = 1,
    write: WriteOption = False,
) -> None:
    """Solves drawn models twice."""
    tally = Tally()
    draw_with_bar(models_with_policies(), count, seed, tally.enter, "solving")
    figures = {
        "models": tally.models,
        "parts": tally.parts,
        "parts with a plan that fell back to the whole": tally.fell_back,
        "without a plan": tally.without_a_plan,
        "most apart": tally.apart,
        "complaints": len(tally.wrong),
    }
    summary = f"{tally.models} models in {tally.parts} parts, {tally.fell_back} with a plan fell back,"
    summary += f" {tally.without_a_plan} models without a plan, at most {tally.apart:.1e} apart"
    finish("branches", f"python -m trials.branches --count {count}", figures, tally.wrong, summary, write)


if __name__ == "__main__":
    typer.run(main)
