"""What warnings claim, held against solved models drawn at random."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bichiku.build import build
from bichiku.checking import Advice, advice, advice_by_strategy
from bichiku.checking.facts import Facts
from bichiku.model.world import World
from bichiku.program import LinearProgram
from bichiku.program.extremes import Numbers, numbers
from bichiku.result.pipeline import grow
from bichiku.result.tables.crises import crises_table
from oracles.by_hand import read
from oracles.drawn import drawn, objective, optimum, solved
from oracles.policy_strategies import POLICY_NAMES, policy_variants, with_policies
from oracles.world_strategies import PERIODS_PER_YEAR, Description, month_after, small_models


def the_cost_of(description: Description) -> Any:
    found = objective(description)
    return None if found is None else pytest.approx(found, rel=1e-6, abs=1e-4)


# Policies at the edge of what they can ask for


@st.composite
def _share_limit(draw: st.DrawFn, description: Description, bound: str, values: list[float]) -> dict[str, Any]:
    limit = {
        "group": draw(st.sampled_from([["CHN"], ["COD", "CHL"], ["rivals"], ["partners", "JPN"], ["AUS"], ["USA"]])),
        "stage": draw(st.sampled_from(["exporter", "origin"])),
        "of": draw(st.sampled_from(["imports", "supply"])),
        bound: draw(st.sampled_from(values)),
    }
    if draw(st.booleans()):
        limit["materials"] = [draw(st.sampled_from([row["material"] for row in description["tables"]["materials"]]))]
    return limit


@st.composite
def extreme(draw: st.DrawFn) -> Description:
    """A small model with a few policies, many of which ask for nothing or for too much."""
    description = draw(small_models())
    crises = sorted(description["model"]["crises"])
    choices: dict[str, st.SearchStrategy[Any]] = {
        "share_caps": st.lists(_share_limit(description, "max", [0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=2),
        "share_floors": st.lists(_share_limit(description, "min", [0.0, 0.5, 0.75, 1.0]), min_size=1, max_size=2),
        "country_cap": st.fixed_dictionaries({"max": st.sampled_from([0.2, 0.4, 0.6, 1.0])}),
        "reserve_days": st.sampled_from([0, 30, 300, 3000]),
        "expected_shortage": st.fixed_dictionaries({"max_days": st.sampled_from([0, 100, 5000])}),
        "budget": st.fixed_dictionaries(
            {"investment": st.sampled_from([0, 1e4, 1e7]), "reserve_per_year": st.sampled_from([0, 1e4, 1e9])}
        ),
        "risk": st.fixed_dictionaries({"level": st.just(0.5), "limit": st.sampled_from([1e4, 1e6, 1e12])}),
        "concentration": st.just({"max": 1.0}),
    }
    if crises:
        days = st.fixed_dictionaries({"crises": st.just(crises[:1])}, optional={"days": st.sampled_from([0, 90])})
        choices["survive"] = days
    chosen = draw(st.lists(st.sampled_from(sorted(choices)), min_size=1, max_size=3, unique=True))
    return with_policies(description, {key: draw(choices[key]) for key in chosen})


@st.composite
def barring(draw: st.DrawFn) -> Description:
    """A small model whose share limits often leave nothing to buy."""
    description = draw(small_models(crises=False))
    caps = _share_limit(description, "max", [0.0, 0.25])
    floors = _share_limit(description, "min", [0.75, 1.0])
    return with_policies(description, {"share_caps": [draw(caps)], "share_floors": [draw(floors)]})


@st.composite
def demanding(draw: st.DrawFn) -> Description:
    """A small model that asks for much: a large reserve, or a crisis to be survived from little stock."""
    description = draw(small_models(crises=True))
    choices = {
        "reserve_days": st.sampled_from([1500, 300, 150, 80]),
        "survive": st.just({"crises": sorted(description["model"]["crises"])}),
    }
    chosen = draw(st.lists(st.sampled_from(sorted(choices)), min_size=1, unique=True))
    return with_policies(description, {key: draw(choices[key]) for key in chosen})


@st.composite
def hoarding(draw: st.DrawFn) -> Description:
    """A model with a reserve of one material that rises about as fast as if all that can be bought were kept."""
    description = draw(small_models(crises=False))
    model, tables = description["model"], description["tables"]
    model["events"] = {}
    for row in tables["materials"]:
        row.pop("storage_limit_t", None)
    first = tables["materials"][0]["material"]
    bought = sum(row["capacity_t"] for row in tables["suppliers"] if row["material"] == first)
    used = max(row["tonnes"] for row in tables["demand"] if row["material"] == first)
    months = 12 // PERIODS_PER_YEAR[model["resolution"]] * model["periods"]
    years_of_use = bought / used - draw(st.sampled_from([0.2, 0.5, 0.8]))
    path = {model["start"]: 0, month_after(model, months - 1): min(365 * months / 12 * years_of_use, 100_000)}
    return with_policies(description, {"reserve_days": {first: path}})


@st.composite
def any_model(draw: st.DrawFn) -> Description:
    return draw(st.one_of(extreme(), policy_variants(draw(st.sampled_from(POLICY_NAMES)))))


def without(description: Description, path: str) -> Description:
    """The model without the policy at a key path such as ``policies.share_caps[0] (CHN)``."""
    changed = copy.deepcopy(description)
    place: Any = changed["model"]
    steps = [int(step) if step.isdigit() else step for step in re.findall(r"\w+", path.split(" ")[0])]
    for step in steps[:-1]:
        place = place[step]
    del place[steps[-1]]
    return changed


def found(description: Description, *codes: str) -> list[Advice]:
    return [item for item in advice(read(description)) if item.code in codes]


@drawn(25)
@given(any_model())
def test_a_policy_that_can_never_bind_changes_nothing(description: Description) -> None:
    idle = found(description, "W201")
    assume(idle)
    cost = the_cost_of(description)
    for item in idle:
        assert objective(without(description, item.subject)) == cost, item


@drawn(15)
@given(st.one_of(extreme(), demanding()))
def test_where_a_warning_says_that_there_is_no_plan_there_is_none(description: Description) -> None:
    impossible = [item for item in advice(read(description)) if item.message.endswith("there is no plan")]
    assume([item for item in impossible if item.code != "W108"])
    assert optimum(read(description)) is None


@drawn(15)
@given(barring())
def test_where_share_limits_leave_nothing_nothing_is_bought(description: Description) -> None:
    barred = found(description, "W203")
    assume(barred)
    outcome = optimum(read(description))
    assume(outcome is not None)
    assert outcome is not None
    world = outcome.world
    for item in barred:
        imports = "imported" in item.message
        for year in _years(item.message):
            at = np.flatnonzero(outcome.plan_years == year)
            for name, row in world.sources.items():
                if row.material == item.subject and (not imports or world.is_import(name)):
                    assert outcome.arrived[name][at].sum() == pytest.approx(0, abs=1e-3), item


def _years(message: str) -> Iterator[int]:
    """Years in a text such as ``in 2026, 2028 to 2030 no mix``."""
    for run in re.match(r"in ([\d, to]*\d)", message)[1].split(", "):  # type: ignore[index]
        first, _, last = run.partition(" to ")
        yield from range(int(first), int(last or first) + 1)


@drawn(10)
@given(hoarding())
def test_a_reserve_that_takes_a_shortage_has_one(description: Description) -> None:
    costly = found(description, "W207")
    assume(costly)
    run = solved(description)
    assume(run is not None)
    assert run is not None
    flows = run.tables["flows"]
    short = flows[(flows["crisis"] == "plan") & (flows["item"] == "short")].groupby("material")["tonnes"].sum()
    for item in costly:
        assert short.get(item.subject, 0.0) > 0, item


@drawn(12)
@given(small_models(crises=True))
def test_an_effect_that_changes_nothing_can_be_left_out(description: Description) -> None:
    idle = found(description, "W302", "W303")
    assume(idle)
    changed = copy.deepcopy(description)
    for item in idle:
        kind, name, *rest = re.findall(r"[\w-]+", item.subject)
        effects = changed["model"][kind][name]["effects"]
        for i in [int(rest[-1])] if rest else range(len(effects)):
            effects[i] = {"materials": effects[i].get("materials", [_first_material(description)]), "price_factor": 1}
    assert objective(changed) == the_cost_of(description)


def _first_material(description: Description) -> str:
    return str(description["tables"]["materials"][0]["material"])


@drawn(25)
@given(any_model())
def test_no_plan_exceeds_the_bounds_that_warnings_rest_on(description: Description) -> None:
    outcome = optimum(read(description))
    assume(outcome is not None)
    assert outcome is not None
    facts = Facts(outcome.world)
    for name, most in facts.most_arrivals.items():
        assert (outcome.arrived[name] <= most + 1e-5 * (1 + most)).all(), name
    for material in outcome.world.materials:
        most = facts.most_stock(material, np.zeros(facts.tree(material).size))
        stock = outcome.solution.x[outcome.program.columns_of("stock", material)]
        assert (stock <= most + 1e-5 * (1 + abs(most))).all(), material
    rows = crises_table(outcome)
    damage = rows[rows["probability"] > 0].groupby(["crisis", "onset", "length"])["damage"].sum()
    assert (damage <= facts.most_damage * (1 + 1e-6) + 1e-3).all()


@drawn(25)
@given(any_model())
def test_the_pieces_of_a_program_hold_its_numbers(description: Description) -> None:
    facts = Facts(read(description))
    pieces = (facts.physical_piece, facts.policy_piece[0])
    whole = build(facts.world, grow(facts.world))
    for i, kind in enumerate(numbers(whole)):
        held = np.concatenate([_but_of_kept_reserves(piece.numbers[i], piece.program) for piece in pieces])
        assert np.sort(held) == pytest.approx(np.sort(_but_of_kept_reserves(kind, whole))), kind.what


def _but_of_kept_reserves(kind: Numbers, program: LinearProgram) -> np.ndarray:
    """Numbers of a kind, without the rows on which a reserve target that rises acts outside policies."""
    used = kind.used()
    if kind.rows is not None:
        rows = [block.numbers for block in program.blocks("reserve_kept")]
        used = used[~np.isin(kind.rows[used], np.concatenate([[-1], *rows]))]
    return kind.values[used]


@drawn(20)
@given(small_models(), st.data())
def test_what_strategies_share_does_not_change_their_warnings(description: Description, data: st.DataObject) -> None:
    first = read(description)
    second = read(with_policies(description, {"reserve_days": data.draw(st.sampled_from([0, 30, 3000]))}))
    worlds: dict[str, World] = {"first": first, "second": second}
    assert advice_by_strategy(worlds) == {"first": advice(first), "second": advice(second)}
