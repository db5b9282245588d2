"""The rules that policies set, each for one material and one year (or one crisis), in words."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bichiku.build.program import LinearProgram, RowBlock
from bichiku.explain.rules import Rule, free
from bichiku.read.settings import CountryCap, ShareLimit
from bichiku.result.outcome import Outcome
from bichiku.result.prices.questions import Question
from bichiku.show.numbers import four_digits, four_digits_with_unit, three_digits

POLICY_KINDS = (
    "reserve_days",
    "share_caps",
    "share_floors",
    "country_cap",
    "concentration",
    "survive",
    "expected_shortage",
    "risk_limit",
    "budget_investment",
    "budget_reserve",
)


def policy_rules(outcome: Outcome, questions: list[Question]) -> Iterator[Rule]:
    """Every rule that a policy sets."""
    for q in questions:
        if q.policy in POLICY_KINDS and q.policy != "survive":
            words = _words(outcome, q)
            rule = Rule(q.policy, q.limit, q.material, q.year, q.value, q.unit, words, question=q)
            # damage that no limit speaks of is only counted, and forbids nothing
            counted = [block.first + np.arange(len(block.keys)) for block in _blocks(outcome.program, "excess_damage")]
            yield free(rule, rows=np.concatenate([q.rows, *counted]) if q.policy == "risk_limit" else q.rows)
    yield from _survive(outcome)
    yield from _concentration(outcome)


def _words(outcome: Outcome, q: Question) -> str:
    value = four_digits_with_unit(q.value, q.unit)
    if q.policy == "reserve_days":
        tonnes = float(np.max(q.row_moves)) * q.value
        return f"reserve of {q.material}: {four_digits(q.value)} days in {q.year} ({three_digits(tonnes)} t)"
    if q.policy in ("share_caps", "share_floors", "country_cap"):
        return _share_words(outcome, q, value)
    if q.policy == "expected_shortage":
        return f"expected shortage of {q.material}: at most {value} over the horizon"
    if q.policy == "risk_limit":
        return f"CVaR of damage given a crisis: at most {value}"
    if q.policy == "budget_investment":
        return f"net investment: at most {value}"
    return f"reserve budget in {q.year}: at most {value}"


def _share_words(outcome: Outcome, q: Question, value: str) -> str:
    if q.policy == "country_cap":
        rule = outcome.world.policies.country_cap
        assert rule is not None
        return f"any one country ({q.limit}) at most {value} of {_base(rule)} of {q.material} in {q.year}"
    given = share_limit(outcome, q.policy, q.limit, q.material)
    kind, bound = ("cap", "at most") if q.policy == "share_caps" else ("floor", "at least")
    base = _base(given) if given else "imports"
    return f"share {kind} {q.limit}: {bound} {value} of {base} of {q.material} in {q.year}"


def _base(rule: ShareLimit | CountryCap) -> str:
    return rule.of + (" (where it is mined)" if rule.stage == "origin" else "")


def share_limit(outcome: Outcome, family: str, name: str, material: str) -> ShareLimit | None:
    """The share limit of model.yaml behind a name in the rows; a second one on the same group is ``name #2``."""
    position = share_position(outcome, family, name, material)
    policies = outcome.world.policies
    limits: list[ShareLimit] = [*(policies.share_caps if family == "share_caps" else policies.share_floors)]
    return None if position is None else limits[position]


def share_position(outcome: Outcome, family: str, name: str, material: str) -> int | None:
    """Place of that limit in its list."""
    policies = outcome.world.policies
    seen: dict[str, int] = {}
    limits: list[ShareLimit] = [*(policies.share_caps if family == "share_caps" else policies.share_floors)]
    for position, limit in enumerate(limits):
        if limit.materials is not None and material not in limit.materials:
            continue
        base = limit.name or "+".join(limit.group)
        seen[base] = seen.get(base, 0) + 1
        if name == (base if seen[base] == 1 else f"{base} #{seen[base]}"):
            return position
    return None


def _blocks(program: LinearProgram, family: str) -> Iterator[RowBlock]:
    return (block for block in program.row_blocks if block.family == family)


def _survive(outcome: Outcome) -> Iterator[Rule]:
    """One rule for each material and each start of a crisis."""
    tree, calendar = outcome.tree, outcome.world.calendar
    for block in _blocks(outcome.program, "survive"):
        branches = tree.branch[block.keys]
        for i in np.unique(branches):
            branch = tree.branches[int(i)]
            at = np.flatnonzero(branches == i)
            begins, ends = tree.period[block.keys[at[0]]], tree.period[block.keys[at[-1]]]
            span = (
                f"{calendar.label(int(begins))} to the end of period {int(ends)}" if len(at) > 1 else "the first period"
            )
            words = (
                f"no shortage of {block.index} in crisis {branch.crisis} of {calendar.label(branch.onset)}"
                f" ({span}: {len(at)} period{'s' if len(at) > 1 else ''})"
            )
            year = int(calendar.years[branch.onset - 1])
            rule = Rule("survive", branch.crisis, block.index, year, 0.0, "t short", words, onset=branch.onset)
            yield free(rule, rows=block.first + at)


def _concentration(outcome: Outcome) -> Iterator[Rule]:
    """All planes of a material and a year are one rule."""
    policy = outcome.world.policies.concentration
    found: dict[tuple[str, int], list[int]] = {}
    for block in _blocks(outcome.program, "concentration"):
        material = block.index.rpartition("/")[2]
        for row, year in enumerate(block.keys, start=block.first):
            found.setdefault((material, int(year)), []).append(row)
    for (material, year), rows in found.items():
        assert policy is not None
        value = float(policy.max(np.array(year)))
        words = f"concentration (HHI) of {policy.of} of {material} in {year}: at most {four_digits(value)}"
        yield free(Rule("concentration", "", material, year, value, "HHI", words), rows=np.array(rows))
