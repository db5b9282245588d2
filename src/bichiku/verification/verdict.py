"""What verification finds, and the ledger in which every check is entered.

Two tolerances, both relative to the magnitude of the terms involved:

- `KEPT`, 1e-6 of one (see `bichiku.verification.units`) plus the largest term of the row, for rows that the solver
  keeps (balances, limits, policies). It is the accuracy that the certificate promises, so what a certified run holds
  passes here.
- `COPIED`, 1e-9 of the largest term, for numbers that follow from other written numbers by arithmetic
  alone. The files hold every digit, so nothing but rounding may differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bichiku.verification.units import Ones

KEPT = 1e-6
COPIED = 1e-9
TINY = 1e-12  # what is smaller than this in absolute terms is rounding, whatever it is compared with
SHOWN = 20  # findings kept of each rule, the largest first

Value = float | str


@dataclass(frozen=True)
class Place:
    """Where a number stands.

    Attributes:
        text: the row's key in words.
        lines: its line in the file, counted from 1 with the header; several where a rule joins several rows,
            none where the number is nowhere written (a zero left out of flows.csv).
        file: the file, where a rule reads more than one; None for that of the rule.
    """

    text: str
    lines: tuple[int, ...] = ()
    file: str | None = None

    def __str__(self) -> str:
        if not self.lines:
            return self.text
        numbers = ", ".join(map(str, self.lines))
        return f"line{'s' if len(self.lines) > 1 else ''} {numbers}: {self.text}"


@dataclass(frozen=True)
class Finding:
    """One number (or text, or file) that breaks a rule.

    Attributes:
        file: path inside the run folder.
        row: the row's line and key in words, such as ``line 17: plan 2026-04 graphite``.
        lines: the line numbers in it.
        rule: name of the rule, see `bichiku.verification.rules.RULES`.
        stated: what the file says (the side of a limit that is bound).
        recomputed: what it should say (the limit).
        absolute: difference of the two, or how far the limit is passed.
        relative: the same over the magnitude of the terms involved.
    """

    file: str
    row: str
    lines: tuple[int, ...]
    rule: str
    stated: Value
    recomputed: Value
    absolute: float
    relative: float

    def __str__(self) -> str:
        def shown(value: Value) -> str:
            return f"{value:.9g}" if isinstance(value, float) else repr(value)

        off = f" (off by {self.absolute:.3g}, {self.relative:.2g} relative)" if np.isfinite(self.absolute) else ""
        at = f" {self.row}" if self.row else ""
        return f"{self.file}{at}: {self.rule}: {shown(self.stated)}, recomputed {shown(self.recomputed)}{off}"


@dataclass(frozen=True)
class Residual:
    """The largest residual of a rule, relative to the magnitude of its terms."""

    file: str
    row: str
    absolute: float
    relative: float


@dataclass(frozen=True)
class Verdict:
    """The outcome of verifying a run folder.

    Attributes:
        findings: what breaks a rule, at most `SHOWN` of each rule.
        broken: number of broken checks by rule.
        residuals: largest residual by rule of numbers, broken or not.
        checks: number of checks made.
        left_out: tables that the run was asked to go without, so that nothing could be recomputed: its files alone were
            held against their digests.
    """

    findings: tuple[Finding, ...]
    broken: dict[str, int]
    residuals: dict[str, Residual]
    checks: int
    left_out: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        return not self.findings

    @property
    def largest(self) -> tuple[str, Residual] | None:
        """The rule with the largest relative residual, and where it is."""
        return max(self.residuals.items(), key=lambda item: item[1].relative, default=None)

    def as_dict(self) -> dict[str, Any]:
        """For manifest.json: the verdict and the largest residuals with the names of their rows."""
        rules = {
            rule: {"file": r.file, "row": r.row, "absolute": _finite(r.absolute), "relative": _finite(r.relative)}
            for rule, r in self.residuals.items()
        }
        largest = {"rule": self.largest[0], **rules[self.largest[0]]} if self.largest else None
        return {
            "holds": self.holds,
            "checks": self.checks,
            **({"left_out": list(self.left_out)} if self.left_out else {}),
            "broken": self.broken,
            "largest": largest,
            "residuals": rules,
            "findings": [str(finding) for finding in self.findings],
        }


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


Where = Callable[[int], Place]


@dataclass
class Ledger:
    """Collects checks, residuals and findings.

    Attributes:
        ones: what counts as one where a tolerance is absolute, once the inputs are read.
    """

    checks: int = 0
    findings: list[Finding] = field(default_factory=list)
    broken: dict[str, int] = field(default_factory=dict)
    residuals: dict[str, Residual] = field(default_factory=dict)
    ones: Ones = field(default_factory=Ones)

    def verdict(self) -> Verdict:
        return Verdict(tuple(self.findings), dict(self.broken), dict(self.residuals), self.checks)

    def right(self, count: int = 1) -> None:
        """Counts checks that found nothing."""
        self.checks += count

    def wrong(self, rule: str, file: str, place: Place | None, stated: Value, recomputed: Value) -> None:
        """Enters a finding about something other than a number's size."""
        self.checks += 1
        self._enter(rule, file, place or Place(""), stated, recomputed, float("inf"), float("inf"))

    def equal(
        self,
        rule: str,
        file: str,
        stated: Any,
        expected: Any,
        where: Where,
        scale: Any = 0.0,
        tolerance: float = COPIED,
    ) -> None:
        """Checks that two arrays agree; not-a-number (an empty cell) agrees with itself only.

        Args:
            rule: name of the rule.
            file: file that the stated numbers stand in.
            stated: numbers of the file.
            expected: numbers recomputed.
            where: the place of the i-th element, counted in C order.
            scale: magnitude of the terms involved; the two numbers themselves count in any case.
            tolerance: `COPIED` or `KEPT`.
        """
        stated, expected = np.broadcast_arrays(np.asarray(stated, float), np.asarray(expected, float))
        empty = np.isnan(stated) & np.isnan(expected)
        residual = np.where(empty, 0.0, np.abs(stated - expected))
        size = np.maximum(np.maximum(np.abs(stated), np.abs(expected)), np.abs(scale))
        self._compare(rule, file, stated, expected, residual, size, where, tolerance)

    def at_most(
        self, rule: str, file: str, value: Any, limit: Any, where: Where, scale: Any = 0.0, one: Any = None
    ) -> None:
        """Checks that no value passes its limit; see `equal`, with the tolerance `KEPT`.

        `one` is what counts as one, where it is not that of all numbers of the rule.
        """
        value, limit = np.broadcast_arrays(np.asarray(value, float), np.asarray(limit, float))
        residual = np.maximum(value - limit, 0.0)
        size = np.maximum(np.maximum(np.abs(value), np.abs(limit)), np.abs(scale))
        self._compare(rule, file, value, limit, residual, size, where, KEPT, one)

    def _compare(
        self,
        rule: str,
        file: str,
        stated: np.ndarray,
        expected: np.ndarray,
        residual: np.ndarray,
        size: np.ndarray,
        where: Where,
        tolerance: float,
        one: Any = None,
    ) -> None:
        self.checks += residual.size
        if not residual.size:
            return
        residual = np.where(np.isnan(residual), np.inf, residual).ravel()
        one = np.broadcast_to(self.ones.of_rule(rule) if one is None else one, stated.shape).ravel()
        size = np.nan_to_num(np.broadcast_to(size, stated.shape).ravel()) + (one if tolerance == KEPT else 0.0)
        relative = np.divide(residual, size, out=np.where(residual > 0, np.inf, 0.0), where=size > 0)
        relative[residual <= TINY * np.minimum(one, 1.0)] = 0.0
        worst = int(relative.argmax())
        if rule not in self.residuals or relative[worst] > self.residuals[rule].relative:
            place = where(worst) if relative[worst] > 0 else Place("")
            size_of_it = float(residual[worst]), float(relative[worst])
            self.residuals[rule] = Residual(place.file or file, str(place), *size_of_it)
        bad = np.flatnonzero(relative > tolerance)
        for i in bad[np.argsort(-relative[bad], kind="stable")][:SHOWN]:
            stated_i, expected_i = float(stated.flat[i]), float(expected.flat[i])
            self._enter(rule, file, where(int(i)), stated_i, expected_i, float(residual[i]), float(relative[i]))
        self.broken.update({rule: self.broken.get(rule, 0) + max(len(bad) - SHOWN, 0)} if len(bad) > SHOWN else {})

    def _enter(
        self, rule: str, file: str, place: Place, stated: Value, recomputed: Value, absolute: float, relative: float
    ) -> None:
        file = place.file or file
        shown = sum(finding.rule == rule and finding.file == file for finding in self.findings)
        self.broken[rule] = self.broken.get(rule, 0) + 1
        if shown < SHOWN:
            finding = Finding(file, str(place), place.lines, rule, stated, recomputed, absolute, relative)
            self.findings.append(finding)


def rows_of(lines: Iterable[int]) -> tuple[int, ...]:
    """Line numbers that exist, in order; a flow that is not written has the line 0."""
    return tuple(sorted({int(line) for line in lines if line > 0}))
