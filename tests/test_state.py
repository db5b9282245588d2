"""The state of the world at each node: who can ship, what arrives, demand and prices.

The world: cobalt from COD (feed half from ZMB), FIN (feed 80 % COD) and AUS, zinc from AUS, a cobalt project in
JPN. Goods from COD and FIN go by the route `cape`. One crisis, listed for period 3 of eight quarters.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bichiku.model.state import State
from bichiku.model.tree import Tree
from oracles.models import MODEL, state_of, with_line, write_model

TABLES = {
    "materials": "material,reference_price,shortage_cost\ncobalt,10,100\nzinc,10,100\n",
    "demand": "material,year,tonnes\n" + "".join(f"{m},{y},100\n" for m in ("cobalt", "zinc") for y in (2026, 2027)),
    "suppliers": "supplier,material,country,capacity_t,price,route\n"
    "co-cod,cobalt,COD,1000,10,cape\nco-fin,cobalt,FIN,1000,10,cape\nco-aus,cobalt,AUS,1000,10,\n"
    "zn-aus,zinc,AUS,1000,10,\n",
    "projects": "project,material,country,kind,max_build_t,fixed_cost\nco-new,cobalt,JPN,recycling,10,0\n",
    "origins": "supplier,country,share\nco-cod,ZMB,0.5\nco-fin,COD,0.8\n",
    "countries": "country,groups\nCOD,africa\nZMB,africa\nAUS,\n",
}
WORLD = with_line(MODEL, ("periods:", "periods: 8"), ("resolution:", "resolution: quarter"))
SOURCES = ("co-aus", "co-cod", "co-fin", "co-new", "zn-aus")


def _state(folder: Path, effects: str, duration: int = 2, recovery: int = 3, extra: str = "") -> tuple[Tree, State]:
    crisis = f"onsets: [{{period: 3, probability: 0.1}}], duration: {duration}, recovery: {recovery}"
    crises = f"crises: {{halt: {{{crisis}, effects: [{effects}]}}}}\n"
    return state_of(write_model(folder, whole=WORLD + crises + extra, **TABLES))


def _first(folder: Path, effects: str) -> dict[str, dict[str, float]]:
    """What is not as on the plan in the crisis's first period, by kind, as a share of what it is there."""
    tree, state = _state(folder, effects)
    node = int(tree.stretches[0].first)
    before = int(tree.on_plan[node])
    found = {}
    for kind in ("export", "route", "demand", "price_factor"):
        shares = {name: float(array[node] / array[before]) for name, array in getattr(state, kind).items()}
        found[kind] = {name: round(share, 12) for name, share in shares.items() if abs(share - 1) > 1e-12}
    return {kind: values for kind, values in found.items() if values}


def _on_branch(folder: Path, effects: str, duration: int = 2) -> list[float]:
    """What zn-aus can ship in the five periods from the onset on (its branch ends with the horizon at most)."""
    tree, state = _state(folder, effects, duration)
    return _path(tree, state.export["zn-aus"])


def _path(tree: Tree, values: np.ndarray, future: int = 0) -> list[float]:
    """The part of an array that belongs to the path of a future."""
    return [float(value) for value in values[tree.futures[future].path]]


# What an effect hits


def test_an_effect_on_all_hits_every_supplier_and_project(tmp_path: Path) -> None:
    assert _first(tmp_path, "{all: true, loss: 0.4}") == {"export": dict.fromkeys(SOURCES, 0.6)}


def test_a_country_takes_its_suppliers_whole_and_others_by_the_share_of_their_feed(tmp_path: Path) -> None:
    # co-cod ships from there: 1 - 0.5, although half of its feed is Zambian; co-fin: 1 - 0.8 * 0.5
    assert _first(tmp_path, "{countries: [COD], loss: 0.5}") == {"export": {"co-cod": 0.5, "co-fin": 0.6}}


def test_a_country_that_only_mines_hits_by_feed(tmp_path: Path) -> None:
    assert _first(tmp_path, "{countries: [ZMB], loss: 1}") == {"export": {"co-cod": 0.5}}


def test_what_origins_leave_out_comes_from_home(tmp_path: Path) -> None:
    # a loss in Finland takes co-fin whole; one in Australia takes both that have no origins
    assert _first(tmp_path, "{countries: [FIN], loss: 1}") == {"export": {"co-fin": 0}}
    assert _first(tmp_path, "{countries: [AUS], loss: 1}") == {"export": {"co-aus": 0, "zn-aus": 0}}


def test_a_group_counts_each_supplier_once(tmp_path: Path) -> None:
    # africa is COD and ZMB: co-cod whole, co-fin by its 0.8
    assert _first(tmp_path, "{countries: [africa], loss: 1}") == {"export": {"co-cod": 0, "co-fin": 0.2}}


def test_projects_are_hit_as_suppliers_are(tmp_path: Path) -> None:
    assert _first(tmp_path, "{countries: [JPN], loss: 0.3}") == {"export": {"co-new": 0.7}}
    assert _first(tmp_path, "{suppliers: [co-new], loss: 0.3}") == {"export": {"co-new": 0.7}}


def test_a_loss_on_a_route_takes_goods_on_arrival(tmp_path: Path) -> None:
    assert _first(tmp_path, "{routes: [cape], loss: 0.25}") == {"route": {"co-cod": 0.75, "co-fin": 0.75}}


def test_selectors_narrow_each_other(tmp_path: Path) -> None:
    assert _first(tmp_path, "{countries: [AUS], materials: [zinc], loss: 1}") == {"export": {"zn-aus": 0}}
    assert _first(tmp_path, "{countries: [COD], suppliers: [co-fin], loss: 1}") == {"export": {"co-fin": 0.2}}
    assert _first(tmp_path, "{countries: [FIN], routes: [cape], loss: 1}") == {"route": {"co-fin": 0}}
    assert _first(tmp_path, "{countries: [AUS], routes: [cape], loss: 1}") == {}
    assert _first(tmp_path, "{materials: [zinc], loss: 1}") == {"export": {"zn-aus": 0}}


def test_demand_and_price_follow_the_materials_named(tmp_path: Path) -> None:
    assert _first(tmp_path, "{materials: [zinc], demand_factor: 0.9, price_factor: 2}") == {
        "demand": {"zinc": 0.9},
        "price_factor": {"zn-aus": 2},
    }
    every = {"co-aus": 3, "co-cod": 3, "co-fin": 3, "zn-aus": 3}
    assert _first(tmp_path, "{all: true, price_factor: 3}") == {"price_factor": every}


def test_a_price_moves_for_the_suppliers_selected_by_their_own_country(tmp_path: Path) -> None:
    # half of co-fin's feed is Congolese, but it sells in Finland
    assert _first(tmp_path, "{countries: [COD], price_factor: 2}") == {"price_factor": {"co-cod": 2}}
    assert _first(tmp_path, "{routes: [cape], price_factor: 2}") == {"price_factor": {"co-cod": 2, "co-fin": 2}}
    assert _first(tmp_path, "{suppliers: [co-fin], price_factor: 2}") == {"price_factor": {"co-fin": 2}}
    assert _first(tmp_path, "{countries: [AUS], price_factor: 2}") == {"price_factor": {"co-aus": 2, "zn-aus": 2}}
    assert _first(tmp_path, "{countries: [AUS], materials: [zinc], price_factor: 2}") == {"price_factor": {"zn-aus": 2}}


def test_with_market_it_moves_for_all_that_sell_what_is_hit(tmp_path: Path) -> None:
    cobalt = {"co-aus": 2, "co-cod": 2, "co-fin": 2}
    assert _first(tmp_path, "{countries: [COD], price_factor: 2, market: true}") == {"price_factor": cobalt}
    assert _first(tmp_path, "{suppliers: [co-cod, co-fin], price_factor: 2, market: true}") == {"price_factor": cobalt}
    # nobody in Zambia sells anything itself
    assert _first(tmp_path, "{countries: [ZMB], price_factor: 2, market: true}") == {}


def test_demand_follows_the_materials_of_what_is_hit_itself(tmp_path: Path) -> None:
    assert _first(tmp_path, "{countries: [COD], demand_factor: 2}") == {"demand": {"cobalt": 2}}
    assert _first(tmp_path, "{countries: [AUS], demand_factor: 2}") == {"demand": {"cobalt": 2, "zinc": 2}}
    assert _first(tmp_path, "{countries: [ZMB], demand_factor: 2}") == {}


def test_effects_of_one_crisis_multiply(tmp_path: Path) -> None:
    # co-cod: (1 - 0.5) * (1 - 0.2); co-fin: (1 - 0.8 * 0.5) * (1 - 0.2); the rest 1 - 0.2
    export = {"co-cod": 0.4, "co-fin": 0.48, "co-aus": 0.8, "co-new": 0.8, "zn-aus": 0.8}
    assert _first(tmp_path, "{countries: [COD], loss: 0.5}, {all: true, loss: 0.2}") == {"export": export}


def test_losses_of_different_countries_of_one_feed_add_by_their_shares(tmp_path: Path) -> None:
    # co-fin's feed is 0.8 Congolese and 0.2 Finnish; co-cod's is half Zambian
    both = "{countries: [COD], suppliers: [co-fin], loss: 0.5}, {countries: [COD], suppliers: [co-fin], loss: 0.5}"
    assert _first(tmp_path, both) == {"export": {"co-fin": 0.2 + 0.8 * 0.25}}
    tables = {**TABLES, "origins": "supplier,country,share\nco-aus,COD,0.3\nco-aus,ZMB,0.5\n"}
    effects = "{countries: [COD], loss: 0.5}, {countries: [ZMB], loss: 1}"
    crisis = f"halt: {{onsets: [{{period: 3, probability: 0.1}}], duration: 2, recovery: 3, effects: [{effects}]}}"
    tree, state = state_of(write_model(tmp_path, whole=f"{WORLD}crises: {{{crisis}}}\n", **tables))
    # 1 - 0.3 * 0.5 - 0.5 * 1
    assert _path(tree, state.export["co-aus"])[0] == pytest.approx(0.35)


def test_the_loss_of_a_feed_arrives_later_and_that_of_the_plant_at_once(tmp_path: Path) -> None:
    tables = {**TABLES, "origins": "supplier,country,share,lag_periods\nco-fin,COD,0.8,2\n"}
    crisis = "onsets: [{period: 3, probability: 0.1}], duration: 1, recovery: 4, effects: [{countries: [COD], loss: 1}]"
    tree, state = state_of(write_model(tmp_path, whole=f"{WORLD}crises: {{halt: {{{crisis}}}}}\n", **tables))
    assert _path(tree, state.export["co-fin"]) == pytest.approx([1, 1, 0.2, 1, 1])
    assert _path(tree, state.export["co-cod"]) == pytest.approx([0, 1, 1, 1, 1])


# When an effect acts


def test_an_effect_lasts_as_long_as_its_crisis_and_only_on_its_branch(tmp_path: Path) -> None:
    tree, state = _state(tmp_path, "{all: true, loss: 1}")
    assert state.export["zn-aus"][tree.plan].tolist() == [1] * 8
    assert _path(tree, state.export["zn-aus"]) == [0, 0, 1, 1, 1]


def test_an_effect_may_start_later_and_last_for_its_own_time(tmp_path: Path) -> None:
    # never beyond the two periods of the crisis itself
    assert _on_branch(tmp_path, "{all: true, loss: 1, start: 1}") == [1, 0, 1, 1, 1]
    assert _on_branch(tmp_path, "{all: true, loss: 1, duration: 1}") == [0, 1, 1, 1, 1]
    assert _on_branch(tmp_path, "{all: true, loss: 1, start: 2, duration: 1}") == [1, 1, 1, 1, 1]


def test_a_return_takes_the_mean_of_a_straight_line_in_each_period(tmp_path: Path) -> None:
    # full for two periods, then from 1 to 0 over two: means 3/4 and 1/4 of the loss of 0.8
    effect = "{all: true, loss: 0.8, return_over: 2}"
    assert _on_branch(tmp_path, effect) == pytest.approx([0.2, 0.2, 0.4, 0.8, 1])
    # over one period: half the loss in that period
    assert _on_branch(tmp_path, "{all: true, loss: 0.8, return_over: 1}") == pytest.approx([0.2, 0.2, 0.6, 1, 1])


def test_a_return_over_r_periods_costs_half_of_r_full_ones(tmp_path: Path) -> None:
    # the area under a line from 1 to 0 over three periods is 1.5, whatever the grid; one full period before
    lost = [1 - share for share in _on_branch(tmp_path, "{all: true, loss: 1, return_over: 3}", duration=1)]
    assert sum(lost) == pytest.approx(1 + 1.5)


def test_a_demand_factor_returns_by_the_same_line(tmp_path: Path) -> None:
    tree, state = _state(tmp_path, "{materials: [zinc], demand_factor: 0.6, return_over: 2}")
    # a quarter of 100 t, one less 0.4 times 1, 1, 3/4, 1/4, 0
    assert _path(tree, state.demand["zinc"]) == pytest.approx([15, 15, 17.5, 22.5, 25])


def test_an_effect_ends_with_the_length_of_its_crisis(tmp_path: Path) -> None:
    # lengths of one and three quarters; full while it goes on, and fading over two from its end on
    crisis = "onsets: [{period: 3, probability: 0.1}], duration: {1: 0.5, 3: 0.5}, recovery: 2"
    effects = "{countries: [AUS], loss: 0.8, return_over: 2}, {countries: [COD], loss: 1, start: 2}"
    crises = f"crises: {{halt: {{{crisis}, effects: [{effects}]}}}}\n"
    tree, state = state_of(write_model(tmp_path, whole=WORLD + crises, **TABLES))
    assert _path(tree, state.export["zn-aus"]) == pytest.approx([0.2, 0.4, 0.8])
    assert _path(tree, state.export["zn-aus"], 1) == pytest.approx([0.2, 0.2, 0.2, 0.4, 0.8])
    # what begins two quarters after the onset never does in a crisis of one
    assert _path(tree, state.export["co-cod"]) == [1, 1, 1]
    assert _path(tree, state.export["co-cod"], 1) == [1, 1, 0, 1, 1]


def test_an_own_duration_goes_on_until_its_own_end_or_that_of_the_crisis(tmp_path: Path) -> None:
    crisis = "onsets: [{period: 3, probability: 0.1}], duration: {1: 0.5, 3: 0.5}, recovery: 2"
    effects = "{countries: [AUS], loss: 0.8, duration: 2}"
    crises = f"crises: {{halt: {{{crisis}, effects: [{effects}]}}}}\n"
    tree, state = state_of(write_model(tmp_path, whole=WORLD + crises, **TABLES))
    assert _path(tree, state.export["zn-aus"]) == pytest.approx([0.2, 1, 1])
    assert _path(tree, state.export["zn-aus"], 1) == pytest.approx([0.2, 0.2, 1, 1, 1])


# Events


def _event(dates: str, effects: str) -> str:
    return f"events: {{quota: {{{dates}, effects: [{effects}]}}}}\n"


def test_an_event_acts_by_the_share_of_a_periods_months(tmp_path: Path) -> None:
    # 2026-03 to 2026-07 is one month of the first quarter, all of the second, one month of the third
    event = _event("from: 2026-03, to: 2026-07", "{countries: [AUS], loss: 0.6}")
    tree, state = _state(tmp_path, "{all: true, loss: 0}", extra=event)
    expected = [1 - 0.6 / 3, 1 - 0.6, 1 - 0.6 / 3, 1, 1, 1, 1, 1]
    assert state.export["zn-aus"][tree.plan] == pytest.approx(expected)
    assert _path(tree, state.export["zn-aus"]) == pytest.approx(expected[2:7])


def test_an_event_of_one_month_in_a_year_is_a_twelfth(tmp_path: Path) -> None:
    yearly = with_line(MODEL, ("periods:", "periods: 2"))
    event = _event("from: 2027-05, to: 2027-05", "{all: true, price_factor: 13}")
    _, state = state_of(write_model(tmp_path, whole=yearly + event, **TABLES))
    assert state.price_factor["zn-aus"] == pytest.approx([1, 2])  # 1 + 12 / 12


def test_events_and_crises_multiply(tmp_path: Path) -> None:
    event = _event("from: 2026-01, to: 2027-12", "{all: true, loss: 0.5}")
    tree, state = _state(tmp_path, "{all: true, loss: 0.4}", extra=event)
    assert state.export["zn-aus"][tree.plan] == pytest.approx(np.full(8, 0.5))
    assert _path(tree, state.export["zn-aus"]) == pytest.approx([0.3, 0.3, 0.5, 0.5, 0.5])


def test_an_event_may_reach_beyond_the_horizon(tmp_path: Path) -> None:
    event = _event("from: 2020-01, to: 2026-03", "{all: true, loss: 1}")
    tree, state = _state(tmp_path, "{all: true, loss: 0}", extra=event)
    assert state.export["zn-aus"][tree.plan].tolist() == [0, 1, 1, 1, 1, 1, 1, 1]


def test_events_that_follow_each_other_stop_a_period_wholly(tmp_path: Path) -> None:
    # January and February, and March: nothing is left of the first quarter. Both in March: half of half.
    first = "a: {from: 2026-01, to: 2026-02, effects: [{all: true, loss: 1}]}"
    second = "b: {from: 2026-03, to: 2026-03, effects: [{all: true, loss: 1}]}"
    _, state = _state(tmp_path, "{all: true, loss: 0}", extra=f"events: {{{first}, {second}}}\n")
    assert state.export["zn-aus"][:2].tolist() == [0, 1]
    half = "{from: 2026-03, to: 2026-03, effects: [{all: true, loss: 0.5}]}"
    _, state = _state(tmp_path / "half", "{all: true, loss: 0}", extra=f"events: {{a: {half}, b: {half}}}\n")
    assert state.export["zn-aus"][0] == pytest.approx((1 + 1 + 0.25) / 3)


def test_each_month_uses_the_demand_of_its_own_year(tmp_path: Path) -> None:
    # quarters from November 2026, of 120 and 240 t a year: two months at 10 and one at 20, then 20 each
    demand = "material,year,tonnes\nzinc,2026,120\nzinc,2027,240\n"
    changes = (("start:", "start: 2026-11"), ("periods:", "periods: 3"), ("resolution:", "resolution: quarter"))
    model = with_line(MODEL, *changes)
    _, state = state_of(write_model(tmp_path, whole=model, **{**TABLES, "demand": demand}))
    assert state.demand["zinc"] == pytest.approx([40, 60, 60])
