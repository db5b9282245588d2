"""One strategy from its world to its tables: tree → formulate → solve → certify → tabulate."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from bichiku.build import Cuts, build
from bichiku.model.chains import Chain, branch_faults, faults_of_branches, grow_chain, grow_chains, nodes_of
from bichiku.model.faults import Fault, ModelFaults, TooLikely
from bichiku.model.tree import TreeError
from bichiku.model.world import MOST_DECISIONS, World
from bichiku.result.outcome import Outcome
from bichiku.result.planes import MOST_ROUNDS, violated, with_cuts
from bichiku.result.prices import prices_table
from bichiku.result.run import Run
from bichiku.result.solved import Solved
from bichiku.result.tables import tabulate
from bichiku.solving import HotProgram, Limits, Report, SolverOptions, Status
from bichiku.solving.certificate import certify
from bichiku.solving.known_parts import KnownParts

Progress = Callable[[str], None]


class NoSolution(Exception):
    """A strategy has no optimal solution, or one that fails its certificate."""

    def __init__(self, strategy: str, status: Status, detail: str = "") -> None:
        self.strategy, self.status = strategy, status
        super().__init__(detail or _EXPLANATION.get(status, status.value))

    def __reduce__(self) -> tuple[Any, ...]:
        return NoSolution, (self.strategy, self.status, str(self))


class NoSplit(NoSolution):
    """A strategy has a plan, but at list prices none that was found."""

    def __init__(self, failure: NoSolution) -> None:
        self._failure = failure
        super().__init__(failure.strategy, failure.status, f"cannot be split, for at list prices it is {failure}")

    def __reduce__(self) -> tuple[Any, ...]:
        return NoSplit, (self._failure,)


_EXPLANATION = {
    Status.INFEASIBLE: "infeasible: no plan keeps all of its limits",
    Status.UNBOUNDED: "unbounded: cost can fall without end, so a price or a value in the tables must be wrong",
    Status.TIME_LIMIT: "not solved within solver.time_limit; nothing of this strategy is kept",
    Status.ITERATION_LIMIT: "not solved within solver.iteration_limit; nothing of this strategy is kept",
    Status.ERROR: "the solver failed on numerical grounds; nothing of this strategy is kept",
}


@dataclass
class Clock:
    """Seconds spent in each step."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


def grow(world: World) -> tuple[Chain, ...]:
    """The chains of a world with their trees and states.

    Raises:
        ModelFaults: the crises' probabilities exceed one together, a branch cannot end where it does, or the program
            would be too large.
    """
    _check_size(world)
    try:
        chains = grow_chains(world)
    except TreeError as error:
        raise TooLikely([Fault(*world.crises_at, "crises", str(error))]) from error
    _require_none([Fault(*world.crises_at, "crises", text) for text in faults_of_branches(world)])
    return chains


def grow_parts(found: Iterable[World]) -> tuple[Chain, ...]:
    """The chains of some parts of a world, see `bichiku.model.chains.parts`.

    Raises:
        ModelFaults: as for `grow`, but for the size; `TooLikely` where probabilities exceed one.
    """
    chains = []
    for part in found:
        try:
            chains.append(grow_chain(part))
        except TreeError as error:
            raise TooLikely([Fault(*part.crises_at, "crises", str(error))]) from error
    _require_none([Fault(*chain.world.crises_at, "crises", text) for chain in chains for text in branch_faults(chain)])
    return tuple(chains)


def _require_none(faults: list[Fault]) -> None:
    if faults:
        raise ModelFaults(dict.fromkeys(faults))


def _check_size(world: World) -> None:
    sizes = nodes_of(world)
    if sum(nodes * decisions for nodes, decisions in sizes) > MOST_DECISIONS:
        nodes, most = sum(nodes for nodes, _ in sizes), max(decisions for _, decisions in sizes)
        message = f"the trees have {nodes:,} nodes with up to {most:,} sources, materials and tranches at each; "
        message += f"at most {MOST_DECISIONS:,} of them together can be solved"
        hint = "fewer periods, a longer onset_every, fewer lengths or a shorter recovery"
        raise ModelFaults([Fault(*world.crises_at, "crises", message, hint)])


def run_strategy(
    world: World,
    progress: Progress = lambda _: None,
    prices: bool = True,
    page: Callable[[Run], str] | None = None,
    split: bool = False,
    known: KnownParts | None = None,
) -> Run:
    """Solves one strategy.

    Args:
        world: the strategy's world.
        progress: called with a few words as each step begins.
        prices: whether to work out prices.csv, which takes about as long as solving.
        page: makes the run's report.html, if it shall have one.
        split: whether to solve the world at list prices too, and tell for what its stocks are held.
        known: parts of other strategies that were solved before; the run is the same without.

    Raises:
        ModelFaults: see `grow`.
        NoSolution: there is no optimal solution, or its certificate does not hold.
        NoSplit: the same of the world at list prices.
    """
    clock = Clock()
    hot, solved = _certified(world, clock, progress, known)
    if split:
        # from the start, so that the answer does not hang on what was solved before it
        listed_clock = Clock()
        try:
            _, listed = _certified(
                world.at_list_prices(), listed_clock, lambda words: progress(f"at list prices, {words}")
            )
        except NoSolution as failure:
            raise NoSplit(failure) from failure
        clock.seconds["split"] = sum(listed_clock.seconds.values())
        solved = replace(solved, at_list_prices=listed)
    progress("tabulating")
    with clock.step("tabulate"):
        tables = tabulate(solved.outcome, solved.at_list_prices.outcome if solved.at_list_prices else None)
    if prices:
        progress("pricing")
        with clock.step("price"):
            tables["prices"] = prices_table(solved.outcome, hot)
    return Run(world, tables, solved, page=page)


def _certified(
    world: World, clock: Clock, progress: Progress, known: KnownParts | None = None
) -> tuple[HotProgram, Solved]:
    hot, outcome, report = optimise(world, clock, progress, keep_log=True, known=known, at_hand=False)
    progress("certifying")
    with clock.step("certify"):
        certificate = certify(outcome.program, outcome.solution)
    if not certificate.holds:
        raise NoSolution(world.strategy, Status.ERROR, f"the solver's answer fails its certificate: {certificate.why}")
    return hot, Solved(outcome, report, certificate, clock.seconds)


def optimise(
    world: World,
    clock: Clock,
    progress: Progress = lambda _: None,
    hot: HotProgram | None = None,
    keep_log: bool = False,
    chains: tuple[Chain, ...] | None = None,
    known: KnownParts | None = None,
    at_hand: bool = True,
) -> tuple[HotProgram, Outcome, Report]:
    """Formulates and solves, more than once where concentration is limited: each round adds planes.

    Args:
        world: the strategy's world.
        clock: notes the time of each step.
        progress: called with a few words as each step begins.
        hot: a program solved before, to go on from; it takes up the new one.
        keep_log: whether to keep HiGHS's log.
        chains: its chains; None for those that grow from it.
        known, at_hand: see `HotProgram`.

    Raises:
        ModelFaults: see `grow`.
        NoSolution: there is no optimal solution.
    """
    progress("building")
    if chains is None:
        with clock.step("tree"):
            chains = grow(world)
    solver = world.settings.solver
    options = SolverOptions(solver.method)
    end = None if solver.time_limit is None else time.monotonic() + solver.time_limit
    log = ""
    cuts: Cuts = {}
    for _ in range(MOST_ROUNDS):
        with clock.step("formulate"):
            program = build(world, chains, cuts)
        progress("solving")
        with clock.step("solve"):
            if hot is None or hot.options != options:
                hot = HotProgram(program, options, known=known, at_hand=at_hand)
            else:
                hot.change(program)
            limits = Limits(None if end is None else end - time.monotonic(), solver.iteration_limit)
            solution, report = hot.solve(
                lambda done, parts: progress(f"solved {done} of {parts} parts"), limits, keep_log
            )
            log += report.log
        if solution.status is not Status.OPTIMAL:
            raise NoSolution(world.strategy, solution.status)
        outcome = Outcome(world, chains, program, solution)
        found = violated(outcome)
        if not found:
            return hot, outcome, replace(report, log=log)
        cuts = with_cuts(cuts, found)
    raise NoSolution(world.strategy, Status.ERROR, f"{', '.join(found)} is not met after {MOST_ROUNDS} rounds")
