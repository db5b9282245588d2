"""The screen of `bichiku stress --value`: each plan in the model's own futures."""

from __future__ import annotations

import math

from rich.console import Console

from bichiku.show.numbers import money
from bichiku.show.screen.table import plain_table
from bichiku.show.value_words import plan_words, plans_of, two_values
from bichiku.stressing.value import PlanningValue


def print_value(console: Console, found: PlanningValue) -> None:
    """A table for each strategy, and the two numbers that have names."""
    currency = found.world.settings.currency
    for strategy in found.strategies:
        console.print(f"\n  {strategy}: plans in the model's own futures", style="bold", highlight=False)
        rows = plans_of(found, strategy)
        table = plain_table()
        for heading in ("  plan", "expected cost", "over the model's", "mean regret", "worst regret", "in"):
            table.add_column(heading, justify="left" if heading in ("  plan", "in") else "right")
        for plan, row in rows.iterrows():
            name = plan_words(found, str(plan))
            if math.isnan(row["expected_cost"]):
                table.add_row(f"  {name}", "nobody can keep to it")
                continue
            numbers = ("expected_cost", "over_the_model", "mean_regret", "worst_regret")
            texts = [money(float(row[number]), currency) for number in numbers]
            table.add_row(f"  {name}", *texts, str(row["worst_future"]) if row["worst_regret"] > 0.0 else "")
        console.print(table)
        console.print(f"  {two_values(found, strategy)}", highlight=False, soft_wrap=True)
