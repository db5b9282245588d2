"""Unbounded programs and programs on which a solver fails. Models that are read are bounded, so these are arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse

from bichiku.explaining import Diagnosis, diagnosis, explain
from bichiku.explaining.feasibility import FeasibilityCheck
from bichiku.explaining.unbounded_ray import unbounded_ray
from bichiku.program import ColumnBlock, LinearProgram, RowBlock
from bichiku.program.extremes import extremes
from bichiku.show.explanation import text_of
from bichiku.solving import Solution, Status
from oracles.by_hand import description, read


def program(**changes: Any) -> LinearProgram:
    """Buy at 1, make with a yield of one half, sell at 3: a gain of 1 for two bought and one sold; and a tonne held."""
    matrix = sparse.csr_array(np.array([[1.0, -2.0, 0.0], [0.0, 0.0, 1.0]]))
    given = {
        "cost": np.array([1.0, -3.0, 5.0]),
        "constant": 0.0,
        "matrix": matrix,
        "row_lower": np.array([0.0, 1.0]),
        "row_upper": np.array([0.0, np.inf]),
        "column_lower": np.zeros(3),
        "column_upper": np.full(3, np.inf),
        "row_constant": np.zeros(2),
        "preference": np.zeros(3),
        "row_blocks": (RowBlock("balance", "m", 0, np.arange(2), "node", "t", False),),
        "column_blocks": tuple(ColumnBlock(name, "m", i, 1, "once") for i, name in enumerate(["buy", "sell", "hold"])),
    }
    return LinearProgram(**(given | changes))


def test_a_ray_names_what_earns_money_without_end() -> None:
    ray = unbounded_ray(program(), FeasibilityCheck(60))
    assert ray is not None
    assert dict(ray.steps) == pytest.approx({"buy[m] once 0": 2 / 3, "sell[m] once 0": 1 / 3})
    assert ray.gain == pytest.approx(1 / 3)


def test_a_bound_ends_the_ray() -> None:
    assert unbounded_ray(program(column_upper=np.array([np.inf, 7.0, np.inf])), FeasibilityCheck(60)) is None


def test_extremes_name_rows_and_columns() -> None:
    found = {extreme.what: extreme for extreme in extremes(program(cost=np.array([1e-7, -3e9, 0.0])))}
    assert found["costs"].smallest_at == "buy[m] once 0"
    assert (found["costs"].largest, found["costs"].largest_at) == (3e9, "sell[m] once 0")
    assert found["coefficients"].largest_at == "sell[m] once 0 in balance[m] node 0"
    assert "bounds of columns" not in found


@pytest.mark.parametrize(
    ("status", "finding", "words"),
    [
        (Status.UNBOUNDED, Diagnosis.UNBOUNDED, "no direction was found in which cost falls"),
        (Status.ERROR, Diagnosis.NUMERICAL, "look for a wrong unit"),
    ],
)
def test_an_explanation_tells_them(
    monkeypatch: pytest.MonkeyPatch, status: Status, finding: Diagnosis, words: str
) -> None:
    monkeypatch.setattr(diagnosis.FeasibilityCheck, "solve", lambda self, program: Solution.none(status))
    monkeypatch.setattr(diagnosis, "_infeasible_components", lambda program, check, known: (np.empty(0), [], []))
    found = explain(read(description(1)))
    assert found.diagnosis is finding
    assert words in text_of(found)
    assert "costs: 10 (ship[s] node 0)" in text_of(found)


def test_an_unbounded_program_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    found = diagnosis._no_optimum(read(description(1)), program(), Status.UNBOUNDED, FeasibilityCheck(60))
    assert found.diagnosis is Diagnosis.UNBOUNDED
    assert "  - 0.667 of buy[m] once 0\n  - 0.333 of sell[m] once 0" in text_of(found)
