"""The three sentences, and the tables behind them, where a strategy is out of the ordinary."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from bichiku.pipeline import run_strategy
from bichiku.read.model import read_model
from bichiku.report import render_report, three_sentences
from bichiku.saved_run import SavedRun, of_solved
from tests.report_cases import TUTORIAL, Page, comparison, runs

TODAY = runs()[0]


@cache
def changed(name: str, *changes: str) -> SavedRun:
    """The tutorial's strategy ``today`` with changes, under a name of its own."""
    world = read_model(TUTORIAL, ["today"], list(changes)).worlds["today"]
    return of_solved("tutorial", run_strategy(replace(world, strategy=name)), None)


def sentences(*chosen: SavedRun) -> list[str]:
    return three_sentences(chosen, chosen[0].strategy, comparison(chosen, {}))


def single(run: SavedRun) -> Page:
    return Page(render_report([run], {}, run.strategy, comparison((run,), {})))


MEAN_RISK = ("mean-risk", "policies.risk={level: 0, weight: 1.0e-6}")


def test_strategies_are_ranked_by_one_level_of_cvar() -> None:
    # the same plan: 6.03 m in the worst tenth under both, whatever the level of the policy
    alike = "No strategy does better in the worst tenth of crises than today, where damage averages USD 6.03 m."
    assert sentences(TODAY, changed(*MEAN_RISK))[1] == alike
    chosen = (changed(*MEAN_RISK), TODAY)
    assert three_sentences(chosen, "today", comparison(chosen, {}))[1] == alike


def test_a_single_page_gives_cvar_at_the_level_of_the_policy_as_well() -> None:
    rows = {row[0]: row[1:] for row in single(changed(*MEAN_RISK)).table("mean-risk in numbers")}
    assert rows["Worst tenth of crises"][:2] == ["6,030", "damage (CVaR), USD k"]
    # branches of 0.05, 0.05 * 0.95 and, after the first has ended, 0.05 * 0.9525; only the first does damage:
    # 6.03 m * 0.05 / 0.145125 = 2.08 m
    assert rows["CVaR of the risk policy"] == ["2,080", "damage, USD k", "level 0, over all crises of the horizon"]
