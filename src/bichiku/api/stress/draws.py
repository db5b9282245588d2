"""Draws, kept episode by episode so that they go on after an interruption, told and written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from bichiku.api.stress.folder import hash_of, write_folder
from bichiku.api.stress.plans import operators_of, run_names
from bichiku.executing import Executor
from bichiku.model.faults import Fault, ModelFaults
from bichiku.reading.files import json_value
from bichiku.result.run import Run
from bichiku.stressing.drawn import TABLES, DrawnStress, draw_and_operate
from bichiku.stressing.draws import Done, EpisodeOutcome, Key
from bichiku.stressing.futures import Drawn
from bichiku.stressing.noise import Noise
from bichiku.version import __version__

EPISODES = "episodes.jsonl"
MOST_DRAWS = 100_000
MOST_NOISE = 1.0
Counter = Callable[[int, int], None]


def stress_draws(
    runs: Sequence[Run],
    place: Executor,
    count: int,
    seed: int = 0,
    demand_noise: float = 0.0,
    price_noise: float = 0.0,
    folder: Path | None = None,
    counter: Counter = lambda done, total: None,
) -> DrawnStress:
    """Draws futures from the model's crises and operates the plan of each run in all of them.

    Args:
        runs: runs of strategies of one model, with their crises.
        place: where it is worked out.
        count: how many futures; two or more.
        seed: of the futures: the same seed gives the same futures, whatever the strategies and wherever it is worked
            out.
        demand_noise: standard deviation of the factor on demand of a material in a calendar year, mean one; 0 to 1.
        price_noise: that of the factor on its spot prices.
        folder: where episodes are kept as they come in; what is there already is taken up.
        counter: called with the number of episodes that are operated, and of all.

    Raises:
        ModelFaults: the runs do not go together, or count, seed or a noise are none.
        NoSolution: operation has no solution.
        WorkersLost: there are no workers any more.
    """
    check_drawing(count, seed, demand_noise, price_noise)
    operators = operators_of(runs)
    crises = {run.strategy: run.crises for run in runs}
    done = kept_episodes(folder / EPISODES) if folder else {}
    with _kept(folder) as keep:
        return draw_and_operate(
            operators, crises, count, Noise(demand_noise, price_noise, seed), done, keep, place, counter
        )


def check_drawing(count: int, seed: int, demand_noise: float, price_noise: float) -> None:
    """How many futures, from which seed and with which noise.

    Raises:
        ModelFaults: one of them is none.
    """
    if not 2 <= count <= MOST_DRAWS:
        raise ModelFaults([Fault("--draws", None, "", f"{count} is not a number from 2 to {MOST_DRAWS:,}")])
    if seed < 0:
        raise ModelFaults([Fault("--seed", None, "", f"{seed} is not a whole number of zero or more")])
    for option, spread in (("--demand-noise", demand_noise), ("--price-noise", price_noise)):
        if not 0.0 <= spread <= MOST_NOISE:
            message = f"{spread:g} is not a standard deviation from 0 to {MOST_NOISE:g}"
            raise ModelFaults([Fault(option, None, "", message)])


@contextmanager
def _kept(folder: Path | None) -> Iterator[Callable[[Key, EpisodeOutcome], None]]:
    """Yields what puts an episode into the folder."""
    if folder is None:
        yield lambda key, outcome: None
        return
    with (folder / EPISODES).open("a", encoding="utf-8") as stream:
        if stream.tell():
            stream.write("\n")  # the line before may have been cut off

        def keep(key: Key, outcome: EpisodeOutcome) -> None:
            stream.write(json.dumps({"episode": key, "found": asdict(outcome)}) + "\n")
            stream.flush()

        yield keep


def kept_episodes(file: Path) -> Done:
    """Episodes operated before; a line cut off by an interruption, or damaged since, is left out."""
    found: Done = {}
    for line in file.read_bytes().splitlines() if file.is_file() else ():
        try:
            record = json_value(line)
            strategy, chain, happened, number = record["episode"]
            outcome = EpisodeOutcome(**record["found"])
            key = (strategy, chain, tuple(Drawn(*one) for one in happened), number)
        except (ValueError, KeyError, TypeError):
            continue
        if all(type(getattr(outcome, field.name)) in (float, dict) for field in fields(outcome)):
            found[key] = outcome
    return found


def draws_name(runs: Sequence[Run], count: int, noise: Noise) -> str:
    """The name under which draws are kept while they come in: equal draws of equal runs have equal names."""
    plans = [run.manifest.get("outputs_sha256", {}) for run in runs]
    content = {**_asked(runs, count, noise), "bichiku": __version__, "plans": plans}
    return f"{runs[0].model.name}-stress-draws-{hash_of(content)}"


def _asked(runs: Sequence[Run], count: int, noise: Noise) -> dict[str, Any]:
    asked = {"runs": run_names(runs), "draws": count, "seed": noise.seed}
    return {**asked, "demand_noise": noise.demand, "price_noise": noise.price} if noise else asked


def write_draws(found: DrawnStress, runs: Sequence[Run], output: str | Path = "runs") -> Path:
    """Writes the tables, a page and a manifest, and returns their folder.

    Raises:
        CannotWrite: the folder cannot be written; nothing is left behind.
    """
    from bichiku.show.report.draws import render_draws  # the drawing library takes half a second to load

    tables = {table: found.tables[table.name] for table in TABLES}
    asked = {**_asked(runs, found.count, found.noise), "episodes": found.episodes}
    return write_folder(found.world, "stress-draws", asked, tables, render_draws(found), Path(output))
