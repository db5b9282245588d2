"""Countries: the codes of ISO 3166-1 alpha-3, their names, and what a wrong code may have meant."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

import pycountry

from bichiku.model.faults import LONGEST_COMPARED

MOST_OFFERED = 3
_USUAL = {"uk": "GBR", "great britain": "GBR", "britain": "GBR", "england": "GBR", "uae": "ARE"}


@lru_cache
def country_codes() -> frozenset[str]:
    """All codes of ISO 3166-1 alpha-3."""
    return frozenset(country.alpha_3 for country in pycountry.countries)


@lru_cache
def country_name(code: str) -> str:
    """A country's usual English name; the code itself if ISO has none."""
    country = pycountry.countries.get(alpha_3=code)
    return getattr(country, "common_name", country.name) if country else code


def is_country(code: str) -> bool:
    """Whether a text is a code of ISO 3166-1 alpha-3."""
    return code in country_codes()


def country_hint(text: str, used: Iterable[str] = ()) -> str:
    """A hint with the code that a name, an abbreviation or a misspelt code may have meant; empty if none.

    Args:
        text: what was typed.
        used: codes that are more likely meant than others.
    """
    codes = _meant(text.strip().casefold(), sorted(used))[:MOST_OFFERED] if len(text) <= LONGEST_COMPARED else []
    return f"did you mean {' or '.join(f'{code} ({country_name(code)})' for code in codes)}?" if codes else ""


def _meant(word: str, used: Sequence[str]) -> list[str]:
    words = _words()
    if word in words:
        return words[word]
    if len(word) < 3:
        return []
    near = [code for code in used if len(code) == len(word) and _differing(code.casefold(), word) == 1]
    if near:
        return near
    begins = {code for name, codes in words.items() if name.startswith(word) for code in codes}
    if begins:
        return sorted(begins)
    swapped = [code for code in sorted(country_codes()) if sorted(code.casefold()) == sorted(word)]
    if swapped:
        return swapped
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    return words[close[0]] if close else []


def _differing(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=True))


@lru_cache
def _words() -> dict[str, list[str]]:
    """Codes by names, other codes and initials (DRC), in lower case."""
    found: dict[str, set[str]] = defaultdict(set)
    for country in pycountry.countries:
        names = [getattr(country, key) for key in ("name", "common_name", "official_name") if hasattr(country, key)]
        names += [" ".join(reversed(name.split(", "))) for name in names if name.count(", ") == 1]
        initials = ["".join(re.findall(r"\b[A-Z]", name.removeprefix("The "))) for name in names]
        for word in (country.alpha_3, country.alpha_2, *names, *(text for text in initials if len(text) > 2)):
            found[word.casefold()].add(country.alpha_3)
    for word, code in _USUAL.items():
        found[word] = {code}
    return {word: sorted(codes) for word, codes in found.items()}
