"""The tree: which nodes there are, who is whose parent, and what each weighs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bichiku.model.calendar import Calendar, Resolution
from bichiku.model.faults import ModelFaults
from bichiku.model.settings import Crisis, Effect, Onset
from bichiku.model.tree import BEFORE, Tree, TreeError, grow_tree, onset_periods
from bichiku.result.pipeline import grow
from oracles.models import world_of, write_model


def _crisis(**keys: Any) -> Crisis:
    keys = {"duration": 1, "recovery": 0, "effects": [Effect(all=True, loss=1.0)]} | keys
    if isinstance(keys.get("onsets"), dict):
        keys["onsets"] = [Onset(period=period, probability=p) for period, p in keys["onsets"].items()]
    return Crisis(**keys)


def _tree(periods: int, resolution: Resolution = "year", **crises: Crisis) -> Tree:
    return grow_tree(crises, Calendar(2026 * 12, periods, resolution, periods))


def _probabilities(tree: Tree) -> list[float]:
    return [branch.probability for branch in tree.branches]


def _plan(tree: Tree) -> list[float]:
    return tree.weight[tree.plan].tolist()


# Nodes


def test_without_a_crisis_the_plan_is_all_there_is() -> None:
    tree = _tree(3)
    assert tree.size == 3
    assert tree.branches == ()
    assert _plan(tree) == [1, 1, 1]
    assert tree.parent.tolist() == [BEFORE, 0, 1]


@pytest.mark.parametrize(("every", "onsets"), [(1, list(range(1, 8))), (2, [2, 4, 6]), (4, [3, 7]), (5, [3]), (6, [4])])
def test_onsets_lie_in_the_middle_of_their_windows(every: int, onsets: list[int]) -> None:
    # 1 + floor(k / 2), then every k periods, up to period 7
    assert list(onset_periods(_crisis(annual_probability=0.1, onset_every=every), 7)) == onsets


def test_the_first_onset_may_be_moved() -> None:
    assert onset_periods(_crisis(annual_probability=0.1, onset_every=3, first_onset=1), 7) == range(1, 8, 3)
    assert not onset_periods(_crisis(annual_probability=0.1, onset_every=3, first_onset=8), 7)


def test_listed_onsets_come_in_order_of_time() -> None:
    assert onset_periods(_crisis(onsets={5: 0.1, 2: 0.2}), 7) == [2, 5]
    assert _probabilities(_tree(7, a=_crisis(onsets={5: 0.1, 2: 0.2}))) == [0.2, 0.1]


@pytest.mark.parametrize(
    ("duration", "recovery", "end", "returns"),
    [(2, 3, 6, True), (1, 0, 2, True), (4, 4, 9, True), (5, 4, 10, False), (9, 9, 10, False), (1, "to-end", 10, False)],
)
def test_a_branch_lasts_its_duration_and_recovery(duration: int, recovery: Any, end: int, returns: bool) -> None:
    # from period 2: 2 + duration + recovery - 1, cut at period 10
    tree = _tree(10, a=_crisis(onsets={2: 0.1}, duration=duration, recovery=recovery))
    (branch,) = tree.branches
    assert (branch.onset, branch.end, branch.returns) == (2, end, returns)
    assert tree.period[tree.branch == 0].tolist() == list(range(2, end + 1))


def test_a_branch_grows_from_the_plan_before_its_onset() -> None:
    # nodes 0..4 are the plan; 5, 6 are crisis a in periods 3, 4; 7 is crisis b in period 1
    tree = _tree(5, a=_crisis(onsets={3: 0.1}, duration=2), b=_crisis(onsets={1: 0.1}))
    assert tree.parent.tolist() == [BEFORE, 0, 1, 2, 3, 1, 5, BEFORE]
    assert tree.ancestor(0).tolist() == [0, 1, 2, 3, 4, 5, 6, 7]
    assert tree.ancestor(2).tolist() == [BEFORE, BEFORE, 0, 1, 2, 0, 1, BEFORE]
    assert tree.ancestor(9).tolist() == [BEFORE] * 8
    assert (tree.first.tolist(), tree.last.tolist()) == ([5, 7], [6, 7])
    assert tree.on_plan.tolist() == [0, 1, 2, 3, 4, 2, 3, 0]
    assert tree.since_onset[5:].tolist() == [0, 1, 0]
    assert (tree.since_onset[:5] > tree.periods).all()
    assert [tree.label(node) for node in (0, 6, 7)] == [("plan", 0, 1), ("a", 3, 4), ("b", 1, 1)]


# Probabilities


def test_one_crisis_a_year_begins_with_its_yearly_probability() -> None:
    # with a window of one year h = 1 - exp(ln(1 - p)) = p; each branch lasts its one period and hands back
    tree = _tree(3, a=_crisis(annual_probability=0.2, onset_every=1))
    assert _probabilities(tree) == pytest.approx([0.2, 0.2, 0.2])
    assert _plan(tree) == pytest.approx([0.8, 0.8, 0.8])


def test_a_window_of_two_years_and_of_half_a_year() -> None:
    # p = 3/4 leaves 1/4 a year: 1/16 in two years, 1/2 in half a year
    assert _probabilities(_tree(2, a=_crisis(annual_probability=0.75, onset_every=2))) == pytest.approx([15 / 16])
    halves = _tree(2, "quarter", a=_crisis(annual_probability=0.75, onset_every=2))
    assert _probabilities(halves) == pytest.approx([1 / 2])


def test_two_crises_share_their_window_by_their_rates() -> None:
    # p = 1/2 and 7/8 leave 1/2 and 1/8: rates ln 2 and 3 ln 2, together 4 ln 2; 1 - 1/16 = 15/16 is split 1 : 3
    crises = {
        "a": _crisis(annual_probability=0.5, onset_every=1),
        "b": _crisis(annual_probability=0.875, onset_every=1),
    }
    assert _probabilities(_tree(1, **crises)) == pytest.approx([15 / 64, 45 / 64])


def test_a_later_crisis_begins_only_if_the_plan_still_runs() -> None:
    # the first branch takes 1/2 in periods 1..2; in period 2 the plan runs with 1/2 and a quarter begins;
    # in period 3 the first has handed back: 1 - 1/4 = 3/4 runs and 3/8 begins
    tree = _tree(3, a=_crisis(annual_probability=0.5, onset_every=1, duration=2))
    assert _probabilities(tree) == pytest.approx([1 / 2, 1 / 4, 3 / 8])
    assert _plan(tree) == pytest.approx([1 / 2, 1 / 4, 3 / 8])


def test_branches_to_the_end_never_hand_back() -> None:
    tree = _tree(3, a=_crisis(annual_probability=0.5, onset_every=1, recovery="to-end"))
    assert _probabilities(tree) == pytest.approx([1 / 2, 1 / 4, 1 / 8])
    assert _plan(tree) == pytest.approx([1 / 2, 1 / 4, 1 / 8])


def test_listed_probabilities_are_taken_as_they_are() -> None:
    # the second is 0.3 although the plan runs only with 0.6 then
    tree = _tree(3, a=_crisis(onsets={1: 0.4, 2: 0.3}, recovery="to-end"))
    assert _probabilities(tree) == [0.4, 0.3]
    assert _plan(tree) == pytest.approx([0.6, 0.3, 0.3])


def test_a_probability_of_zero_makes_branches_without_weight() -> None:
    tree = _tree(2, a=_crisis(annual_probability=0.0, onset_every=1))
    assert _probabilities(tree) == [0, 0]
    assert _plan(tree) == [1, 1]


def test_a_two_stage_program_falls_out() -> None:
    # after period 1 one of ten scenarios is sure to come: the plan weighs nothing from period 2 on
    scenarios = {f"s{i}": _crisis(onsets={2: 0.1}, recovery="to-end") for i in range(10)}
    tree = _tree(4, **scenarios)
    assert _plan(tree) == [1, 0, 0, 0]
    assert all(tree.parent[tree.first] == 0)


def test_a_comb_falls_out_of_a_crisis_in_every_period() -> None:
    tree = _tree(4, a=_crisis(annual_probability=0.1, onset_every=1, recovery="to-end"))
    assert [branch.onset for branch in tree.branches] == [1, 2, 3, 4]
    assert tree.parent[tree.first].tolist() == [BEFORE, 0, 1, 2]


def test_more_than_certain_is_an_error() -> None:
    with pytest.raises(TreeError, match=r"probability of 1\.2 together in 2027-01"):
        _tree(3, a=_crisis(onsets={2: 0.7}), b=_crisis(onsets={2: 0.5}))


def test_a_listed_branch_may_not_begin_where_the_plan_no_longer_runs() -> None:
    # 0.7 is inside the first branch in periods 1..3, so no more than 0.3 can begin in period 3
    with pytest.raises(TreeError):
        _tree(4, a=_crisis(onsets={1: 0.7}, duration=3), b=_crisis(onsets={3: 0.4}))


def test_probabilities_over_one_are_told_as_a_fault_of_the_model(tmp_path: Path) -> None:
    onset = "onsets: [{period: 1, probability: 0.6}], duration: 1, recovery: 1, effects: [{all: true, loss: 1}]"
    folder = write_model(tmp_path, f"crises: {{a: {{{onset}}}, b: {{{onset}}}}}\n")
    with pytest.raises(ModelFaults) as caught:
        grow(world_of(folder))
    (fault,) = caught.value.faults
    assert fault.where == "crises"
    assert "1.2" in fault.message
    assert fault.line is not None  # where crises begin


_onset_lists = st.dictionaries(st.integers(1, 12), st.floats(0, 0.02), min_size=1, max_size=3)
_recoveries = st.one_of(st.just("to-end"), st.integers(0, 6))
_yearly = st.builds(
    lambda p, every, duration, recovery: _crisis(
        annual_probability=p, onset_every=every, duration=duration, recovery=recovery
    ),
    st.floats(0, 0.99),
    st.integers(1, 14),
    st.integers(1, 6),
    _recoveries,
)
_listed = st.builds(
    lambda onsets, duration, recovery: _crisis(onsets=onsets, duration=duration, recovery=recovery),
    _onset_lists,
    st.integers(1, 6),
    _recoveries,
)


@given(
    st.one_of(st.lists(_yearly, max_size=4), st.lists(_listed, max_size=4)),
    st.sampled_from(["month", "quarter", "year"]),
)
def test_the_weights_of_each_period_sum_to_one(crises: list[Crisis], resolution: Resolution) -> None:
    tree = _tree(12, resolution, **{f"c{i}": crisis for i, crisis in enumerate(crises)})
    sums = np.bincount(tree.period, tree.weight, minlength=13)[1:]
    assert sums == pytest.approx(np.ones(12), abs=1e-12)
    assert tree.weight.min() >= 0


@given(st.lists(_yearly, min_size=1, max_size=4))
def test_a_parent_is_one_period_earlier_on_the_same_branch_or_the_plan(crises: list[Crisis]) -> None:
    tree = _tree(12, **{f"c{i}": crisis for i, crisis in enumerate(crises)})
    for node, parent in enumerate(tree.parent):
        if tree.period[node] == 1:
            assert parent == BEFORE
        else:
            assert tree.period[parent] == tree.period[node] - 1
            first = tree.period[node] == tree.onset[node]
            assert tree.branch[parent] == (-1 if first else tree.branch[node])
