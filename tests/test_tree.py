"""The tree: which nodes there are, who is whose parent, how they end, and what each weighs."""

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
from bichiku.model.tree import (
    BEFORE,
    SPINE,
    Tree,
    TreeError,
    effective_annual_probability,
    grow_tree,
    starts,
    tree_size,
)
from bichiku.result.pipeline import grow
from oracles.models import world_of, write_model


def _crisis(**keys: Any) -> Crisis:
    keys = {"duration": 1, "recovery": 0, "effects": [Effect(all=True, loss=1.0)]} | keys
    if not isinstance(keys["duration"], dict):
        keys["duration"] = {keys["duration"]: 1.0}
    if isinstance(keys.get("onsets"), dict):
        keys["onsets"] = [Onset(period=period, probability=p) for period, p in keys["onsets"].items()]
    return Crisis(**keys)


def _tree(periods: int, resolution: Resolution = "year", **crises: Crisis) -> Tree:
    return grow_tree(crises, Calendar(2026 * 12, periods, resolution, periods))


def _begins(periods: int, resolution: Resolution = "year", **keys: Any) -> dict[int, float]:
    """Onset to probability."""
    calendar = Calendar(2026 * 12, periods, resolution, periods)
    return {start.onset: start.probability for start in starts("a", _crisis(**keys), calendar)}


def _probabilities(tree: Tree) -> list[float]:
    return [future.probability for future in tree.futures]


def _plan(tree: Tree) -> list[float]:
    return tree.weight[tree.plan].tolist()


def _path(tree: Tree, future: int) -> list[tuple[int, int]]:
    """Length and period of each node of a future's path."""
    path = tree.futures[future].path
    return list(zip(tree.length[path].tolist(), tree.period[path].tolist(), strict=True))


# Nodes


def test_without_a_crisis_the_plan_is_all_there_is() -> None:
    tree = _tree(3)
    assert tree.size == 3
    assert tree.futures == ()
    assert len(tree.ends) == 0
    assert _plan(tree) == [1, 1, 1]
    assert tree.parent.tolist() == [BEFORE, 0, 1]


@pytest.mark.parametrize(
    ("every", "onsets"),
    # 1 + floor(k / 2) in each window of k periods; where the last one is cut before that, in its last period
    [(1, list(range(1, 8))), (2, [2, 4, 6, 7]), (4, [3, 7]), (5, [3, 7]), (6, [4, 7]), (7, [4]), (20, [7])],
)
def test_onsets_lie_in_the_middle_of_their_windows(every: int, onsets: list[int]) -> None:
    assert list(_begins(7, annual_probability=0.1, onset_every=every)) == onsets


@pytest.mark.parametrize(
    ("first", "onsets"),
    # the same place in each window of three, from the window that holds it: 1-3, 4-6, 7 (of 7-9)
    [(1, [1, 4, 7]), (3, [3, 6, 7]), (5, [5, 7]), (7, [7]), (8, [7]), (10, [])],
)
def test_the_first_onset_may_be_moved(first: int, onsets: list[int]) -> None:
    assert list(_begins(7, annual_probability=0.1, onset_every=3, first_onset=first)) == onsets


def test_listed_onsets_come_in_order_of_time() -> None:
    assert list(_begins(7, onsets={5: 0.1, 2: 0.2})) == [2, 5]
    assert _probabilities(_tree(7, a=_crisis(onsets={5: 0.1, 2: 0.2}))) == [0.2, 0.1]


@pytest.mark.parametrize(
    ("duration", "recovery", "end"),
    [(2, 3, 6), (1, 0, 2), (4, 4, 9), (5, 4, 10), (9, 9, 10), (1, "to-end", 10)],
)
def test_a_future_lasts_its_length_and_recovery(duration: int, recovery: Any, end: int) -> None:
    # from period 2: 2 + length + recovery - 1, cut at period 10
    tree = _tree(10, a=_crisis(onsets={2: 0.1}, duration=duration, recovery=recovery))
    (future,) = tree.futures
    assert tree.period[future.path].tolist() == list(range(2, end + 1))
    assert (tree.period[future.end], tree.ends.tolist()) == (end, [future.end])
    assert tree.size == 10 + end - 1


def test_a_branch_is_a_spine_with_an_exit_for_each_length() -> None:
    # Onset 2 with 0.4, lengths of one and three, a recovery of two. Spine in periods 2, 3, 4; the first exit leaves its
    # first node for periods 3, 4, the second its third for period 5, the last.
    tree = _tree(5, a=_crisis(onsets={2: 0.4}, duration={1: 0.5, 3: 0.5}, recovery=2))
    assert [(part.onset, part.length, part.first, part.last) for part in tree.stretches] == [
        (2, SPINE, 5, 7),
        (2, 1, 8, 9),
        (2, 3, 10, 10),
    ]
    assert tree.parent[5:].tolist() == [0, 5, 6, 5, 8, 7]
    assert tree.age[5:].tolist() == [0, 1, 2, 1, 2, 3]
    assert _path(tree, 0) == [(0, 2), (1, 3), (1, 4)]
    assert _path(tree, 1) == [(0, 2), (0, 3), (0, 4), (3, 5)]
    # 0.4 while it goes on for sure, half of it on the spine and on either exit after that
    assert tree.weight[5:] == pytest.approx([0.4, 0.2, 0.2, 0.2, 0.2, 0.2])
    assert _plan(tree) == pytest.approx([1, 0.6, 0.6, 0.6, 0.8])
    assert (tree.ends.tolist(), tree.end_weight.tolist()) == ([9, 10], pytest.approx([0.2, 0.2]))


def test_without_recovery_an_exit_has_no_node_and_ends_on_the_spine() -> None:
    tree = _tree(5, a=_crisis(onsets={2: 0.4}, duration={1: 0.5, 2: 0.5}, recovery=0))
    assert (_path(tree, 0), _path(tree, 1)) == ([(0, 2)], [(0, 2), (0, 3)])
    assert (tree.ends.tolist(), tree.end_weight.tolist()) == ([5, 6], pytest.approx([0.2, 0.2]))
    assert tree.weight[5:] == pytest.approx([0.4, 0.2])


def test_lengths_beyond_the_horizon_share_their_path_and_end() -> None:
    tree = _tree(3, a=_crisis(onsets={2: 0.4}, duration={1: 0.5, 2: 0.25, 9: 0.25}, recovery=0))
    assert _path(tree, 1) == _path(tree, 2) == [(0, 2), (0, 3)]
    assert (tree.ends.tolist(), tree.end_weight.tolist()) == ([3, 4], pytest.approx([0.2, 0.2]))


def test_a_branch_grows_from_the_plan_before_its_onset() -> None:
    # nodes 0..4 are the plan; 5, 6 are crisis a in periods 3, 4; 7 is crisis b in period 1
    tree = _tree(5, a=_crisis(onsets={3: 0.1}, duration=2), b=_crisis(onsets={1: 0.1}))
    assert tree.parent.tolist() == [BEFORE, 0, 1, 2, 3, 1, 5, BEFORE]
    assert tree.ancestor(0).tolist() == [0, 1, 2, 3, 4, 5, 6, 7]
    assert tree.ancestor(2).tolist() == [BEFORE, BEFORE, 0, 1, 2, 0, 1, BEFORE]
    assert tree.ancestor(9).tolist() == [BEFORE] * 8
    assert tree.on_plan.tolist() == [0, 1, 2, 3, 4, 2, 3, 0]
    assert tree.before_branch.tolist() == [BEFORE, 0, 1, 2, 3, 1, 1, BEFORE]
    assert tree.age.tolist() == [-1] * 5 + [0, 1, 0]
    assert tree.onset.tolist() == [0] * 5 + [3, 3, 1]
    assert tree.of_crisis("a").tolist() == [False] * 5 + [True, True, False]
    assert [tree.label(node) for node in (0, 6, 7)] == [("plan", 0, 0, 1), ("a", 3, 0, 4), ("b", 1, 0, 1)]


def test_what_leaves_too_late_reaches_no_node() -> None:
    # Two periods to go: from the plan's first of three, and from the branch of periods 2, 3 from none.
    tree = _tree(3, a=_crisis(onsets={2: 0.1}, duration=2))
    assert tree.reaches(0).all()
    assert tree.reaches(1).tolist() == [True, True, False, True, False]
    assert tree.reaches(2).tolist() == [True, False, False, False, False]


# Probabilities


def test_one_crisis_a_year_begins_with_its_yearly_probability() -> None:
    # with a window of one year 1 - exp(ln(1 - p)) = p; each branch lasts its one period and hands back
    tree = _tree(3, a=_crisis(annual_probability=0.2, onset_every=1))
    assert _probabilities(tree) == pytest.approx([0.2, 0.2, 0.2])
    assert _plan(tree) == pytest.approx([0.8, 0.8, 0.8])


def test_a_window_of_two_years_and_of_half_a_year() -> None:
    # p = 3/4 leaves 1/4 a year: 1/16 in two years, 1/2 in half a year
    assert _probabilities(_tree(2, a=_crisis(annual_probability=0.75, onset_every=2))) == pytest.approx([15 / 16])
    halves = _tree(2, "quarter", a=_crisis(annual_probability=0.75, onset_every=2))
    assert _probabilities(halves) == pytest.approx([1 / 2])


def test_a_window_that_the_horizon_cuts_counts_for_what_is_left_of_it() -> None:
    # windows of years 1-2, 3-4 and 5
    found = _begins(5, annual_probability=0.75, onset_every=2)
    assert found == pytest.approx({2: 15 / 16, 4: 15 / 16, 5: 3 / 4})


@pytest.mark.parametrize("every", [1, 2, 3, 5, 7])
def test_typed_and_effective_probability_are_equal_for_any_window(every: int) -> None:
    calendar = Calendar(2026 * 12, 7, "year", 7)
    begun = starts("a", _crisis(annual_probability=0.3, onset_every=every), calendar)
    assert effective_annual_probability(begun) == pytest.approx(0.3)


def test_the_effective_probability_of_listed_onsets_is_over_the_horizon() -> None:
    # 1 - 0.5 * 0.5 = 3/4 in two years: a half each
    calendar = Calendar(2026 * 12, 8, "quarter", 8)
    begun = starts("a", _crisis(onsets={2: 0.5, 5: 0.5}), calendar)
    assert effective_annual_probability(begun) == pytest.approx(0.5)


def test_crises_do_not_block_each_other() -> None:
    # in one period both keep what is typed, and the plan weighs the rest
    crises = {
        "a": _crisis(annual_probability=0.5, onset_every=1),
        "b": _crisis(annual_probability=0.25, onset_every=1),
    }
    tree = _tree(1, **crises)
    assert _probabilities(tree) == pytest.approx([0.5, 0.25])
    assert _plan(tree) == pytest.approx([0.25])


def test_a_later_crisis_begins_as_likely_as_the_first() -> None:
    # 0.2 each lasts two years: 0.2, 0.4, 0.4 are inside some branch
    tree = _tree(3, a=_crisis(annual_probability=0.2, onset_every=1, duration=2))
    assert _probabilities(tree) == pytest.approx([0.2] * 3)
    assert _plan(tree) == pytest.approx([0.8, 0.6, 0.6])


def test_six_crises_of_a_month_each_in_a_month_of_its_own_keep_their_probability() -> None:
    tree = _tree(6, "month", **{f"c{t}": _crisis(onsets={t: 0.3}) for t in range(1, 7)})
    assert _probabilities(tree) == [0.3] * 6
    assert _plan(tree) == pytest.approx([0.7] * 6)


def test_branches_to_the_end_are_never_left() -> None:
    tree = _tree(3, a=_crisis(annual_probability=0.2, onset_every=1, recovery="to-end"))
    assert _plan(tree) == pytest.approx([0.8, 0.6, 0.4])


def test_a_probability_of_zero_makes_branches_without_weight() -> None:
    tree = _tree(2, a=_crisis(annual_probability=0.0, onset_every=1))
    assert _probabilities(tree) == [0, 0]
    assert _plan(tree) == [1, 1]


def test_a_two_stage_program_falls_out() -> None:
    # after period 1 one of ten scenarios is sure to come: the plan weighs nothing from period 2 on
    scenarios = {f"s{i}": _crisis(onsets={2: 0.1}, recovery="to-end") for i in range(10)}
    tree = _tree(4, **scenarios)
    assert _plan(tree) == [1, 0, 0, 0]
    assert {int(tree.parent[part.first]) for part in tree.stretches if part.length == SPINE} == {0}


def test_a_comb_falls_out_of_a_crisis_in_every_period() -> None:
    tree = _tree(4, a=_crisis(annual_probability=0.1, onset_every=1, recovery="to-end"))
    assert [future.onset for future in tree.futures] == [1, 2, 3, 4]
    assert [int(tree.parent[future.path[0]]) for future in tree.futures] == [BEFORE, 0, 1, 2]


def test_more_than_certain_is_an_error() -> None:
    with pytest.raises(TreeError, match=r"probability of 1\.2 together in 2027-01: a, b;"):
        _tree(3, a=_crisis(onsets={2: 0.7}), b=_crisis(onsets={2: 0.5}), c=_crisis(onsets={1: 0.1}))


def test_what_is_still_active_counts_against_what_begins() -> None:
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
    assert "of the chain of cobalt have a probability of 1.2 together in 2026-01: a, b" in fault.message
    assert fault.line is not None  # where crises begin


def _shares(lengths: dict[int, int]) -> dict[int, float]:
    return {length: part / sum(lengths.values()) for length, part in sorted(lengths.items())}


_lengths = st.dictionaries(st.integers(1, 15), st.integers(1, 5), min_size=1, max_size=4).map(_shares)
_recoveries = st.one_of(st.just("to-end"), st.integers(0, 6))
_yearly = st.builds(
    lambda p, every, duration, recovery: _crisis(
        annual_probability=p, onset_every=every, duration=duration, recovery=recovery
    ),
    st.floats(0, 0.02),
    st.integers(1, 14),
    _lengths,
    _recoveries,
)
_listed = st.builds(
    lambda onsets, duration, recovery: _crisis(onsets=onsets, duration=duration, recovery=recovery),
    st.dictionaries(st.integers(1, 12), st.floats(0, 0.05), min_size=1, max_size=3),
    _lengths,
    _recoveries,
)
_crises = st.lists(st.one_of(_yearly, _listed), max_size=4)
_resolutions = st.sampled_from(["month", "quarter", "year"])


def _drawn(crises: list[Crisis], resolution: Resolution) -> Tree:
    return _tree(12, resolution, **{f"c{i}": crisis for i, crisis in enumerate(crises)})


@given(_crises, _resolutions)
def test_the_weights_of_each_period_sum_to_one(crises: list[Crisis], resolution: Resolution) -> None:
    tree = _drawn(crises, resolution)
    sums = np.bincount(tree.period, tree.weight, minlength=13)[1:]
    assert sums == pytest.approx(np.ones(12), abs=1e-12)
    assert tree.weight.min() >= 0


@given(_crises, _resolutions)
def test_a_parent_is_one_period_earlier_on_the_way_from_the_plan(crises: list[Crisis], resolution: Resolution) -> None:
    tree = _drawn(crises, resolution)
    for node, parent in enumerate(tree.parent):
        if tree.period[node] == 1:
            assert parent == BEFORE
            continue
        assert tree.period[parent] == tree.period[node] - 1
        if tree.age[node] == 0:
            assert tree.stretch[parent] == -1
        elif tree.age[node] == tree.length[node] > 0:
            assert (tree.onset[parent], tree.length[parent]) == (tree.onset[node], SPINE)
        else:
            assert tree.stretch[parent] == tree.stretch[node]


@given(_crises, _resolutions)
def test_paths_follow_parents_and_carry_all_probability(crises: list[Crisis], resolution: Resolution) -> None:
    tree = _drawn(crises, resolution)
    through = np.zeros(tree.size)
    for future in tree.futures:
        assert tree.parent[future.path[1:]].tolist() == future.path[:-1].tolist()
        through[future.path] += future.probability
    # each node off the plan weighs what the futures through it do
    assert through[tree.off_plan] == pytest.approx(tree.weight[tree.off_plan], abs=1e-12)
    assert tree.end_weight.sum() == pytest.approx(sum(future.probability for future in tree.futures), abs=1e-12)


@given(_crises, _resolutions)
def test_the_size_of_a_tree_is_known_before_it_is_grown(crises: list[Crisis], resolution: Resolution) -> None:
    named = {f"c{i}": crisis for i, crisis in enumerate(crises)}
    assert tree_size(named, Calendar(2026 * 12, 12, resolution, 12)) == _drawn(crises, resolution).size


def test_a_crisis_that_never_begins_has_a_yearly_probability_of_none() -> None:
    assert effective_annual_probability([]) == 0.0
