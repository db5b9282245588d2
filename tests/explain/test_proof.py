"""Proofs are added up here, whatever the solver says, and crises by themselves prove nothing about what can be kept."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from bichiku.explaining.crisis_rows import crisis_by_crisis, rows_of_crises
from bichiku.explaining.feasibility import FeasibilityCheck
from bichiku.explaining.infeasibility_proof import Prover, _in_proof
from bichiku.explaining.ruled_program import RuledProgram
from bichiku.explaining.rules import Rule
from bichiku.policies import Limit
from bichiku.program import LinearProgram
from bichiku.solving import Limits, Solution
from bichiku.solving.highs import HighsRun


def program() -> LinearProgram:
    """At least 10 of x, at most 4 of x and y together, at most 7 of y; y is bounded by 5."""
    return LinearProgram(
        cost=np.zeros(2),
        constant=0.0,
        matrix=sparse.csr_array(np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])),
        row_lower=np.array([10.0, -np.inf, -np.inf]),
        row_upper=np.array([np.inf, 4.0, 7.0]),
        column_lower=np.zeros(2),
        column_upper=np.array([np.inf, 5.0]),
        row_constant=np.zeros(3),
        preference=np.zeros(2),
    )


def part(crisis: list[int] | None = None) -> RuledProgram:
    rules = [Rule.freeing(Limit(name, "", "m", None, 0.0, "t"), rows=np.array([i])) for i, name in enumerate("abc")]
    return RuledProgram.whole(program(), rules, np.array(crisis or [-1, -1]))


def test_a_verdict_names_the_rules_of_the_contradiction_and_no_other() -> None:
    prover = Prover(part(), FeasibilityCheck(60))
    verdict = prover.verdict(prover.part.rules)
    assert verdict.feasible is False
    assert [rule.kind for rule in verdict.rules] == ["a", "b"]  # x of 10 or more and 4 or less


def test_what_is_left_without_one_of_them_can_be_kept_from_the_same_solver() -> None:
    prover = Prover(part(), FeasibilityCheck(60))
    a, b, c = prover.part.rules
    assert [prover.verdict(kept).feasible for kept in ([a, b], [a, c], [b, c], [a, b, c])] == [False, True, True, False]


@pytest.mark.parametrize(
    ("multipliers", "used"),
    [
        ([1.0, -1.0, 0.0], [True, True, False]),  # 10 <= x - x - y <= 0 - 4: misses by 6
        ([2.0, -2.0, 1e-12], [True, True, False]),
        ([-1.0, 1.0, 0.0], None),  # the wrong way round: minus infinity
        ([0.0, -1.0, 0.0], None),  # -4 <= -x - y can be kept
        ([0.0, 0.0, 0.0], None),
    ],
)
def test_multipliers_that_prove_nothing_are_refused(multipliers: list[float], used: list[bool] | None) -> None:
    found = _in_proof(program(), np.array(multipliers))
    assert (None if found is None else list(found[0])) == used
    assert _in_proof(program(), None) is None


def test_rows_belong_to_the_crises_of_their_columns() -> None:
    # x on the plan, y in the third crisis: the first row is the plan's, the others are that crisis's
    first, last = rows_of_crises(part([-1, 2]))
    assert list(first) == list(last) == [-1, 2, 2]
    # x in the first and y in the third: the second row looks at both
    first, last = rows_of_crises(part([0, 2]))
    assert (list(first), list(last)) == ([0, 0, 2], [0, 2, 2])


def test_the_plan_comes_first_and_then_the_crises_that_a_rule_looks_at() -> None:
    survive = Rule.freeing(Limit("survive", "halt", "m", 2026, 0.0, "t", onset=1), rows=np.array([2]))
    here = part([-1, 2])
    assert [list(rows) for rows in crisis_by_crisis(here, [survive])] == [[0], [0, 1, 2]]
    assert [list(rows) for rows in crisis_by_crisis(here, here.rules)] == [[0]]


def test_an_interruption_stops_the_solver_and_goes_on_up(monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = []

    def interrupted(run: HighsRun, limits: Limits) -> Solution:
        raise KeyboardInterrupt

    monkeypatch.setattr(HighsRun, "solve", interrupted)
    monkeypatch.setattr(HighsRun, "interrupt", lambda run: stopped.append(run))
    with pytest.raises(KeyboardInterrupt):
        FeasibilityCheck(60).feasible(program())
    assert len(stopped) == 1
