"""A whole doubt: every world looked into, kept one by one so that it goes on after an interruption."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from bichiku.api.doubt.choosing import Choosing, Planning
from bichiku.api.doubt.holding import Holding
from bichiku.api.doubt.kept import Progress, answer_of, kept_in, turned_of
from bichiku.api.doubt.question import Answer, Question
from bichiku.api.doubt.turns import Turn, Turned, Turning, costs_more
from bichiku.api.doubt.worlds import AT_HIGH, AT_LOW, DRAW, OWN, Setting, settings_of
from bichiku.executing import Executor, TaskFailed, WorkersLost
from bichiku.model.faults import Fault, ModelFaults, TooLikely
from bichiku.model.uncertainty import CANNOT_BE, HIGH, LOW, Group
from bichiku.reading.model import Model
from bichiku.result.held_plan import HeldPlan
from bichiku.result.manifest import input_digests
from bichiku.result.pipeline import NoSolution, grow
from bichiku.solving import Status
from bichiku.version import __version__

Solve = Callable[[Question], Answer]


@dataclass(frozen=True)
class Inquiry:
    """What is to be found out.

    Attributes:
        model: the model with the strategies that are compared.
        draws: number of worlds in which all groups move together.
        seed: of these.
        reoptimise: whether strategies choose anew in each world, instead of carrying out the plan of the model's own.
    """

    model: Model
    draws: int = 0
    seed: int = 1
    reoptimise: bool = False

    @property
    def name(self) -> str:
        """The name of the folder: equal inquiries into equal inputs have equal names."""
        model = self.model
        content = {
            "model": model.resolved,
            "candidates": model.candidates,
            "inputs": input_digests(model),
            "changes": model.source.assignments,
            "draws": [self.draws, self.seed] if self.draws else None,
            "reoptimise": self.reoptimise,
            "bichiku": __version__,
        }
        digest = hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:8]
        return f"{model.name}-doubt-{digest}"


@dataclass(frozen=True, repr=False)
class Findings:
    """A finished inquiry.

    Attributes:
        inquiry: what was to be found out.
        groups: what moves.
        settings: the worlds.
        answers: by world, what each strategy costs in it.
        turns: where the order turns, and the turn; None where it could not be found.
    """

    inquiry: Inquiry
    groups: tuple[Group, ...]
    settings: tuple[Setting, ...]
    answers: Mapping[str, Answer]
    turns: Sequence[tuple[Turn, Turned | None]]

    def __repr__(self) -> str:
        return f"<Findings of {self.inquiry.model.name!r}: {len(self.settings)} worlds, {len(self.turns)} turns>"

    @property
    def strategies(self) -> list[str]:
        """All strategies, yardsticks too."""
        return list(self.inquiry.model.worlds)

    @property
    def candidates(self) -> list[str]:
        """The strategies that somebody could choose."""
        return self.inquiry.model.candidates

    @property
    def own(self) -> Answer:
        """What each strategy costs in the model's own world."""
        return self.answers[OWN]

    @property
    def order(self) -> list[str]:
        """The candidates by their cost in the model's own world."""
        return sorted(self.candidates, key=lambda name: self.own[name].cost)

    @property
    def counted(self) -> list[str]:
        """The worlds over which regret is counted: the draws that can be, or all worlds where none was drawn."""
        if not self.inquiry.draws:
            return [setting.name for setting in self.settings]
        drawn = [setting.name for setting in self.settings if setting.kind == DRAW]
        return [name for name in drawn if any(found.status != CANNOT_BE for found in self.answers[name].values())]

    @property
    def best(self) -> str:
        """The candidate that costs least in the model's own world."""
        return self.order[0]


def groups_of(inquiry: Inquiry) -> tuple[Group, ...]:
    """What moves.

    Raises:
        ModelFaults: there is nothing to move or nothing to choose, or a range does not fit the model.
    """
    model = inquiry.model
    if len(model.candidates) < 2:
        hint = "a strategy with yardstick: true is none; choose others with -s"
        raise ModelFaults([Fault("--strategy", None, "", "a choice is between two candidates or more", hint)])
    groups = tuple(model.uncertain_groups())
    if not groups:
        hint = "its rows say how far a number may be off; see docs/tables.md"
        raise ModelFaults([Fault("uncertainty.csv", None, "", "is missing or has no rows", hint)])
    return groups


def check_ends(model: Model, groups: Sequence[Group], progress: Progress = lambda done, total: None) -> None:
    """Reads the model with each group at each of its ends, which takes little time where solving takes hours.

    Periods that move may leave a branch no end, so the trees of these are grown.

    Raises:
        ModelFaults: an end does not fit; the faults name it.
    """
    settings = settings_of(groups, 0, 0)
    of_periods = {group.name for group in groups if any(found.row.kind == "whole" for found in group.ranges)}
    first = next(iter(model.worlds))  # the numbers are the same in all
    for number, setting in enumerate(settings, start=1):
        moved = Question(setting.name, setting.assignments(groups), (first,)).model(model)
        if setting.group in of_periods:
            with suppress(TooLikely):  # a world that cannot be is told as such
                grow(moved.worlds[first])
        progress(number, len(settings))


def run_doubt(
    inquiry: Inquiry,
    executor: Executor,
    folder: Path | None = None,
    planning: Progress = lambda done, total: None,
    progress: Progress = lambda done, total: None,
    turning: Progress = lambda done, total: None,
) -> Findings:
    """Looks into every world that is not known yet.

    Args:
        inquiry: what is to be found out.
        executor: where.
        folder: where answers are kept as they come in, in points.jsonl; what is there already is taken up.
        planning: called with the number of strategies that have chosen their plan, and of all.
        progress: called with the number of worlds that are known, and of all.
        turning: called with the number of turns that are found, and of all.

    Raises:
        ModelFaults: the inquiry makes no sense, or a world cannot be.
        NoSolution: a strategy has no plan in the model's own world.
        WorkersLost: a world killed its workers, or none can be had.
    """
    groups = groups_of(inquiry)
    settings = settings_of(groups, inquiry.draws, inquiry.seed)
    solve = _solver(inquiry, executor, planning)
    names = tuple(inquiry.model.worlds)
    questions = {
        setting.name: Question(setting.name, setting.assignments(groups), names, setting.kind == DRAW)
        for setting in settings
    }
    with kept_in(folder) as kept:
        answers = kept.all(executor, solve, questions, partial(answer_of, strategies=names), progress)
        _require_own(inquiry, answers)
        doubt = Findings(inquiry, groups, tuple(settings), answers, ())
        if not doubt.counted:
            hint = "narrow the ranges of probabilities, lengths and recoveries"
            raise ModelFaults([Fault("--draws", None, "", "no world that was drawn can be", hint)])
        asked = {turn.name: turn for turn in turns_of(doubt)}
        found = kept.all(executor, Turning(solve), asked, turned_of, turning)
    return replace(doubt, turns=[(turn, found[name]) for name, turn in asked.items()])


def turns_of(doubt: Findings) -> Iterator[Turn]:
    """For each group and end who costs less there than the best of the model's own world.

    Told are the strategy that costs least at that end, and the second of the model's own world.
    """
    best, second, base = doubt.best, doubt.order[1], doubt.own
    for group in doubt.groups:
        for kind, end in ((AT_LOW, LOW), (AT_HIGH, HIGH)):
            at_end = doubt.answers[f"{kind} {group.name}"]
            solved = [name for name in doubt.order if at_end[name].is_solved]
            if best not in solved:
                continue
            least = min(solved, key=lambda name: at_end[name].cost)
            for other in dict.fromkeys((least, second)):
                behind, ahead = costs_more(base[other], base[best]), costs_more(at_end[other], at_end[best])
                if other in solved and ahead < 0.0:
                    yield Turn(group, end, best, other, behind, ahead)


def _solver(inquiry: Inquiry, executor: Executor, planning: Progress) -> Solve:
    if inquiry.reoptimise:
        return Choosing(inquiry.model)
    names = list(inquiry.model.worlds)
    plans: dict[str, HeldPlan] = {}
    planning(0, len(names))
    for place, plan in executor.each(Planning(inquiry.model), names):
        if isinstance(plan, TaskFailed):
            raise WorkersLost(f"the plan of {names[place]} {plan.why}")
        if isinstance(plan, Status):
            raise NoSolution(names[place], plan)
        plans[names[place]] = plan
        planning(len(plans), len(names))
    return Holding(inquiry.model, {name: plans[name] for name in names})


def _require_own(inquiry: Inquiry, answers: Mapping[str, Answer]) -> None:
    for strategy in inquiry.model.worlds:
        found = answers[OWN][strategy]
        if not found.is_solved:
            raise NoSolution(strategy, Status(found.status))
