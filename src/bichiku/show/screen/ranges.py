"""The screen that `bichiku range` prints: shares by mark, and reserves."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.console import Console

from bichiku.result.near_optimal import Range
from bichiku.show.numbers import percent, whole
from bichiku.show.screen.table import plain_table


def print_ranges(console: Console, ranges: Sequence[Range], slack: str) -> None:
    """One line for each country that a material may be bought from, and one for each reserve."""
    title = f"Within {slack} more cost of each material and what is tied to it:"
    table = plain_table(title, title_style="")
    table.add_column("  material")
    table.add_column("what")
    for heading in ("least", "now", "most"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for found in ranges:
        numbers = (found.least, found.now, found.most)
        share = found.target.kind == "share"
        if share and found.mark == "never":
            continue
        texts = [percent(n) if share else _days(n) for n in numbers]
        what = f"share of {found.target.name}" if share else f"reserve in {found.target.name}"
        table.add_row(f"  {found.target.material}", what, *texts, found.mark)
    console.print(table)
    never: dict[str, list[str]] = {}
    for found in ranges:
        if found.mark == "never":
            never.setdefault(found.target.material, []).append(found.target.name)
    for material, countries in never.items():
        console.print(f"  {material}: never {', '.join(countries)}", highlight=False)


def _days(value: float) -> str:
    return "no end" if math.isinf(value) else f"{whole(value)} days"
