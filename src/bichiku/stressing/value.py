"""What planning is worth: plans in the model's own futures, against knowing each of them from the start."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bichiku.executing import Executor
from bichiku.model.rounding import difference
from bichiku.model.world import World
from bichiku.result.columns import Column, Kind, ResultTable, Role
from bichiku.result.held_plan import HeldPlan
from bichiku.result.pipeline import NoSolution
from bichiku.solving import Status
from bichiku.stressing.columns import STRATEGY, UNIT
from bichiku.stressing.foresight import CALM, KnownFuture, costs_foreseen, futures_by_chain
from bichiku.stressing.operation import BlindOperator
from bichiku.stressing.other_plans import ignoring_plan, mean_plan, rule_plan
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
        Column(
            "worst_regret",
            Kind.NUMBER,
            "see `unit`",
            "in the future in which that is most, of those that may come",
            optional=True,
        ),
        Column("worst_future", Kind.TEXT, "", "that future"),
        UNIT,
    ),
    key=("strategy", "plan"),
)

FUTURES = ResultTable(
    "futures",
    "What each plan costs in each future, and how much more than the plan that knew it. A plan that nobody can keep to "
    "has no row.",
    (
        STRATEGY,
        Column("plan", Kind.TEXT, "", "as in `value.csv`", role=Role.GROUP),
        Column("crisis", Kind.TEXT, "", "its name; empty where none comes"),
        Column("onset", Kind.COUNT, "period", "in which it begins; 0 where none comes"),
        Column("length", Kind.COUNT, "periods", "that it lasts; 0 where none comes"),
        Column("probability", Kind.NUMBER, "0 to 1", "of the future; empty where none comes", optional=True),
        Column("cost", Kind.NUMBER, "see `unit`", "discounted, over the horizon"),
        Column("regret", Kind.NUMBER, "see `unit`", "beyond perfect foresight"),
        UNIT,
    ),
    key=("strategy", "plan", "crisis", "onset", "length"),
)

TABLES = (VALUE, FUTURES)
LEAST_SHARE = 1e-12  # of probability; what is less is the rounding of a sum


@dataclass(frozen=True)
class PlanningValue:
    """What planning is worth for some strategies.

    Attributes:
        world: the first strategy's.
        strategies: whose rules are kept.
        days: of the rule of thumb.
        tables: `TABLES` by name.
    """

    world: World
    strategies: Sequence[str]
    days: float
    tables: Mapping[str, pd.DataFrame]


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


def may_stay_calm(by_chain: Mapping[str, Mapping[KnownFuture, float]]) -> bool:
    """Whether it may be that nothing comes: in no chain is it certain that something does."""
    return all(1.0 - sum(futures.values()) > LEAST_SHARE for futures in by_chain.values())


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
        progress: called with the number of plans that are made for a known future, and of all.

    Raises:
        NoSolution: a future has no plan, or operation no solution.
        WorkersLost: there are no workers any more.
    """
    operators = {strategy: BlindOperator(world, held[strategy]) for strategy, world in worlds.items()}
    by_chain = {strategy: futures_by_chain(world) for strategy, world in worlds.items()}
    danger = {strategy: operator.danger for strategy, operator in operators.items()}
    foreseen = costs_foreseen(worlds, by_chain, danger, place, progress)
    rows: list[dict[str, object]] = []
    in_futures: list[dict[str, object]] = []
    for strategy, world in worlds.items():
        futures = {future: share for of in by_chain[strategy].values() for future, share in of.items()}
        costs: dict[str, dict[KnownFuture, float] | None]
        costs = {OWN: cost_in_futures(BlindOperator(world, held[strategy]), futures), **_others(world, days, futures)}
        costs[FORESIGHT] = foreseen[strategy]
        rows += _rows(strategy, costs, futures, may_stay_calm(by_chain[strategy]), world)
        in_futures += _in_futures(strategy, costs, futures, world)
    tables = {VALUE.name: VALUE.from_rows(rows), FUTURES.name: FUTURES.from_rows(in_futures)}
    return PlanningValue(next(iter(worlds.values())), list(worlds), days, tables)


def _others(
    world: World, days: float, futures: Mapping[KnownFuture, float]
) -> dict[str, dict[KnownFuture, float] | None]:
    """What plans beside the model's own cost in each future; None for one that nobody can keep to."""
    found: dict[str, dict[KnownFuture, float] | None] = {}
    for name, make in ((IGNORING, ignoring_plan), (MEAN, mean_plan), (RULE, lambda of: rule_plan(of, days))):
        try:
            found[name] = cost_in_futures(BlindOperator(world, make(world)), futures)
        except NoSolution as failure:
            if failure.status is not Status.INFEASIBLE:
                raise
            found[name] = None
    return found


def _rows(
    strategy: str,
    costs: Mapping[str, Mapping[KnownFuture, float] | None],
    futures: Mapping[KnownFuture, float],
    is_calm_possible: bool,
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
        regret = {
            future: difference(of_plan[future], foresight[future])
            for future in of_plan
            if future != CALM or is_calm_possible
        }
        worst = max(regret, key=lambda future: regret[future])
        total = expected(of_plan, futures)
        rows.append(
            {
                **row,
                "expected_cost": total,
                "over_the_model": difference(total, expected(own, futures)),
                "mean_regret": difference(total, expected(foresight, futures)),
                "worst_regret": regret[worst],
                "worst_future": future_words(worst, world),
            }
        )
    return rows


def _in_futures(
    strategy: str,
    costs: Mapping[str, Mapping[KnownFuture, float] | None],
    futures: Mapping[KnownFuture, float],
    world: World,
) -> Iterator[dict[str, object]]:
    foresight = costs[FORESIGHT]
    assert foresight is not None
    for name, of_plan in costs.items():
        for future, cost in (of_plan or {}).items():
            yield {
                "strategy": strategy,
                "plan": name,
                **future._asdict(),
                "probability": futures.get(future, np.nan),
                "cost": cost,
                "regret": difference(cost, foresight[future]),
                "unit": world.settings.currency,
            }


def future_words(future: KnownFuture, world: World) -> str:
    """A future as people name it."""
    if future == CALM:
        return "no crisis"
    return f"{future.crisis} from {world.calendar.label(future.onset)}, length {future.length}"
