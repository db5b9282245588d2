"""Draws models without a plan, and types each way out into the model again.

    python -m trials.explanations --count 300 --write

Every such model must be explained; every way out that is called checked must give a plan when its number is typed into
the model, and must not with a little less of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

import typer

from bichiku.explaining import Diagnosis, explain
from bichiku.show.explanation import change_words
from oracles.by_hand import read
from oracles.ways_out import LESS, demanding, feasible, typed
from oracles.world_strategies import Description
from trials.drawing import draw_with_bar
from trials.results import SeedOption, WriteOption, finish

SECONDS = 60.0  # for each explanation


@dataclass
class Tally:
    """What came of the models drawn."""

    models: int = 0
    without_a_plan: int = 0
    conflicts: int = 0
    irreducible: int = 0
    typed: int = 0
    wrong: list[str] = field(default_factory=list)

    def enter(self, description: Description) -> None:
        """Explains a model that has no plan."""
        self.models += 1
        if feasible(description):
            return
        self.without_a_plan += 1
        found = explain(read(description), seconds=SECONDS)
        if found.diagnosis is not Diagnosis.INFEASIBLE or not found.conflicts:
            self.wrong.append(f"not explained: {description}")
        self.conflicts += len(found.conflicts)
        self.irreducible += sum(conflict.irreducible for conflict in found.conflicts)
        for conflict in found.conflicts:
            for change in conflict.changes:
                sign = 1 if change.after > change.before else -1
                enough = typed(description, change, change.after) if change.verified and change.alone else None
                if enough is None:
                    continue
                self.typed += 1
                too_little = typed(description, change, change.before + sign * LESS * change.least)
                if not feasible(enough) or too_little is None or feasible(too_little):
                    self.wrong.append(f"{change_words(change)}: {description}")


def main(
    count: Annotated[int, typer.Option(help="Number of models drawn; most of them have no plan.")] = 300,
    seed: SeedOption = 1,
    write: WriteOption = False,
) -> None:
    """Explains drawn models and tries the ways out."""
    tally = Tally()
    draw_with_bar(demanding(), count, seed, tally.enter, "explaining")
    figures = {
        "models without a plan": tally.without_a_plan,
        "conflicts": tally.conflicts,
        "proven irreducible": tally.irreducible,
        "ways out typed in": tally.typed,
        "complaints": len(tally.wrong),
    }
    summary = (
        f"{tally.without_a_plan} models without a plan, {tally.conflicts} conflicts, {tally.irreducible} of them "
        f"proven irreducible, {tally.typed} ways out typed in, {len(tally.wrong)} complaints"
    )
    finish("explanations", f"python -m trials.explanations --count {count}", figures, tally.wrong, summary, write)


if __name__ == "__main__":
    typer.run(main)
