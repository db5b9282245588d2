"""Operating a plan that is held through crises: period by period, with what can be known in each.

What is decided in a period is the first decision of a small program that looks ahead: what has happened is fixed in it,
and what may come are the lengths that are possible for all that is seen. As long as nothing happens that it rules out,
its later decisions are those that solving again would find, for its tree parts where people learn more and nowhere
else; so it is solved again only when a crisis begins, ends or outlasts what was thought possible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from bichiku.build import build
from bichiku.build.hand_back import starts_a_year
from bichiku.build.reserve import emergencies
from bichiku.model.chains import Chain, chain_materials, grow_chains, touching
from bichiku.model.cost_lines import INVESTMENT, REMAINDER, SUBSIDY
from bichiku.model.settings import Crisis, Onset
from bichiku.model.state import world_state
from bichiku.model.tree import Tree, grow_tree
from bichiku.model.world import World
from bichiku.policies import Policies
from bichiku.policies.projects import PROJECTS, forbidden_projects
from bichiku.policies.reserve_target import DaysPath
from bichiku.program import LinearProgram
from bichiku.result.held_plan import HeldPlan
from bichiku.result.outcome import ChainOutcome
from bichiku.result.pipeline import NoSolution
from bichiku.solving import Solution, SolverOptions, Status, solve
from bichiku.stressing.course import Course, OperatedChain
from bichiku.stressing.episode import Episode
from bichiku.stressing.noise import Factors, FutureNoise, noisy
from bichiku.stressing.operating_tree import OperatingTree, Outlook, Seen, grow_operating_tree
from bichiku.stressing.strikes import Strike

BINDING = ("reserve_days", "release")  # policies that bind who operates; days are the floor outside an emergency
ONCE = (INVESTMENT, SUBSIDY, REMAINDER)  # cost lines of what is built, which nothing changes any more
ROUNDING = 1e-9  # of a storage limit
NOTHING_MORE: Mapping[str, float] = {}
Store = Mapping[str, tuple[float, np.ndarray]]


class ChainOfPlan(NamedTuple):
    """The materials of a chain, and the crises of the model that touch it."""

    materials: tuple[str, ...]
    crises: frozenset[str]


class BlindOperator:
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
        asked_of_projects = PROJECTS.asked(world)
        self._forbidden = frozenset(forbidden_projects(asked_of_projects, world) if asked_of_projects else ())
        self._options = SolverOptions(world.settings.solver.method)
        self.danger: dict[str, float] = {}
        self.use: dict[str, np.ndarray] = {}
        """Tonnes of demand and feed in each period of the plan, by material."""
        self._calm: dict[tuple[str, ...], tuple[np.ndarray, float]] = {}
        self.chains: dict[str, ChainOfPlan] = {}
        for chain in grow_chains(world):
            self.chains[chain.name] = ChainOfPlan(tuple(chain.world.materials), frozenset(chain.world.settings.crises))
            part, tree = chain.world, chain.tree
            self.danger.update(starts_a_year(part, tree, emergencies(part, tree, chain.state)))
            for name in part.materials:
                demand = chain.state.demand[name][tree.plan] if name in part.demand else np.zeros(tree.periods)
                self.use[name] = demand + feed_of(part, name, held.shipments)

    def can_build(self, project: str) -> bool:
        """Whether the plan may build a tonne a year more of a project than it does."""
        most = self.world.projects[project].max_build_t
        is_allowed = most > 0.0 and project not in self._forbidden
        return is_allowed and bool((most - self.held.builds[project] >= 1.0).all())

    def with_tonne(self, source: str) -> BlindOperator:
        """The same with one tonne a year more: of a supplier, signed if it is a contract, or of a project.

        Of a project it is one more that is built, usable when what is built is; where no more can be, one that exists.
        """
        world, held = self.world, self.held
        if source in world.projects and self.can_build(source):
            held = replace(held, builds={**held.builds, source: held.builds[source] + 1.0})
        elif source in world.projects:
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
        changed.world, changed.held, changed._calm = world, held, {}
        return changed

    def daily_use(self, material: str, onset: int) -> float:
        """Tonnes of a material used a day in the period before an onset, or in the first."""
        return float(self.use[material][max(onset - 2, 0)]) / self.world.calendar.days

    def holds_too_much(self, material: str, onset: int, more_days: float = 0.0) -> bool:
        """Whether days of use in store when something breaks, and so many more, are beyond the storage limit."""
        limit = self.world.materials[material].storage_limit_t
        if limit is None or (self.days is None and not more_days):
            return False  # a plan keeps the limit
        before, on_plan = self._store(onset, {material: more_days})[material]
        return max(before, float(on_plan.max())) > limit * (1.0 + ROUNDING)

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

    def calm(self, materials: tuple[str, ...]) -> tuple[np.ndarray, float]:
        """Discounted money of the plan of a chain if nothing happens.

        Returns:
            Money of each period, and what is built and what of it is left at the horizon.
        """
        if materials not in self._calm:
            self._calm[materials] = self._paid_in_calm(materials)
        return self._calm[materials]

    def _paid_in_calm(self, materials: tuple[str, ...]) -> tuple[np.ndarray, float]:
        part = self._struck({}).part(materials, ())
        tree = grow_tree({}, part.calendar)
        program = build(part, (Chain(materials[0], part, tree, world_state(part, tree), self.danger),))
        x = self._given(program, tree, [], [], {name: self.held.stock[name] for name in part.materials})
        for material in part.demand:
            left = self.held.short[material].copy()
            for of, name in part.shortage:
                if of == material:
                    columns = program.columns_of("short_part", of, name)
                    x[columns] = np.minimum(left, program.column_upper[columns])
                    left -= x[columns]
        money = {True: np.zeros(tree.periods), False: np.zeros(tree.periods)}
        for line in program.cost_lines:
            money[line.line in ONCE] += line.money.at(x)
        return money[False], float(money[True].sum())

    def operate(
        self,
        materials: tuple[str, ...],
        strikes: Sequence[Strike],
        foresight: bool = False,
        more_days: Mapping[str, float] = NOTHING_MORE,
    ) -> Course:
        """What becomes of a chain in some crises; see `operate_all`."""
        return self.operate_all(materials, [strikes], foresight, more_days)[0]

    def operate_all(
        self,
        materials: tuple[str, ...],
        episodes: Sequence[Sequence[Strike]],
        foresight: bool = False,
        more_days: Mapping[str, float] = NOTHING_MORE,
        noises: Sequence[FutureNoise] | None = None,
    ) -> list[Course]:
        """What becomes of a chain in each of some episodes, which have nothing to do with each other.

        Args:
            materials: those of the chain.
            episodes: crises, none of which begins after those before it are over. One name stands for one crisis.
            foresight: whether all onsets and lengths are known from the first onset on.
            more_days: days of use that are in store beyond what is held, by material; the reserve asks for them, and
                they are given back too.
            noises: of demand and prices in each episode from its first onset to the end of its path; of a calendar
                year it is seen when that begins, and before that its mean is reckoned with. None for none.

        Raises:
            NoSolution: a look-ahead has no solution.
        """
        by_store: dict[int, list[Episode]] = {}
        for number, unordered in enumerate(episodes):
            strikes = sorted(unordered, key=lambda strike: (strike.onset, strike.name))
            # days of use are other tonnes at another onset, and so is the plan that is held beside them
            key = 0 if self.days is None and not more_days else strikes[0].onset
            noise = None if noises is None else noises[number]
            by_store.setdefault(key, []).append(Episode(strikes, number, strikes[0].onset, noise))
        found: dict[int, Course] = {}
        for alike in by_store.values():
            found.update(self._operated(materials, alike, foresight, more_days))
        return [found[number] for number in range(len(episodes))]

    def _operated(
        self, materials: tuple[str, ...], going: list[Episode], foresight: bool, more_days: Mapping[str, float]
    ) -> dict[int, Course]:
        """What becomes of each of some episodes of one store, by number."""
        periods = self.world.calendar.periods
        found: dict[int, Course] = {}
        while going:
            outlooks = [episode.outlook(foresight) for episode in going]
            keys = [episode.branch(outlook) for episode, outlook in zip(going, outlooks, strict=True)]
            branches = dict(zip(keys, outlooks, strict=True))
            tree = grow_operating_tree(list(branches.values()), self.world.calendar)
            numbers_of = dict(zip(branches, tree.numbers, strict=True))
            paths, following = [], []
            for episode, outlook, key in zip(going, outlooks, keys, strict=True):
                next_review = episode.following(foresight, periods)
                ends = [strike.end(periods) for strike in outlook.strikes]
                last = max(ends) if next_review is None else next_review - 1
                lengths = [strike.length for strike in outlook.strikes]
                nodes = [numbers_of[key][at, outlook.seen(lengths, at)] for at in range(episode.onset, last + 1)]
                paths.append(np.array(nodes, dtype=int))
                following.append(next_review)
            seen = _noise_seen(going, [numbers_of[key] for key in keys], materials, tree, foresight)
            part = self._look_ahead(materials, going, outlooks, tree, paths, more_days, seen)
            operated = OperatedChain(part)
            still = []
            for episode, path, next_review in zip(going, paths, following, strict=True):
                episode.reviews += 1
                if next_review is None:
                    found[episode.number] = Course(operated, path, episode.reviews)
                    continue
                episode.decided = {
                    (block.variable, block.index): part.solution.x[block.columns][path]
                    for block in part.program.column_blocks
                    if block.place == "node"
                }
                episode.now = next_review
                still.append(episode)
            going = still
        return found

    def _struck(self, crises: Mapping[str, Crisis]) -> World:
        return replace(self.world, settings=self.world.settings.model_copy(update={"crises": dict(crises)}))

    def _look_ahead(
        self,
        materials: tuple[str, ...],
        episodes: Sequence[Episode],
        outlooks: Sequence[Outlook],
        tree: OperatingTree,
        paths: Sequence[np.ndarray],
        more_days: Mapping[str, float],
        noise: Mapping[str, Factors] | None,
    ) -> ChainOutcome:
        """The best that can be planned in a chain, what has been decided given."""
        crises = {
            strike.name: _dated(strike.crisis, strike.onset) for outlook in outlooks for strike in outlook.strikes
        }
        part = self._opened(self._struck(crises).part(materials, crises), episodes, more_days)
        state = world_state(part, tree)
        chain = Chain(materials[0], part, tree, state if noise is None else noisy(state, part, noise), self.danger)
        program = build(part, (chain,))
        past = [path[: episode.now - episode.onset] for episode, path in zip(episodes, paths, strict=True)]
        store = {name: tonnes for name, (_, tonnes) in self._store(episodes[0].onset, more_days).items()}
        x = self._given(program, tree, episodes, past, store)
        free = np.flatnonzero(np.isnan(x))
        given = np.where(np.isnan(x), 0.0, x)
        decides = np.arange(tree.size) >= tree.periods
        decides[np.concatenate(past)] = False
        rows = np.concatenate(
            [block.numbers[decides[block.keys]] for block in program.row_blocks if block.place == "node"]
        )
        moved = program.matrix[rows] @ given
        rest = program.part(rows, free)
        rest = replace(rest, row_lower=rest.row_lower - moved, row_upper=rest.row_upper - moved)
        solution, _ = solve(rest, self._options, prices=False)
        if solution.status is not Status.OPTIMAL:
            begins = [f"{strike.name} from {self.world.calendar.label(strike.onset)}" for strike in episodes[0].strikes]
            names = ", ".join(begins)
            more = f" and {len(episodes) - 1} other episodes" if len(episodes) > 1 else ""
            detail = f"operation of the chain of {materials[0]} in {names}{more} is {solution.status.value}"
            raise NoSolution(self.world.strategy, solution.status, detail)
        given[free] = solution.x
        return ChainOutcome(chain, program, _solution(solution, given))

    def _given(
        self,
        program: LinearProgram,
        tree: Tree,
        episodes: Sequence[Episode],
        past: Sequence[np.ndarray],
        store: Mapping[str, np.ndarray],
    ) -> np.ndarray:
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
                    "stock": store.get(name),
                    "ship": held.shipments.get(name),
                    "run": held.shipments.get(name),
                    "saved": held.saved.get((name, block.index[-1])),
                    "short": held.short.get(name),
                    "refused": held.refused.get(name),
                }
                found = on_plan.get(block.variable)
                values[:plan] = 0.0 if found is None else found  # nothing asks for the plan's tranches of shortage
                for episode, nodes in zip(episodes, past, strict=True):
                    if len(nodes):
                        values[nodes] = episode.decided[block.variable, block.index]
        return x

    def _opened(self, world: World, episodes: Sequence[Episode], more_days: Mapping[str, float]) -> World:
        """The world with the stocks that are held before its first period, of which the reserve asks for any more."""
        store = self._store(episodes[0].onset, more_days)
        rows = {
            name: row.model_copy(update={"opening_stock_t": store[name][0]}) for name, row in world.materials.items()
        }
        target: DaysPath | None = world.policies.reserve_days
        if more_days and target is not None:
            policies = world.policies.model_copy(update={"reserve_days": target.raised(more_days)})
            world = replace(world, settings=world.settings.model_copy(update={"policies": policies}))
        return replace(world, materials=rows)


def _noise_seen(
    episodes: Sequence[Episode],
    branches: Sequence[Mapping[tuple[int, Seen], int]],
    materials: tuple[str, ...],
    tree: OperatingTree,
    foresight: bool,
) -> dict[str, Factors] | None:
    """What is reckoned with of demand and prices at each node, by material; None where no episode has noise."""
    if all(episode.noise is None for episode in episodes):
        return None
    found = {name: Factors(np.ones(tree.size), np.ones(tree.size)) for name in materials}
    for episode, branch in zip(episodes, branches, strict=True):
        if episode.noise is None:
            continue
        nodes = np.array(list(branch.values()), dtype=int)
        now = None if foresight else episode.now
        for name in materials:
            seen = episode.noise.seen(name, tree.period[nodes], now)
            found[name].demand[nodes], found[name].price[nodes] = seen
    return found


def feed_of(world: World, material: str, shipments: Mapping[str, np.ndarray]) -> np.ndarray:
    """Tonnes of a material that projects use as feed in each period of a plan; shape (periods,)."""
    used = np.zeros(world.calendar.periods)
    for name in world.consumers(material):
        used += (world.projects[name].input_per_output or 0.0) * shipments[name]
    return used


def _dated(crisis: Crisis, onset: int) -> Crisis:
    """A crisis that begins in one period for sure."""
    sure = {"annual_probability": None, "onset_every": None, "first_onset": None}
    return crisis.model_copy(update={**sure, "onsets": [Onset(period=onset, probability=1.0)]})


def _solution(solved: Solution, x: np.ndarray) -> Solution:
    """All columns of a program of which some were solved; of no use for duals."""
    return replace(solved, x=x, row_dual=np.empty(0), reduced_cost=np.empty(0))
