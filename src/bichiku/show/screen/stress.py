"""The screen that `bichiku stress` prints: how long each material lasts, who fills the gap, what more is worth."""

from __future__ import annotations

from rich.console import Console

from bichiku.show.numbers import money, three_digits, whole
from bichiku.show.screen.table import plain_table
from bichiku.show.stress_words import days_or, gap_words, lasts, steps_of, stored
from bichiku.stressing.dated import DatedStress
from bichiku.stressing.filling import filling


def print_stress(console: Console, found: DatedStress) -> None:
    """One table for each strategy, and a line on each material that suffers."""
    currency = found.world.settings.currency
    console.print(f"\n{lasts(found)}", style="bold", highlight=False, soft_wrap=True)
    console.print(f"  {stored(found.days)}; operated without foresight", highlight=False, soft_wrap=True)
    for strategy in found.strategies:
        harm = found.tables["harm"]
        rows = harm[harm["strategy"] == strategy]
        console.print(f"\n  {strategy}", style="bold", highlight=False)
        if rows.empty:
            console.print("  it touches nothing that is bought, made or used", highlight=False)
            continue
        table = plain_table()
        for heading in ("  material", "days held", "until short", "short", "days short", "damage", "if foreseen"):
            table.add_column(heading, justify="left" if heading == "  material" else "right")
        table.add_column("full supply", justify="right")
        table.add_column("stock back", justify="right")
        for row in rows.to_dict("records"):
            table.add_row(
                f"  {row['material']}",
                whole(row["stock_days"]),
                days_or(row["time_to_survive_days"], "not short"),
                f"{three_digits(row['short_t'])} t",
                whole(row["short_days"]),
                money(row["damage"], currency),
                money(row["damage_foreseen"], currency),
                days_or(row["full_supply_after_days"], "not yet"),
                days_or(row["stock_back_after_days"], "bought back"),
            )
        console.print(table)
        for material in rows["material"]:
            gap = filling(found, strategy, material)
            if gap.gap > 0.0:
                text = f"  {material}: {gap_words(gap)}"
                console.print(text, highlight=False, soft_wrap=True)
            for step in steps_of(found, strategy, material):
                console.print(f"    {step}", highlight=False, soft_wrap=True)
