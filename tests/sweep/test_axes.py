from __future__ import annotations

import pytest

from bichiku.api.sweep.axes import grid, parse_axes
from bichiku.model.faults import ModelFaults


def test_a_range_includes_its_end_and_stays_decimal() -> None:
    (axis,) = parse_axes(["discount_rate=0:0.3:0.1"])
    assert (axis.path, axis.values) == ("discount_rate", ("0", "0.1", "0.2", "0.3"))


def test_a_range_may_fall() -> None:
    assert parse_axes(["policies.reserve_days=60:0:-30"])[0].values == ("60", "30", "0")


def test_a_list_is_taken_as_written() -> None:
    assert parse_axes(["policies.reserve_days=60, 90 ,180"])[0].values == ("60", "90", "180")


@pytest.mark.parametrize("text", ["discount_rate=0,05", "policies.reserve_days=6,000", "x=0,1,02.5"])
def test_a_comma_inside_a_number_parts_no_values(text: str) -> None:
    with pytest.raises(ModelFaults, match="is there a comma inside a number"):
        parse_axes([text])
    assert parse_axes(["x=0,0.05,10"])[0].values == ("0", "0.05", "10")


def test_two_axes_run_to_and_fro() -> None:
    axes = parse_axes(["a=1,2", "b=3,4"])
    assert grid(axes) == [("1", "3"), ("1", "4"), ("2", "4"), ("2", "3")]


@pytest.mark.parametrize(
    "texts",
    [[], ["x"], ["=1,2"], ["x=1:2"], ["x=1:5:-1"], ["x=1:5:0"], ["x=a:b:c"], ["x=1,,2"], ["x=0:1:0.00001"]],
)
def test_what_is_no_axis_is_an_error(texts: list[str]) -> None:
    with pytest.raises(ModelFaults):
        parse_axes(texts)


@pytest.mark.parametrize("texts", [["x=1", "x=2"], ["x=1", "y=1", "z=1"]])
def test_an_axis_twice_or_three_axes_are_errors(texts: list[str]) -> None:
    with pytest.raises(ModelFaults):
        parse_axes(texts)


@pytest.mark.parametrize(
    "text",
    [
        "x=1e999999999:1e999999999:1",  # a number of a thousand million digits
        "x=9e999999:0:1e-999999",  # overflows in decimal arithmetic
        "x=0:1_000:100",
        "x=０:１０:１",
        "x=nan:1:1",
        "x=0:inf:1",
        "x=0:1:1e-20",
    ],
)
def test_a_range_of_odd_numbers_is_refused(text: str) -> None:
    with pytest.raises(ModelFaults, match="is not START:STOP:STEP in numbers"):
        parse_axes([text])


def test_two_axes_are_refused_when_their_points_are_too_many_together() -> None:
    with pytest.raises(ModelFaults, match="asks for 10,100 points; a sweep has at most 10,000"):
        parse_axes(["x=0:100:1", "y=1:100:1"])
    assert len(parse_axes(["x=0:99:1", "y=1:100:1"])) == 2
