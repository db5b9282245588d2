"""Reports of the tutorial model, solved once for all tests, and a browser's view of nasty names."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd

from bichiku.api.compare.table import comparison_table
from bichiku.reading.model import read_model
from bichiku.result.pipeline import run_strategy
from bichiku.result.run import Run
from bichiku.show.report import Axis, Frontier, render_report

TUTORIAL = Path(__file__).parents[1] / "models" / "tutorial"
BASELINE = "today"
FAILED = {"impossible": "infeasible: no plan keeps all of its limits"}

SCRIPT = "<script>document.title='run';throw 1</script>"
FORMULA = "=cmd()"


@lru_cache
def runs() -> tuple[Run, ...]:
    """The tutorial's strategies."""
    worlds = read_model(TUTORIAL).worlds
    return tuple(run_strategy(world) for world in worlds.values())


def comparison(chosen: tuple[Run, ...], failed: dict[str, str]) -> pd.DataFrame:
    return comparison_table(chosen, failed, BASELINE)


def frontier(**changes: Any) -> Frontier:
    """Five points of a made-up sweep, the last without a solution."""
    data = pd.DataFrame({"days": [0, 60, 120, 180, 240], "cost": [8.1e7, 8.2e7, 8.35e7, 8.6e7, None]})
    given = {"title": "What a longer reserve costs", "x": Axis("days", "Reserve", "days")}
    return Frontier(**{**given, "y": Axis("cost", "Cost", "USD a year"), "data": data, **changes})


@lru_cache
def comparison_page() -> str:
    """Three strategies, one that failed, a sweep and prices."""
    table = comparison(runs(), FAILED)
    return render_report(runs(), FAILED, BASELINE, table, [frontier()])


@lru_cache
def single_page() -> str:
    """One strategy."""
    one = runs()[:1]
    return render_report(one, {}, BASELINE, comparison(one, {}))


def nasty_page() -> str:
    """Every name that a user can choose is a script or a formula."""
    chosen = tuple(_nasty(run) for run in runs())
    failed = {f"{SCRIPT} failed": SCRIPT}
    sweep = frontier(title=SCRIPT, x=Axis("days", SCRIPT, SCRIPT), source=SCRIPT)
    table = comparison_table(chosen, failed, chosen[0].strategy)
    return render_report(chosen, failed, chosen[0].strategy, table, [sweep])


def _nasty(run: Run) -> Run:
    """Graphite becomes a formula, tungsten a script, and so on."""
    names = {"graphite": FORMULA, "tungsten": SCRIPT, "china-halt": f"{SCRIPT} $x_1$"}
    world = run.world
    settings = world.settings.model_copy(
        update={
            "model": SCRIPT,
            "currency": "<b>",
            "crises": {names.get(name, name): crisis for name, crisis in world.settings.crises.items()},
        }
    )
    materials = {
        names[name]: row.model_copy(update={"material": names[name], "name": SCRIPT})
        for name, row in world.materials.items()
    }
    suppliers, projects = (
        {name: row.model_copy(update={"material": names[row.material]}) for name, row in rows.items()}
        for rows in (world.suppliers, world.projects)
    )
    tranches = {
        (names[material], tranche): row.model_copy(update={"material": names[material]})
        for (material, tranche), row in world.tranches.items()
    }
    demand = {names[name]: row for name, row in world.demand.items()}
    strategy = f"{run.strategy}{SCRIPT}"
    tables = {}
    for name, frame in run.tables.items():
        texts = [column for column in ("material", "crisis") if column in frame]
        changed = {c: frame[c].astype(object).map(lambda value: names.get(value, value)) for c in texts}
        tables[name] = frame.assign(**changed)
    tables["summary"] = tables["summary"].assign(detail=tables["summary"]["detail"].str.replace("china-halt", SCRIPT))
    tables["prices"] = tables["prices"].assign(limit=FORMULA, sentence=SCRIPT)
    nasty = replace(
        world,
        strategy=strategy,
        settings=settings.model_copy(update={"silence": []}),
        materials=materials,
        demand=demand,
        suppliers=suppliers,
        projects=projects,
        tranches=tranches,
    )
    return replace(run, world=nasty, tables=tables, manifest={"git_revision": SCRIPT})


class Page(HTMLParser):
    """A page as lists: headings, tables as rows of cell texts, figures, links; and what is not allowed in it."""

    VOID = frozenset({"meta", "link", "br", "img", "hr", "input"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.headings: list[tuple[str, str]] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.figures: list[dict[str, str]] = []
        self.links: list[dict[str, str | None]] = []
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self._open: list[str] = []
        self._text: dict[str, list[str]] = {}
        self._rows: list[list[str]] = []
        self.feed(text)
        assert not self._open, f"never closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.add(tag)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "figure":
            self.figures.append({"id": str(given.get("id"))})
        if tag == "svg":
            self.figures[-1] |= {"role": str(given.get("role")), "alt": str(given.get("aria-label"))}
        if tag == "a":
            self.links.append(given)
            if "figure" in self._open:
                self.figures[-1] |= {"href": str(given.get("href")), "download": str(given.get("download"))}
        if tag == "table":
            self._rows = []
            self._text["caption"] = []
        if tag == "tr":
            self._rows.append([])
        if tag not in self.VOID:
            self._open.append(tag)
            self._text[tag] = []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, f"</{tag}> closes something else"
        text = re.sub(r"\s+", " ", "".join(self._text.get(tag, []))).strip()
        if tag in ("h1", "h2", "h3"):
            self.headings.append((tag, text))
        if tag == "h3" and "figure" in self._open:
            self.figures[-1]["title"] = text
        if tag == "p" and "figure" in self._open:
            self.figures[-1]["units"] = text
        if tag == "figcaption":
            self.figures[-1]["source"] = text
        if tag == "svg":
            self.figures[-1]["drawn"] = text
        if tag in ("td", "th"):
            self._rows[-1].append(text)
        if tag == "table":
            self.tables[" ".join("".join(self._text.get("caption", [])).split())] = self._rows

    def handle_data(self, data: str) -> None:
        for tag in self._open:
            self._text[tag].append(data)

    def table(self, begins: str) -> list[list[str]]:
        """Rows of the table whose caption begins so."""
        return next(rows for caption, rows in self.tables.items() if caption.startswith(begins))
