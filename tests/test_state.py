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
    "projects": "project,material,country,kind,max_build_t\nco-new,cobalt,JPN,recycling,10\n",
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
    """What is below one (or not one) in the crisis's first period, by kind of factor."""
    tree, state = _state(folder, effects)
    node = int(tree.first[0])
    found = {}
    for kind in ("export", "route", "demand_factor", "price_factor"):
        values = {name: round(float(array[node]), 12) for name, array in getattr(state, kind).items()}
        found[kind] = {name: value for name, value in values.items() if value != 1.0}
    return {kind: values for kind, values in found.items() if values}


def _on_branch(folder: Path, effects: str, duration: int = 2) -> list[float]:
    """What zn-aus can ship in the five periods from the onset on (its branch ends with the horizon at most)."""
    tree, state = _state(folder, effects, duration)
    return [float(value) for value in state.export["zn-aus"][tree.branch == 0]]


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
    assert _first(tmp_path, "{all: true, materials: [zinc], loss: 1}") == {"export": {"zn-aus": 0}}


def test_demand_and_price_follow_the_materials_named(tmp_path: Path) -> None:
    assert _first(tmp_path, "{materials: [zinc], demand_factor: 0.9, price_factor: 2}") == {
        "demand_factor": {"zinc": 0.9},
        "price_factor": {"zinc": 2},
    }
    assert _first(tmp_path, "{all: true, price_factor: 3}") == {"price_factor": {"cobalt": 3, "zinc": 3}}


def test_demand_and_price_follow_the_materials_of_the_suppliers_selected(tmp_path: Path) -> None:
    assert _first(tmp_path, "{countries: [COD], price_factor: 2}") == {"price_factor": {"cobalt": 2}}
    assert _first(tmp_path, "{routes: [cape], price_factor: 2}") == {"price_factor": {"cobalt": 2}}
    assert _first(tmp_path, "{countries: [AUS], price_factor: 2}") == {"price_factor": {"cobalt": 2, "zinc": 2}}
    assert _first(tmp_path, "{countries: [AUS], materials: [zinc], price_factor: 2}") == {"price_factor": {"zinc": 2}}


def test_a_price_factor_counts_once_however_many_suppliers_are_hit(tmp_path: Path) -> None:
    assert _first(tmp_path, "{suppliers: [co-cod, co-fin, co-aus], price_factor: 2}") == {"price_factor": {"cobalt": 2}}


def test_effects_of_one_crisis_multiply(tmp_path: Path) -> None:
    # co-cod: (1 - 0.5) * (1 - 0.2); co-fin: (1 - 0.8 * 0.5) * (1 - 0.2); the rest 1 - 0.2
    export = {"co-cod": 0.4, "co-fin": 0.48, "co-aus": 0.8, "co-new": 0.8, "zn-aus": 0.8}
    assert _first(tmp_path, "{countries: [COD], loss: 0.5}, {all: true, loss: 0.2}") == {"export": export}


# When an effect acts


def test_an_effect_lasts_as_long_as_its_crisis_and_only_on_its_branch(tmp_path: Path) -> None:
    tree, state = _state(tmp_path, "{all: true, loss: 1}")
    assert state.export["zn-aus"][tree.plan].tolist() == [1] * 8
    assert state.export["zn-aus"][tree.branch == 0].tolist() == [0, 0, 1, 1, 1]


def test_an_effect_may_start_later_and_last_for_its_own_time(tmp_path: Path) -> None:
    assert _on_branch(tmp_path, "{all: true, loss: 1, start: 1}") == [1, 0, 0, 1, 1]
    assert _on_branch(tmp_path, "{all: true, loss: 1, duration: 1}") == [0, 1, 1, 1, 1]
    assert _on_branch(tmp_path, "{all: true, loss: 1, start: 2, duration: 1}") == [1, 1, 0, 1, 1]


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
    # one less 0.4 times 1, 1, 3/4, 1/4, 0
    assert state.demand_factor["zinc"][tree.branch == 0] == pytest.approx([0.6, 0.6, 0.7, 0.9, 1])


# Events


def _event(dates: str, effects: str) -> str:
    return f"events: {{quota: {{{dates}, effects: [{effects}]}}}}\n"


def test_an_event_acts_by_the_share_of_a_periods_months(tmp_path: Path) -> None:
    # 2026-03 to 2026-07 is one month of the first quarter, all of the second, one month of the third
    event = _event("from: 2026-03, to: 2026-07", "{countries: [AUS], loss: 0.6}")
    tree, state = _state(tmp_path, "{all: true, loss: 0}", extra=event)
    expected = [1 - 0.6 / 3, 1 - 0.6, 1 - 0.6 / 3, 1, 1, 1, 1, 1]
    assert state.export["zn-aus"][tree.plan] == pytest.approx(expected)
    assert state.export["zn-aus"][tree.branch == 0] == pytest.approx(expected[2:7])


def test_an_event_of_one_month_in_a_year_is_a_twelfth(tmp_path: Path) -> None:
    yearly = with_line(MODEL, ("periods:", "periods: 2"))
    event = _event("from: 2027-05, to: 2027-05", "{all: true, price_factor: 13}")
    _, state = state_of(write_model(tmp_path, whole=yearly + event, **TABLES))
    assert state.price_factor["zinc"] == pytest.approx([1, 2])  # 1 + 12 / 12


def test_events_and_crises_multiply(tmp_path: Path) -> None:
    event = _event("from: 2026-01, to: 2027-12", "{all: true, loss: 0.5}")
    tree, state = _state(tmp_path, "{all: true, loss: 0.4}", extra=event)
    assert state.export["zn-aus"][tree.plan] == pytest.approx(np.full(8, 0.5))
    assert state.export["zn-aus"][tree.branch == 0] == pytest.approx([0.3, 0.3, 0.5, 0.5, 0.5])


def test_an_event_may_reach_beyond_the_horizon(tmp_path: Path) -> None:
    event = _event("from: 2020-01, to: 2026-03", "{all: true, loss: 1}")
    tree, state = _state(tmp_path, "{all: true, loss: 0}", extra=event)
    assert state.export["zn-aus"][tree.plan].tolist() == [0, 1, 1, 1, 1, 1, 1, 1]
