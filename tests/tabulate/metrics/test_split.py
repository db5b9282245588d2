"""How many of the days held are for supply crises, and how many for price rises. For the world see `oracles.by_hand`.

A store that costs a fifth of the reference price a year: a tonne bought in the first year and used in the second costs
10 and, half of it in either year, 2. A crisis with a probability of 0.1 may begin in the second year. Whether it does
or not the tonne is used then, so that holding it pays where it saves more than 12: 10 with 0.9, and something in the
crisis with 0.1. More than the 100 t of a year are never held, as what is left is worth nothing.
"""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from rich.console import Console

from bichiku.api.library import report_page
from bichiku.model.world import World
from bichiku.result.pipeline import NoSolution, NoSplit, run_strategy
from bichiku.result.repeat import Sameness, repetition, run_to_repeat
from bichiku.result.run import Run
from bichiku.show.screen.summary import print_strategy
from bichiku.verification import verify_run
from oracles.agreement import AGREE, apart
from oracles.by_hand import description, halt, read, small_world, summed
from oracles.drawn import drawn
from oracles.models import write_model
from oracles.second_builder import second_program
from oracles.world_strategies import Description, small_models
from tests.in_process import typed

METRICS = ("cover_days_of_last_year", "cover_days_at_list_prices", "cover_days_for_price_rises")
STORE = {"storage_cost_rate": 0.2}


def dearer(factor: float, loss: float = 0.0) -> dict[str, Any]:
    """A crisis in which all prices are a multiple, and the buyer's own supplier, whom nobody rations, loses a part."""
    effects = [{"all": True, "price_factor": factor}, *([{"all": True, "loss": loss}] if loss else [])]
    return halt(2, 0.1, effects=effects)


def world(**changes: Any) -> World:
    return small_world(**{"material": STORE, "report_until": "2026-12", **changes})


def split(**changes: Any) -> Run:
    return run_strategy(world(**changes), prices=False, split=True)


def days(solved: Run, material: str = "m") -> list[float]:
    return [summed(solved, metric, material)[0] for metric in METRICS]


def test_a_stock_that_pays_because_a_price_rises_is_held_for_that_alone() -> None:
    # at five times the price a tonne at hand saves 50: 0.9 * 10 + 0.1 * 50 = 14; at list prices 10
    assert days(split(crises=dearer(5))) == pytest.approx([365, 0, 365])


def test_a_stock_that_covers_a_halt_is_held_for_that_alone() -> None:
    # a tonne at hand saves a shortage of 100: 0.9 * 10 + 0.1 * 100 = 19
    assert days(split(crises=halt(2, 0.1))) == pytest.approx([365, 365, 0])


# Of 200 t a year 60 are left in the crisis. A stock's first 40 t save a shortage: 19 as above. The other 60 t save what
# is bought in the crisis: 14 at five times the price, 10 at list prices. 40 t are 40 % of a year, 146 days.
MIXED: dict[str, Any] = {"suppliers": [{"country": "JPN", "capacity_t": 200}]}


def test_days_for_both_reasons_are_told_apart() -> None:
    solved = split(crises=dearer(5, loss=0.7), **MIXED)
    assert days(solved) == pytest.approx([365, 146, 219])
    first = solved.split.iloc[0]
    assert (first["stock_t"], first["stock_t_at_list_prices"]) == (pytest.approx(100), pytest.approx(40))
    assert summed(solved, METRICS[0], "m")[1] == "2026-01 to 2026-12"


def test_the_second_builder_holds_as_much_at_list_prices() -> None:
    # the factor is typed as one here, not put there by the product
    for factor, tonnes in ((5, 100), (1, 40)):
        program = second_program(world(crises=dearer(factor, loss=0.7), **MIXED))
        _, x = program.solve()
        assert x[program.columns["stock", "m", program.tree.plan("m", 1)]] == pytest.approx(tonnes)


def test_where_moving_prices_speak_against_a_stock_its_days_are_negative() -> None:
    # in the first year all costs three times as much: 30 + 2 for what saves 19
    event = {"dear": {"from": "2026-01", "to": "2026-12", "effects": [{"all": True, "price_factor": 3}]}}
    assert days(split(crises=halt(2, 0.1), events=event)) == pytest.approx([0, 365, -365])


def test_a_factor_on_the_whole_market_is_at_one_too() -> None:
    effects = [{"suppliers": ["s"], "price_factor": 5, "market": True}]
    assert days(split(crises=halt(2, 0.1, effects=effects))) == pytest.approx([365, 0, 365])


def test_what_is_used_at_moved_prices_only_has_no_days_at_list_prices() -> None:
    # from ore at 5 and made at 10 a tonne costs 15: less than three times 10, more than 10
    materials = [{"material": m, "reference_price": 10, "haircut": 1, "shortage_cost": 100} for m in ("m", "ore")]
    tables = {
        "materials": [materials[0], {**materials[1], "shortage_cost": None}],
        "suppliers": [
            {"supplier": "s", "material": "m", "country": "CHN", "capacity_t": 1000, "price": 10},
            {"supplier": "o", "material": "ore", "country": "AUS", "capacity_t": 1000, "price": 5},
        ],
        "projects": [
            {
                "project": "plant", "material": "m", "country": "JPN", "kind": "refinery", "existing_t": 100,
                "running_cost": 10, "input_material": "ore", "input_per_output": 1,
            }
        ],
    }  # fmt: skip
    event = {"dear": {"from": "2026-01", "to": "2027-12", "effects": [{"suppliers": ["s"], "price_factor": 3}]}}
    solved = run_strategy(small_world(tables=tables, events=event), prices=False, split=True)
    held, listed, rises = days(solved, "ore")
    assert (held, math.isnan(listed), math.isnan(rises)) == (0, True, True)
    used = solved.split[solved.split["material"] == "ore"]
    assert used["use_t"].tolist() == pytest.approx([100, 100])
    assert used["use_t_at_list_prices"].tolist() == pytest.approx([0, 0])


def test_days_are_the_mean_stock_of_a_year_over_its_mean_use() -> None:
    # Only the first quarter sells, so that 75, 50, 25 and 0 t are in store at the ends of the quarters: 37.5 t of 100.
    event = {"closed": {"from": "2026-04", "to": "2026-12", "effects": [{"all": True, "loss": 1}]}}
    changes = {"resolution": "quarter", "events": event, "suppliers": [{"capacity_t": 400}], "report_until": None}
    solved = run_strategy(small_world(4, **changes), prices=False, split=True)
    assert days(solved) == pytest.approx([0.375 * 365, 0.375 * 365, 0])


def test_a_run_that_is_not_split_has_neither_table_nor_metrics(tmp_path: Path) -> None:
    solved = run_strategy(world(crises=dearer(5)))
    assert "split" not in solved.tables
    assert not solved.summary["metric"].isin(METRICS).any()
    folder = solved.write(tmp_path)
    assert not (folder / "split.csv").exists()
    assert "split" not in solved.manifest


def test_a_split_run_is_repeated_as_split(tmp_path: Path) -> None:
    folder = run_strategy(world(crises=dearer(5, loss=0.7), **MIXED), split=True).write(tmp_path)
    assert verify_run(folder).holds
    before = run_to_repeat(folder)
    assert before.is_split
    (same,) = before.model.worlds.values()
    again = run_strategy(same, split=before.is_split).write(tmp_path)
    assert repetition(folder, again).sameness is Sameness.TO_THE_BYTE


def test_the_screen_tells_the_days_apart() -> None:
    console = Console(width=120, record=True, quiet=True)
    console.quiet = False
    print_strategy(console, split(crises=dearer(5, loss=0.7), **MIXED))
    told = [line.split() for line in console.export_text().splitlines()]
    assert ["m", "365", "146", "219"] in told


def test_the_page_has_a_section_for_a_split_run_alone() -> None:
    page = report_page(split(crises=dearer(5, loss=0.7), **MIXED))
    (section,) = re.findall(r'<section[^>]*id="split".*?</section>', page, re.DOTALL)
    assert re.findall(r">(m|\d+)<", section)[:4] == ["m", "365", "146", "219"]
    assert 'id="split"' not in report_page(run_strategy(world(crises=dearer(5))))


def test_a_call_splits_and_a_repeat_takes_no_wish(tmp_path: Path) -> None:
    write_model(tmp_path / "cobalt")
    done = typed(["run", "cobalt", "--split", "--json"], tmp_path)
    (found,) = json.loads(done.stdout)
    assert "cover_days_at_list_prices" in {row["metric"] for row in found["summary"]}
    refused = typed(["run", "--from", found["folder"], "--split"], tmp_path)
    assert refused.returncode == 2
    assert "a run is repeated as it was; -s, --set, --as and --split go with a model" in refused.stderr


def test_a_strategy_without_a_plan_at_list_prices_cannot_be_split() -> None:
    # The reserve of a year is used up in the halt and bought back at its end: at twice the reference price, a damage of
    # 100 * 10 with 0.1, unless the event has halved it. There is no room for a second year in store.
    event = {"cheap": {"from": "2026-01", "to": "2028-12", "effects": [{"all": True, "price_factor": 0.5}]}}
    policies = {"reserve_days": 365, "risk": {"level": 0, "limit": 10}}
    changes = {
        "material": {"storage_limit_t": 100}, "suppliers": [{"price": 20}], "crises": halt(2, 0.1, recovery=0),
        "events": event, "policies": policies,
    }  # fmt: skip
    with pytest.raises(NoSplit, match="cannot be split, for at list prices it is infeasible: no plan keeps all"):
        run_strategy(small_world(3, **changes), prices=False, split=True)


@drawn(15)
@given(small_models(crises=True))
def test_drawn_models_cost_at_list_prices_what_the_second_builder_finds(given: Description) -> None:
    try:
        solved = run_strategy(read(given), prices=False, split=True)
    except NoSolution:
        return
    listed = solved._as_solved().at_list_prices
    assert listed is not None
    assert apart(listed.outcome.solution.objective, read(_typed_at_one(given))) <= AGREE


def _typed_at_one(given: Description) -> Description:
    """The description with every price factor typed as one."""

    def at_one(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: 1 if key == "price_factor" else at_one(value) for key, value in part.items()}
        return [at_one(item) for item in part] if isinstance(part, list) else part

    return {"model": at_one(given["model"]), "tables": given["tables"]}


def test_typing_factors_as_one_leaves_the_rest() -> None:
    assert _typed_at_one(description(crises=dearer(5))) == description(crises=dearer(1))
