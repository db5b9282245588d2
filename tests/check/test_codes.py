"""Every code has a rule, a meaning and a model that triggers it."""

from __future__ import annotations

from bichiku.checking import RULES, results
from bichiku.model.warning_codes import CODES
from tests.check import (
    test_assumptions,
    test_contradictions,
    test_crises,
    test_format_2,
    test_numbers,
    test_policies,
    test_results,
    test_scaling,
    test_strategies,
    test_tables,
)

GROUPS = (
    test_tables,
    test_format_2,
    test_strategies,
    test_policies,
    test_contradictions,
    test_crises,
    test_numbers,
    test_scaling,
    test_strategies,
    test_assumptions,
    test_results,
)


def test_every_code_has_a_rule() -> None:
    assert sorted([*RULES, *results.RULES, *results.COMPARISON_RULES]) == list(CODES)


def test_every_code_has_a_model_that_triggers_it() -> None:
    of_one_model = set(CODES) - set(results.COMPARISON_RULES)
    assert {case.code for group in GROUPS for case in group.CASES} == of_one_model
