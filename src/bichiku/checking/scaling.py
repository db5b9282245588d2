"""Warnings about the range of a program's numbers, with the input behind the smallest and the largest.

HiGHS calls costs and bounds excessive outside 1e-4 to 1e6 (``kExcessivelySmallBoundValue`` and its like in its
``HConst.h``; see also https://ergo-code.github.io/HiGHS/stable/guide/numerics). Another unit of money or of mass
moves all of them together, so numbers whose largest is no more than 1e10 times their smallest can be brought in
there, and others cannot. Parts of a program that share no row are solved apart and are looked at apart.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from bichiku.checking.facts import Facts, Found
from bichiku.checking.input_behind import input_behind
from bichiku.checking.program import LEAST_COEFFICIENT
from bichiku.policies import INPUTS
from bichiku.program.extremes import BOUNDS, COEFFICIENTS, COSTS, LIMITS, numbers

WIDEST = 1e10  # 1e6 / 1e-4, see above

_WORDS = {COEFFICIENTS: "coefficients", COSTS: "costs", LIMITS: "limits", BOUNDS: "capacities and other bounds"}


def _too_wide(facts: Facts) -> Iterator[Found]:
    physical, (added, whole) = facts.physical_piece, facts.policy_piece
    pieces = (physical, added)
    for i, kind in enumerate(physical.numbers):
        mine, theirs = physical.spans[i], added.spans[i]
        part = np.append(whole[mine.parts], theirs.parts)
        low, high = np.append(mine.low, theirs.low), np.append(mine.high, theirs.high)
        if not len(part) or high.max() <= WIDEST * low.min():
            continue
        smallest, largest = _widest(part, low, high)
        if high[largest] > WIDEST * low[smallest]:
            of_piece = np.repeat([0, 1], [len(mine.parts), len(theirs.parts)])
            low_at, high_at = np.append(mine.low_at, theirs.low_at), np.append(mine.high_at, theirs.high_at)
            small, large = (
                input_behind(facts, pieces[of_piece[at]], i, int(positions[at]))
                for at, positions in ((smallest, low_at), (largest, high_at))
            )
            ratio = _ratio_text(high[largest], low[smallest])
            yield Found(
                _WORDS[kind.what],
                f"they range over a factor of {ratio}: {low[smallest]:.2g} ({small}) to {high[largest]:.2g} ({large}); "
                f"the solver asks for {WIDEST:.0e} at most",
            )


def _widest(part: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[int, int]:
    """Positions of the smallest and the largest number of the part with the widest range."""
    least, most = np.full(part.max() + 1, np.inf), np.full(part.max() + 1, -np.inf)
    # in logarithms, as a ratio of what the tables may hold can be beyond all floats
    np.minimum.at(least, part, np.log10(low))
    np.maximum.at(most, part, np.log10(high))
    inside = np.flatnonzero(part == (most - least).argmax())
    return int(inside[low[inside].argmin()]), int(inside[high[inside].argmax()])


def _ratio_text(large: float, small: float) -> str:
    """A ratio to one digit, such as ``2e+10``, however large it is."""
    decades = math.log10(large) - math.log10(small)
    digit, exponent = round(10.0 ** (decades % 1.0)), math.floor(decades)
    return f"1e+{exponent + 1:02d}" if digit == 10 else f"{digit}e+{exponent:02d}"


def _left_out(facts: Facts) -> Iterator[Found]:
    kind = next(i for i, numbers in enumerate(facts.physical_piece.numbers) if numbers.what == COEFFICIENTS)
    seen: dict[str, float] = {}
    for piece in (facts.physical_piece, facts.policy_piece[0]):
        entries = piece.numbers[kind]
        used = entries.used()
        handed_over = numbers(piece.program.in_units())[kind].values
        rounding = np.zeros(piece.program.shape[0], dtype=bool)
        for block in piece.program.row_blocks:
            rounding[block.rows] = block.family in INPUTS and INPUTS[block.family].differences
        for at in used[abs(handed_over[used]) < LEAST_COEFFICIENT]:
            if not rounding[entries.place(at).row]:
                seen.setdefault(input_behind(facts, piece, kind, int(at)), abs(handed_over[at]))
    for name, size in seen.items():
        yield Found(
            name, f"it makes a coefficient of {size:.2g}, and the solver takes those below {LEAST_COEFFICIENT:g} as 0"
        )


RULES: dict[str, Callable[[Facts], Iterator[Found]]] = {"W401": _too_wide, "W402": _left_out}
