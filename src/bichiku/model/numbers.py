"""Numbers as a user may type them: plain decimals of ASCII digits that a computer can tell from zero."""

from __future__ import annotations

import re
import unicodedata

from bichiku.model.faults import Wrong, shown

LARGEST = 1e15
SMALLEST = 1e-300  # what is nearer to zero loses digits, and then reads as zero

_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}((,[0-9]{3})+|(\.[0-9]{3}){2,})")
_WITH_SIGNS = re.compile(
    r"(?P<before>[^\w\s.,+-]|[A-Z]{1,3})?\s*(?P<number>[+-]?[0-9]([0-9.,_'\s]*[0-9])?)\s*(?P<after>%|[^\W\d_]+(/[^\W\d_]+)?|[$€£¥])?"
)
_NOT_ZERO = re.compile(r"[+-]?[0.]*[1-9]")


def decimal_number(text: object) -> float:
    """The number that a text writes in plain decimals; infinite where it is larger than any.

    Raises:
        ValueError: it writes none, or one that would read as zero.
    """
    if not isinstance(text, str) or not _DECIMAL.fullmatch(text):
        raise Wrong(f"{shown(text)} is not a number", number_hint(text))
    value = float(text)
    if is_lost(text, value):
        raise ValueError(f"{shown(text)} is too small to be told from zero")
    return value


def is_number(text: object) -> bool:
    """Whether a text writes a number in plain decimals."""
    return isinstance(text, str) and _DECIMAL.fullmatch(text) is not None


def is_lost(text: str, value: float) -> bool:
    """Whether a decimal that is not zero is so small that its float cannot stand for it."""
    return abs(value) < SMALLEST and _NOT_ZERO.match(text) is not None


def without_separators(text: str) -> str:
    """A number of digits, points and commas in plain decimals: ``6000`` for ``6,000``, ``0.8`` for ``0,8``.

    Where both signs stand, the last one parts the decimals; a comma alone parts thousands where three digits follow
    each, and else decimals.
    """
    if "," in text and "." in text:
        thousands, point = (",", ".") if text.rfind(".") > text.rfind(",") else (".", ",")
        return text.replace(thousands, "").replace(point, ".")
    if _THOUSANDS.fullmatch(text):
        return text.replace(",", "").replace(".", "")
    return text.replace(",", ".")


def number_hint(value: object) -> str:
    """How to write what is meant for a number but is none; empty where that cannot be told."""
    if not isinstance(value, str):
        return ""
    text = unicodedata.normalize("NFKC", value).strip()
    if is_number(text):
        return "write it without quotes" if text == value else f"write {text}"
    found = _WITH_SIGNS.fullmatch(text)
    if not found:
        return ""
    number = without_separators(re.sub(r"[\s_']", "", found["number"]))
    if not is_number(number):
        return ""
    if found["before"] or found["after"]:
        if found["after"] == "%" and not found["before"]:
            return f"write {float(number) / 100:.12g}"
        return f"write the number alone: {number}"
    return f"write {number}"
