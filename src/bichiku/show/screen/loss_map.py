"""The screen of `bichiku stress --map`: the losses that hurt most, and the static figure beside them."""

from __future__ import annotations

import math

from rich.console import Console

from bichiku.show.loss_words import loss_words, shown_months, worst_losses
from bichiku.show.numbers import money, percent, whole
from bichiku.show.screen.table import plain_table
from bichiku.show.stress_words import days_or, stored
from bichiku.stressing.loss_map import LossMap

MOST = 10
MOST_MATERIALS = 3  # of a loss


def print_map(console: Console, found: LossMap) -> None:
    """The worst losses of each strategy by material, then the static figures."""
    months, currency = shown_months(found), found.world.settings.currency
    starts = int(found.losses["starts"].max())
    head = f"Losses of {months} months from {starts} starts"
    console.print(f"\n{head}; {stored(found.days)}", style="bold", highlight=False, soft_wrap=True)
    for strategy in found.strategies:
        console.print(f"\n  {strategy}", style="bold", highlight=False)
        table = plain_table()
        for heading in ("  loss", "material", "until short", "days short", "damage", "worst start", "mean damage"):
            table.add_column(heading, justify="left" if heading in ("  loss", "material") else "right")
        losses = found.losses
        mine = losses[(losses["strategy"] == strategy) & (losses["months"] == months) & (losses["damage"] > 0.0)]
        worst = worst_losses(found, strategy, months)
        worst = worst[worst["damage"] > 0.0]
        for kind, loss in worst[["kind", "loss"]].head(MOST).itertuples(index=False):
            of_loss = mine[(mine["kind"] == kind) & (mine["loss"] == loss)].sort_values(
                "damage", ascending=False, kind="stable"
            )
            for place, row in enumerate(of_loss.head(MOST_MATERIALS).to_dict("records")):
                table.add_row(
                    f"  {loss_words(kind, loss)}" if place == 0 else "",
                    row["material"],
                    days_or(row["time_to_survive_days"], "not short"),
                    whole(row["short_days"]),
                    money(row["damage"], currency),
                    row["worst_start"],
                    money(row["mean_damage"], currency),
                )
            if len(of_loss) > MOST_MATERIALS:
                rest = of_loss.iloc[MOST_MATERIALS:]["damage"].sum()
                table.add_row("", f"{len(of_loss) - MOST_MATERIALS} more", "", "", money(float(rest), currency), "", "")
        console.print(table)
        if len(worst) > MOST:
            console.print(f"  {len(worst) - MOST} more do damage; losses.csv has them", highlight=False)
        console.print(_static(found, strategy))


def _static(found: LossMap, strategy: str) -> object:
    table = plain_table()
    for heading in (
        "  material",
        "largest",
        "its share",
        "left: planned",
        "able",
        "its loss for a year: until short",
        "met",
    ):
        table.add_column(heading, justify="left" if heading in ("  material", "largest") else "right")
    for row in found.static[found.static["strategy"] == strategy].to_dict("records"):
        table.add_row(
            f"  {row['material']}",
            row["largest"],
            percent(row["largest_share"]),
            percent(row["left_planned"]),
            percent(row["left_able"]),
            days_or(row["time_to_survive_days"], "not short"),
            "-" if math.isnan(row["met"]) else percent(row["met"]),
        )
    return table
