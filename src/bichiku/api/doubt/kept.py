"""Answers kept one by one, so that a call goes on after an interruption."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TextIO, TypeVar

from bichiku.api.doubt.question import Answer, StrategyCost
from bichiku.api.doubt.turns import Turned
from bichiku.executing import Executor, TaskFailed, WorkersLost
from bichiku.model.uncertainty import CANNOT_BE
from bichiku.reading.files import json_value
from bichiku.solving import Status

POINTS = "points.jsonl"
ENDS = {CANNOT_BE, *(status.value for status in Status)}
Progress = Callable[[int, int], None]
Asked = TypeVar("Asked")
Known = TypeVar("Known")


@dataclass
class KeptAnswers:
    """What is known by name, and the file that it is kept in.

    Attributes:
        found: plain data by name, as it was read.
        stream: where what is found is added; None where nothing is kept.
    """

    found: Mapping[str, Any] = field(default_factory=dict)
    stream: TextIO | None = None

    def all(
        self,
        executor: Executor,
        task: Callable[[Asked], Known],
        asked: Mapping[str, Asked],
        read: Callable[[Any], Known],
        progress: Progress,
    ) -> dict[str, Known]:
        """The answer to each question by name; those that are not known are worked out.

        Args:
            executor: where.
            task: answers a question.
            asked: the questions by name.
            read: an answer from plain data.
            progress: called with the number of answers that are known, and of all.

        Raises:
            WorkersLost: a question killed its workers, or none can be had.
        """
        known: dict[str, Known] = {}
        for name in asked:
            try:
                known[name] = read(self.found[name])
            except (KeyError, TypeError, ValueError):
                continue  # not found yet, or damaged since
        waiting = [name for name in asked if name not in known]
        progress(len(known), len(asked))
        for place, answer in executor.each(task, [asked[name] for name in waiting]):
            name = waiting[place]
            if isinstance(answer, TaskFailed):
                raise WorkersLost(f"{name} {answer.why}; what was found is kept")
            known[name] = answer
            if self.stream is not None:
                self.stream.write(json.dumps({"name": name, "found": _plain(answer)}) + "\n")
                self.stream.flush()
            progress(len(known), len(asked))
        return {name: known[name] for name in asked}


@contextmanager
def kept_in(folder: Path | None) -> Iterator[KeptAnswers]:
    """The answers kept in a folder, in points.jsonl; without one they are kept nowhere."""
    if folder is None:
        yield KeptAnswers()
        return
    found = kept_points(folder / POINTS)
    with (folder / POINTS).open("a", encoding="utf-8") as stream:
        if stream.tell():
            stream.write("\n")  # the line before may have been cut off
        yield KeptAnswers(found, stream)


def kept_points(file: Path) -> dict[str, Any]:
    """What was found before, as plain data; a line cut off by an interruption is left out."""
    found: dict[str, Any] = {}
    if file.is_file():
        for line in file.read_bytes().splitlines():
            try:
                record = json_value(line)
                found[record["name"]] = record["found"]
            except (ValueError, KeyError, TypeError):
                continue
    return found


def _plain(found: Any) -> Any:
    if isinstance(found, dict):
        return {strategy: asdict(of_strategy) for strategy, of_strategy in found.items()}
    return asdict(found) if found is not None else None


def answer_of(found: Any, strategies: Collection[str]) -> Answer:
    """What strategies cost in a world, from plain data.

    Raises:
        KeyError, TypeError, ValueError: it says no such thing, or not of just these strategies.
    """
    if not isinstance(found, dict) or set(found) != set(strategies):
        raise TypeError("no answer")
    return {name: _cost_of(found[name]) for name in strategies}


def _cost_of(found: Any) -> StrategyCost:
    gave_way = {str(what): float(by) for what, by in found["gave_way"].items()}
    cost = StrategyCost(str(found["status"]), float(found["cost"]), gave_way)
    known = cost.status in ENDS and all(map(math.isfinite, gave_way.values()))
    if not known or math.isfinite(cost.cost) != cost.is_solved:
        raise ValueError("no cost of a world")
    return cost


def turned_of(found: Any) -> Turned | None:
    """A turn, from plain data; see `answer_of` for the errors."""
    if found is None:
        return None
    return Turned(float(found["position"]), float(found["beyond"]), int(found["solves"]))
