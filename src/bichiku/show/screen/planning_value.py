"""The screen of `bichiku stress --value`: each plan in the model's own futures."""

from __future__ import annotations

import math

from rich.console import Console

from bichiku.show.numbers import money
from bichiku.show.screen.table import plain_table
from bichiku.stressing.value import FORESIGHT, MEAN, RULE, PlanningValue


def print_value(console: Console, found: PlanningValue) -> None:
    """A table for each strategy, and the two numbers that have names."""
    currency = found.world.settings.currency
    for strategy in found.strategies:
        console.print(f"\n  {strategy}: plans in the model's own futures", style="bold", highlight=False)
        rows = found.value[found.value["strategy"] == strategy].set_index("plan")
        table = plain_table()
        for heading in ("  plan", "expected cost", "over the model's", "mean regret", "worst regret", "in"):
            table.add_column(heading, justify="left" if heading in ("  plan", "in") else "right")
        for plan, row in rows.iterrows():
            name = f"{plan}, {found.days:g} days" if plan == RULE else str(plan)
            if math.isnan(row["expected_cost"]):
                table.add_row(f"  {name}", "nobody can keep to it")
                continue
            numbers = ("expected_cost", "over_the_model", "mean_regret", "worst_regret")
            texts = [money(float(row[number]), currency) for number in numbers]
            table.add_row(f"  {name}", *texts, str(row["worst_future"]) if row["worst_regret"] > 0.0 else "")
        console.print(table)
        perfect = money(-float(rows.loc[FORESIGHT, "over_the_model"]), currency)
        told = [f"perfect information would be worth {perfect} (EVPI)"]
        mean = float(rows.loc[MEAN, "over_the_model"])
        if not math.isnan(mean):
            told.append(f"planning for more than the mean is worth {money(mean, currency)} (VSS)")
        console.print(f"  {'; '.join(told)}", highlight=False, soft_wrap=True)
