"""The three sentences, and the tables behind them, where a strategy is out of the ordinary."""

from __future__ import annotations

import base64
from dataclasses import replace
from functools import cache

import numpy as np

from bichiku.reading.model import read_model
from bichiku.result.pipeline import run_strategy
from bichiku.result.run import Run
from bichiku.show.report import ReportData, key_findings, render_report
from oracles.by_hand import small_world
from tests.report_cases import TUTORIAL, Page, comparison, runs

TODAY = runs()[0]


@cache
def changed(name: str, *changes: str) -> Run:
    """The tutorial's strategy ``today`` with changes, under a name of its own."""
    world = read_model(TUTORIAL, ["today"], list(changes)).worlds["today"]
    return run_strategy(replace(world, strategy=name))


def sentences(*chosen: Run) -> list[str]:
    return key_findings(ReportData(chosen, {}, chosen[0].strategy, comparison(chosen, {})))


def single(run: Run) -> Page:
    return Page(render_report([run], {}, run.strategy, comparison((run,), {})))


MEAN_RISK = ("mean-risk", "policies.risk={level: 0, weight: 1.0e-6}")


def test_strategies_are_ranked_by_one_level_of_cvar() -> None:
    # the same plan, whatever the level of the policy: the halt of 2026 does 6.03 m with 0.05, half of the worst tenth
    alike = "No strategy does better in the worst tenth of what a year may bring than today, "
    alike += "where damage averages USD 3.02 m."
    assert sentences(TODAY, changed(*MEAN_RISK))[1] == alike
    chosen = (changed(*MEAN_RISK), TODAY)
    assert key_findings(ReportData(chosen, {}, "today", comparison(chosen, {})))[1] == alike


def test_what_the_state_pays_is_no_saving_to_the_country() -> None:
    # a plant at ten times its price, of which the state pays all but a hundredth: built, as it is cheap to the buyer
    dear = "projects[tungsten-recycling].capex=200000"
    built = changed("built", dear, "projects[tungsten-recycling].subsidy_rate=0.99")
    bought = changed("bought", dear, "projects[tungsten-recycling].subsidy_rate=0")
    told = [run.summary.set_index(["metric", "material"])["value"].xs("all", level=1) for run in (built, bought)]
    assert told[0]["cost_per_year"] < told[1]["cost_per_year"]
    assert told[0]["nation_cost_per_year"] > told[1]["nation_cost_per_year"]
    assert "no other strategy costs less (after subsidies it is built)" in sentences(bought, built)[0]
    first = sentences(built, bought)[0]
    assert ", subsidies included)" in first
    assert "the cheapest strategy, bought, costs" in first


def test_strategies_that_cost_the_same_save_nothing() -> None:
    chosen = (changed("twin"), TODAY)
    first = key_findings(ReportData(chosen, {}, "today", comparison(chosen, {})))[0]
    assert "no other strategy costs less, and 2 of the 2 strategies lie within 1 % of it" in first


def test_where_nothing_is_paid_nothing_is_saved() -> None:
    world = small_world(demand=0)
    chosen = tuple(run_strategy(replace(world, strategy=name)) for name in ("one", "two"))
    text = key_findings(ReportData(chosen, {}, "two", comparison(chosen, {})))[0]
    assert "the cost to Japan is USD 0 a year" in text
    assert "no other strategy costs less" in text


def test_a_baseline_without_crises_is_not_said_to_lose_least() -> None:
    calm = changed("calm", "crises=null")
    text = sentences(calm, TODAY)[1]
    assert text.startswith("Under calm no crisis begins in that time, so the others cannot be set against it in safety")
    assert "least is lost in the worst crises under today, where damage" in text


def test_crises_that_begin_after_the_window_are_in_the_model() -> None:
    # the first onset of the tutorial is the third quarter of 2026
    both = [changed(name, "report_until=2026-06") for name in ("one", "two")]
    assert sentences(*both)[1] == "No crisis of the model begins in that time, so it says nothing about safety."


def test_days_of_a_material_that_nobody_uses_in_the_end_are_left_out() -> None:
    run = changed("unused", "demand[tungsten/2027].tonnes=0", "demand[tungsten/2028].tonnes=0")
    held = run.summary.query("metric == 'cover_days_at_end'").set_index("material")["value"]
    assert "tungsten" not in held or np.isnan(held["tungsten"])
    assert "(graphite) to" in sentences(run)[1]


def test_a_crisis_with_from_in_its_name_keeps_it() -> None:
    world = TODAY.world
    crises = {"halt from China": world.settings.crises["china-halt"]}
    run = run_strategy(replace(world, settings=world.settings.model_copy(update={"crises": crises})))
    assert "days of halt from China begun 2026-07" in sentences(run)[2]


def test_a_single_page_gives_cvar_at_the_level_of_the_policy_as_well() -> None:
    rows = {row[0]: row[1:] for row in single(changed(*MEAN_RISK)).table("mean-risk in numbers")}
    assert rows["Worst tenth of a year"][:2] == ["3,020", "damage (CVaR), USD k"]
    # at level 0 it is the mean: 6.03 m * 0.05
    assert rows["CVaR of the risk policy"] == ["302", "damage, USD k", "level 0, onsets of 2026"]


# A reserve of 200 days at the end of the first quarter. Tungsten: 329 t in store, 100 under way, 750 from China and 75
# recycled are 1,254 t, less a demand of 500: 754 of 1,096 t, so 342 t are short, of 500 in 91.25 days: 62.4 days.
# Graphite likewise lacks 1,452 of 3,000 t, 44.2 days. No halt that may come later lacks any, but what it draws is
# refilled more dearly: 3.76 m after that of 2027.
IMPOSSIBLE = ("impossible", "policies.reserve_days=200")


def test_damage_on_the_plan_is_not_called_damage_from_crises() -> None:
    cost, _, weak = sentences(changed(*IMPOSSIBLE), TODAY)
    assert "is damage in crises and USD 18.6 m that of going short or without on the plan" in cost
    assert weak.startswith("The weakest spot is tungsten, 62.4 days short on the plan itself, without any crisis")
    assert "on the plan" not in sentences(TODAY)[0]


def test_a_strategy_beside_the_baseline_is_short_on_its_plan_too() -> None:
    # with a reserve of 180 days tungsten lacks 986 - 754 t, 42.4 days
    weak = sentences(TODAY, changed("early-180", "policies.reserve_days=180"))[2]
    assert "under today (tungsten, 42.4 days on the plan itself, under early-180)" in weak


def test_the_tables_say_what_is_short_on_the_plan() -> None:
    both = (TODAY, changed(*IMPOSSIBLE))
    page = Page(render_report(both, {}, "today", comparison(both, {})))
    costs, risks = page.table("What each strategy costs"), page.table("What each strategy leaves at risk")
    damage, short, after = (
        next(i for i, heading in enumerate(rows[0]) if heading.startswith(start))
        for rows, start in ((costs, "Expected damage"), (risks, "Short on the plan"), (risks, "First short after"))
    )
    assert [row[damage] for row in costs[1:3]] == ["0.155", "18.6 18.6 on the plan"]
    assert [row[short] for row in risks[1:3]] == ["0", "62.4 tungsten"]
    assert risks[2][after] == "in no crisis"


def test_numbers_of_the_tables_hold_what_is_short_on_the_plan() -> None:
    both = (TODAY, changed(*IMPOSSIBLE))
    page = Page(render_report(both, {}, "today", comparison(both, {})))
    link = next(link for link in page.links if link.get("download") == "comparison.csv")
    data = base64.b64decode(str(link["href"]).partition("base64,")[2]).decode()
    assert "impossible,short_days_on_plan,tungsten,62.3" in data


def test_no_column_for_shortage_on_the_plan_where_there_is_none() -> None:
    both = runs()[:2]
    page = Page(render_report(both, {}, "today", comparison(both, {})))
    assert not any("Short on the plan" in heading for heading in page.table("What each strategy leaves at risk")[0])


def test_the_level_of_a_risk_policy_is_told_with_its_year() -> None:
    run = changed("held", IMPOSSIBLE[1], "policies.risk={level: 0.5, limit: 1.0e+9}")
    rows = {row[0]: row[1:] for row in single(run).table("held in numbers")}
    # 3.76 m with 0.05, a tenth of the worse half
    assert rows["CVaR of the risk policy"] == ["376", "damage, USD k", "level 0.5, onsets of 2027"]


def test_the_lines_of_the_cost_add_up_to_it_where_risk_is_weighed() -> None:
    page = single(changed("weighed", "policies.risk={level: 0, weight: 0.01}"))
    caption = next(caption for caption in page.tables if caption.startswith("What the cost a year is made of"))
    assert "risk" not in [row[0] for row in page.table(caption)]
    # a hundredth of 0.05 * (6.03 m + 0.92 m) of the halts of 2026 and 2027, over two years that count 1.95 discounted
    assert caption.endswith("Beside it, risk is weighed at USD 1.78 k a year, which is not a cost.")


def test_a_strategy_that_imports_nothing_has_a_bar_without_countries() -> None:
    alone = replace(TODAY, world=replace(TODAY.world, strategy="alone"))
    nothing = replace(alone, tables={**alone.tables, "shares": alone.tables["shares"].iloc[:0]})
    page = render_report([TODAY, nothing], {}, "today", comparison((TODAY, nothing), {}))
    assert "no imports" in page


def test_where_no_limit_has_a_price_none_is_said_to_cost_nothing() -> None:
    unpriced = replace(TODAY, tables={**TODAY.tables, "prices": TODAY.tables["prices"].assign(price=0.0)})
    page = render_report([unpriced], {}, "today", comparison((unpriced,), {}))
    assert "No limit has a price in any strategy: a unit more of any one of them would save nothing." in page


def test_a_baseline_that_was_not_solved_is_not_called_infeasible() -> None:
    failed = {"gone": "not solved within solver.time_limit"}
    told = key_findings(ReportData([TODAY], failed, "gone", comparison((TODAY,), failed)))
    assert not any("limits" in sentence for sentence in told)


def test_years_in_which_another_strategy_loses_less_are_named() -> None:
    # both lose the same in the first year, in which nothing can be changed, and the second loses nothing in the next
    summary = TODAY.summary
    later = (summary["metric"] == "cvar_damage_of_onset_year") & summary["detail"].str.startswith("2027")
    assert (summary.loc[later, "value"] > 0).all()
    better = summary.assign(value=summary["value"].where(~later, 0.0))
    other = replace(TODAY, world=replace(TODAY.world, strategy="other"), tables={**TODAY.tables, "summary": better})
    (safety,) = (text for text in sentences(TODAY, other) if text.startswith("No strategy does better"))
    assert safety.endswith("of crises that begin in 2027 other loses least.")
