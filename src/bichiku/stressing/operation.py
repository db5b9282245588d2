"""Operating a plan that is held through crises: period by period, with what can be known in each.

What is decided in a period is the first decision of a small program that looks ahead: what has happened is fixed in it,
and what may come are the lengths that are possible for all that is seen. As long as nothing happens that it rules out,
its later decisions are those that solving again would find, for its tree parts where people learn more and nowhere
else; so it is solved again only when a crisis begins, ends or outlasts what was thought possible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from bichiku.build import build
from bichiku.build.hand_back import starts_a_year
from bichiku.build.reserve import emergencies
from bichiku.model.chains import Chain, chain_materials, grow_chains, touching
from bichiku.model.cost_lines import GAP
from bichiku.model.settings import Crisis, Onset
from bichiku.model.state import world_state
from bichiku.model.world import World
from bichiku.policies import Policies
from bichiku.program import LinearProgram
from bichiku.result.held_plan import HeldPlan
from bichiku.result.outcome import ChainOutcome
from bichiku.result.pipeline import NoSolution
from bichiku.result.tables.crises import Harm
from bichiku.solving import Solution, SolverOptions, Status, solve
from bichiku.stressing.operating_tree import OperatingTree, grow_operating_tree, seen
from bichiku.stressing.strikes import Strike

BINDING = ("reserve_days", "release")  # policies that bind who operates; days are the floor outside an emergency
NOTHING_MORE: Mapping[str, float] = {}
Decided = dict[tuple[str, tuple[str, ...]], np.ndarray]
Store = Mapping[str, tuple[float, np.ndarray]]


@dataclass(frozen=True)
class Course:
    """What became of one chain.

    Attributes:
        part: the chain as it was last looked at, what has happened included.
        path: nodes that were run through, from the first onset on.
        reviews: how often operation was planned anew.
    """

    part: ChainOutcome
    path: np.ndarray
    reviews: int

    @cached_property
    def cost(self) -> float:
        """Discounted money of all cost lines along the path, hand-back included; what is built and signed is the plan's
        and only its running costs are in it."""
        tree, end = self.part.tree, self.path[-1]
        at_end = float(tree.end_weight[np.searchsorted(tree.ends, end)])
        total = 0.0
        for line in self.part.program.cost_lines:
            money = line.money.at(self.part.solution.x)
            if line.line == GAP:
                total += money[end] / at_end
            else:
                total += float((money[self.path] / tree.weight[self.path]).sum())
        return total

    @property
    def expected_cost(self) -> float:
        """Expected discounted money of what may come as it was last looked at, and of what has happened."""
        tree = self.part.tree
        branch = np.arange(tree.periods, tree.size)
        return sum(float(line.money.at(self.part.solution.x)[branch].sum()) for line in self.part.program.cost_lines)

    def opening(self, material: str) -> float:
        """Tonnes in store when the first crisis begins."""
        return float(self.part.stock_before(material)[self.path[0]])

    def harm(self, material: str) -> dict[str, float]:
        """What the path does to a material, by the names of the columns of crises.csv."""
        return Harm(material, self.part).along(self.path)


class Operator:
    """Operates the plan of one strategy.

    Args:
        world: the strategy's world.
        held: what is signed, built and stored.
        days: days of use of every material that are in store when something breaks, and the reserve's target; None for
            what the plan has in store.
    """

    def __init__(self, world: World, held: HeldPlan, days: float | None = None) -> None:
        asked = {name: getattr(world.policies, name) for name in BINDING}
        if days is not None:
            asked["reserve_days"] = days
        policies = Policies(**{name: value for name, value in asked.items() if value is not None})
        self.world = replace(world, settings=world.settings.model_copy(update={"policies": policies}))
        self.held, self.days = held, days
        self._options = SolverOptions(world.settings.solver.method)
        self._danger: dict[str, float] = {}
        self.use: dict[str, np.ndarray] = {}
        """Tonnes of demand and feed in each period of the plan, by material."""
        for chain in grow_chains(world):
            part, tree = chain.world, chain.tree
            self._danger.update(starts_a_year(part, tree, emergencies(part, tree, chain.state)))
            for name in part.materials:
                demand = chain.state.demand[name][tree.plan] if name in part.demand else np.zeros(tree.periods)
                self.use[name] = demand + feed_of(part, name, held.shipments)

    def with_tonne(self, source: str) -> Operator:
        """The same with one tonne a year more of a supplier, signed if it is a contract, or of a project's capacity."""
        world, held = self.world, self.held
        if source in world.projects:
            row = world.projects[source]
            more = row.model_copy(update={"existing_t": row.existing_t + 1.0})
            world = replace(world, projects={**world.projects, source: more})
        else:
            offer = world.suppliers[source]
            world = replace(
                world,
                suppliers={
                    **world.suppliers,
                    source: offer.model_copy(update={"capacity_t": offer.capacity_t + 1.0}),
                },
            )
            if source in held.contracts:
                held = replace(held, contracts={**held.contracts, source: held.contracts[source] + 1.0})
        changed = copy(self)
        changed.world, changed.held = world, held
        return changed

    def daily_use(self, material: str, onset: int) -> float:
        """Tonnes of a material used a day in the period before an onset, or in the first."""
        return float(self.use[material][max(onset - 2, 0)]) / self.world.calendar.days

    def _store(self, onset: int, more_days: Mapping[str, float]) -> dict[str, tuple[float, np.ndarray]]:
        """Tonnes of each material before the first period, and those that are in store on the plan in each."""
        found = {}
        for name, row in self.world.materials.items():
            more = more_days.get(name, 0.0) * self.daily_use(name, onset)
            if self.days is None:
                found[name] = (row.opening_stock_t + more, self.held.stock[name] + more)
            else:
                tonnes = self.days * self.daily_use(name, onset) + more
                found[name] = (tonnes, np.full(self.world.calendar.periods, tonnes))
        return found

    def touched(self, crises: Mapping[str, Crisis], onset: int) -> list[tuple[str, ...]]:
        """The materials of the chains in which some crises change something if they begin in a period."""
        world = self._struck({name: _dated(crisis, onset) for name, crisis in crises.items()})
        return [materials for materials in chain_materials(world) if touching(world, materials)]

    def operate(
        self,
        materials: tuple[str, ...],
        strikes: Sequence[Strike],
        foresight: bool = False,
        more_days: Mapping[str, float] = NOTHING_MORE,
    ) -> Course:
        """What becomes of a chain in some crises, none of which begins after those before it are over.

        Args:
            materials: those of the chain.
            strikes: the crises.
            foresight: whether all onsets and lengths are known from the first onset on.
            more_days: days of use that are in store beyond what is held, by material, and are given back too.

        Raises:
            NoSolution: the look-ahead has no solution.
        """
        strikes = sorted(strikes, key=lambda strike: (strike.onset, strike.name))
        periods = self.world.calendar.periods
        now, reviews = strikes[0].onset, 0
        store = self._store(now, more_days)
        decided: Decided = {}
        while True:
            begun = strikes if foresight else [strike for strike in strikes if strike.onset <= now]
            known = [{strike.length: 1.0} if foresight else strike.known(now) for strike in begun]
            tree = grow_operating_tree(begun, known, self.world.calendar)
            part = self._look_ahead(materials, begun, tree, decided, store)
            reviews += 1
            lengths = [strike.length for strike in begun]
            news = [] if foresight else [strike.onset for strike in strikes if strike.onset > now]
            news += [at for strike in begun if not foresight and (at := strike.surprise(now)) is not None]
            following = min((at for at in news if at <= periods), default=None)
            last = max(strike.end(periods) for strike in begun) if following is None else following - 1
            path = np.array(
                [tree.numbers[at, seen(lengths, begun, at)] for at in range(strikes[0].onset, last + 1)], dtype=int
            )
            if following is None:
                return Course(part, path, reviews)
            decided = {
                (block.variable, block.index): part.solution.x[block.columns][path]
                for block in part.program.column_blocks
                if block.place == "node"
            }
            now = following

    def of_each_length(self, materials: tuple[str, ...], strike: Strike) -> dict[int, Course]:
        """What becomes of a chain for each length that is thought possible; how long it really lasts is not looked at.

        Raises:
            NoSolution: the look-ahead has no solution.
        """
        known = {length: share for length, share in strike.crisis.duration.items() if share > 0.0}
        tree = grow_operating_tree([strike], [known], self.world.calendar)
        part = self._look_ahead(materials, [strike], tree, {}, self._store(strike.onset, NOTHING_MORE))
        return {future.length: Course(part, future.path, 1) for future in tree.futures}

    def _struck(self, crises: Mapping[str, Crisis]) -> World:
        return replace(self.world, settings=self.world.settings.model_copy(update={"crises": dict(crises)}))

    def _look_ahead(
        self,
        materials: tuple[str, ...],
        strikes: Sequence[Strike],
        tree: OperatingTree,
        decided: Decided,
        store: Store,
    ) -> ChainOutcome:
        """The best that can be planned in a chain, what has been decided given."""
        crises = {strike.name: _dated(strike.crisis, strike.onset) for strike in strikes}
        part = _opened(self._struck(crises).part(materials, crises), store)
        chain = Chain(materials[0], part, tree, world_state(part, tree), self._danger)
        program = build(part, (chain,))
        past = next((len(values) for values in decided.values()), 0)
        x = self._given(program, tree, decided, store)
        free = np.flatnonzero(np.isnan(x))
        given = np.where(np.isnan(x), 0.0, x)
        rows = np.concatenate(
            [block.numbers[block.keys >= tree.periods + past] for block in program.row_blocks if block.place == "node"]
        )
        moved = program.matrix[rows] @ given
        rest = program.part(rows, free)
        rest = replace(rest, row_lower=rest.row_lower - moved, row_upper=rest.row_upper - moved)
        solution, _ = solve(rest, self._options)
        if solution.status is not Status.OPTIMAL:
            month = self.world.calendar.label(int(tree.period[tree.periods + past]))
            names = ", ".join(strike.name for strike in strikes)
            detail = f"operation of the chain of {materials[0]} from {month} in {names} is {solution.status.value}"
            raise NoSolution(self.world.strategy, solution.status, detail)
        given[free] = solution.x
        return ChainOutcome(chain, program, _solution(solution, given))

    def _given(self, program: LinearProgram, tree: OperatingTree, decided: Decided, store: Store) -> np.ndarray:
        """Values of the columns that are held or past; not a number where something is to be decided."""
        held, plan = self.held, tree.periods
        x = np.full(program.shape[1], np.nan)
        for block in program.column_blocks:
            name = block.index[0]
            if block.place == "year":
                x[block.columns] = held.contracts[name]
            elif block.place == "once":
                x[block.columns] = held.builds[name]
            elif block.place == "node":
                values = x[block.columns]
                on_plan: Mapping[str, np.ndarray | None] = {
                    "stock": store[name][1] if name in store else None,
                    "ship": held.shipments.get(name),
                    "run": held.shipments.get(name),
                    "saved": held.saved.get((name, block.index[-1])),
                    "short": held.short.get(name),
                    "refused": held.refused.get(name),
                }
                found = on_plan.get(block.variable)
                values[:plan] = 0.0 if found is None else found  # nothing asks for the plan's tranches of shortage
                past = decided.get((block.variable, block.index))
                if past is not None:
                    values[plan : plan + len(past)] = past
        return x


def feed_of(world: World, material: str, shipments: Mapping[str, np.ndarray]) -> np.ndarray:
    """Tonnes of a material that projects use as feed in each period of a plan; shape (periods,)."""
    used = np.zeros(world.calendar.periods)
    for name in world.consumers(material):
        used += (world.projects[name].input_per_output or 0.0) * shipments[name]
    return used


def _opened(world: World, store: Store) -> World:
    """The world with other stocks before its first period."""
    rows = {name: row.model_copy(update={"opening_stock_t": store[name][0]}) for name, row in world.materials.items()}
    return replace(world, materials=rows)


def _dated(crisis: Crisis, onset: int) -> Crisis:
    """A crisis that begins in one period for sure."""
    sure = {"annual_probability": None, "onset_every": None, "first_onset": None}
    return crisis.model_copy(update={**sure, "onsets": [Onset(period=onset, probability=1.0)]})


def _solution(solved: Solution, x: np.ndarray) -> Solution:
    """All columns of a program of which some were solved; of no use for duals."""
    return replace(solved, x=x, row_dual=np.empty(0), reduced_cost=np.empty(0))
