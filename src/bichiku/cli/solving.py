"""Strategies solved and written, as `run` and `compare` do: one here, several side by side."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bichiku.cli.results_so_far import add_folder
from bichiku.cli.screen import say
from bichiku.cli.short_explanation import print_short_explanation
from bichiku.model.faults import Fault, ModelFaults

if TYPE_CHECKING:
    from rich.console import Console

    from bichiku.api.strategies import StrategySolver
    from bichiku.checking import Advice
    from bichiku.executing import Executor
    from bichiku.model.world import World
    from bichiku.reading.model import Model
    from bichiku.result.pipeline import NoSolution
    from bichiku.result.run import Rejected, Run, Tables

WORTH_A_WORKER = 100_000  # decisions of all strategies; fewer are solved before a worker has loaded its libraries


@contextmanager
def workers_of(option: str | None) -> Iterator[Executor]:
    """Where tasks are carried out, as `--workers` says; what it cannot be is a fault of the call."""
    from bichiku.executing import executor

    with ExitStack() as stack:
        try:
            place = stack.enter_context(executor(option))
        except ValueError as error:
            where = "BICHIKU_WORKERS" if option is None else "--workers"
            raise ModelFaults([Fault(where, None, "", str(error))]) from error
        yield place


@dataclass
class SolvedStrategies:
    """What came of strategies so far, and how it is told.

    Attributes:
        show: shows a few words on progress.
        out: where runs are printed, if they are.
        silence: codes of warnings about results to leave out; None for all.
        runs: the runs that are written.
        failures: why the other strategies are not.
    """

    show: Callable[[str], None]
    out: Console | None
    silence: Collection[str] | None
    runs: list[Run] = field(default_factory=list)
    failures: dict[str, NoSolution] = field(default_factory=dict)

    def add(self, run: Run, advice: list[Advice]) -> None:
        """A run is written."""
        from bichiku.show.screen.summary import print_strategy
        from bichiku.show.warnings import result_warnings

        assert run.folder is not None
        add_folder(run.folder)
        self.runs.append(run)
        if self.silence is not None:
            for line in result_warnings(advice, {*self.silence, *run.world.settings.silence}, run.strategy):
                say(f"warning {line}")
        if self.out is not None:
            print_strategy(self.out, run)
            self.out.print(f"  written to {run.folder}", highlight=False, soft_wrap=True)

    def fail(self, world: World, failure: NoSolution, place: str) -> None:
        """A strategy has no solution, and is explained where the model is the cause of that."""
        from bichiku.result.pipeline import NoSplit
        from bichiku.solving import Status

        self.failures[world.strategy] = failure
        say(f"{world.strategy}: {failure}")
        if failure.status in (Status.INFEASIBLE, Status.UNBOUNDED) and not isinstance(failure, NoSplit):
            self.show(f"{place}: explaining")
            print_short_explanation(world, f"-s {world.strategy} (and the same --set)", self.show)

    def reject(self, world: World, failure: Rejected) -> None:
        """What was written of a strategy does not verify."""
        from bichiku.result.pipeline import NoSolution
        from bichiku.solving import Status

        self.failures[world.strategy] = NoSolution(world.strategy, Status.ERROR, str(failure))
        say(f"{world.strategy}: {failure}")


def solve_all(
    model: Model,
    output: Path,
    show: Callable[[str], None],
    out: Console | None,
    silence: Collection[str] | None = None,
    split: bool = False,
    page: bool = True,
    workers: str | None = None,
    tables: Tables = "all",
) -> tuple[list[Run], dict[str, NoSolution]]:
    """Solves and writes each strategy of a model; prints each on `out` as it is done, in the order of the model.

    Warnings about results are printed but for the codes to `silence`, or not at all where that is None. `split` is that
    of `bichiku.api.library.solve` and `tables` that of `Run.write`; `workers` is where several strategies are solved.

    Returns:
        The runs that are written, and why the other strategies are not.
    """
    from bichiku.executing import WORKERS
    from bichiku.model.chains import nodes_of
    from bichiku.result.pipeline import grow

    for world in model.worlds.values():
        grow(world)  # what is wrong with the crises must come before the first strategy is solved
    solved = SolvedStrategies(show, out, silence)
    decisions = sum(nodes * each for world in model.worlds.values() for nodes, each in nodes_of(world))
    if workers is None and WORKERS not in os.environ and decisions < WORTH_A_WORKER:
        workers = "1"
    with workers_of(workers) as place:
        if place.at_once > 1 and len(model.worlds) > 1:
            from bichiku.api.strategies import StrategySolver

            _solve_there(StrategySolver(model, split, page, tables), output, solved, place)
        else:
            _solve_here(model, output, solved, split, page, tables)
    return solved.runs, solved.failures


def _solve_here(model: Model, output: Path, solved: SolvedStrategies, split: bool, page: bool, tables: Tables) -> None:
    from bichiku.api.library import report_page
    from bichiku.checking.results import advice_on_result
    from bichiku.result.pipeline import NoSolution, run_strategy
    from bichiku.result.run import Rejected
    from bichiku.solving.known_parts import KnownParts

    known = KnownParts()
    for number, (name, world) in enumerate(model.worlds.items(), start=1):
        place = f"{name} ({number} of {len(model.worlds)})"
        show = partial(_prefixed, solved.show, place)
        try:
            run = run_strategy(world, show, page=report_page if page else None, split=split, known=known)
        except NoSolution as failure:
            solved.fail(world, failure, place)
            continue
        show("writing")
        try:
            run.write(output, tables=tables)
        except Rejected as failure:
            solved.reject(world, failure)
            continue
        solved.add(run, advice_on_result(run.outcome))


def _solve_there(solver: StrategySolver, output: Path, solved: SolvedStrategies, place: Executor) -> None:
    from bichiku.api.strategies import run_of, solved_in_order
    from bichiku.result.pipeline import NoSolution
    from bichiku.result.run import Rejected

    model = solver.model
    count = len(model.worlds)
    solved.show(f"solving {count} strategies, {min(place.at_once, count)} at a time")
    for name, found, done in solved_in_order(solver, place):
        world = model.worlds[name]
        if isinstance(found, NoSolution):
            solved.fail(world, found, name)
        else:
            try:
                folder = found.write(output)
            except Rejected as failure:
                solved.reject(world, failure)
            else:
                solved.add(run_of(model, name, found, folder), found.advice)
        solved.show(f"solved {done} of {count} strategies")


def _prefixed(show: Callable[[str], None], prefix: str, words: str) -> None:
    show(f"{prefix}: {words}")
