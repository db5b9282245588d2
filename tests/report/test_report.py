"""The page without a browser: its order, its figures, its numbers, and what it does with nasty names."""

from __future__ import annotations

import base64
import io
import math
import re
from dataclasses import replace

import pandas as pd
import pytest

from bichiku.show.numbers import money, percent, three_digits
from bichiku.show.report import ReportData, key_findings, render_report
from bichiku.show.report.csv_link import MOST_BYTES, csv_link, harmless, spreadsheet_csv
from bichiku.show.report.data import Axis
from bichiku.show.report.figures.crisis_map import crisis_map, first_short, shade
from bichiku.show.report.strategy_table import weighted_mean
from tests.report_cases import (
    BASELINE,
    FAILED,
    FORMULA,
    SCRIPT,
    Page,
    comparison,
    comparison_page,
    frontier,
    nasty_page,
    runs,
    single_page,
)

COMPARISON_ORDER = [
    "The answer",
    "Strategies",
    "What is built",
    "Sourcing mix by material",
    "Days of cover",
    "Crisis map",
    "What each policy costs",
    "Frontiers",
    "Assumptions and data quality",
    "How it was solved",
]
FIGURES = [
    "levers",
    "strategies-side-by-side",
    "sourcing-mix",
    "cover",
    "crisis-map",
    "policy-prices",
    "frontier-1",
    "data-quality",
]


def value(strategy: str, metric: str, material: str = "all") -> float:
    table = comparison(runs(), FAILED)
    found = table[(table["strategy"] == strategy) & (table["metric"] == metric) & (table["material"] == material)]
    return float(found["value"].iloc[0])


def data_of(href: str) -> pd.DataFrame:
    content = base64.b64decode(href.partition("base64,")[2])
    return pd.read_csv(io.BytesIO(content))


def test_sections_come_in_reading_order() -> None:
    page = Page(comparison_page())
    assert [text for tag, text in page.headings if tag == "h2"] == COMPARISON_ORDER
    assert [text for tag, text in page.headings if tag == "h1"] == ["Two metals from three countries"]


def test_the_page_holds_all_it_needs_and_runs_nothing() -> None:
    text = comparison_page()
    page = Page(text)
    assert not page.tags & {"script", "iframe", "object", "embed", "form", "img"}
    outside = re.findall(r'(?:src|href|action)="(?!data:|#)([^"]*)"', text)
    assert outside == []
    assert "url(http" not in text
    assert "@import" not in text
    assert len(page.ids) == len(set(page.ids))


@pytest.mark.parametrize("make", [comparison_page, single_page])
def test_every_figure_says_what_it_is(make: object) -> None:
    page = Page(make())  # type: ignore[operator]
    expected = FIGURES if make is comparison_page else [n for n in FIGURES if n[:3] not in ("lev", "str", "fro")]
    assert [figure["id"] for figure in page.figures] == expected
    for figure in page.figures:
        assert figure["title"]
        assert figure["units"].startswith("Units: ")
        assert re.search(r"Source: \w+\.csv", figure["source"])
        assert figure["role"] == "img"
        assert len(figure["alt"]) > 40
        assert re.search(r"\d", figure["drawn"]), "a picture without a number"
        assert figure["href"].startswith("data:text/csv")
        assert figure["download"].endswith(".csv")
        assert not data_of(figure["href"]).empty


def test_strategy_table_is_the_comparison_rounded() -> None:
    page = Page(comparison_page())
    costs, risks = page.table("What each strategy costs"), page.table("What each strategy leaves at risk")
    rows = {row[0].split()[0]: row[1:] for row in costs[1:]}
    for run in runs():
        row = rows[run.strategy]
        for column, metric in enumerate(["cost_per_year", "nation_cost_per_year", "extra_cost_per_year"]):
            shown = row[column].replace("−", "-").replace("+", "")
            assert shown == three_digits(value(run.strategy, metric) / 1e6)
        assert row[3] == three_digits(value(run.strategy, "reserve_carrying_cost_per_year") / 1e6)
    for row in risks[1 : 1 + len(runs())]:
        assert row[1] == three_digits(100 * value(row[0].split()[0], "china_share_exporter"))
        assert row[2] == three_digits(100 * value(row[0].split()[0], "china_share_origin"))


def test_a_strategy_without_solution_says_so_in_its_row() -> None:
    page = Page(comparison_page())
    for rows in (page.table("What each strategy costs"), page.table("What each strategy leaves at risk")):
        assert rows[-1] == ["impossible", FAILED["impossible"]]
        assert len(rows) == 2 + len(runs())


def test_means_by_cost_agree_with_the_summary() -> None:
    """China's share, weighed here as the other means are, is the one that the summary gives."""
    table = comparison(runs(), {})
    without_mean = table[~((table["metric"] == "china_share_exporter") & (table["material"] == "all"))]
    report = ReportData(runs(), {}, BASELINE, without_mean)
    for run in runs():
        mean = weighted_mean(report, run, "china_share_exporter")
        assert mean == pytest.approx(value(run.strategy, "china_share_exporter"))


def test_crisis_map_is_the_least_over_onsets_in_the_window() -> None:
    run = runs()[0]
    crises = run.tables["crises"]
    inside = crises[(crises["onset"] <= run.world.calendar.reported) & (crises["material"] == "graphite")]
    least = inside["time_to_survive_days"].min()
    assert first_short(run)["china-halt", "graphite"] == least
    assert math.isnan(first_short(run)["china-halt", "tungsten"])
    page = Page(comparison_page())
    row = page.table("Days that each material lasts")[1]
    assert row[:3] == ["china-halt", "graphite", three_digits(least)]
    drawn = next(figure for figure in page.figures if figure["id"] == "crisis-map")
    assert three_digits(least) in drawn["drawn"]


@pytest.mark.parametrize(("days", "expected"), [(0, 0), (29.9, 0), (29.96, 1), (30, 1), (179.7, 4), (1e4, 4)])
def test_a_cell_has_the_colour_of_the_number_it_shows(days: float, expected: int) -> None:
    assert shade(days) == expected


def test_names_of_many_materials_are_slanted_so_that_they_do_not_meet() -> None:
    run = runs()[0]
    row, crises = run.world.materials["graphite"], run.tables["crises"]
    names = [f"a-material-with-a-name-{n}" for n in range(9)]
    graphite = crises[crises["material"] == "graphite"]
    many = replace(
        run,
        world=replace(run.world, materials=dict.fromkeys(names, row)),
        tables={**run.tables, "crises": pd.concat([graphite.assign(material=name) for name in names])},
    )
    few_picture, many_picture = crisis_map(run), crisis_map(many)
    assert few_picture
    assert many_picture
    assert "rotate(-40" not in few_picture.svg
    assert many_picture.svg.count("rotate(-40") == len(names)


def test_supplier_table_is_the_shares_rounded() -> None:
    run = runs()[2]
    shares = run.tables["shares"]
    one = (run,)
    page = Page(render_report(one, {}, run.strategy, comparison(one, {})))
    row = next(row for row in page.table("Suppliers in 2027") if row[0].startswith("graphite"))
    now = shares[(shares["year"] == 2027) & (shares["stage"] == "exporter") & (shares["material"] == "graphite")]
    by_country = dict(zip(now["country"], now["share"], strict=True))
    assert f"CHN China {percent(by_country['CHN'])}" in row[2]
    assert f"MOZ Mozambique {percent(by_country['MOZ'])}" in row[2]


def test_csv_of_a_figure_has_all_digits() -> None:
    page = Page(comparison_page())
    figure = next(figure for figure in page.figures if figure["id"] == "strategies-side-by-side")
    table = data_of(figure["href"]).set_index("strategy")
    for run in runs():
        assert table.loc[run.strategy, "cost_per_year"] == value(run.strategy, "cost_per_year")


def test_the_key_findings_carry_the_numbers() -> None:
    first, second, third = key_findings(ReportData(runs(), {}, BASELINE, comparison(runs(), FAILED)))
    lost = value(BASELINE, "shortage_per_year")
    # what the state pays of a plant is paid, and no saving to Japan
    cost = value(BASELINE, "nation_cost_per_year")
    assert cost > value(BASELINE, "cost_per_year")
    assert f"the cost to Japan is {money(cost, 'USD')} a year" in first
    assert "subsidies included" in first
    assert f"{money(cost - lost, 'USD')} paid and {money(lost, 'USD')} of output lost for want of material" in first
    assert money(value(BASELINE, "expected_damage_per_year"), "USD") in first
    assert "china-half" in second
    assert money(value("china-half", "extra_cost_per_year"), "USD") in second
    assert money(value(BASELINE, "cvar_damage"), "USD") in second
    assert "graphite" in third
    assert "china-halt begun 2026-07" in third
    # both materials say "assumed", and no table says where odds of crises are from
    assert "the choice rests on what a shortage costs, assumed for both materials, and on odds and force" in third
    assert third.endswith("the supply cost rests on rows that are 100 % assumed.")


def test_single_run_has_no_strategy_table() -> None:
    page = Page(single_page())
    order = [text for tag, text in page.headings if tag == "h2"]
    assert order == ["The answer", "The strategy in numbers", *[h for h in COMPARISON_ORDER[2:] if h != "Frontiers"]]
    rows = {row[0]: row[1] for row in page.table(f"{BASELINE} in numbers")}
    assert rows["Cost to the buyer"] == three_digits(value(BASELINE, "cost_per_year") / 1e6)
    lines = page.table("What the cost a year is made of")
    assert lines[-1][1] == money(value(BASELINE, "cost_per_year"), "USD")
    assert "Extra over" not in " ".join(rows)


def test_what_the_solver_leaves_of_a_cost_line_is_no_line() -> None:
    run = runs()[0]
    row = {"metric": "refused_per_year", "material": "all", "value": 1e-9, "unit": "USD/year", "detail": ""}
    summary = run.summary[run.summary["metric"] != "refused_per_year"]
    left = replace(run, tables={**run.tables, "summary": pd.concat([summary, pd.DataFrame([row])], ignore_index=True)})
    page = Page(render_report([left], {}, "today", comparison((left,), {})))
    assert "refused" not in [line[0] for line in page.table("What the cost a year is made of")]


def test_sources_of_a_single_run_are_files_of_its_folder() -> None:
    sources = re.findall(r"Source: ([^<]*)", single_page())
    named = {name for source in sources for name in re.findall(r"\w+\.csv", source)}
    assert {"summary.csv", "shares.csv"} < named <= {f"{name}.csv" for name in runs()[0].tables}


def test_baseline_without_solution() -> None:
    failed = {"gone": "infeasible: no plan keeps all of its limits"}
    table = comparison(runs(), failed)
    table = table[~table["metric"].str.startswith("extra_")]
    page = render_report(runs(), failed, "gone", table)
    assert "gone has no plan (infeasible: no plan keeps all of its limits)." in page
    assert Page(page).table("What each strategy costs")[-1][0] == "gone"


def test_no_strategy_has_a_solution() -> None:
    failed = {"a": "infeasible", "b": "unbounded"}
    page = Page(render_report([], failed, "a", comparison((), failed)))
    assert page.table("Strategies without a solution")[1:] == [["a", "infeasible"], ["b", "unbounded"]]


def test_without_prices_the_section_says_why() -> None:
    unpriced = [
        replace(run, tables={name: table for name, table in run.tables.items() if name != "prices"}) for run in runs()
    ]
    page = render_report(unpriced, {}, BASELINE, comparison(runs(), {}))
    assert "No prices of limits were computed for these runs." in page


def test_no_crises_at_all() -> None:
    run = runs()[0]
    calm = replace(
        run,
        world=replace(run.world, settings=run.world.settings.model_copy(update={"crises": {}})),
        tables={**run.tables, "crises": run.tables["crises"].iloc[:0]},
    )
    table = comparison((run,), {})
    gone = {"cvar_damage", "worst_crisis_damage", "least_time_to_survive", "worst_crisis_short_days"}
    page = Page(render_report([calm], {}, run.strategy, table[~table["metric"].isin(gone)]))
    assert "crisis-map" not in page.ids


@pytest.mark.parametrize(
    "changes",
    [
        {"second": frontier().y},
        {"series": Axis("side", "Side", ""), "data": frontier().data.assign(side=list("aabba"))},
        {"data": pd.DataFrame({"days": ["low", "high"], "cost": [1.0, 2.0]})},
        {"data": pd.DataFrame({"days": [1, 2], "cost": [None, None]})},
    ],
    ids=["two panels", "two lines", "names", "no solution at all"],
)
def test_frontiers_of_every_kind(changes: dict[str, object]) -> None:
    text = render_report(runs(), {}, BASELINE, comparison(runs(), {}), [frontier(**changes)])
    assert any(figure["id"] == "frontier-1" for figure in Page(text).figures)


def test_same_runs_give_the_same_page() -> None:
    again = comparison(runs(), FAILED)
    assert render_report(runs(), FAILED, BASELINE, again, [frontier()]) == comparison_page()


def test_page_is_not_too_large() -> None:
    text = render_report(runs(), {}, BASELINE, comparison(runs(), {}))
    assert len(text.encode()) < 5_000_000


def test_nasty_names_are_shown_and_not_run() -> None:
    text = nasty_page()
    page = Page(text)
    assert "script" not in page.tags
    assert SCRIPT not in text
    assert ("h1", SCRIPT) in page.headings
    for link in page.links:
        href = str(link["href"])
        if href.startswith("data:"):
            for line in base64.b64decode(href.partition("base64,")[2]).decode().splitlines():
                assert not re.search(r'(^|,)"?[=@]', line), line


@pytest.mark.parametrize("text", [FORMULA, "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "-", "--", "+a"])
def test_text_that_looks_like_a_formula_is_made_harmless(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert spreadsheet_csv(pd.DataFrame({text: [text]})).count("'") >= 2


@pytest.mark.parametrize("text", ["-3", "+1.5e3", "-.5", "cobalt", "a-b", "", "2026-01"])
def test_other_text_stays(text: str) -> None:
    assert harmless(text) == text


def test_numbers_stay_numbers() -> None:
    frame = pd.DataFrame({"a": [-1.5, 2.0], "b": [-1, 2], "c": pd.Categorical(["=x", "y"])})
    assert spreadsheet_csv(frame) == "a,b,c\n-1.5,-1,'=x\n2.0,2,y\n"


def test_too_many_rows_for_a_page_are_not_linked() -> None:
    frame = pd.DataFrame({"a": range(MOST_BYTES)})
    assert csv_link(frame, "a.csv").href == ""


def test_pages_are_told_apart_by_their_titles_and_say_when_they_were_solved() -> None:
    assert "<title>today, reserve-180, china-half and impossible – Two metals from three countries</title>" in (
        comparison_page()
    )
    assert "<title>today – Two metals from three countries</title>" in single_page()
    one = replace(runs()[0], manifest={"times": {"written": "2026-11-26T10:00:00+00:00"}})
    two = replace(runs()[1], manifest={"times": {"written": "2026-11-24T10:00:00+00:00"}})
    for chosen, said in (((one,), "solved 2026-11-26"), ((one, two), "solved 2026-11-24 to 2026-11-26")):
        text = render_report(chosen, {}, "today", comparison(chosen, {}))
        assert re.search(rf'class="kicker">[^<]* · {said}<', text)
    assert "solved 2" not in single_page()


def test_what_is_built_is_shown_with_its_use_and_its_payers() -> None:
    # 200 t a year at 20,000 each, of which the state pays 30 %; 300 t stood there before
    rows = Page(comparison_page()).table("Projects built under today")
    assert rows[1][:4] == ["tungsten-recycling", "tungsten", "JPN Japan", "200"]
    assert rows[1][5:] == ["4,000", "1,200 30 %"]
    assert float(rows[1][4]) > 300
    table = runs()[0].tables["projects"]
    idle = replace(runs()[0], tables={**runs()[0].tables, "projects": table.assign(beyond_existing_t_per_year=0.0)})
    page = Page(render_report([idle], {}, "today", comparison((idle,), {})))
    assert page.table("Projects built under today")[1][4] == "standby"


def test_the_main_picture_shows_who_ships_and_who_mines() -> None:
    # of Canada's tungsten 30 % is Chinese: half shipped from China, 0.5 + 0.3 * 0.5 mined there
    figure = next(figure for figure in Page(comparison_page()).figures if figure["id"] == "sourcing-mix")
    assert "tungsten 50 % shipped and 65 % mined" in figure["alt"]
    data = data_of(figure["href"])
    mined = data[(data["strategy"] == "china-half") & (data["stage"] == "origin") & (data["country"] == "CHN")]
    assert mined.set_index("material")["share"]["tungsten"] == pytest.approx(0.65)
