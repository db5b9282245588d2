"""Writes the reference tables of the pages in this folder, from what the code declares (`make docs`).

They stand between the marks ``<!-- begin NAME -->`` and ``<!-- end NAME -->``; all else in a page is left alone.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path

from bichiku.api.compare.table import COMPARISON
from bichiku.api.doubt.tables import TABLES as DOUBT_TABLES
from bichiku.policies import POLICIES
from bichiku.result.columns import ResultTable
from bichiku.result.levers import LEVERS
from bichiku.result.metrics import METRICS
from bichiku.result.metrics.metric import Metric
from bichiku.result.tables import TABLES
from bichiku.result.tables.costs import LINE_TEXTS
from bichiku.stressing.dated import TABLES as DATED
from bichiku.stressing.drawn import TABLES as DRAWN
from bichiku.stressing.loss_map import LOSSES
from bichiku.stressing.static import STATIC
from bichiku.stressing.value import TABLES as VALUE_TABLES

DOCS = Path(__file__).parent
WIDTH = 120


def markdown_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Rows as a table of Markdown; an empty cell is as narrow as can be."""
    lines = [headings, *rows]
    head, *body = ("|" + "|".join(f" {cell} " if cell else " " for cell in line) + "|" for line in lines)
    return "\n".join([head, "|" + "---|" * len(headings), *body])


def policies_page() -> str:
    """Every policy, in the order in which the rows of a program state them."""
    rows = [(f"`{policy.name}`", policy.shape, "none", policy.text) for policy in POLICIES]
    return markdown_table(["key", "type and unit", "default", "meaning"], rows)


def table_page(table: ResultTable) -> str:
    """What a file is, and its columns."""
    rows = [(f"`{column.name}`", column.unit, column.text) for column in table.columns]
    text = textwrap.fill(table.text, WIDTH, break_on_hyphens=False)
    return f"{text}\n\n{markdown_table(['column', 'unit', 'meaning'], rows)}"


def metrics_page() -> str:
    """Every metric of summary.csv."""
    rows = [
        (f"`{metric.name}`", metric.unit_in("money"), metric.scope.value, _places(metric), metric.text)
        for metric in METRICS.values()
    ]
    return markdown_table(["metric", "unit", "for", "shown", "meaning"], rows)


def _places(metric: Metric) -> str:
    return ", ".join(str(place.name).lower() for place in metric.shown)


def lines_page() -> str:
    """Every line of costs.csv."""
    return markdown_table(["line", "meaning"], [(f"`{line}`", text) for line, text in LINE_TEXTS.items()])


def levers_page() -> str:
    """Every row of comparison.csv that sets a strategy against the baseline as a lever."""
    return markdown_table(["metric", "meaning"], [(f"`{metric}`", text) for metric, text in LEVERS.items()])


PARTS = {
    "model-file.md": {"policies": policies_page()},
    "run-folder.md": {
        **{table.file: table_page(table) for table in TABLES.values()},
        "metrics": metrics_page(),
        "cost lines": lines_page(),
    },
    "stress.md": {table.file: table_page(table) for table in (*DATED, LOSSES, STATIC, *DRAWN, *VALUE_TABLES)},
    "doubt.md": {table.file: table_page(table) for table in DOUBT_TABLES},
    "comparing.md": {COMPARISON.file: table_page(COMPARISON), "levers": levers_page()},
}
"""What stands between the marks of each page, by name."""


def renewed(page: str) -> str:
    """The text of a page with its reference tables as the code declares them.

    Raises:
        ValueError: a mark is missing.
    """
    text = (DOCS / page).read_text(encoding="utf-8")
    for name, part in PARTS[page].items():
        begin, end = f"<!-- begin {name} -->\n", f"\n<!-- end {name} -->"
        pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
        if len(pattern.findall(text)) != 1:
            raise ValueError(f"{page} does not have one pair of marks for {name}")
        text = pattern.sub(lambda _, new=f"{begin}\n{part}\n{end}": new, text)
    return text


if __name__ == "__main__":
    for changed in PARTS:
        (DOCS / changed).write_text(renewed(changed), encoding="utf-8")
