"""What is wrong with an input, said so that its author can mend it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_SHOWN = 60  # characters of an offending value that a message repeats


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
        return f"{place}:{where} {self.message}{hint}"


class Wrong(ValueError):
    """A value that cannot be used, with a hint how to mend it."""

    def __init__(self, message: str, hint: str = "") -> None:
        self.hint = hint
        super().__init__(message)


class InputError(Exception):
    """The input cannot be used; carries every fault that was found."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class FaultLog:
    """Collects faults in order of discovery, each once."""

    def __init__(self) -> None:
        self._faults: dict[Fault, None] = {}

    def add(self, fault: Fault) -> None:
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
        """Raises `InputError` with all faults found so far."""
        if self._faults:
            raise InputError(self._faults)


def shown(value: object) -> str:
    """A value as messages repeat it: quoted, and cut where it is long."""
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 3]}..."


def close_word(name: object, known: Iterable[object]) -> str:
    """A hint that names the right word nearest to a wrong one; empty if none is near."""
    close = difflib.get_close_matches(str(name), sorted(str(word) for word in known), n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else ""


def nearest(name: object, known: Iterable[object]) -> str:
    """As `close_word`; where none is near, a hint that lists a few that exist."""
    words = sorted(str(word) for word in known)
    listed = ", ".join(words[:8]) + (f" and {len(words) - 8} more" if len(words) > 8 else "")
    return close_word(name, words) or (f"known: {listed}" if words else "none is defined")
