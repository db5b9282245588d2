"""prices.csv: its limits, its signs, its ranges, and the part of each price that the duals decide.

A price at a right-hand side with the method ``ranging`` is the sum of duals over its rows, where duals.csv states all
of these. One found by solving again cannot be worked out from the files, but cost is convex in a right-hand side, so a
price one unit up is no less, and one unit down no more, than that sum. A price of a share or a capacity is held to its
sign and to nothing where the limit does not bind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bichiku.verification.facts import PolicyRow, RunFacts
from bichiku.verification.files import NOTHING, RunTable
from bichiku.verification.limits import built_capacity, capacity_of, ramped, rationed
from bichiku.verification.metric_sources import last_year
from bichiku.verification.money import ALL
from bichiku.verification.sheet import ColumnNumbers, Sheet, check_sheet, match_rows
from bichiku.verification.states import is_rationed
from bichiku.verification.units import ones_of
from bichiku.verification.verdict import KEPT, Ledger, Where

FILE = "prices.csv"
ACCURACY = 1e-3  # of all money is one unit of the accuracy `KEPT` of a difference of two optima
METHODS = ("ranging", "re-solve", "short range")
HUNDREDTH = 0.01


@dataclass(frozen=True)
class Movable:
    """One number that a person may move.

    Attributes:
        key: policy, limit, material and year (-1: empty).
        value: the number as it stands.
        unit: one unit of it.
        floor: whether more of it asks for more.
        rows: positions of the policy rows whose limits move with it.
        moves: by how much each of them moves for one unit.
        is_share: whether it is a share of arrivals, whose price no dual alone decides.
        bends: whether it multiplies what is decided, so that the cost need not be convex in it.
        binding: whether the number limits anything; None where the rows say so.
        unit_told: whether its sentence names the unit beside the number.
        either: whether more of it may cost as well as save, since it takes spare tonnes of its feed, or loosens rows.
        spread: whether it stands in rows that duals.csv does not state, so that its duals are not all of its price.
    """

    key: tuple[str, str, str, int]
    value: float
    unit: str
    floor: bool = False
    rows: tuple[int, ...] = ()
    moves: tuple[float, ...] = ()
    is_share: bool = False
    bends: bool = False
    binding: bool | None = None
    unit_told: bool = True
    either: bool = False
    spread: bool = False

    @property
    def step(self) -> float:
        """What a price must hold for: one day or point, or 1 % of tonnes or money; of nothing, one unit."""
        return 1.0 if self.is_whole else HUNDREDTH * self.value

    @property
    def is_whole(self) -> bool:
        """Whether a step is one unit."""
        return self.unit in ("day", "point") or self.value == 0.0


@dataclass(frozen=True)
class _Read:
    """Rows of the table in step with what they should be about; arrays of one element per row."""

    movables: list[Movable]
    price: np.ndarray
    low: np.ndarray
    high: np.ndarray
    method: np.ndarray
    sentences: np.ndarray
    where: Where

    @property
    def resolved(self) -> np.ndarray:
        """Whether a price was found by solving again."""
        return self.method == "re-solve"

    @property
    def step(self) -> np.ndarray:
        return np.array([movable.step for movable in self.movables])

    def check(self, ledger: Ledger, rule: str, chosen: np.ndarray, value: Any, limit: Any, scale: Any = 0.0) -> None:
        """Holds values of some rows to a limit; all arrays have one element per row of the table."""
        rows = np.flatnonzero(chosen)
        value, limit, scale = (np.broadcast_to(part, self.price.shape)[rows] for part in (value, limit, scale))
        ledger.at_most(rule, FILE, value, limit, lambda i: self.where(int(rows[i])), scale)


def check_prices(
    facts: RunFacts, rows: list[PolicyRow], tables: Mapping[str, RunTable], contracts: np.ndarray, ledger: Ledger
) -> None:
    """Holds prices.csv against limits, duals and capacities."""
    prices, currency = tables[FILE], facts.world.settings.currency
    movables = _movables(facts, rows, tables["projects.csv"], contracts)
    wanted = [movable for movable in movables if movable.key[3] <= last_year(facts)]
    keys: list[tuple[object, ...]] = [movable.key for movable in wanted]
    value = ColumnNumbers("prices.value", np.array([movable.value for movable in wanted]))
    units = [f"{currency} per {movable.unit}" for movable in wanted]
    elsewhere = ("price", "holds_from", "holds_to", "method", "sentence")
    check_sheet(prices, Sheet(keys, {"value": value}, {"unit": units}, elsewhere=elsewhere), ledger)

    found, positions = match_rows(prices, keys, Ledger())
    method = prices.texts("method")[found].astype(str)
    price, low, high = (prices.numbers(column)[found] for column in ("price", "holds_from", "holds_to"))
    read = _Read(
        [wanted[i] for i in positions],
        price,
        low,
        high,
        method,
        prices.texts("sentence")[found],
        lambda i: prices.place(int(found[i])),
    )
    for i in np.flatnonzero(~np.isin(method, METHODS)):
        ledger.wrong("row.text", FILE, read.where(int(i)), str(method[i]), " or ".join(METHODS))
    for i in np.flatnonzero(np.isnan(price) & ~read.resolved):
        ledger.wrong("prices.sign", FILE, read.where(int(i)), "no price", "a price, as the basis has one")
    money = float(np.abs(tables["costs.csv"].numbers("value")).sum()) * ACCURACY
    _check_signs_and_ranges(read, money, ledger)
    dual_of = dict(zip(tables["duals.csv"].row_keys(), tables["duals.csv"].numbers("dual"), strict=True))
    _check_duals(read, np.array([dual_of.get(row.key, 0.0) for row in rows]), money, ledger)
    _check_sentences(read, currency, ledger)


def _check_signs_and_ranges(read: _Read, money: float, ledger: Ledger) -> None:
    given = ~np.isnan(read.price)
    sign = np.array([-1.0 if movable.floor else 1.0 for movable in read.movables])
    again = np.where(read.resolved, money / read.step, 0.0)
    one_way = np.array([not movable.either for movable in read.movables], dtype=bool)
    read.check(ledger, "prices.sign", given & one_way, sign * read.price, 0.0, again)
    loose = np.array([movable.binding is False for movable in read.movables], dtype=bool)
    # what does not bind now may bind within the step for which the model was solved again
    read.check(ledger, "prices.idle", given & loose & ~read.resolved, np.abs(read.price), 0.0)
    stated = np.array([movable.value for movable in read.movables])
    read.check(ledger, "prices.range", ~np.isnan(read.low), read.low, stated)
    read.check(ledger, "prices.range", ~np.isnan(read.low), -read.low, 0.0)
    read.check(ledger, "prices.range", ~np.isnan(read.high), stated, read.high)
    # solved again one step away: it holds for that step, and as far as a step down where it is the price there too
    step, above = read.step, stated + read.step
    off = np.maximum(np.maximum(stated - step, 0.0) - read.low, 0.0)
    off = np.maximum(off, np.minimum(np.abs(read.high - above), np.abs(read.high - stated)))
    read.check(ledger, "prices.range", read.resolved & given, off, 0.0)
    priced = given & (read.price != 0.0) & ~np.isnan(read.high)
    read.check(ledger, "prices.step", priced & (read.method == "ranging"), above, read.high, stated)
    read.check(ledger, "prices.step", given & (read.method == "short range"), read.high, above, stated)


def _check_duals(read: _Read, dual: np.ndarray, money: float, ledger: Ledger) -> None:
    """The part of a price that duals decide; `dual` has one element per policy row."""
    given = ~np.isnan(read.price)
    shares = np.array([movable.is_share for movable in read.movables], dtype=bool)
    linear = np.array([bool(movable.rows) and not movable.spread for movable in read.movables], dtype=bool) & ~shares
    total, terms = (
        np.array([part[list(movable.rows)] @ np.array(movable.moves) for movable in read.movables], dtype=float)
        for part in (dual, np.abs(dual))
    )
    from_basis = np.flatnonzero(linear & given & ~read.resolved)
    ledger.equal(
        "prices.duals",
        FILE,
        read.price[from_basis],
        total[from_basis],
        lambda i: read.where(int(from_basis[i])),
        terms[from_basis],
        KEPT,
    )
    down = np.array([high == movable.value for high, movable in zip(read.high, read.movables, strict=True)], dtype=bool)
    side = np.where(down, -1.0, 1.0)
    scale = terms + money / read.step
    convex = linear & ~np.array([movable.bends for movable in read.movables], dtype=bool)
    read.check(ledger, "prices.duals", convex & given & read.resolved, side * total, side * read.price, scale)
    read.check(ledger, "prices.idle", shares & given & ~read.resolved & (total == 0.0), np.abs(read.price), 0.0)


def _movables(facts: RunFacts, rows: list[PolicyRow], projects: RunTable, contracts: np.ndarray) -> Iterator[Movable]:
    groups: dict[tuple[str, str, str, int], list[int]] = {}
    for i, row in enumerate(rows):
        if row.priced is not None:
            family, limit, material = row.key[:3]
            key = (family, limit, "" if material == ALL else material, row.priced.year)
            groups.setdefault(key, []).append(i)
    for key, members in groups.items():
        parts = [rows[i].priced for i in members]
        last, row = parts[-1], rows[members[-1]]  # a year's number is that of its last period
        assert last is not None
        moves = tuple(part.move for part in parts if part is not None)
        yield Movable(
            key,
            last.value,
            last.unit,
            row.floor,
            tuple(members),
            moves,
            row.is_share,
            row.bends or row.spread,
            unit_told=last.unit_told,
            either=row.spread,
            spread=row.spread,
        )
    yield from _capacities(facts, projects, contracts)


def _capacities(facts: RunFacts, projects: RunTable, contracts: np.ndarray) -> Iterator[Movable]:
    world, share = facts.world, 1.0 / facts.world.calendar.periods_per_year
    built = dict(zip(world.projects, built_capacity(world, projects), strict=True))
    full, one = _spare_is_taken(facts), ones_of(world).tonnes
    for column, name in enumerate(world.sources):
        sent, export = facts.flows["sent"][:, column], facts.states.export[:, column]
        either = False
        if name in world.suppliers:
            supplier = world.suppliers[name]
            used = contracts[:, column] if supplier.kind == "contract" else sent
            most = supplier.capacity_t * (1.0 if supplier.kind == "contract" else share * export)
            if is_rationed(world, name):
                most = np.minimum(most, rationed(world, facts.nodes, facts.states, facts.flows, column))
            policy, value, material = "supplier_capacity", supplier.capacity_t, supplier.material
            owed = full[material]
        else:
            project = world.projects[name]
            yearly = capacity_of(project, built[name], world, facts.nodes)
            used, most = sent, yearly * share * export
            policy, value, material = "project_capacity", project.existing_t, project.material
            either = project.input_material is not None
            owed = full[material] or (project.input_material is not None and full[project.input_material])
            if project.max_build_t > 0:
                at_most = built[name] >= project.max_build_t * (1.0 - KEPT) - KEPT * one
                key = ("project_build_limit", name, material, NOTHING)
                yield Movable(key, project.max_build_t, "t/year", binding=bool(at_most))
        if world.sources[name].ramp_periods:
            most = np.minimum(most, ramped(world, facts.nodes, facts.flows, column, facts.built)[0])
        binding = owed or bool((used >= most - KEPT * (one + np.abs(most))).any())
        yield Movable((policy, name, material, NOTHING), value, "t/year", binding=binding, either=either)


def _spare_is_taken(facts: RunFacts) -> dict[str, bool]:
    """Whether some future takes all tonnes to spare of a material, so that more of them would help."""
    refill = facts.refill
    taken = facts.flows["gap"][refill.ends] >= refill.spare - KEPT * (ones_of(facts.world).tonnes + refill.spare)
    taken &= facts.nodes.exists[refill.ends]
    return dict(zip(facts.world.materials, taken.any(axis=0).tolist(), strict=True))


def _check_sentences(read: _Read, currency: str, ledger: Ledger) -> None:
    """What a sentence says in words and three digits is what its row says in numbers."""
    for i, (movable, sentence) in enumerate(zip(read.movables, read.sentences, strict=True)):
        price, low, high, method = float(read.price[i]), float(read.low[i]), float(read.high[i]), str(read.method[i])
        by_percent = BY_PERCENT in str(sentence)
        verb, numbers = _expected_words(movable, price, low, high, method, by_percent)
        said = _words(str(sentence), currency, movable.unit if movable.unit_told else "", movable.unit)
        if (
            said is None
            or said[0] != verb
            or not _agree(said[1], numbers)
            or _in_wrong_form(movable, i, read, by_percent)
        ):
            wanted = " ".join([verb, *(f"{number:.3g}" for number in numbers)])
            ledger.wrong("prices.sentence", FILE, read.where(i), str(sentence), wanted)
    ledger.right(len(read.sentences))


def _in_wrong_form(movable: Movable, i: int, read: _Read, by_percent: bool) -> bool:
    """Whether a sentence speaks of 1 % where it must speak of a unit, or of a unit though the price holds for less."""
    if by_percent or np.isnan(read.price[i]) or np.isnan(read.high[i]):
        return by_percent and movable.is_whole
    holds_for_less = read.high[i] - movable.value < 1.0 - KEPT
    return not movable.is_whole and bool(read.method[i] != "ranging" or holds_for_less)


def _expected_words(
    movable: Movable, price: float, low: float, high: float, method: str, by_percent: bool
) -> tuple[str, list[float]]:
    if np.isnan(price):
        return "no price", []
    verb = "nothing" if price == 0 else "costs" if price > 0 else "saves"
    if price != 0 and method == "short range":
        verb += " at least" if price > 0 else " at most"
    numbers = [movable.step] if by_percent else []
    if price != 0:
        numbers.append(abs(price) * (movable.step if by_percent else 1.0))
    if low > 0:
        numbers.append(low)
    if not np.isnan(high):
        numbers.append(high)
    return verb, numbers


NUMBER = r"(\d[\d,]*(?:\.\d+)?)"
BY_PERCENT = " by 1 % ("
MILLION = "million "
SIZES = {"k": 1e3, "m": 1e6, "bn": 1e9, "tn": 1e12}


def _words(sentence: str, currency: str, unit: str, unit_of_step: str) -> tuple[str, list[float]] | None:
    """The verb and the numbers of a sentence, read from its end: names at its beginning may hold verbs and digits."""
    units = rf" {re.escape(unit)}s?" if unit else ""
    ends = "|".join(["everywhere", *(rf"{w} {NUMBER}{units}" for w in ("from", "up to", rf"between {NUMBER} and"))])
    held = rf"; holds (?:{ends})(?:, where .+ binds? too)?(?:, less than a step, and [a-z ]+)?"
    money = rf" {re.escape(currency)} {NUMBER} in expected discounted money"
    of_money = unit_of_step.startswith(MILLION)
    amount = rf"{NUMBER}() {re.escape(unit_of_step)}"
    if of_money:
        amount = rf"{re.escape(currency)} {NUMBER}(?: ({'|'.join(SIZES)}))?"
    step = rf"(?:{re.escape(BY_PERCENT)}{amount}\))?"
    paid = rf"((?:costs|saves)(?: at least| at most)?){money}{held}"
    found = re.fullmatch(rf".*?{step} (?:has (no price): [a-z ]+|changes (nothing)(?:{held})?|{paid})\.", sentence)
    if found is None:
        return None
    step_number, size, *rest = found.groups()
    said, *texts = [part for part in rest if part is not None]
    numbers = [_number(text) for text in texts]
    if step_number is not None:
        numbers.insert(0, _number(step_number) * (SIZES.get(size, 1.0) / 1e6 if of_money else 1.0))
    return said, numbers


def _number(text: str) -> float:
    return float(text.replace(",", ""))


def _half_a_unit(number: float) -> float:
    """What rounding to three digits may change."""
    return 0.5 * 10.0 ** (np.floor(np.log10(number)) - 2.0) if number > 0 else 0.0


def _agree(said: list[float], expected: list[float]) -> bool:
    return len(said) == len(expected) and all(
        abs(a - b) <= _half_a_unit(b) * (1.0 + KEPT) for a, b in zip(said, expected, strict=True)
    )
