"""Operation of a plan that is held, worked out by hand. For the world see `oracles.by_hand`.

The halt of the first tests begins in the second of five years, with 100 t in store and 100 t wanted a year, and lasts a
year or two, as likely one as the other. Up to half of a year's demand is dear to go without at 10, and the rest at 100.
Who knows that it lasts a year uses the store; who knows of two years goes short of 50 in each. Who does not know goes
short of 50 in the first: a tonne kept costs 10 now, and is worth 100 in the second year, at one half, later.
The plan reckons with no halt, so that what it holds is what is asked for.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import bichiku
from bichiku.model.settings import Crisis
from bichiku.result.held_plan import HeldPlan
from bichiku.stressing.course import Course
from bichiku.stressing.operation import BlindOperator
from bichiku.stressing.strikes import Strike
from oracles.by_hand import ALL_HALT, halt, small_world

SHORTAGE = [{"material": "m", "up_to": 0.5, "cost": 10}, {"material": "m", "up_to": 1, "cost": 100}]
ONE_OR_TWO = halt(2, 0.0, duration={1: 0.5, 2: 0.5}, recovery=1)
CHEAP = {"reference_price": 1, "shortage_cost": None, "opening_stock_t": 100, "storage_cost_rate": 0.01}
WORLD = {
    "material": CHEAP,
    "suppliers": [{"price": 1}],
    "tables": {"shortage": SHORTAGE},
    "policies": {"reserve_days": 365},
    "crises": ONE_OR_TWO,
}
TUTORIAL = Path(__file__).parents[2] / "models" / "tutorial"


@pytest.fixture(scope="module")
def run() -> bichiku.Run:
    return bichiku.solve(small_world(5, **WORLD), prices=False)


@pytest.fixture(scope="module")
def operator(run: bichiku.Run) -> BlindOperator:
    return BlindOperator(run.world, HeldPlan.of(run))


def struck(operator: BlindOperator, length: int, foresight: bool = False, onset: int = 2, **other: object) -> Course:
    crisis = operator.world.settings.crises["halt"].model_copy(update=other)
    return operator.operate(("m",), [Strike("halt", crisis, onset, length)], foresight)


def short(course: Course) -> list[float]:
    return [float(tonnes) for tonnes in course.part.short["m"][course.path]]


def test_who_knows_how_long_it_lasts_uses_the_store_for_that_long(operator: BlindOperator) -> None:
    assert short(struck(operator, 1, foresight=True)) == pytest.approx([0, 0])
    assert short(struck(operator, 2, foresight=True)) == pytest.approx([50, 50, 0])


def test_who_does_not_know_keeps_half_for_a_second_year(operator: BlindOperator) -> None:
    assert short(struck(operator, 1)) == pytest.approx([50, 0])
    assert short(struck(operator, 2)) == pytest.approx([50, 50, 0])
    assert struck(operator, 1).harm("m")["shortage"] == pytest.approx(50 * 10)


def test_a_halt_that_outlasts_what_was_thought_possible_is_believed_to_begin_anew(operator: BlindOperator) -> None:
    # nothing is left in the third year, whatever is believed then
    course = struck(operator, 3)
    assert short(course) == pytest.approx([50, 50, 100, 0])
    assert course.reviews == 2  # when it outlasts two years; that it ends after one more was possible then


def test_a_halt_that_ends_when_nobody_thought_it_would_is_seen_when_it_has_ended(operator: BlindOperator) -> None:
    # who is sure of two years goes short of 50 at once, and has 50 left when it ends after one
    course = struck(operator, 1, duration={2: 1.0})
    assert short(course) == pytest.approx([50, 0])
    assert course.reviews == 2


def test_operation_is_no_cheaper_than_with_foresight_and_as_cheap_where_the_length_is_certain(
    operator: BlindOperator,
) -> None:
    for length in (1, 2, 3):
        assert struck(operator, length).cost >= struck(operator, length, foresight=True).cost - 1e-6
        sure = struck(operator, length, duration={length: 1.0})
        assert sure.cost == pytest.approx(struck(operator, length, foresight=True).cost)


def test_two_halts_that_meet_are_operated_as_they_come(operator: BlindOperator) -> None:
    # the second begins, for a year that is sure, when the first of two is over: the store is empty by then
    crisis = operator.world.settings.crises["halt"]
    second = crisis.model_copy(update={"duration": {1: 1.0}})
    both = [Strike("first", crisis, 2, 2), Strike("second", second, 4, 1)]
    course = operator.operate(("m",), both)
    assert short(course) == pytest.approx([50, 50, 100, 0])
    # with foresight it is no better: 50 short in each of three years would take 150 t, and 100 are there
    assert course.cost == pytest.approx(operator.operate(("m",), both, foresight=True).cost)


def test_days_held_replace_the_stock_of_the_plan(run: bichiku.Run) -> None:
    # 73 days of 100 t are 20 t; with 80 short in all, a year of 50 at 10 and 30 at 100
    operator = BlindOperator(run.world, HeldPlan.of(run), days=73)
    assert short(struck(operator, 1, foresight=True)) == pytest.approx([80, 0])


def test_limits_on_shares_bind_the_plan_and_not_who_operates_it() -> None:
    # Australia may ship nothing on the plan, and all while China is halted
    other = {"supplier": "a", "country": "AUS", "capacity_t": 60, "price": 2}
    china = halt(2, 0.0, duration=1, recovery=1, effects=[{"countries": ["CHN"], "loss": 1.0}])
    caps = {"share_caps": [{"group": ["AUS"], "stage": "exporter", "max": 0.0}]}
    run = bichiku.solve(small_world(4, **WORLD | {"suppliers": [{}, other], "crises": china, "policies": caps}), False)
    course = struck(BlindOperator(run.world, HeldPlan.of(run)), 1)
    assert course.part.arrived["a"][course.path][0] == pytest.approx(60)


def test_what_is_released_by_order_waits() -> None:
    # half of 100 t may not be used in the first year
    policies = {"reserve_days": 365, "release": {"share": 0.5, "after": 1}}
    run = bichiku.solve(small_world(5, **WORLD | {"policies": policies}), prices=False)
    assert short(struck(BlindOperator(run.world, HeldPlan.of(run)), 1, foresight=True)) == pytest.approx([50, 0])


# Against the run itself


@pytest.fixture(scope="module")
def tutorial() -> bichiku.Run:
    return bichiku.solve(bichiku.read(TUTORIAL)["today"])


@pytest.fixture(scope="module", params=["solved", "read back"])
def of_tutorial(
    request: pytest.FixtureRequest, tutorial: bichiku.Run, tmp_path_factory: pytest.TempPathFactory
) -> BlindOperator:
    found = tutorial
    if request.param == "read back":
        found = bichiku.load(tutorial.write(tmp_path_factory.mktemp("runs")))
    return BlindOperator(found.world, HeldPlan.of(found))


def test_a_crisis_that_the_run_reckoned_with_does_what_the_run_says(
    of_tutorial: BlindOperator, tutorial: bichiku.Run
) -> None:
    crisis = of_tutorial.world.settings.crises["china-halt"]
    promised = tutorial.crises.set_index(["onset", "material"])["damage"]
    for onset in (3, 7, 11):
        for (material,) in of_tutorial.touched({"china-halt": crisis}, onset):
            course = of_tutorial.operate((material,), [Strike("china-halt", crisis, onset, 4)])
            assert course.harm(material)["damage"] == pytest.approx(promised[onset, material], rel=1e-6, abs=1)


def test_planning_anew_each_period_changes_nothing_as_long_as_nothing_surprises(of_tutorial: BlindOperator) -> None:
    lengths = {2: 0.3, 4: 0.4, 6: 0.3}
    crisis = of_tutorial.world.settings.crises["china-halt"].model_copy(update={"duration": lengths})
    for length in lengths:
        strike = Strike("china-halt", crisis, 3, length)
        anew = _EachPeriod(strike.name, strike.crisis, strike.onset, strike.length)
        seldom = of_tutorial.operate(("graphite",), [strike])
        often = of_tutorial.operate(("graphite",), [anew])
        assert (seldom.reviews, often.reviews >= 4) == (1, True)
        assert often.cost == pytest.approx(seldom.cost, rel=1e-7)


class _EachPeriod(Strike):
    """A crisis in which operation is planned anew in each period."""

    def surprise(self, period: int) -> int | None:
        return period + 1 if period < self.onset + self.length + 1 else None


def test_a_crisis_needs_no_more_than_its_effects() -> None:
    # a halt that no model knows: nobody ships for a year
    world = small_world(3, material={"opening_stock_t": 50}, policies={"reserve_days": 0})
    run = bichiku.solve(world, prices=False)
    crisis = Crisis.model_validate(halt(2, 0.0, duration=1, recovery=1, effects=[ALL_HALT])["halt"])
    operator = BlindOperator(run.world, HeldPlan.of(run), days=365 / 4)
    assert operator.touched({"new": crisis}, 2) == [("m",)]
    course = operator.operate(("m",), [Strike("new", crisis, 2, 1)])
    assert course.harm("m")["time_to_survive_days"] == pytest.approx(365 / 4)
    assert course.harm("m")["damage"] == pytest.approx(75 * 100)
