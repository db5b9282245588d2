"""Prices and their ranges, part by part of a solved program.

A limit that stands on the right-hand side has an exact price, the sum of its duals, and an exact range, that
of the optimal basis. Where the basis gives no room for one whole step more (a kink), or the number is a coefficient
(a share), the part is solved again one step away instead.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from bichiku.executing import threads
from bichiku.policies import Limit
from bichiku.program import LinearProgram, Move
from bichiku.result.outcome import Outcome
from bichiku.result.planes import PartWithPlanes, needs_planes
from bichiku.result.prices.beside import OtherLimits
from bichiku.result.prices.limits import CAPACITIES
from bichiku.result.prices.rises import Rise, moved, rises_by_planes, rises_of, what_rises
from bichiku.solving import HotProgram, Solution
from bichiku.solving.highs import HighsRun
from bichiku.solving.sensitivity import OptimalBasis, slope, steps
from bichiku.solving.start import SolverError

MOST_ROWS = 8_000_000  # of the programs that are solved again for one part's sake: half a minute on one core
LARGE = 100_000  # rows of a part that is priced by two solvers
TOLD = 1e-9  # of a part's cost; what a step is worth below that is lost in the rounding of two costs
SAME = 0.01  # prices a step up and a step down that differ by less are one price

RANGING, RESOLVED, SHORT = "ranging", "re-solve", "short range"
TOO_LARGE = "the program is too large to solve again for each of its limits"
TOO_LITTLE = "the step is worth too little to tell by solving again"


@dataclass(frozen=True)
class Price:
    """What one unit more of a number costs, and the steps from least to most for which that price holds.

    Attributes:
        price: rise of expected discounted cost for one unit more; not a number if that has no solution, or if
            the solver could not tell.
        least, most: units from where the number stands; not numbers for capacity that lies idle.
        method: ``ranging``, ``re-solve``, or ``short range`` for one by ranging that ends before a whole step.
        untold: whether there is no price because the solver failed on numerical grounds.
        why_short: why the range of a price is left shorter than a step.
        beside: other limits that bind once the step is made, in words.
    """

    price: float
    least: float
    most: float
    method: str
    untold: bool = False
    why_short: str = ""
    beside: tuple[str, ...] = ()


def prices_of(limits: Sequence[Limit], hot: HotProgram, outcome: Outcome) -> list[Price]:
    """Prices of the limits of a solved program, each of which can move.

    Those that cannot be moved without other parts are worked out in one program of all that rows couple.
    """
    if any(needs_planes(outcome, part) and len(part.coupling) for part in hot.parts):
        hot.join()  # with other planes the parts may spend otherwise
    found = _prices_of(limits, hot, outcome)
    coupled = [i for i, price in enumerate(found) if price is None]
    if coupled:
        hot.join()
        together = dict(zip(coupled, _prices_of([limits[i] for i in coupled], hot, outcome), strict=True))
        found = [together.get(i, price) for i, price in enumerate(found)]
    known = [price for price in found if price is not None]
    assert len(known) == len(limits)  # one program of all has no other parts
    return known


def _prices_of(limits: Sequence[Limit], hot: HotProgram, outcome: Outcome) -> list[Price | None]:
    """Prices part by part; none where other parts would move too."""
    numbering = _Numbering(hot)
    local = [numbering.local(moved(limit)) for limit in limits]
    others = OtherLimits(outcome)
    by_planes = [needs_planes(outcome, part) for part in hot.parts]
    found: list[Price | None] = [None] * len(limits)
    left = [""] * len(limits)
    rises: dict[int, list[Rise | None]] = {}

    def moves_of(job: _Job) -> list[tuple[Limit, Move]]:
        return [(limits[i], local[i][job.part]) for i in job.limits]

    def solve_again(job: _Job) -> dict[int, Rise | None]:
        part, mine = job.part, job.limits
        if by_planes[part]:
            again = PartWithPlanes(outcome, hot.parts[part], hot.options)
            return dict(zip(mine, rises_by_planes(moves_of(job), part, hot, again, others), strict=True))
        key = what_rises(moves_of(job), part, hot, others)
        told: list[Rise | None] | None = None if hot.known is None else hot.known.get(key)
        if told is None:
            with hot.session(part, job.run) as solve:
                told = list(rises_of(moves_of(job), part, hot, solve, others))
            if hot.known is not None:
                hot.known.keep(key, told)
        return dict(zip(mine, told, strict=True))

    with _side_by_side() as pool:
        waiting: list[Future[dict[int, Rise | None]]] = []
        under_way: list[_Group] = []
        # what the solver does with a basis keeps the interpreter's lock, and solving again does not: so one goes on
        # while the other has begun
        for group in _groups(local, hot):
            under_way = _with_room(under_way, hot)
            bases: dict[int, OptimalBasis] = {}
            parts = sorted({part for i in group for part in local[i]})
            for part in parts:
                hot.settle(part)
            for i in group:
                found[i] = _by_ranging(limits[i], local[i], hot, bases)
                if any(by_planes[part] for part in local[i]) and not _is_idle(limits[i], found[i]):
                    found[i] = None  # the basis knows the planes of the optimum alone
            again, reasons = _to_solve_again(group, limits, found, local, hot)
            for i, reason in reasons.items():
                left[i] = reason
            of_part: dict[int, list[int]] = {}
            for i in again:
                for part in local[i]:
                    of_part.setdefault(part, []).append(i)
            jobs = [pool.submit(solve_again, job) for job in _jobs(of_part, hot)]
            waiting += jobs
            under_way.append(_Group(parts, jobs, sum(hot.parts[part].program.shape[0] for part in parts)))
        for job in waiting:
            for i, rise in job.result().items():
                rises.setdefault(i, []).append(rise)
        _put_away(under_way, hot)
    for i, exact in enumerate(found):
        if i in rises:
            found[i] = _one_step_away(limits[i], rises[i], exact)
        elif exact is not None:
            found[i] = replace(exact, why_short=left[i])
    return found


@contextmanager
def _side_by_side() -> Iterator[ThreadPoolExecutor]:
    """Threads for all cores; what has not begun is dropped where something fails."""
    with ThreadPoolExecutor(max_workers=threads()) as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _groups(local: Sequence[dict[int, Move]], hot: HotProgram) -> list[list[int]]:
    """The limits by what they touch: no part is touched by two groups. The largest come first."""
    group_of: dict[int, set[int]] = {}  # the parts that a part is together with
    for parts in local:
        together = set().union(parts, *(group_of.get(part, ()) for part in parts))
        group_of.update(dict.fromkeys(together, together))
    groups: dict[int, list[int]] = {}
    for i, parts in enumerate(local):
        groups.setdefault(min(group_of[next(iter(parts))]) if parts else -1, []).append(i)

    def rows(group: list[int]) -> int:
        return sum(hot.parts[part].program.shape[0] for part in {part for i in group for part in local[i]})

    return sorted(groups.values(), key=rows, reverse=True)


@dataclass(frozen=True, eq=False)
class _Group:
    """Parts that are priced together, what of that is under way, and how many rows they have."""

    parts: Sequence[int]
    jobs: Sequence[Future[dict[int, Rise | None]]]
    rows: int

    @property
    def is_done(self) -> bool:
        return all(job.done() for job in self.jobs)


def _with_room(under_way: Sequence[_Group], hot: HotProgram) -> list[_Group]:
    """The groups that are not done, when they are few enough for one more; what the others' solvers took is free."""
    left, most = list(under_way), threads()
    while True:
        done = [group for group in left if group.is_done]
        left = [group for group in left if group not in done]
        _put_away(done, hot)
        if not left or (len(left) <= most and sum(group.rows for group in left) < LARGE):
            return left
        wait([job for group in left for job in group.jobs if not job.done()], return_when=FIRST_COMPLETED)


def _put_away(groups: Sequence[_Group], hot: HotProgram) -> None:
    for group in groups:
        for part in group.parts:
            hot.put_away(part)


@dataclass(frozen=True)
class _Job:
    """Limits of a part that one solver moves one after another; its own where none is given."""

    part: int
    limits: Sequence[int]
    run: HighsRun | None = None


def _jobs(of_part: Mapping[int, Sequence[int]], hot: HotProgram) -> Iterator[_Job]:
    """What is solved side by side.

    A large part has two solvers, however many cores there are: what a price is to the last digit hangs on what was
    solved before it.
    """
    for part, limits in sorted(of_part.items()):
        if hot.parts[part].program.shape[0] < LARGE or len(limits) < 2:
            yield _Job(part, limits)
        else:
            yield _Job(part, limits[::2])
            yield _Job(part, limits[1::2], hot.twin(part))


def _to_solve_again(
    group: Sequence[int],
    limits: Sequence[Limit],
    found: Sequence[Price | None],
    local: Sequence[dict[int, Move]],
    hot: HotProgram,
) -> tuple[list[int], dict[int, str]]:
    """The limits of a group whose parts are solved again, and for the others with a short range why it is left.

    Each part is solved again for no more than `MOST_ROWS` of rows: for limits without a price of the basis, then for
    those of policies, then for the capacities whose steps are worth most.
    """

    def rank(i: int) -> tuple[int, float]:
        price = found[i]
        if price is None:
            return 0, 0.0
        return (2, -abs(price.price) * limits[i].step) if limits[i].family in CAPACITIES else (1, 0.0)

    again: list[int] = []
    left: dict[int, str] = {}
    rows = dict.fromkeys(range(len(hot.parts)), 0)
    for i in sorted((i for i in group if (price := found[i]) is None or price.method == SHORT), key=rank):
        price = found[i]
        sizes = {part: hot.parts[part].program.shape[0] for part in local[i]}
        if price is not None:
            cost = sum(abs(hot.answer(part).objective) for part in local[i])
            # what more of saves less and less is worth no more than its first piece says
            if price.price < 0.0 and -price.price * limits[i].step <= TOLD * cost:
                left[i] = TOO_LITTLE
            elif any(rows[part] + size > MOST_ROWS for part, size in sizes.items()):
                left[i] = TOO_LARGE
        if i not in left:
            again.append(i)
            for part, size in sizes.items():
                rows[part] += size
    return sorted(again), left


def _by_ranging(limit: Limit, local: dict[int, Move], hot: HotProgram, bases: dict[int, OptimalBasis]) -> Price | None:
    """The price from duals and basis of all parts that a limit touches; None where it takes solving again.

    Bases are looked up when they are first asked for, and kept in `bases`.
    """
    if not local:
        return Price(0.0, -math.inf, math.inf, RANGING)
    if limit.steps:
        return None
    solutions = {part: hot.answer(part) for part in local}
    programs = {part: hot.parts[part].program for part in local}
    if len(moved(limit).entry_rows):
        ((part, mine),) = local.items()
        return _of_idle_coefficients(mine, programs[part], solutions[part], limit.holds)
    price = sum(slope(programs[part], solutions[part], local[part]) for part in local)
    if limit.family in CAPACITIES and price == 0.0:
        return Price(0.0, math.nan, math.nan, RANGING)
    try:
        for part in local.keys() - bases.keys():
            bases[part] = OptimalBasis(programs[part], hot.runs[part], solutions[part])
        found = [bases[part].along(local[part]) for part in local]
    except SolverError:
        return None
    least, most = limit.holds
    for one in found:
        least, most = max(least, one.least), min(most, one.most)
    return Price(price, min(least, 0.0), most, RANGING if most >= limit.step else SHORT)


def _is_idle(limit: Limit, found: Price | None) -> bool:
    """Whether a capacity is not used up, so that more of it is worth nothing whatever else there is."""
    return limit.family in CAPACITIES and found is not None and found.price == 0.0


def _of_idle_coefficients(
    move: Move, program: LinearProgram, solution: Solution, holds: tuple[float, float]
) -> Price | None:
    """A limit in coefficients without a price costs nothing until it binds; None where it has a price already."""
    if solution.row_dual[move.rows].any():
        return None
    activity = program.matrix @ solution.x
    moved = np.zeros(program.shape[0])
    np.add.at(moved, move.entry_rows, move.entry_moves * solution.x[move.entry_columns])
    change = moved[move.rows] - move.row_moves
    one = 1.0 if program.units is None else program.units.rows[move.rows]
    least, most = steps((activity - program.row_lower)[move.rows], change, one)
    least_upper, most_upper = steps((program.row_upper - activity)[move.rows], -change, one)
    least, most = max(least, least_upper, holds[0]), min(most, most_upper, holds[1])
    return Price(0.0, min(least, 0.0), most, RANGING) if most >= 1.0 else None


def _one_step_away(limit: Limit, found: Sequence[Rise | None], exact: Price | None) -> Price | None:
    """The price from the rises of all parts that a limit touches, and from the exact price of its first piece.

    None where the rise of a part is: others would move too.
    """
    of_parts = [rise for rise in found if rise is not None]
    if len(of_parts) < len(found):
        return None
    step = limit.step
    up = sum(math.nan if rise.up is None else rise.up for rise in of_parts) / step
    if math.isnan(up):
        return Price(math.nan, 0.0, 0.0, RESOLVED, any(rise.up is None for rise in of_parts))
    if exact is None:
        down = sum(math.nan if rise.down is None else rise.down for rise in of_parts) / step
    else:
        down = exact.price if exact.least <= -step else math.nan
    both = abs(up - down) <= SAME * max(abs(up), abs(down))
    beside = dict.fromkeys(name for rise in of_parts for name in rise.beside)
    return Price(up, -step if both else 0.0, step, RESOLVED, beside=tuple(beside))


class _Numbering:
    """Translates rows and columns of the whole program into those of its parts."""

    def __init__(self, hot: HotProgram) -> None:
        rows, columns = hot.program.shape
        self._hot = hot
        self._part_of_row, self._part_of_column = np.full(rows, -1), np.full(columns, -1)
        self._with_row: dict[int, list[int]] = {}  # of a row that several parts have
        for i, part in enumerate(hot.parts):
            self._part_of_row[part.rows], self._part_of_column[part.columns] = i, i
            for row in part.rows[part.coupling]:
                self._with_row.setdefault(int(row), []).append(i)
        self._row, self._column = np.full(rows, -1), np.full(columns, -1)

    def local(self, move: Move) -> dict[int, Move]:
        """The move in the numbering of each part that it touches; columns outside all parts do not matter."""
        parts = {*self._part_of_row[move.rows].tolist(), *self._part_of_column[move.columns].tolist()} - {-1}
        for row in move.rows.tolist():
            parts.update(self._with_row.get(row, ()))
        return {part: self._in_part(move, part) for part in sorted(parts)}

    def _in_part(self, move: Move, number: int) -> Move:
        part = self._hot.parts[number]
        self._row[part.rows], self._column[part.columns] = np.arange(len(part.rows)), np.arange(len(part.columns))
        found = move.inside(self._row, self._column)
        self._row[part.rows], self._column[part.columns] = -1, -1
        return found
