"""Every code has a rule, a meaning and a model that triggers it."""

from __future__ import annotations

from bichiku.checking import RULES
from bichiku.model.warning_codes import CODES
from tests.check import (
    test_assumptions,
    test_contradictions,
    test_crises,
    test_numbers,
    test_policies,
    test_scaling,
    test_tables,
)

GROUPS = (
    test_tables,
    test_policies,
    test_contradictions,
    test_crises,
    test_numbers,
    test_scaling,
    test_assumptions,
)


def test_every_code_has_a_rule() -> None:
    assert list(RULES) == list(CODES)


def test_every_code_has_a_model_that_triggers_it() -> None:
    assert {case.code for group in GROUPS for case in group.CASES} == set(CODES)
