"""Slips in a change typed after ``--set``."""

from __future__ import annotations

import re
from random import Random

from trials.slip_models import Slip, sound_files
from trials.slip_words import COLON, DRESSED, NUMBER, MakeText, grouped, on, one_of, other_case, typo, with_comma

_TYPED = {
    "strategies": ("policies.budget.investment=9000", "discount_rate=0.075", "policies.reserve_days.cobalt.2026-01=35",
                   "crises.halt.annual_probability=0.25", "crises.halt.duration={1: 0.5, 2: 0.5}", "events.strike=null",
                   "policies.share_caps[0].max.2027=0.625", "suppliers[cobalt-aus].price=17.5",
                   "demand[cobalt/2027].tonnes=130", "materials[cobalt].storage_limit_t=80"),
    "tutorial": ("policies.reserve_days=75", "crises.china-halt.effects[0].loss=0.75", "report_until=2028-06",
                 "policies.survive={crises: [china-halt], days: 180}", "suppliers[graphite-moz].capacity_t=7500",
                 "materials[tungsten].opening_stock_t=null", "projects[tungsten-recycling].build_periods=6"),
    "rich": ("policies.country_cap.max=0.85", "policies.survive=null", "events.quota.to=2027-06",
             "substitution[metal/thrift].cost=333", "origins[metal-aus/CHN].share=0.45"),
}  # fmt: skip
_ANY_KEY = re.compile(r"(?<![\w-])[A-Za-z][\w-]*(?=[.=\[:/])")
_ANY_NAME = re.compile(r"(?<=\[)[A-Za-z][\w/-]*(?=\])")
TYPED_SLIPS: dict[str, MakeText] = {
    "nothing typed for a value": lambda random, text: (
        text[: text.index("=") + 1] + random.choice(("", " ", "''", "# 5"))
    ),
    "an equal sign dropped or doubled": lambda random, text: text.replace("=", random.choice(("", ":", "==", " ")), 1),
    "a key typed wrong": on(_ANY_KEY, typo),
    "a key typed in other case": on(_ANY_KEY, other_case),
    "a name typed wrong": on(_ANY_NAME, typo),
    "a name typed in other case": on(_ANY_NAME, other_case),
    "a comma typed in a number": on(NUMBER, with_comma),
    "digits typed in groups": on(NUMBER, grouped),
    "a number typed dressed up": on(NUMBER, DRESSED),
    "a space dropped in a typed value": on(COLON, lambda random, text: ":"),
    "brackets dropped": lambda random, text: re.sub(r"[\[\]{}]", "", text),
    "another word for null typed": on(re.compile("null"), one_of(lambda _: "none", lambda _: "nil", lambda _: "")),
}
"""How a slip in a change typed on the command line is made."""


def in_change(random: Random, base: str) -> Slip | None:
    """A slip in a change of a model; None where it finds no place there."""
    typed = random.choice(_TYPED[base])
    kind, make = random.choice(list(TYPED_SLIPS.items()))
    slipped = make(random, typed)
    if slipped is None or slipped == typed:
        return None
    return Slip(kind, base, sound_files()[base], (slipped,), where=f"{typed} -> {slipped}")
