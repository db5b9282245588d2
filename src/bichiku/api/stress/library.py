"""`bichiku.stress`: what the command of the same name does, from Python."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from bichiku.api.arguments import runs_of
from bichiku.api.stress.dated import stress as stress_dated
from bichiku.api.stress.dated import write_stress
from bichiku.api.stress.draws import stress_draws, write_draws
from bichiku.api.stress.loss_map import stress_map, write_map
from bichiku.api.stress.value import RULE_DAYS, stress_value, write_value
from bichiku.api.tables import Tables
from bichiku.executing import executor
from bichiku.model.faults import Fault, ModelFaults
from bichiku.result.run import Run
from bichiku.stressing.distribution import DISTRIBUTION
from bichiku.stressing.harm import HARM
from bichiku.stressing.loss_map import LOSSES
from bichiku.stressing.static import STATIC
from bichiku.stressing.value import VALUE

Counter = Callable[[int, int], None]


class Stress(Tables):
    """What became of plans that were held while things broke: the tables of docs/stress.md by name."""

    def __init__(
        self, what: str, tables: Mapping[str, pd.DataFrame], first: str, write: Callable[[str | Path], Path]
    ) -> None:
        super().__init__(what, tables, first)
        self._write = write

    def write(self, output: str | Path = "runs") -> Path:
        """Writes the tables, a page and a manifest, and returns their folder.

        Raises:
            CannotWrite: the folder cannot be written; nothing is left behind.
        """
        return self._write(output)


def stress(
    runs: Run | Iterable[Run],
    crisis: str | Path | None = None,
    month: str | None = None,
    *,
    length: int | None = None,
    losses: bool = False,
    draws: int | None = None,
    value: bool = False,
    seed: int = 0,
    demand_noise: float = 0.0,
    price_noise: float = 0.0,
    days: float | None = None,
    workers: str | int | None = None,
    counter: Counter = lambda done, total: None,
) -> Stress:
    """Holds the plans of some runs and breaks things: by one dated crisis, or in one of three other ways.

    In a script, call it below ``if __name__ == "__main__":``, as each process starts Python anew.

    Args:
        runs: one run, or runs of strategies of one model.
        crisis: name of a crisis of the model, or the `Path` of a file that describes one; see docs/stress.md.
        month: when it begins, such as ``2027-04``.
        length: periods that it really lasts; None for the longest length that is thought possible.
        losses: lose every country, pair of the largest, route and group instead.
        draws: operate so many futures instead, drawn from all crises.
        value: tell instead what planning is worth.
        seed: of the draws.
        demand_noise: of the draws: standard deviation of the factors on demand, 0 to 1.
        price_noise: of the draws: that of the factors on spot prices.
        days: days of use of every material in store; None for what each plan holds. With `value` those of the rule of
            thumb, 60 where it is None.
        workers: where it is worked out, as `--workers` takes it; a dated crisis is worked out here.
        counter: called with how much is done and how much there is; not for a dated crisis.

    Raises:
        ModelFaults: the runs do not go together, or what is asked for does not fit.
        NoSolution: operation has no solution.
        ValueError: there can be no such workers.
        WorkersLost: there are no workers any more.
    """
    given = runs_of("stress", runs)
    for name, number in (("draws", draws), ("seed", seed), ("length", length)):
        if number is not None and not isinstance(number, int):
            raise ModelFaults([Fault(name, None, "", f"{number!r} is not a whole number")])
    if month is not None and not isinstance(month, str):
        raise ModelFaults([Fault("month", None, "", f"{month!r} is not a text", "a month such as 2027-04")])
    _check_asked({"crisis": crisis is not None, "losses": losses, "draws": draws is not None, "value": value}, given)
    if draws is None:
        _refuse("goes with draws alone", demand_noise=demand_noise or None, price_noise=price_noise or None)
    strategies = ", ".join(run.strategy for run in given)
    if crisis is not None:
        if month is None:
            raise ModelFaults([Fault("month", None, "", "is missing: when does it begin?", "a month such as 2027-04")])
        dated = stress_dated(given, crisis, month, length, days)
        what = f"Stress of {strategies}: {dated.crisis} from {dated.month}"
        return Stress(what, dated.tables, HARM.name, partial(write_stress, dated))
    _refuse("goes with a crisis alone", month=month, length=length)
    with executor(workers) as place:
        if losses:
            found = stress_map(given, place, days, counter)
            tables = {LOSSES.name: found.losses, STATIC.name: found.static}
            return Stress(f"Map of losses of {strategies}", tables, LOSSES.name, partial(write_map, found, given))
        if draws is None:
            worth = stress_value(given, place, RULE_DAYS if days is None else days, counter)
            what = f"What planning is worth in {strategies}"
            return Stress(what, worth.tables, VALUE.name, partial(write_value, worth, given))
        _refuse("does not go with draws", days=days)
        drawn = stress_draws(given, place, draws, seed, demand_noise, price_noise, counter=counter)
        what = f"{draws:,} draws of {strategies}"
        return Stress(what, drawn.tables, DISTRIBUTION.name, partial(write_draws, drawn, given))


def _check_asked(asked: Mapping[str, bool], runs: Sequence[Run]) -> None:
    if not runs:
        raise ModelFaults([Fault("stress", None, "", "no run is given")])
    if sum(asked.values()) != 1:
        given = [name for name, is_asked in asked.items() if is_asked]
        message = f"{' and '.join(given)} do not go together" if given else "nothing is asked for"
        raise ModelFaults([Fault("stress", None, "", message, f"give one of {', '.join(asked)}")])


def _refuse(why: str, **given: object) -> None:
    for name, value in given.items():
        if value is not None:
            raise ModelFaults([Fault(name, None, "", why, "leave it out")])
