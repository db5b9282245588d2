"""uncertainty.csv: which numbers a row meets, where they stand at each position, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bichiku.model.faults import ModelFaults
from bichiku.model.uncertainty import Group
from bichiku.reading.model import read_model
from oracles.models import the_fault, write_model

CRISIS = """\
discount_rate: 0.04
crises:
  halt:
    annual_probability: 0.05
    onset_every: 1
    duration: 3
    recovery: to-end
    effects: [{countries: [COD], loss: 0.5}]
strategies:
  today: {}
  free: {policies: {reserve_days: 10}}
"""
HEADER = "group,path,kind,low,high\n"


def groups(folder: Path, rows: str, extra: str = CRISIS, **tables: str) -> list[Group]:
    return read_model(write_model(folder, extra, uncertainty=HEADER + rows, **tables)).uncertain_groups()


def moved(folder: Path, row: str, position: float) -> list[str]:
    (group,) = groups(folder, row)
    return group.assignments(position)


def late_fault(folder: Path, rows: str, extra: str = CRISIS) -> str:
    with pytest.raises(ModelFaults) as caught:
        groups(folder, rows, extra)
    (fault,) = caught.value.faults
    return str(fault).replace(f"{folder}/", "")


# Where numbers stand


@pytest.mark.parametrize(
    ("position", "value"),
    # on a line from 0.05 down to 0.01 and from 0.05 up to 0.25
    [(-1.0, "0.01"), (-0.5, "0.03"), (0.5, "0.15"), (1.0, "0.25")],
)
def test_a_value_moves_on_a_line_from_the_base_to_either_end(tmp_path: Path, position: float, value: str) -> None:
    name, _, text = moved(tmp_path, ",crises.halt.annual_probability,,0.01,0.25\n", position)[0].partition("=")
    assert name == "crises.halt.annual_probability"
    assert float(text) == pytest.approx(float(value))


def test_at_the_base_nothing_is_set(tmp_path: Path) -> None:
    assert moved(tmp_path, ",discount_rate,,0.01,0.05\n", 0.0) == []


def test_a_factor_multiplies_what_the_model_has(tmp_path: Path) -> None:
    row = ",demand[cobalt/*].tonnes,factor,0.5,1.5\n"  # of 100 t in each of two years
    assert moved(tmp_path, row, 1.0) == ["demand[cobalt/2026].tonnes=150.0", "demand[cobalt/2027].tonnes=150.0"]


def test_a_whole_number_is_the_nearest(tmp_path: Path) -> None:
    # from 3 to 6 periods; a quarter of the way is 3.75
    assert moved(tmp_path, ",crises.halt.duration,whole,1,6\n", 0.25) == ["crises.halt.duration=4"]


LENGTHS = CRISIS.replace("duration: 3", "duration: {1: 0.5, 3: 0.3, 6: 0.2}")


@pytest.mark.parametrize(
    ("position", "shares"),
    # six periods from 0.2 up to 0.6 or down to 0; 5 : 3 of what is left: 0.4, or 0.6 half way, or all
    [(1.0, [0.25, 0.15, 0.6]), (0.5, [0.375, 0.225, 0.4]), (-1.0, [0.625, 0.375, 0.0])],
)
def test_other_lengths_share_what_the_probability_of_one_leaves(
    tmp_path: Path, position: float, shares: list[float]
) -> None:
    model = read_model(
        write_model(tmp_path, LENGTHS, uncertainty=HEADER + ",crises.halt.duration.6,,0,0.6\n"), ["today"]
    )
    (group,) = model.uncertain_groups()
    moved = model.assigned(group.assignments(position))["today"].settings.crises["halt"].duration
    assert list(moved) == [1, 3, 6]
    assert list(moved.values()) == pytest.approx(shares)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (
            ",crises.halt.duration.6,factor,0.5,2\n",
            "2: kind: crises.halt.duration[6] is the probability of a length, moved to a value (leave it empty)",
        ),
        (",crises.halt.duration.6,,0.1,1.5\n", "2: low: 0.1 to 1.5 is no range of a probability (0 to 1)"),
        (
            ",crises.halt.duration.6,,0.1,0.5\n,crises.halt.duration.3,,0.1,0.5\n",
            "3: path: crises.halt.duration[3] is moved by line 2 already "
            "(the probabilities of a crisis's lengths sum to one, so one row moves them all)",
        ),
    ],
)
def test_lengths_that_cannot_move_so_are_told(tmp_path: Path, row: str, fault: str) -> None:
    with pytest.raises(ModelFaults) as caught:
        groups(tmp_path, row, LENGTHS)
    assert str(caught.value.faults[0]).replace(f"{tmp_path}/", "") == f"uncertainty.csv:{fault}"


def test_a_length_that_is_certain_cannot_move(tmp_path: Path) -> None:
    extra = CRISIS.replace("duration: 3", "duration: {3: 1.0}")
    assert late_fault(tmp_path, ",crises.halt.duration.3,,0.5,1\n", extra) == (
        "uncertainty.csv:2: path: crises.halt.duration[3] is 1, as no other length can be; nothing can take what it "
        "leaves "
        "(give the crisis a second length with a probability in the model)"
    )


def test_rows_of_a_group_move_together_and_others_alone(tmp_path: Path) -> None:
    rows = ",discount_rate,,0.01,0.05\nhalts,crises.halt.annual_probability,,0.01,0.1\n"
    rows += "halts,crises.halt.effects[0].loss,,0.2,1\n"
    alone, together = groups(tmp_path, rows)
    assert (alone.name, together.name) == ("discount_rate", "halts")
    assert together.assignments(-1.0) == ["crises.halt.annual_probability=0.01", "crises.halt.effects[0].loss=0.2"]


def test_a_star_stands_for_anything(tmp_path: Path) -> None:
    suppliers = "supplier,material,country,capacity_t,price\na-cod,cobalt,COD,9,10\nb-fin,cobalt,FIN,9,20\n"
    rows = ",crises.*.annual_probability,factor,0.5,2\n,suppliers[*-cod].price,factor,0.5,2\n"
    odds, price = groups(tmp_path, rows, suppliers=suppliers)
    assert odds.assignments(1.0) == ["crises.halt.annual_probability=0.1"]
    assert price.assignments(1.0) == ["suppliers[a-cod].price=20.0"]


def test_the_table_changes_no_strategy_and_is_one_of_the_files(tmp_path: Path) -> None:
    without = read_model(write_model(tmp_path / "a", CRISIS))
    with_it = read_model(write_model(tmp_path / "a", CRISIS, uncertainty=HEADER + ",discount_rate,,0.01,0.05\n"))
    assert with_it.worlds["today"] == without.worlds["today"]
    assert set(with_it.files) - set(without.files) == {"uncertainty.csv"}


def test_a_model_without_the_table_has_no_groups(tmp_path: Path) -> None:
    assert read_model(write_model(tmp_path, CRISIS)).uncertain_groups() == []


# What is wrong wherever the model is read


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (",discount_rate,,0.05,0.01", "low: 0.05 is above high, 0.01 (the smaller number is low)"),
        (",discount_rate,,0.04,0.04", "low: 0.04 is high too, so that nothing moves (leave the row out)"),
        (
            ",suppliers[cobalt-cod].price,factor,1.1,1.3",
            "low: factors of 1.1 to 1.3 leave out one, which the model has "
            "(widen the range, or change the number in the model)",
        ),
        (",crises.halt.duration,whole,1.5,4", "low: 1.5 to 4 is no range of whole numbers"),
        (
            ",suppliers[cobalt-cot].price,,1,20",
            "path: 'suppliers[cobalt-cot].price' meets nothing: suppliers has no such row (did you mean 'cobalt-cod'?)",
        ),
        (
            ",suppliers[*-chn].price,,1,20",
            "path: 'suppliers[*-chn].price' meets nothing: suppliers has no such row (known: cobalt-cod)",
        ),
        (
            ",suppliers[cobalt-cod].prize,,1,20",
            "path: 'suppliers[cobalt-cod].prize': unknown column 'prize' (did you mean 'price'?)",
        ),
        (
            ",demand[cobalt/2026].year,whole,2025,2027",
            "path: 'demand[cobalt/2026].year': year names the row and is no number that may move",
        ),
        (
            ",suppliers[cobalt-cod].country,,1,2",
            "path: suppliers[cobalt-cod].country holds 'COD', which is no number",
        ),
        (",materials[cobalt].storage_limit_t,,1,2", "path: materials[cobalt].storage_limit_t is empty"),
        (
            ",suppliers[cobalt-cod].lead_periods,,0,2",
            "kind: suppliers[cobalt-cod].lead_periods is a whole number (give it the kind whole)",
        ),
        (
            ",suppliers[cobalt-cod].price,whole,5,20",
            "kind: suppliers[cobalt-cod].price need not be a whole number (leave the kind empty)",
        ),
        (
            ",policies.reserve_days,,5,20",
            "path: 'policies.reserve_days': policies is chosen, not uncertain "
            "(what can be uncertain is a number in a table or below discount_rate, refill_periods, events, crises)",
        ),
        (
            ",crisis.halt.duration,,5,20",
            "path: 'crisis.halt.duration': crisis is no key of a model "
            "(what can be uncertain is a number in a table or below discount_rate, refill_periods, events, crises)",
        ),
        (",uncertainty[discount_rate].low,,0,1", "path: a range of a range means nothing"),
        (
            ",discount rate,,0,1",
            "path: 'discount rate' is not a path such as policies.reserve_days or policies.share_caps[0].max "
            "(or one such as suppliers[cobalt-cod].price)",
        ),
        (
            ",discount_rate,share,0,1",
            "kind: 'share' is not one of value, factor or whole (known: factor, value, whole)",
        ),
        (",discount_rate,,,1", "low: is empty"),
    ],
)
def test_a_row_that_can_mean_nothing_is_a_fault_with_its_line(tmp_path: Path, row: str, fault: str) -> None:
    assert the_fault(write_model(tmp_path, CRISIS, uncertainty=f"{HEADER}{row}\n")) == f"uncertainty.csv:2: {fault}"


def test_a_path_stands_in_one_row(tmp_path: Path) -> None:
    rows = ",discount_rate,,0.01,0.05\nother,discount_rate,,0.02,0.06\n"
    fault = the_fault(write_model(tmp_path, CRISIS, uncertainty=HEADER + rows))
    assert fault == "uncertainty.csv:3: path: 'discount_rate' stands in line 2 already"


# What is wrong in view of the strategies


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (
            ",crises.halt.annual_probability,,0.1,0.2\n",
            "2: low: crises.halt.annual_probability is 0.05 in the model, outside 0.1 to 0.2 "
            "(widen the range, or change the number in the model)",
        ),
        (
            ",suppliers[cobalt-cod].price,,1,9\n",
            "2: low: suppliers[cobalt-cod].price is 10 in the model, outside 1 to 9 "
            "(widen the range, or change the number in the model)",
        ),
        (
            ",crises.hold.annual_probability,,0.1,0.2\n",
            "2: path: 'crises.hold.annual_probability' meets nothing in today "
            "(a number that stands in model.yaml, in every strategy)",
        ),
        (",crises.halt.effects[0].countries,,0,2\n", "2: path: crises.halt.effects[0].countries holds ['COD']"),
        (",crises.halt.duration,,1,4\n", "2: kind: crises.halt.duration is a whole number (give it the kind whole)"),
        (
            ",suppliers[cobalt-cod].freight,factor,0,2\n",
            "2: path: 'suppliers[cobalt-cod].freight' is zero, and a factor does not move it",
        ),
        (
            ",demand[cobalt/2026].tonnes,factor,0.5,2\n,demand[*/*].tonnes,factor,0.9,1.1\n",
            "3: path: demand[cobalt/2026].tonnes is moved by line 2 already",
        ),
    ],
)
def test_a_row_that_fits_no_strategy_is_told_where_it_is_used(tmp_path: Path, row: str, fault: str) -> None:
    assert late_fault(tmp_path, row).startswith(f"uncertainty.csv:{fault}")


def test_what_strategies_choose_is_not_uncertain(tmp_path: Path) -> None:
    extra = CRISIS.replace("{policies: {reserve_days: 10}}", "{discount_rate: 0.02}")
    assert late_fault(tmp_path, ",discount_rate,,0.01,0.05\n", extra) == (
        "uncertainty.csv:2: path: discount_rate is 0.04 in today and 0.02 in free "
        "(what a strategy chooses is not uncertain)"
    )


def test_a_number_set_beyond_its_range_is_no_fault_of_a_run(tmp_path: Path) -> None:
    folder = write_model(tmp_path, CRISIS, uncertainty=HEADER + ",discount_rate,,0.01,0.05\n")
    model = read_model(folder, (), ["discount_rate=0.2"])
    assert model["today"].settings.discount_rate == 0.2
    with pytest.raises(ModelFaults, match=r"discount_rate is 0\.2 in the model, outside 0\.01 to 0\.05"):
        model.uncertain_groups()


# Yardsticks


def test_a_yardstick_is_no_candidate_and_asks_for_the_same_as_without_the_mark(tmp_path: Path) -> None:
    marked = read_model(write_model(tmp_path / "m", CRISIS.replace("free: {", "free: {yardstick: true, ")))
    plain = read_model(write_model(tmp_path / "m", CRISIS))
    assert marked.candidates == ["today"]
    assert plain.candidates == ["today", "free"]
    assert marked["free"] == plain["free"]


def test_what_is_built_on_a_yardstick_is_a_candidate(tmp_path: Path) -> None:
    extra = CRISIS.replace("free: {", "free: {yardstick: true, ") + "  more: {on: free, discount_rate: 0.01}\n"
    assert read_model(write_model(tmp_path, extra)).candidates == ["today", "more"]


@pytest.mark.parametrize(
    ("strategies", "fault"),
    [
        ("today: {}\n  free: {yardstick: 1}", "model.yaml:16: strategies.free.yardstick: 1 is neither true nor false"),
        ("free: {yardstick: true}", "model.yaml:14: strategies: all are yardsticks, and there is nothing to measure"),
    ],
)
def test_a_yardstick_is_marked_by_true_beside_a_candidate(tmp_path: Path, strategies: str, fault: str) -> None:
    extra = CRISIS.partition("  today")[0] + f"  {strategies}\n"
    assert the_fault(write_model(tmp_path, extra)) == fault
