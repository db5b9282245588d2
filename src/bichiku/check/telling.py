"""Warnings of several strategies as lines: each once, many of a kind in one, and those silenced only counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bichiku.check import Advice, advice_by_strategy
from bichiku.model.warning_codes import CODES
from bichiku.model.world import World

MOST = 5  # warnings of one code that are told one by one


@dataclass(frozen=True)
class Telling:
    """What is told about a model.

    Attributes:
        lines: the warnings.
        silenced: number of warnings left out, by code.
    """

    lines: tuple[str, ...]
    silenced: Mapping[str, int]


def telling(worlds: Mapping[str, World], silence: Collection[str] = (), every: bool = False) -> Telling:
    """All warnings about several strategies.

    Args:
        worlds: by strategy; each may silence codes of its own.
        silence: further codes to leave out.
        every: whether each warning has a line of its own, however many of its code there are.

    Raises:
        ModelFaults: the crises' probabilities exceed one together.
    """
    said: dict[Advice, list[str]] = {}
    unsaid: dict[Advice, None] = {}
    for strategy, found in advice_by_strategy(worlds).items():
        for item in found:
            if item.code in silence or item.code in worlds[strategy].settings.silence:
                unsaid[item] = None
            else:
                said.setdefault(item, []).append(strategy)
    lines: list[str] = []
    for code in CODES:
        mine = {item: names for item, names in said.items() if item.code == code}
        if len(mine) > MOST and not every:
            lines.append(_together(code, list(mine)))
        else:
            lines += [_alone(item, names, worlds) for item, names in mine.items()]
    silenced = Counter(item.code for item in unsaid)
    return Telling(tuple(lines), {code: silenced[code] for code in CODES if code in silenced})


def _alone(item: Advice, strategies: list[str], worlds: Mapping[str, World]) -> str:
    return str(item) if len(strategies) == len(worlds) else f"{item} [{', '.join(strategies)}]"


def _together(code: str, items: list[Advice]) -> str:
    subjects = list(dict.fromkeys(item.subject for item in items))
    more = f" and {len(subjects) - MOST} more (bichiku check --all shows each)" if len(subjects) > MOST else ""
    return f"{code}: {len(subjects)} {CODES[code]}: {', '.join(subjects[:MOST])}{more}"
