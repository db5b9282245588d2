"""What must hold for every model, tried on small random ones."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bichiku.build import build
from bichiku.model.chains import chain_materials, touching
from bichiku.result.pipeline import grow
from bichiku.solving import SolverOptions, Status, solve
from oracles.by_hand import read
from oracles.drawn import drawn, objective, solved
from oracles.other_units import in_other_units
from oracles.policy_examples import EXAMPLES
from oracles.policy_strategies import POLICY_NAMES, policies, policy_variants, with_policies
from oracles.world_strategies import PERIODS_PER_YEAR, START_YEAR, Description, small_models

Change = Callable[[Description], Description]


def close(value: float | None) -> Any:
    return None if value is None else pytest.approx(value, rel=1e-6, abs=1e-4)


@st.composite
def models(draw: st.DrawFn) -> Description:
    """A small model with any one policy, or with none."""
    name = draw(st.sampled_from(["", *(n for n in POLICY_NAMES if n != "survive")]))
    description = draw(small_models())
    return with_policies(description, draw(policies(description, name))) if name else description


def sources(description: Description) -> list[dict[str, Any]]:
    return [*description["tables"]["suppliers"], *description["tables"].get("projects", [])]


def effects(description: Description) -> list[dict[str, Any]]:
    model = description["model"]
    return [effect for part in ("events", "crises") for item in model[part].values() for effect in item["effects"]]


# Relaxing a limit


@pytest.mark.parametrize("name", POLICY_NAMES)
@drawn(10)
@given(data=st.data())
def test_relaxing_a_limit_never_raises_cost(name: str, data: st.DataObject) -> None:
    description = data.draw(policy_variants(name))
    tight = objective(description)
    assume(tight is not None)
    assert tight is not None
    given_policies = description["model"]["policies"]
    looser = {key: EXAMPLES[key].looser(value) for key, value in given_policies.items()}
    relaxed = objective(with_policies(description, looser))
    free = objective(with_policies(description, {}))
    tolerance = 1e-6 * (1 + abs(tight))
    assert relaxed is not None
    assert free is not None
    assert free - tolerance <= relaxed <= tight + tolerance


# Units


@drawn(20)
@given(models(), st.sampled_from([0.01, 7.0, 150.0]))
def test_in_other_money_the_cost_is_scaled(description: Description, rate: float) -> None:
    value = objective(description)
    assert objective(in_other_units(description, money=rate)) == close(None if value is None else value * rate)


@drawn(20)
@given(models(), st.sampled_from([0.1, 3.0, 50.0]))
def test_with_more_tonnes_of_everything_the_cost_is_scaled(description: Description, size: float) -> None:
    value = objective(description)
    assert objective(in_other_units(description, tonnes=size)) == close(None if value is None else value * size)


# Order and names


@drawn(20)
@given(models(), st.randoms(use_true_random=False))
def test_the_order_of_table_rows_does_not_matter(description: Description, random: Any) -> None:
    shuffled = copy.deepcopy(description)
    for rows in shuffled["tables"].values():
        random.shuffle(rows)
    one, other = solved(description), solved(shuffled)
    if one is None or other is None:
        assert one is other
        return
    assert {name: table.to_csv() for name, table in one.tables.items()} == {
        name: table.to_csv() for name, table in other.tables.items()
    }


def renamed(description: Description) -> Description:
    """Suppliers and projects under names in the opposite order."""
    changed = copy.deepcopy(description)
    old = [row.get("supplier") or row["project"] for row in sources(changed)]
    new = {name: f"x{99 - i}-{name}" for i, name in enumerate(old)}
    tables = changed["tables"]
    for row in [*tables["suppliers"], *tables.get("origins", [])]:
        row["supplier"] = new[row["supplier"]]
    for row in tables.get("projects", []):
        row["project"] = new[row["project"]]
    for effect in effects(changed):
        if "suppliers" in effect:
            effect["suppliers"] = [new[name] for name in effect["suppliers"]]
    return changed


@drawn(20)
@given(models())
def test_names_of_suppliers_do_not_matter(description: Description) -> None:
    assert objective(renamed(description)) == close(objective(description))


# Splitting and adding


SIZES = ("capacity_t", "in_transit_t", "minimum_t")


def split(description: Description) -> Description:
    """Every supplier as two of half the size."""
    changed = copy.deepcopy(description)
    tables = changed["tables"]

    def halves(row: dict[str, Any], **sizes: float) -> list[dict[str, Any]]:
        return [row | sizes | {"supplier": f"{row['supplier']}-{half}"} for half in ("left", "right")]

    names = {row["supplier"] for row in tables["suppliers"]}
    tables["suppliers"] = [
        half
        for row in tables["suppliers"]
        for half in halves(row, **{key: row[key] / 2 for key in SIZES if row.get(key) not in (None, "")})
    ]
    tables["origins"] = [
        half for row in tables["origins"] for half in (halves(row) if row["supplier"] in names else [row])
    ]
    for effect in effects(changed):
        if "suppliers" in effect:
            parts = [[f"{n}-left", f"{n}-right"] if n in names else [n] for n in effect["suppliers"]]
            effect["suppliers"] = [name for part in parts for name in part]
    return changed


@drawn(20)
@given(models())
def test_two_halves_of_a_supplier_cost_what_the_whole_does(description: Description) -> None:
    assert objective(split(description)) == close(objective(description))


def with_idle_material(description: Description) -> Description:
    """One more material that nobody uses and nobody would gain by storing."""
    changed = copy.deepcopy(description)
    changed["tables"]["materials"].append({"material": "idle", "reference_price": 50, "haircut": 1})
    changed["tables"]["suppliers"].append(
        {"supplier": "idle-s", "material": "idle", "country": "CHL", "kind": "spot", "capacity_t": 100, "price": 50}
    )
    return changed


@drawn(20)
@given(small_models())
def test_a_material_that_nobody_uses_changes_nothing(description: Description) -> None:
    one, other = solved(description), solved(with_idle_material(description))
    assert one is not None
    assert other is not None
    for name in ("sourcing", "flows", "flows-branches", "reserve", "crises", "costs", "shares"):
        table = other.tables[name]
        rest = table[table["material"] != "idle"]
        assert rest.to_csv(index=False) == one.tables[name].to_csv(index=False), name


@drawn(20)
@given(models())
def test_no_more_can_be_had_from_an_idle_material_under_a_policy(description: Description) -> None:
    assert objective(with_idle_material(description)) == close(objective(description))


def with_a_crisis_of_its_own(description: Description) -> Description:
    """The idle material, and a crisis that may stop its supplier at any time, as often as what hits all leaves room."""
    changed = with_idle_material(description)
    periods = changed["model"]["periods"]
    idle = next(chain for chain in grow(read(changed)) if chain.name == "idle")
    each = float(idle.tree.weight[idle.tree.plan].min()) / (2 * periods)
    onsets = [{"period": period, "probability": each} for period in range(1, periods + 1)]
    crisis = {"onsets": onsets, "duration": 1, "recovery": "to-end", "effects": [{"suppliers": ["idle-s"], "loss": 1}]}
    changed["model"]["crises"] = changed["model"]["crises"] | {"elsewhere": crisis}
    return changed


@drawn(20)
@given(small_models(crises=True))
def test_a_crisis_that_does_not_touch_a_chain_changes_no_number_of_it(description: Description) -> None:
    one, other = solved(description), solved(with_a_crisis_of_its_own(description))
    assert one is not None
    assert other is not None
    for name in ("sourcing", "flows", "flows-branches", "reserve", "crises", "costs", "shares"):
        table = other.tables[name]
        rest = table[table["material"] != "idle"]
        assert rest.to_csv(index=False) == one.tables[name].to_csv(index=False), name


def with_listed_crises_split(description: Description) -> Description:
    """Each crisis with listed onsets as two of half the probability."""
    changed = copy.deepcopy(description)
    crises = changed["model"]["crises"]
    for name, crisis in list(crises.items()):
        if "onsets" in crisis:
            half = [onset | {"probability": onset["probability"] / 2} for onset in crisis["onsets"]]
            crises |= {name: crisis | {"onsets": half}, f"{name}-again": crisis | {"onsets": half}}
    return changed


@drawn(30)
@given(models())
def test_two_halves_of_a_listed_crisis_cost_what_the_whole_does(description: Description) -> None:
    assert objective(with_listed_crises_split(description)) == close(objective(description))


# Crises


@drawn(40)
@given(small_models(crises=True))
def test_the_weights_of_each_chain_and_period_sum_to_one(description: Description) -> None:
    world = read(description)
    for chain in grow(world):
        sums = np.bincount(chain.tree.period, chain.tree.weight, minlength=world.calendar.periods + 1)[1:]
        assert sums == pytest.approx(np.ones(world.calendar.periods), abs=1e-12)
        assert chain.tree.weight.min() >= 0


def with_lengths_known(description: Description) -> Description:
    """Each listed crisis as one for each of its lengths, known on its first day."""
    changed = copy.deepcopy(description)
    found = {}
    for name, crisis in changed["model"]["crises"].items():
        lengths = crisis["duration"] if isinstance(crisis["duration"], dict) else {crisis["duration"]: 1.0}
        if "onsets" not in crisis or len(lengths) == 1:
            found[name] = crisis
            continue
        for length, share in lengths.items():
            onsets = [onset | {"probability": onset["probability"] * share} for onset in crisis["onsets"]]
            found[f"{name}-{length}"] = crisis | {"duration": length, "onsets": onsets}
    changed["model"]["crises"] = found
    return changed


def touched(description: Description) -> set[tuple[str, str]]:
    """Chains with the crises that touch them, each under the name it had before it was split."""
    names = description["model"]["crises"]
    world = read(description)
    return {(chain[0], name) for chain in chain_materials(world) for name in touching(world, chain) if name in names}


def split_touches_as_before(description: Description, known: Description) -> bool:
    before = touched(description)
    parts = {
        (chain, name): [other for other in known["model"]["crises"] if other == name or other.startswith(f"{name}-")]
        for chain, name in before
    }
    after = touched(known)
    return all((chain, part) in after for (chain, _), of in parts.items() for part in of)


@drawn(40)
@given(small_models(crises=True))
def test_to_know_how_long_a_crisis_lasts_is_never_dearer(description: Description) -> None:
    known = with_lengths_known(description)
    # a length in which nothing happens is no crisis, and has no branch in which the plan could be left
    assume(split_touches_as_before(description, known))
    unknown, foreseen = objective(description), objective(known)
    assert unknown is not None
    assert foreseen is not None
    assert foreseen <= unknown + 1e-6 * (1 + abs(unknown))


# The time axis


def in_calm(description: Description, resolution: str) -> Description:
    """Two whole years without crises, events, discounting and losses, in which nothing is on its way for long."""
    changed = copy.deepcopy(description)
    model, tables = changed["model"], changed["tables"]
    model |= {"crises": {}, "events": {}, "discount_rate": 0.0, "start": f"{START_YEAR}-01", "resolution": resolution}
    model["periods"] = 2 * PERIODS_PER_YEAR[resolution]
    for key in ("report_until", "refill_periods"):
        model.pop(key, None)
    for row in tables["materials"]:
        row |= {"loss_rate": 0.0, "storage_cost_rate": 0.0}
        for key in ("release_rate_t_per_day", "storage_limit_t"):
            row.pop(key, None)
    for row in [*tables["suppliers"], *tables["projects"]]:
        for key in ("lead_periods", "build_periods", "in_transit_t", "ramp_periods", "life_years"):
            row.pop(key, None)
    return changed


@drawn(20)
@given(small_models(crises=False))
def test_years_refined_into_quarters_cost_the_same(description: Description) -> None:
    yearly = objective(in_calm(description, "year"))
    assert yearly is not None
    assert objective(in_calm(description, "quarter")) == close(yearly)
    assert objective(in_calm(description, "month")) == close(yearly)


# Solving


@drawn(25)
@given(models())
def test_in_parts_and_in_one_piece_the_answer_is_the_same(description: Description) -> None:
    world = read(description)
    program = build(world, grow(world))
    parts, report = solve(program, SolverOptions())
    whole, whole_report = solve(program, SolverOptions(), separate=False)
    assert parts.status is whole.status
    assert whole_report.parts == 1
    assert report.parts >= 1
    if parts.status is Status.OPTIMAL:
        assert parts.objective == close(whole.objective)
