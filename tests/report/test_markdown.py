"""comparison.md: one row for each strategy, also for those without a solution."""

from __future__ import annotations

import re

from bichiku.show.numbers import three_digits
from bichiku.show.report import comparison_markdown
from bichiku.show.report.markdown import escaped
from tests.report_cases import BASELINE, FAILED, comparison, runs


def rows(text: str) -> list[list[str]]:
    strategies, _, _ = text.partition("## What each lever buys")
    lines = [line for line in strategies.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def test_table_has_a_row_for_each_strategy() -> None:
    table = comparison(runs(), FAILED)
    header, rule, *body = rows(comparison_markdown(table, runs(), FAILED, BASELINE))
    assert len({len(row) for row in (header, rule, *body)}) == 1
    assert [row[0] for row in body] == ["**today** (baseline)", "reserve-180", "china-half", "impossible"]
    costs = table[(table["metric"] == "cost_per_year") & (table["material"] == "all")].set_index("strategy")["value"]
    for run, row in zip(runs(), body, strict=False):
        assert row[1] == three_digits(costs[run.strategy] / 1e6)
    assert body[-1][1] == FAILED["impossible"]
    assert set(body[-1][2:]) == {""}


def test_table_says_what_its_numbers_are() -> None:
    header = rows(comparison_markdown(comparison(runs(), {}), runs(), {}, BASELINE))[0]
    for words in ("buyer, USD m a year", "nation", "Extra over today", "Carrying", "Investment", "shipped", "mined"):
        assert any(words in cell for cell in header), words
    for words in ("Largest supplier", "HHI", "Held", "Expected damage", "CVaR", "Worst crisis", "short", "Assumed"):
        assert any(words in cell for cell in header), words


def test_without_any_solution() -> None:
    text = comparison_markdown(comparison((), FAILED), [], FAILED, BASELINE)
    assert rows(text)[-1] == ["impossible", FAILED["impossible"]]


def test_markdown_is_escaped() -> None:
    assert escaped("a|b <script>\n# *x*") == "a\\|b \\<script\\> \\# \\*x\\*"
