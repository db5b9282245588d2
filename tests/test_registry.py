"""Whatever is declared once, a policy, a column of a result or a metric, is stated a second time by what checks it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from bichiku.policies import FAMILIES, POLICIES
from bichiku.policies.policy import Policy
from bichiku.result.columns import ResultTable
from bichiku.result.metrics import METRICS as DECLARED
from bichiku.result.tables import TABLES
from bichiku.verification.files import COLUMNS
from bichiku.verification.metrics import METRICS
from bichiku.verification.policies import STATEMENTS
from oracles import second_policies
from oracles.policy_examples import EXAMPLES
from oracles.policy_strategies import CONCENTRATION, POLICY_NAMES, SOFT_NAMES

ROOT = Path(__file__).parents[1]
each_policy = pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)


@each_policy
def test_a_policy_has_a_statement_in_verify(policy: Policy[Any]) -> None:
    assert policy.name in STATEMENTS
    assert set(STATEMENTS[policy.name].holds) == {family.name for family in policy.families}


@each_policy
def test_a_policy_has_a_statement_in_the_second_builder(policy: Policy[Any]) -> None:
    assert policy.name in second_policies.STATEMENTS
    assert policy.name in second_policies.KEYS


@each_policy
def test_a_policy_is_drawn(policy: Policy[Any]) -> None:
    variants = (*POLICY_NAMES, *SOFT_NAMES, CONCENTRATION)
    assert [name for name in variants if name == policy.name or name.startswith(f"{policy.name}_")]


@each_policy
def test_a_policy_has_an_example(policy: Policy[Any]) -> None:
    assert policy.name in EXAMPLES
    assert set(EXAMPLES[policy.name].broken) == {family.name for family in policy.families}


@each_policy
def test_a_policy_has_a_case_worked_out_on_paper(policy: Policy[Any]) -> None:
    module = type(policy).__module__.rpartition(".")[2]
    file = ROOT / "tests" / "policies" / f"test_{module}.py"
    assert re.findall(r"^def test_", file.read_text(encoding="utf-8"), re.MULTILINE)


@each_policy
@pytest.mark.parametrize("page", ["model-file.md", "formulation.md"])
def test_a_policy_stands_in_the_pages(policy: Policy[Any], page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    assert re.search(rf"^\|[^|]*`{policy.name}`", text, re.MULTILINE)


@each_policy
def test_a_policy_states_all_of_itself(policy: Policy[Any]) -> None:
    assert policy.text
    assert {family.name for family in policy.families} <= set(policy.inputs)
    assert all(family.heading and family.noun for family in policy.families)


def test_nothing_is_stated_of_policies_that_do_not_exist() -> None:
    names = {policy.name for policy in POLICIES}
    assert set(STATEMENTS) == set(second_policies.STATEMENTS) == set(EXAMPLES) == names
    assert {family for statement in STATEMENTS.values() for family in statement.holds} == set(FAMILIES)


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_column_is_known_to_verify(table: ResultTable) -> None:
    """That verify has a statement of each column that it knows is a rule of its own, `columns.stated`."""
    assert [column.name for column in table.columns] == list(COLUMNS[table.file])


@pytest.mark.parametrize("metric", DECLARED)
def test_every_metric_has_a_statement_in_verify(metric: str) -> None:
    assert metric in METRICS


def test_nothing_is_stated_of_metrics_that_do_not_exist() -> None:
    assert set(METRICS) == set(DECLARED)
