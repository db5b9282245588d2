"""Counts the slips of the pen that nobody is told of.

    python -m trials.slips --count 20000 --write

Each slip of `trials.slip_grammar` must be refused, be warned of or change the model that is solved; one that leaves no
number where one was must not be taken. What changes nothing by a rule of the pages is counted apart, and must change
nothing.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Annotated

import typer
from rich.progress import track

from bichiku.model.faults import ModelFaults
from bichiku.model.world import World
from bichiku.reading.model import Model, read_model
from bichiku.show.warnings import shown_warnings
from trials.results import SeedOption, WriteOption, finish
from trials.slip_grammar import draw
from trials.slip_models import RULES, Slip, excuse, sound_files

REFUSED, CHANGED, WARNED, SILENT = "refused", "changed", "warned of", "silent"
NO_NUMBER = (  # kinds that leave no number: a model that takes one has read what nobody wrote
    "a comma added in a number",
    "a comma added in a cell",
    "a comma typed in a number",
    "digits grouped",
    "digits grouped in a cell",
    "digits typed in groups",
    "a full-width sign",
    "a full-width digit in a cell",
)


@dataclass
class Tally:
    """What came of some slips.

    Attributes:
        outcomes: number of slips by what came of them, but for those that mean the same by a rule.
        by_rule: number of those, by rule.
        silent: those that nobody is told of, by kind.
        wrong: those that a rule calls the same, and that are not, by kind.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    by_rule: Counter[str] = field(default_factory=Counter)
    silent: dict[str, list[str]] = field(default_factory=dict)
    wrong: dict[str, list[str]] = field(default_factory=dict)

    def enter(self, slip: Slip, outcome: str) -> None:
        """Notes what came of one slip."""
        where = f"{slip.base}: {slip.where}"
        if outcome in RULES:
            self.by_rule[outcome] += 1
        elif slip.rule:
            self.wrong.setdefault(slip.kind, []).append(f"{outcome}: {where}")
        else:
            self.outcomes[outcome] += 1
            if outcome == SILENT:
                self.silent.setdefault(slip.kind, []).append(where)


def judge(slip: Slip, folder: Path) -> str:
    """What comes of a slip: the rule by which it means the same, or one of the other words.

    Args:
        slip: the slip.
        folder: a folder that may be written over.
    """
    try:
        model = _read(slip.files, folder, slip.sets)
    except ModelFaults:
        return REFUSED
    if _meaning(model) != _meaning(_sound(slip.base)):
        return SILENT if slip.kind in NO_NUMBER else CHANGED
    if rule := slip.rule or excuse(slip):
        return rule
    return SILENT if _warnings(model) == _sound_warnings(slip.base) else WARNED


def _read(files: dict[str, bytes], folder: Path, sets: tuple[str, ...] = ()) -> Model:
    for old in folder.iterdir():
        old.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return read_model(folder, (), sets)


@lru_cache
def _sound(base: str) -> Model:
    with tempfile.TemporaryDirectory() as name:
        return _read(sound_files()[base], Path(name))


def _meaning(model: Model) -> dict[str, World]:
    """The worlds of a model, wherever its lines stand."""
    return {name: replace(world, crises_at=("", None), origin=None) for name, world in model.worlds.items()}


def _warnings(model: Model) -> list[str]:
    return sorted(shown_warnings(model.worlds, every=True).lines)


@lru_cache
def _sound_warnings(base: str) -> list[str]:
    return _warnings(_sound(base))


def slip(count: int, seed: int) -> Tally:
    """Judges so many slips; the same for the same seed."""
    tally, random = Tally(), Random(seed)
    with tempfile.TemporaryDirectory() as name:
        for _ in track(range(count), description="slipping"):
            drawn = draw(random)
            tally.enter(drawn, judge(drawn, Path(name)))
    return tally


def main(
    count: Annotated[int, typer.Option(help="Number of slips.")] = 20_000,
    seed: SeedOption = 1,
    write: WriteOption = False,
) -> None:
    """Judges slips of the pen."""
    tally = slip(count, seed)
    found = {f"silent, {kind}": cases for kind, cases in tally.silent.items()}
    found |= {f"not the same, {kind}": cases for kind, cases in tally.wrong.items()}
    complaints = [f"{len(cases)} {kind}, such as {cases[0]}" for kind, cases in found.items()]
    same, silent = tally.by_rule.total(), tally.outcomes[SILENT]
    figures = {
        "slips": tally.outcomes.total() + same,
        **{outcome: tally.outcomes[outcome] for outcome in (REFUSED, CHANGED, WARNED, SILENT)},
        "the same by rule": same,
        "not the same against a rule": sum(map(len, tally.wrong.values())),
        **{f"the same by rule: {rule}": tally.by_rule[rule] for rule in sorted(tally.by_rule)},
    }
    for label, number in figures.items():
        typer.echo(f"{label}: {number:,}")
    summary = f"{silent} of {tally.outcomes.total():,} slips are silent; {same:,} mean the same by rule"
    finish(
        "slips", f"python -m trials.slips --count {count} --seed {seed} --write", figures, complaints, summary, write
    )


if __name__ == "__main__":
    typer.run(main)
