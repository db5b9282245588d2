"""What planning is worth: plans in the model's own futures, against knowing each of them from the start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import pandas as pd

from bichiku.executing import Executor, TaskFailed, WorkersLost
from bichiku.model.chains import Chain, grow_chains
from bichiku.model.settings import Onset
from bichiku.model.world import World
from bichiku.result.columns import Column, Kind, ResultTable, Role
from bichiku.result.held_plan import HeldPlan
from bichiku.result.pipeline import Clock, NoSolution, grow, optimise
from bichiku.stressing.columns import STRATEGY, UNIT
from bichiku.stressing.operation import BlindOperator
from bichiku.stressing.other_plans import ignoring_plan, mean_plan, rule_plan, without_crises, without_probabilities
from bichiku.stressing.strikes import Strike

OWN, FORESIGHT, IGNORING, MEAN, RULE = (
    "the model's",
    "perfect foresight",
    "ignoring crises",
    "their mean",
    "rule of thumb",
)

VALUE = ResultTable(
    "value",
    "What each plan costs in the model's own futures, each of which has its probability and one crisis.",
    (
        STRATEGY,
        Column(
            "plan",
            Kind.TEXT,
            "",
            "`the model's`; `perfect foresight`: the cheapest plan for each future, known from the start; "
            "`ignoring crises`; `their mean`: planned for the mean of what may come; `rule of thumb`: days of all",
            role=Role.GROUP,
        ),
        Column(
            "expected_cost", Kind.NUMBER, "see `unit`", "discounted; empty where there is no such plan", optional=True
        ),
        Column("over_the_model", Kind.NUMBER, "see `unit`", "beyond the model's own plan", optional=True),
        Column("mean_regret", Kind.NUMBER, "see `unit`", "expected cost beyond perfect foresight", optional=True),
        Column("worst_regret", Kind.NUMBER, "see `unit`", "in the future in which that is most", optional=True),
        Column("worst_future", Kind.TEXT, "", "that future"),
        UNIT,
    ),
    key=("strategy", "plan"),
)


class KnownFuture(NamedTuple):
    """A crisis that begins in a period and lasts so many."""

    crisis: str
    onset: int
    length: int


CALM = KnownFuture("", 0, 0)


@dataclass(frozen=True)
class PlanningValue:
    """What planning is worth for some strategies.

    Attributes:
        world: the first strategy's.
        strategies: whose rules are kept.
        days: of the rule of thumb.
        value: the table `VALUE`.
    """

    world: World
    strategies: list[str]
    days: float
    value: pd.DataFrame


def futures_of(world: World) -> dict[KnownFuture, float]:
    """The futures of a world with a crisis that touches something, and their probabilities."""
    return {
        KnownFuture(future.crisis, future.onset, future.length): future.probability
        for chain in grow_chains(world)
        for future in chain.tree.futures
        if future.probability > 0.0
    }


class ForesightTask:
    """The cheapest plan for one future that is known from the start; goes to the workers."""

    def __init__(self, worlds: Mapping[str, World], danger: Mapping[str, Mapping[str, float]]) -> None:
        self._worlds, self._danger = worlds, danger

    def __call__(self, item: tuple[str, KnownFuture]) -> float:
        """Its cost."""
        strategy, future = item
        world = self._worlds[strategy]
        if future == CALM:
            known = without_crises(world)
        else:
            crisis = world.settings.crises[future.crisis].model_copy(
                update={
                    "annual_probability": None,
                    "onset_every": None,
                    "first_onset": None,
                    "onsets": [Onset(period=future.onset, probability=1.0)],
                    "duration": {future.length: 1.0},
                }
            )
            asked = {"crises": {future.crisis: crisis}, "policies": without_probabilities(world)}
            known = replace(world, settings=world.settings.model_copy(update=asked))
        # what refilling a store costs hangs on what else may happen, which is the same for all
        chains: tuple[Chain, ...] = tuple(replace(chain, danger=self._danger[strategy]) for chain in grow(known))
        _, outcome, _ = optimise(known, Clock(), chains=chains)
        return outcome.solution.objective


def cost_in_futures(operator: BlindOperator, futures: Mapping[KnownFuture, float]) -> dict[KnownFuture, float]:
    """What a plan that is held costs in each future, and in none (`CALM`)."""
    crises = operator.world.settings.crises
    calm = {name: operator.calm(chain.materials) for name, chain in operator.chains.items()}
    without = sum(float(money.sum()) + once for money, once in calm.values())
    found = {CALM: without, **dict.fromkeys(futures, without)}
    for name, chain in operator.chains.items():
        touching = [future for future in futures if future.crisis in chain.crises]
        strikes = [[Strike(f.crisis, crises[f.crisis], f.onset, f.length)] for f in touching]
        if not strikes:
            continue
        for future, course in zip(touching, operator.operate_all(chain.materials, strikes), strict=True):
            periods = course.part.tree.period[course.path]
            found[future] += course.cost - float(calm[name][0][periods - 1].sum())
    return found


def expected(costs: Mapping[KnownFuture, float], futures: Mapping[KnownFuture, float]) -> float:
    """The calm, and of each future its probability times what it costs more: the model's own reckoning."""
    return costs[CALM] + sum(share * (costs[future] - costs[CALM]) for future, share in futures.items())


def value_of_planning(
    worlds: Mapping[str, World],
    held: Mapping[str, HeldPlan],
    days: float,
    place: Executor,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> PlanningValue:
    """Costs of the model's plan, of others and of perfect foresight in the model's own futures.

    Args:
        worlds: by strategy.
        held: the model's plan of each.
        days: of the rule of thumb.
        place: where it is worked out.
        progress: called with the number of futures that are planned for, and of all.

    Raises:
        NoSolution: a future has no plan, or operation no solution.
        WorkersLost: there are no workers any more.
    """
    operators = {strategy: BlindOperator(world, held[strategy]) for strategy, world in worlds.items()}
    futures = {strategy: futures_of(world) for strategy, world in worlds.items()}
    items = [(strategy, future) for strategy in worlds for future in (CALM, *futures[strategy])]
    known: dict[tuple[str, KnownFuture], float] = {}
    task = ForesightTask(worlds, {strategy: operator.danger for strategy, operator in operators.items()})
    for number, found in place.each(task, items):
        if isinstance(found, TaskFailed):
            raise WorkersLost(f"{items[number]}: {found.why}")
        known[items[number]] = found
        progress(len(known), len(items))
    rows: list[dict[str, object]] = []
    for strategy, world in worlds.items():
        foresight = {future: known[strategy, future] for future in (CALM, *futures[strategy])}
        plans = {OWN: held[strategy], **_others(world, days)}
        costs = {
            name: None if plan is None else cost_in_futures(BlindOperator(world, plan), futures[strategy])
            for name, plan in plans.items()
        }
        costs[FORESIGHT] = foresight
        rows += _rows(strategy, costs, futures[strategy], world)
    first = next(iter(worlds.values()))
    return PlanningValue(first, list(worlds), days, VALUE.from_rows(rows))


def _others(world: World, days: float) -> dict[str, HeldPlan | None]:
    """Plans beside the model's own; None for one that there is not."""
    found: dict[str, HeldPlan | None] = {}
    for name, make in ((IGNORING, ignoring_plan), (MEAN, mean_plan), (RULE, lambda of: rule_plan(of, days))):
        try:
            found[name] = make(world)
        except NoSolution:
            found[name] = None
    return found


def _rows(
    strategy: str,
    costs: Mapping[str, Mapping[KnownFuture, float] | None],
    futures: Mapping[KnownFuture, float],
    world: World,
) -> list[dict[str, object]]:
    own, foresight = costs[OWN], costs[FORESIGHT]
    assert own is not None
    assert foresight is not None
    rows = []
    for name, of_plan in costs.items():
        row: dict[str, object] = {"strategy": strategy, "plan": name, "unit": world.settings.currency}
        if of_plan is None:
            none = dict.fromkeys(("expected_cost", "over_the_model", "mean_regret", "worst_regret"), float("nan"))
            rows.append({**row, **none, "worst_future": ""})
            continue
        regret = {future: of_plan[future] - foresight[future] for future in of_plan}
        worst = max(regret, key=lambda future: regret[future])
        total = expected(of_plan, futures)
        rows.append(
            {
                **row,
                "expected_cost": total,
                "over_the_model": total - expected(own, futures),
                "mean_regret": total - expected(foresight, futures),
                "worst_regret": regret[worst],
                "worst_future": future_words(worst, world),
            }
        )
    return rows


def future_words(future: KnownFuture, world: World) -> str:
    """A future as people name it."""
    if future == CALM:
        return "no crisis"
    return f"{future.crisis} from {world.calendar.label(future.onset)}, length {future.length}"
