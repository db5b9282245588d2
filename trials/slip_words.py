"""Slips inside a word, a number or a text: what they are made of, wherever they stand."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

MakeText = Callable[[Random, str], str | None]

COLON = re.compile(r"(?<=\w): (?=[^\s\[{])")  # before a bracket it needs no space
NUMBER = re.compile(r"(?<![\w.-])[0-9]+(?:\.[0-9]+)?(?![\w.:-])")


def on(pattern: re.Pattern[str], change: Callable[[Random, str], str]) -> MakeText:
    """A slip in one of the places of a pattern outside comments."""

    def make(random: Random, text: str) -> str | None:
        found = [m for m in pattern.finditer(text) if "#" not in text[text.rfind("\n", 0, m.start()) + 1 : m.start()]]
        if not found:
            return None
        one = random.choice(found)
        return text[: one.start()] + change(random, one[0]) + text[one.end() :]

    return make


def one_of(*makes: Callable[[str], str]) -> Callable[[Random, str], str]:
    """A change that is one of several."""
    return lambda random, text: random.choice(makes)(text)


def typo(random: Random, word: str) -> str:
    """A word with a letter dropped, doubled or in the place of the one before it."""
    if len(word) < 2:
        return word * 2
    i = random.randrange(1, len(word))
    swapped = word[: i - 1] + word[i] + word[i - 1] + word[i + 1 :]
    return random.choice((word[:i] + word[i + 1 :], word[:i] + word[i - 1 :], swapped))


def other_case(random: Random, word: str) -> str:
    """A word in upper, lower or mixed case."""
    return random.choice((word.upper(), word.lower(), word.capitalize(), word.swapcase()))


def wide(random: Random, word: str) -> str:
    """A text with one sign in full width, as an input method for Japanese writes it."""
    i = random.randrange(len(word))
    return word[:i] + chr(ord(word[i]) + 0xFEE0) + word[i + 1 :]


def with_comma(random: Random, number: str) -> str:
    """A number with a comma for its point, or among its digits."""
    if "." in number:
        return number.replace(".", ",")
    i = random.randrange(1, len(number)) if len(number) > 1 else 1
    return f"{number[:i]},{number[i:] or '5'}"


def grouped(random: Random, number: str) -> str:
    """A number with its thousands parted."""
    return re.sub(r"(?<=[0-9])(?=([0-9]{3})+$)", random.choice((",", " ", "_", "'")), number)


def other_digits(random: Random, number: str) -> str:
    """A number without its point or a digit of its own, with one more or with a minus."""
    i = random.randrange(len(number))
    return random.choice(
        (number.replace(".", ""), number[:i] + number[i + 1 :], f"{number[:i]}9{number[i:]}", f"-{number}")
    )


DRESSED = one_of(*(form.format for form in ("{}%", "{} %", "{} t", "{}days", "${}", '"{}"', "'{}'", "~{}", "{}-")))
