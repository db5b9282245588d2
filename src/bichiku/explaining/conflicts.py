"""One conflict in full: its rules, what it rests on, the changes that end it and what else was looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from bichiku.build import Cuts
from bichiku.explaining.changes import Change, NoChange, changes
from bichiku.explaining.concentration_change import index_change
from bichiku.explaining.deletion_filter import RuleSet
from bichiku.explaining.explanation import (
    Conflict,
    Doubt,
    Given,
    LateDeliveries,
    OpeningStock,
    Remark,
    RouteLosses,
    Topic,
)
from bichiku.explaining.failing_lengths import with_failing_lengths
from bichiku.explaining.floor_and_ceiling import earlier_starts
from bichiku.explaining.new_source import new_sources
from bichiku.explaining.postponement import postponements
from bichiku.explaining.ruled_program import RuledProgram
from bichiku.explaining.rules import CAPACITY, RESERVE_KEPT
from bichiku.explaining.trials import Trials
from bichiku.model.world import World
from bichiku.policies.concentration import CONCENTRATION
from bichiku.policies.risk import RISK
from bichiku.result.outcome import Outcome
from bichiku.result.prices.limits import PROJECT_CAPACITY

OF_RISK = tuple(family.name for family in RISK.families)


def conflict_in_full(ruleset: RuleSet, trials: Trials, outcome: Outcome, cuts: Cuts, alone: bool) -> Conflict:
    """A conflict with its ways out.

    Args:
        ruleset: its rules.
        trials: where changes are tried.
        outcome: the strategy.
        cuts: planes found so far.
        alone: whether no other component of the program is infeasible.
    """
    ways: list[Change] = []
    fixed: list[NoChange] = []
    remarks: list[Remark] = []
    by_planes = _is_kept_by_planes(trials.part, outcome.world)
    for answer in changes(ruleset, trials, of_tables=False):
        if isinstance(answer, NoChange) and answer.rule.kind == CONCENTRATION.name:
            answer = index_change(answer.rule, trials, outcome, cuts) or NoChange.of(answer.rule, trials.check)
        _sort_in(answer, ways, fixed)
    if not by_planes:
        ways += new_sources(ruleset, trials, outcome)
    dated = chain(earlier_starts(ruleset, trials, outcome), postponements(ruleset, trials, outcome))
    for found in dated:
        if isinstance(found, Change):
            ways.append(found)
        elif found not in remarks:
            remarks.append(found)
    for answer in changes(ruleset, trials, of_tables=True):
        _sort_in(answer, ways, fixed)
    if by_planes and any(way.kind != CONCENTRATION.name for way in ways):
        # planes are added where mixes are found, and other numbers lead to other mixes
        ways = [way if way.kind == CONCENTRATION.name else replace(way, verified=False, enough=False) for way in ways]
        remarks.append(Remark(Topic.PLANES_MAY_ASK_MORE, CONCENTRATION.name))
    if ruleset.untried:
        remarks.append(Remark(Topic.GROUPS_TRIED_TOGETHER))
    if not alone:
        ways = [replace(way, alone=False) for way in ways]
    ways = [_as_far_as_tried(way, trials.part, outcome.world) for way in ways]
    given = tuple(_given(ruleset, outcome))
    rules = with_failing_lengths(ruleset, trials)
    return Conflict(rules, _doubt(ruleset), len(ruleset.doubtful), given, tuple(ways), tuple(fixed), tuple(remarks))


def _as_far_as_tried(way: Change, part: RuledProgram, world: World) -> Change:
    """A change of a capacity is not fully tried where the capacity stands in more than what may be shipped.

    With a limit on risk it also moves what a refill may count on, and with it damage. The first tonne of a source that
    a crisis hits puts its material in an emergency.
    """
    if way.kind not in CAPACITY:
        return way
    at_risk = any(rule.kind in OF_RISK for rule in part.rules)
    first = way.before == 0 and any(rule.kind == RESERVE_KEPT for rule in part.rules)
    if at_risk and way.kind == PROJECT_CAPACITY and world.projects[way.name].input_material is not None:
        return replace(way, verified=False, enough=False)  # what it takes in could be missing for a refill
    return replace(way, verified=way.verified and not at_risk and not first)


def _sort_in(answer: Change | NoChange, ways: list[Change], fixed: list[NoChange]) -> None:
    if isinstance(answer, Change):
        ways.append(answer)
    else:
        fixed.append(answer)


def _is_kept_by_planes(part: RuledProgram, world: World) -> bool:
    """Whether the limit on concentration speaks of a material of a component."""
    policy = CONCENTRATION.asked(world)
    return policy is not None and bool({*world.chosen(policy.materials)} & {*part.materials})


def _doubt(ruleset: RuleSet) -> Doubt | None:
    if ruleset.doubtful:
        return Doubt.UNTOLD
    if len(ruleset.rules) > 1 and any(rule.kind == CONCENTRATION.name for rule in ruleset.rules):
        return Doubt.PLANES
    return None


def _given(ruleset: RuleSet, outcome: Outcome) -> Iterator[Given]:
    """What no rule speaks of and the conflict rests on: stocks and goods under way at the start, losses on routes."""
    world = outcome.world
    for name in sorted({rule.material for rule in ruleset.rules if rule.material}):
        yield OpeningStock(name, world.materials[name].opening_stock_t)
        sources = [source for source, row in world.sources.items() if row.material == name]
        leads = {s: world.sources[s].lead_periods for s in sources if s not in world.contracts}
        late = tuple(s for s, periods in leads.items() if periods)
        if late:
            periods = sorted({leads[s] for s in late})
            tonnes = sum(world.spot[s].under_way for s in late if s in world.spot)
            yield LateDeliveries(name, late, periods[0], periods[-1], tonnes)
        state = outcome.of(name).state
        lossy = [s for s in sources if (state.route[s] < 1).any()]
        lossy += [s for s in sources if s in world.contracts and (state.export[s] < 1).any() and s not in lossy]
        if lossy:
            yield RouteLosses(name, tuple(lossy))
