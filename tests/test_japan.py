"""The Japan model: every strategy solves, verifies from its files, and does what its name says."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from bichiku.checking import Advice, advice_by_strategy
from bichiku.reading.model import read_model
from bichiku.result.pipeline import run_strategy
from trials import japan_levers, japan_tables

JAPAN = Path(__file__).parents[1] / "models" / "japan"
SILENCED = ("W105",)
STRATEGIES = (
    "today",
    "reserve-60-high-risk",
    "reserve-120-high-risk",
    "reserve-180-high-risk",
    "reserve-60",
    "reserve-120",
    "reserve-180",
    "stock-free",
    "recycling",
    "home-plants",
    "stakes",
    "building",
    "china-half",
    "partners",
    "reserve-and-recycling",
    "reserve-and-stakes",
    "recycling-and-stakes",
    "all",
    "free",
)
SOLVED = ("today", "all")  # the levers in between are solved by trials.japan_levers
LOOKED_AT = ("today", "china-half", "all")  # between them they have every policy and project of the others
HELD = {"today": ("cobalt", "ferrochrome", "nickel", "tungsten", "vanadium")}
LIKELIER_THAN_NONE = (
    "antimony",
    "dysprosium-terbium",
    "gallium",
    "germanium",
    "neodymium-praseodymium",
    "tungsten",
    "yttrium",
)
STARVED_BY_THE_CAP = ("graphite-spheres", "hydrogen-fluoride", "mischmetal", "yttrium")


@cache
def advice() -> dict[str, list[Advice]]:
    return advice_by_strategy(read_model(JAPAN, LOOKED_AT).worlds)


def test_the_strategies_are_those_that_the_policy_debate_names() -> None:
    assert set(read_model(JAPAN).worlds) == set(STRATEGIES)


def test_nothing_in_the_model_looks_wrong_but_what_its_readme_says() -> None:
    found = {(item.code, item.subject) for items in advice().values() for item in items if item.code not in SILENCED}
    codes = {code for code, _ in found}
    assert codes == {"W203", "W204", "W305", "W306", "W501"}
    assert {subject for code, subject in found if code == "W305"} == set(LIKELIER_THAN_NONE)
    assert {subject for code, subject in found if code == "W204"} == set(STARVED_BY_THE_CAP)


def test_what_is_silenced_would_be_told() -> None:
    assert set(SILENCED) <= {item.code for items in advice().values() for item in items}


@pytest.mark.parametrize("variant", ["japan-batteries", "japan-january-2026"])
def test_the_cases_beside_it_are_it_but_for_what_they_name(variant: str) -> None:
    base, other = read_model(JAPAN, ["today"])["today"], read_model(JAPAN.parent / variant, ["today"])["today"]
    assert other.suppliers == base.suppliers
    assert (other.demand == base.demand) == (variant != "japan-batteries")
    assert (other.settings.events == base.settings.events) == (variant != "japan-january-2026")


def test_the_tables_of_its_readme_are_those_of_the_stored_solves() -> None:
    page = japan_tables.PAGE.read_text(encoding="utf-8")
    assert japan_tables.with_tables(page) == page


def test_the_stored_solves_are_of_the_model_as_it_is() -> None:
    stale = {
        (case, strategy)
        for case, solves in japan_levers.stored().items()
        for model in [japan_levers.model_of_case(case)]
        for strategy, solve in solves.items()
        if solve["inputs"] != japan_levers.inputs_of(model, strategy)
    }
    assert stale == set()


@pytest.mark.slow
@pytest.mark.parametrize("strategy", SOLVED)
def test_a_strategy_solves_and_verifies(strategy: str, tmp_path: Path) -> None:
    model = read_model(JAPAN, [strategy])
    solved = run_strategy(model.worlds[strategy])
    folder = solved.write(tmp_path)  # raises when a number does not verify
    assert not folder.name.endswith("-rejected")
    reserve, projects = solved.tables["reserve"], solved.tables["projects"]
    end = reserve[(reserve["month"] == "2030-12") & reserve["cover_days"].notna()].set_index("material")["cover_days"]
    held = HELD.get(strategy, [material for material in end.index if not material.endswith("-ore")])
    # nothing leaves a stock below its target, and the ceiling lets it be more by what cannot leave alone
    assert end[list(held)].to_numpy() == pytest.approx(60)
    built = projects[projects["built_t_per_year"] > 1e-6]
    assert built.empty == (strategy == "today")
    # what costs to keep and takes a year to run does not stand by
    assert (built["used_t_per_year"] > 0).all()
