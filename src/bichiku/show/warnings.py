"""Warnings of several strategies as lines: each once, many of a kind in one, and those silenced only counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from bichiku.checking import Advice, advice_by_strategy
from bichiku.model.warning_codes import CODES
from bichiku.model.world import World

MOST_APART = 5  # warnings of one code that have a line each


@dataclass(frozen=True)
class ShownWarnings:
    """The warnings about a model as they are shown.

    Attributes:
        lines: a line for each warning, or for many of a code.
        silenced: number of warnings left out, by code.
    """

    lines: tuple[str, ...]
    silenced: Mapping[str, int]


def shown_warnings(worlds: Mapping[str, World], silence: Collection[str] = (), every: bool = False) -> ShownWarnings:
    """All warnings about several strategies.

    Args:
        worlds: by strategy; each may silence codes of its own.
        silence: further codes to leave out.
        every: whether each warning has a line of its own, however many of its code there are.

    Raises:
        ModelFaults: the crises' probabilities exceed one together.
    """
    shown: dict[Advice, list[str]] = {}
    silenced: dict[Advice, None] = {}
    for strategy, found in advice_by_strategy(worlds).items():
        for item in found:
            if item.code in silence or item.code in worlds[strategy].settings.silence:
                silenced[item] = None
            else:
                shown.setdefault(item, []).append(strategy)
    lines: list[str] = []
    for code in CODES:
        mine = {item: names for item, names in shown.items() if item.code == code}
        if len(mine) > MOST_APART and not every:
            lines.append(_together(code, list(mine)))
        else:
            lines += [_alone(item, names, worlds) for item, names in mine.items()]
    counts = Counter(item.code for item in silenced)
    return ShownWarnings(tuple(lines), {code: counts[code] for code in CODES if code in counts})


def result_warnings(found: Iterable[Advice], silence: Collection[str], strategy: str = "") -> list[str]:
    """Warnings about a solved strategy, or about several (without `strategy`), one line each; many of a code in one."""
    by_code: dict[str, list[Advice]] = {}
    for item in found:
        if item.code not in silence:
            by_code.setdefault(item.code, []).append(item)
    of = f" [{strategy}]" if strategy else ""
    lines = []
    for code, items in by_code.items():
        texts = [str(item) for item in items] if len(items) <= MOST_APART else [_together(code, items)]
        lines += [f"{text}{of}" for text in texts]
    return lines


def _alone(item: Advice, strategies: list[str], worlds: Mapping[str, World]) -> str:
    return str(item) if len(strategies) == len(worlds) else f"{item} [{', '.join(strategies)}]"


def _together(code: str, items: list[Advice]) -> str:
    subjects = list(dict.fromkeys(item.subject for item in items))
    left = len(subjects) - MOST_APART
    more = f" and {left} more (bichiku check --all shows each)" if left > 0 else ""
    return f"{code}: {len(subjects)} {CODES[code]}: {', '.join(subjects[:MOST_APART])}{more}"
