"""Runs to plans that are held, and the crisis that a call names to one of the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bichiku.model.calendar import Calendar, month_index
from bichiku.model.faults import Fault, ModelFaults, nearest, shown
from bichiku.model.names import check_crisis
from bichiku.model.settings import Crisis
from bichiku.reading.document import read_document
from bichiku.reading.strategies import parse_path
from bichiku.result.held_plan import HeldPlan
from bichiku.result.pipeline import grow
from bichiku.result.run import Run
from bichiku.stressing.operation import BlindOperator

MOST_DAYS = 3650.0
PROBABLE = ("annual_probability", "onset_every", "first_onset", "onsets")


def operators_of(runs: Sequence[Run], days: float | None = None) -> dict[str, BlindOperator]:
    """Who operates the plan of each run, by strategy.

    Args:
        runs: the runs, just solved or read back with their flows, reserve and projects.
        days: days of use of every material in store when something breaks; None for what each plan holds.

    Raises:
        ModelFaults: the runs do not go together, or the days are none.
    """
    if days is not None:
        check_days(days)
    check_together(runs)
    return {run.strategy: BlindOperator(run.world, HeldPlan.of(run), days) for run in runs}


def check_days(days: float) -> None:
    """Days of use that can be in store.

    Raises:
        ModelFaults: they are none.
    """
    if not 0.0 <= days <= MOST_DAYS:
        raise ModelFaults([Fault("--days", None, "", f"{days:g} is not a number of days from 0 to {MOST_DAYS:g}")])


def check_storable(operators: Mapping[str, BlindOperator], onsets: Sequence[int]) -> None:
    """That stores hold the days that are asked for, when something breaks in any of some periods.

    Raises:
        ModelFaults: one does not.
    """
    faults = []
    for operator in operators.values():
        for material, row in operator.world.materials.items():
            if any(operator.holds_too_much(material, onset) for onset in onsets):
                message = (
                    f"so many days of {material} are more than its storage_limit_t of {row.storage_limit_t:,.6g} t"
                )
                faults.append(Fault("--days", None, "", message, "ask for fewer days, or solve with a larger store"))
    if faults:
        raise ModelFaults(dict.fromkeys(faults))


def check_together(runs: Sequence[Run]) -> None:
    """Runs of one model, a strategy each.

    Raises:
        ModelFaults: they do not go together.
    """
    names = [run.strategy for run in runs]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ModelFaults([Fault("RUN", None, "", f"two runs of the strategy {shown(twice[0])}", "give one of them")])
    first = runs[0].world
    for run in runs[1:]:
        if run.world.calendar != first.calendar or run.world.settings.currency != first.settings.currency:
            message = f"{run.strategy} has other periods or another currency than {first.strategy}"
            raise ModelFaults([Fault("RUN", None, "", message, "give runs of one model")])


def run_names(runs: Sequence[Run]) -> list[str]:
    """Names of the folders of runs, or their strategies where they are not written."""
    return [run.folder.name if run.folder else run.strategy for run in runs]


def period_of(month: str, calendar: Calendar) -> int:
    """The period that holds a month.

    Raises:
        ModelFaults: it is no month of the horizon.
    """
    last = calendar.label(calendar.periods)
    try:
        at = month_index(month)
    except ValueError as error:
        raise ModelFaults([Fault("--from", None, "", str(error))]) from error
    period = 1 + (at - calendar.first_month) // calendar.months_per_period
    if not 1 <= period <= calendar.periods:
        message = f"{month} lies outside the periods solved"
        raise ModelFaults([Fault("--from", None, "", message, f"they begin {calendar.label(1)} to {last}")])
    return period


def named_crisis(run: Run, name: str) -> Crisis:
    """A crisis of a run's model.

    Raises:
        ModelFaults: the model has none of that name.
    """
    crises = run.world.settings.crises
    if name not in crises:
        hint = nearest(name, crises) or f"{run.strategy} has {', '.join(crises) or 'no crisis'}"
        raise ModelFaults([Fault("--crisis", None, "", f"unknown crisis {shown(name)}", hint)])
    return crises[name]


def described_crisis(run: Run, file: Path, onset: int) -> Crisis:
    """A crisis that a file describes as model.yaml would, held to the rules of the run's model.

    Args:
        run: the run.
        file: holds its `duration`, `recovery` and `effects`; it is named after the file.
        onset: period in which it begins.

    Raises:
        ModelFaults: it cannot be read, or does not fit.
    """
    described = read_document(file, str(file)).data
    if probable := [key for key in PROBABLE if key in described]:
        message = "says when it begins, or how likely"
        raise ModelFaults([Fault(str(file), None, probable[0], message, "leave it out; --from says when it begins")])
    if file.stem in run.world.settings.crises:
        message = f"{shown(file.stem)} is a crisis of the model already"
        raise ModelFaults([Fault(str(file), None, "", message, "give the file another name")])
    try:
        check_crisis(file.stem)
    except ValueError as error:
        raise ModelFaults([Fault(str(file), None, "", f"cannot name a crisis: {error}")]) from error
    try:
        parse_path(f"crises.{file.stem}")
    except ValueError as error:
        hint = "give it a name of letters, digits, dashes and underscores"
        message = f"{shown(file.stem)} cannot name a crisis of a file"
        raise ModelFaults([Fault(str(file), None, "", message, hint)]) from error
    stated = {**described, "onsets": [{"period": onset, "probability": 0.0}]}
    try:
        changed = run.world.changed({f"crises.{file.stem}": stated})
        crisis = changed.settings.crises[file.stem]
        # an effect, or goods under way, may outlast its recovery
        grow(replace(changed, settings=changed.settings.model_copy(update={"crises": {file.stem: crisis}})))
    except ModelFaults as error:
        raise ModelFaults(replace(fault, file=str(file), line=None) for fault in error.faults) from error
    return crisis


def real_length(crisis: Crisis, length: int | None) -> int:
    """The periods that a crisis lasts: those given, or the longest that people believe in.

    Raises:
        ModelFaults: they are none.
    """
    if length is None:
        return max(length for length, share in crisis.duration.items() if share > 0.0)
    if length < 1:
        raise ModelFaults([Fault("--length", None, "", f"{length} is not a number of periods of one or more")])
    return length
