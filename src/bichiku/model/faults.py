"""What is wrong with an input, said so that its author can mend it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

SourceLine = tuple[str, int | None]  # file, and line in it counted from 1

LONGEST_SHOWN = 60  # characters of an offending value that a message repeats
MOST_FAULTS = 50  # that are told at once; reading stops at the next
MOST_COMPARED = 5000  # names among which the nearest is looked for
LONGEST_COMPARED = 100  # characters of a name for which the nearest is looked for


COMMAND_LINE = "--set"  # in place of a file


@dataclass(frozen=True)
class Fault:
    """One mistake in the input.

    Attributes:
        file: file as the user would name it (or ``--set``).
        line: line in that file, counted from 1; None where no line applies.
        where: key path (``policies.reserve_days``) or column name.
        message: what is wrong, with the offending value.
        hint: how to mend it, often the nearest right name.
    """

    file: str
    line: int | None
    where: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        where = f" {self.where}:" if self.where else ""
        hint = f" ({self.hint})" if self.hint else ""
        return printable(f"{place}:{where} {self.message}{hint}")


class Wrong(ValueError):
    """A value that cannot be used, with a hint how to mend it."""

    def __init__(self, message: str, hint: str = "") -> None:
        self.hint = hint
        super().__init__(message)


class ModelFaults(Exception):
    """The input cannot be used.

    Attributes:
        faults: what was found wrong.
        all_found: False where reading stopped because there were too many.
    """

    def __init__(self, faults: Iterable[Fault], all_found: bool = True) -> None:
        self.faults = tuple(faults)
        self.all_found = all_found
        super().__init__("\n".join(str(fault) for fault in self.faults))


class TooLikely(ModelFaults):
    """The crises of a chain have a probability over one together, so that the plan has less than none."""


class FaultLog:
    """Collects faults in order of discovery, each once; raises `ModelFaults` when there are too many."""

    def __init__(self) -> None:
        self._faults: dict[Fault, None] = {}
        self._typed: dict[tuple[str, int | None, str], str] = {}

    def typed(self, file: str, line: int, where: str, words: str) -> None:
        """Notes that what stands at a place was typed on the command line: faults there are told of these words."""
        self._typed[file, line, where] = words

    def add(self, fault: Fault) -> None:
        words = self._typed.get((fault.file, fault.line, fault.where))
        if words is not None:
            fault = replace(fault, file=COMMAND_LINE, line=None, where=words)
        if fault not in self._faults and len(self._faults) == MOST_FAULTS:
            raise ModelFaults(self._faults, all_found=False)
        self._faults.setdefault(fault)

    def extend(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            self.add(fault)

    def __bool__(self) -> bool:
        return bool(self._faults)

    def __len__(self) -> int:
        return len(self._faults)

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self._faults)

    def raise_if_any(self) -> None:
        """Raises `ModelFaults` with all faults found so far."""
        if self._faults:
            raise ModelFaults(self._faults)


def shown(value: object) -> str:
    """A value as messages repeat it: quoted, and cut where it is long."""
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 3]}..."


def printable(text: str) -> str:
    """A text in which nothing moves a terminal's cursor or turns the direction of writing."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


def listed(words: Sequence[str], most: int = 8) -> str:
    """The first few of many words, cut where they are long."""
    cut = (word if len(word) <= LONGEST_SHOWN else f"{word[: LONGEST_SHOWN - 3]}..." for word in words[:most])
    return ", ".join(cut) + (f" and {len(words) - most} more" if len(words) > most else "")


def close_word(name: object, known: Iterable[object]) -> str:
    """A hint that names the right word nearest to a wrong one; empty if none is near."""
    return _close(str(name), sorted(map(str, known)))


def nearest(name: object, known: Iterable[object]) -> str:
    """As `close_word`; where none is near, a hint that lists a few that exist."""
    words = sorted(map(str, known))
    return _close(str(name), words) or (f"known: {listed(words)}" if words else "none is defined")


def _close(name: str, words: Sequence[str]) -> str:
    if len(name) > LONGEST_COMPARED or len(words) > MOST_COMPARED:
        return ""  # comparing takes time that grows with both
    short = [word for word in words if len(word) <= LONGEST_COMPARED]
    close = difflib.get_close_matches(name, short, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else ""
