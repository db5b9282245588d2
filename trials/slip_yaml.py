"""Slips in model.yaml: signs, numbers, lines and keys that are dropped, doubled, moved or written otherwise."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from trials.fuzz_inputs import MODEL
from trials.slip_models import Slip, difference, sound_files
from trials.slip_words import (
    COLON,
    DRESSED,
    NUMBER,
    MakeText,
    grouped,
    on,
    one_of,
    other_case,
    other_digits,
    typo,
    wide,
    with_comma,
)

_KEY = re.compile(r"(?<![\w.'\"-])[A-Za-z][\w-]*(?=: )|(?<![\w.'\"-])[A-Za-z][\w-]*(?=:\n)")
_COMMA = re.compile(r", (?=\w)")
_DASH = re.compile(r"(?<=\n)( +)- (?=\S)")
_A_NAME = r"(?!(?:true|false|null)\b)[A-Za-z][\w-]*"
_NAME = re.compile(rf"(?<=: ){_A_NAME}(?=[,}}\n])|(?<=[\[ ]){_A_NAME}(?=[\],])|(?<=- ){_A_NAME}(?=\n)")
_MONTH = re.compile(r"(?<![\w.-])[0-9]{4}-[0-9]{2}(?![\w.-])")
_PAIR = re.compile(r"(?<=[{ ])[a-z_]+: [0-9.]+(?=[,}])")
_LIST = re.compile(r"\[[A-Za-z][^\[\]{}]*\]")
_NULL = re.compile(r"(?<=: )null(?=[,}\n])")

MakeLines = Callable[[Random, list[str], int], list[str] | None]


def _on_lines(change: MakeLines) -> MakeText:
    """A slip at one of the lines that are no comments."""

    def make(random: Random, text: str) -> str | None:
        lines = text.splitlines(keepends=True)
        written = [i for i, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")]
        changed = change(random, lines, random.choice(written))
        return None if changed is None else "".join(changed)

    return make


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _block_end(lines: list[str], at: int) -> int:
    """The line after a line and what is indented below it."""
    end = at + 1
    may_be_entry = not lines[at].lstrip().startswith("-")
    while end < len(lines):
        depth, line = _depth(lines[end]) - _depth(lines[at]), lines[end].strip()
        if line and depth <= 0 and not (depth == 0 and may_be_entry and line.startswith("-")):
            break
        end += 1
    return end


def _commented(lines: list[str], start: int, end: int) -> list[str] | None:
    if not any(line.strip() for line in lines[start:end]):
        return None
    return [*lines[:start], *(re.sub(r"(?=\S)", "# ", line, count=1) for line in lines[start:end]), *lines[end:]]


def _comment_block(random: Random, lines: list[str], at: int) -> list[str] | None:
    return _commented(lines, at, _block_end(lines, at))


def _comment_line(random: Random, lines: list[str], at: int) -> list[str] | None:
    return _commented(lines, at, at + 1)


def _comment_children(random: Random, lines: list[str], at: int) -> list[str] | None:
    return _commented(lines, at + 1, _block_end(lines, at))


def _double_block(random: Random, lines: list[str], at: int) -> list[str]:
    end = _block_end(lines, at)
    return [*lines[:end], *lines[at:end], *lines[end:]]


def _move(random: Random, lines: list[str], at: int) -> list[str] | None:
    by = random.choice((-2, -1, 1, 2))
    if _depth(lines[at]) + by < 0:
        return None
    moved = " " * (_depth(lines[at]) + by) + lines[at].lstrip()
    return [*lines[:at], moved, *lines[at + 1 :]]


def _tab(random: Random, lines: list[str], at: int) -> list[str]:
    return [*lines[:at], lines[at].replace("  ", "\t", 1), *lines[at + 1 :]]


def _join(random: Random, lines: list[str], at: int) -> list[str] | None:
    line = lines[at]
    return None if "#" in line or at + 1 == len(lines) else [*lines[:at], line.rstrip() + " ", *lines[at + 1 :]]


def _without_value(random: Random, lines: list[str], at: int) -> list[str] | None:
    found = re.match(r" *(- )?[\w-]+:(?= \S)", lines[at])
    return [*lines[:at], f"{found[0]}\n", *lines[at + 1 :]] if found else None


def _blank(random: Random, lines: list[str], at: int) -> list[str]:
    return [*lines[:at], random.choice(("\n", "# a remark\n", "    # 7\n")), *lines[at:]]


def _swap_blocks(random: Random, lines: list[str], at: int) -> list[str] | None:
    """A key and its next sister change places."""
    middle = _block_end(lines, at)
    if middle == len(lines) or _depth(lines[middle]) != _depth(lines[at]) or lines[at].lstrip().startswith("-"):
        return None
    end = _block_end(lines, middle)
    return [*lines[:at], *lines[middle:end], *lines[at:middle], *lines[end:]]


def _entries(random: Random, text: str) -> str:
    entries = [entry.strip() for entry in text[1:-1].split(",")]
    i = random.randrange(len(entries))
    lists = ([], [*entries, entries[i]], entries[:i] + entries[i + 1 :], [*entries, "~"], [" ".join(entries)])
    return random.choice((", ".join(entries), *(f"[{', '.join(some)}]" for some in lists)))


YAML_SLIPS: dict[str, tuple[MakeText, str]] = {
    "a space dropped after a colon": (on(COLON, lambda random, text: ":"), ""),
    "a colon dropped": (on(COLON, lambda random, text: " "), ""),
    "another sign for a colon": (on(COLON, one_of(lambda _: "= ", lambda _: "： ", lambda _: "; ")), ""),
    "a comma dropped": (on(_COMMA, lambda random, text: " "), ""),
    "another sign for a comma": (on(_COMMA, one_of(lambda _: "; ", lambda _: "、", lambda _: ". ")), ""),
    "a space dropped after a dash": (on(_DASH, lambda random, text: text[:-1]), ""),
    "a dash dropped": (on(_DASH, lambda random, text: text[:-2] + "  "), ""),
    "a comma added in a number": (on(NUMBER, with_comma), ""),
    "digits grouped": (on(NUMBER, grouped), ""),
    "a number dressed up": (on(NUMBER, DRESSED), ""),
    "other digits": (on(NUMBER, other_digits), ""),
    "a full-width sign": (on(NUMBER, wide), ""),
    "a line commented out": (_on_lines(_comment_line), ""),
    "a key with its children commented out": (_on_lines(_comment_block), ""),
    "all children commented out": (_on_lines(_comment_children), ""),
    "a key doubled": (_on_lines(_double_block), ""),
    "a key doubled in braces": (on(_PAIR, one_of(lambda t: f"{t}, {t}", lambda t: f"{t}, {t.split(':')[0]}: 7")), ""),
    "a value dropped": (_on_lines(_without_value), ""),
    "a value dropped in braces": (on(_PAIR, one_of(lambda t: t.split(" ")[0], lambda t: t.split(":")[0])), ""),
    "a value set to null": (
        on(NUMBER, one_of(lambda _: "null", lambda _: "~", lambda _: "none", lambda _: "''")),
        "",
    ),
    "another word for null": (
        on(_NULL, one_of(lambda _: "none", lambda _: "None", lambda _: "", lambda _: "'null'")),
        "",
    ),
    "a key misspelt": (on(_KEY, typo), ""),
    "a key in other case": (on(_KEY, other_case), ""),
    "a key with another dash": (on(_KEY, lambda random, text: text.replace("_", "-")), ""),
    "a name misspelt": (on(_NAME, typo), ""),
    "a name in other case": (on(_NAME, other_case), ""),
    "a name in full width": (on(_NAME, wide), ""),
    "another month": (
        on(_MONTH, one_of(lambda t: t[:4], lambda t: t[:5] + t[6:], lambda t: t.replace("-", "/"))),
        "",
    ),
    "a list slipped": (on(_LIST, _entries), ""),
    "a line moved": (_on_lines(_move), ""),
    "a tab": (_on_lines(_tab), ""),
    "two lines joined": (_on_lines(_join), ""),
    "white space": (on(_COMMA, one_of(lambda _: ",", lambda _: ",  ", lambda _: " , ")), "white space"),
    "a remark added": (_on_lines(_blank), "comments"),
    "keys in another order": (_on_lines(_swap_blocks), "order"),
    "a number in another notation": (
        on(NUMBER, lambda random, text: f"{text}0" if "." in text else f"0{text}"),
        "notation",
    ),
    "a default written out": (
        on(re.compile(r"loss: [0-9.]+(?=})"), lambda random, text: f"{text}, all: false"),
        "default",
    ),
    "a text in quotes": (on(_NAME, one_of("'{}'".format, '"{}"'.format)), "quotes"),
}
"""How a slip in model.yaml is made, and the rule by which it means the same, by kind."""


def in_model(random: Random, base: str) -> Slip | None:
    """A slip in the model.yaml of a model; None where it finds no place there."""
    files = sound_files()[base]
    text = files[MODEL].decode()
    kind, (make, rule) = random.choice(list(YAML_SLIPS.items()))
    slipped = make(random, text)
    if slipped is None or slipped == text:
        return None
    return Slip(kind, base, {**files, MODEL: slipped.encode()}, rule=rule, where=difference(text, slipped))
