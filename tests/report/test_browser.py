"""The page in a real browser: no complaint, every heading and chart there, nothing to scroll sideways for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bichiku.api.compare.table import comparison_table
from bichiku.reading.model import read_model
from bichiku.result.pipeline import run_strategy
from bichiku.show.report import render_report
from oracles.models import MODEL, TABLES, write_model
from tests.chromium import Chromium, find
from tests.report_cases import SCRIPT, comparison_page, nasty_page, single_page

BROWSER = find()
pytestmark = [
    pytest.mark.network,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine; apt-get install chromium"),
]

CHARTS = """[...document.querySelectorAll('figure')].map(figure => {
  const svg = figure.querySelector('svg'), box = svg.getBoundingClientRect();
  const inside = [...svg.querySelectorAll('path, use, text')].filter(part => {
    const its = part.getBoundingClientRect();
    return its.width > 1 && its.left >= box.left - 2 && its.right <= box.right + 2;
  });
  const cut = [...svg.querySelectorAll('text')].filter(part => {
    const its = part.getBoundingClientRect();
    return its.left < box.left - 2 || its.right > box.right + 2 || its.top < box.top - 2 || its.bottom > box.bottom + 2;
  });
  return {id: figure.id, width: box.width, height: box.height, drawn: inside.length, cut: cut.map(t => t.textContent)};
})"""
WIDTHS = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
WIDE_TABLES = """[...document.querySelectorAll('.table')].filter(box => box.scrollWidth > box.clientWidth + 1)
  .map(box => box.querySelector('caption').textContent)"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    assert BROWSER
    with Chromium(BROWSER) as browser:
        yield browser


@pytest.fixture
def opened(chromium: Chromium, tmp_path: Path) -> Callable[..., Chromium]:
    def show(text: str, **how: object) -> Chromium:
        file = tmp_path / "report.html"
        file.write_text(text, encoding="utf-8")
        chromium.errors.clear()
        chromium.requests.clear()
        chromium.open(file, **how)  # type: ignore[arg-type]
        return chromium

    return show


@pytest.mark.parametrize(
    ("make", "headings", "charts"), [(comparison_page, 10, 8), (single_page, 9, 5)], ids=["comparison", "run"]
)
def test_page_opens(opened: Callable[..., Chromium], make: Callable[[], str], headings: int, charts: int) -> None:
    page = opened(make())
    found = page.evaluate("[...document.querySelectorAll('h2')].map(heading => heading.textContent)")
    assert len(found) == headings
    assert found[0] == "The answer"
    assert found[-1] == "How it was solved"
    drawn = page.evaluate(CHARTS)
    assert len(drawn) == charts
    for chart in drawn:
        assert chart["width"] > 1000, chart
        assert chart["height"] > 60, chart
        assert chart["drawn"] > 5, chart
        assert chart["cut"] == [], chart
    wide, there = page.evaluate(WIDTHS)
    assert wide <= there <= 1280
    assert page.evaluate(WIDE_TABLES) == []
    assert page.errors == []
    assert all(url.startswith(("file:", "data:")) for url in page.requests)


def test_page_reads_on_a_phone(opened: Callable[..., Chromium]) -> None:
    wide, there = opened(comparison_page(), width=400).evaluate(WIDTHS)
    assert wide <= there


def test_page_without_javascript(opened: Callable[..., Chromium]) -> None:
    page = opened(comparison_page(), scripts=False)
    root = page.call("DOM.getDocument")["root"]["nodeId"]
    for what, least in (("table", 8), ("svg", 7), ("figcaption", 7)):
        assert len(page.call("DOM.querySelectorAll", nodeId=root, selector=what)["nodeIds"]) >= least
    page.call("Emulation.setScriptExecutionDisabled", value=False)


def test_folded_parts_are_printed(opened: Callable[..., Chromium]) -> None:
    page = opened(comparison_page())
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = false)")
    closed = page.evaluate(
        "[...document.querySelectorAll('details table')].map(table => table.checkVisibility() ? 1 : 0)"
    )
    page.call("Emulation.setEmulatedMedia", media="print")
    heights = page.evaluate(
        "[...document.querySelectorAll('details table')].map(table => table.getBoundingClientRect().height)"
    )
    page.call("Emulation.setEmulatedMedia", media="")
    assert closed == [0] * len(closed)
    assert min(heights) > 20


def test_links_hand_out_csv(opened: Callable[..., Chromium]) -> None:
    page = opened(comparison_page())
    first = page.evaluate(
        "Promise.all([...document.querySelectorAll('figure a.csv')].map(link => link.download + ' ' + "
        "atob(link.href.split('base64,')[1]).split('\\n')[0]))"
    )
    assert first[0].startswith("levers.csv strategy,damage_avoided_per_cost")
    assert first[1].startswith("strategies-side-by-side.csv strategy,cost_per_year")
    assert len(first) == 8


def test_nasty_names_do_no_harm(opened: Callable[..., Chromium]) -> None:
    page = opened(nasty_page())
    assert page.evaluate("document.title").endswith(f" – {SCRIPT}")
    assert page.evaluate("document.querySelector('h1').textContent") == SCRIPT
    assert page.evaluate("document.scripts.length") == 0
    assert page.errors == []
    wide, there = page.evaluate(WIDTHS)
    assert wide <= there


def test_a_run_of_the_oddest_names_there_may_be(chromium: Chromium, tmp_path: Path) -> None:
    supplier, material = "<script>throw 1<\\script> {{7*7}}", "<img src onerror>&lt $x^2$"
    tables = {name: text.replace("cobalt-cod", supplier).replace("cobalt", material) for name, text in TABLES.items()}
    title = "<script>throw 2<\\script>"
    whole = MODEL.replace("Minimal", title)
    source = write_model(tmp_path / "model", whole=whole, **tables)
    run = run_strategy(read_model(source).worlds["base"])
    page = tmp_path / "report.html"
    table = comparison_table([run], {}, "base")
    page.write_text(render_report([run], {}, "base", table), encoding="utf-8")
    chromium.errors.clear()
    chromium.open(page)
    assert chromium.evaluate("document.title") == f"base – {title}"
    assert chromium.evaluate("document.scripts.length + document.images.length") == 0
    assert material in chromium.evaluate("document.body.textContent")
    assert chromium.errors == []


def test_page_prints(opened: Callable[..., Chromium]) -> None:
    answer = opened(comparison_page()).call("Page.printToPDF", preferCSSPageSize=True)
    assert len(answer["data"]) > 20_000
