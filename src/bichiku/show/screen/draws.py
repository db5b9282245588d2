"""The screen of `bichiku stress --draws`: the distribution, the promise against it, and the strategies in pairs."""

from __future__ import annotations

from rich.console import Console

from bichiku.show.draws_words import difference, noise_words, not_knowing, promise_rows, unknown
from bichiku.show.numbers import money, percent, whole
from bichiku.show.screen.table import plain_table
from bichiku.stressing.distribution import ALL_YEARS
from bichiku.stressing.drawn import DrawnStress


def print_draws(console: Console, found: DrawnStress) -> None:
    """A block for each strategy."""
    currency = found.world.settings.currency
    head = f"{found.count:,} draws, seed {found.noise.seed}; {found.episodes:,} episodes operated without foresight"
    if found.noise:
        head += f"; {noise_words(found)}"
    console.print(f"\n{head}", style="bold", highlight=False, soft_wrap=True)
    for strategy in found.strategies:
        console.print(f"\n  {strategy}", style="bold", highlight=False)
        table = plain_table()
        for heading in ("  in all", "mean", "from", "to", "5 %", "median", "95 %", "draws with some"):
            table.add_column(heading, justify="left" if heading == "  in all" else "right")
        rows = found.tables["distribution"]
        mine = rows[(rows["strategy"] == strategy) & (rows["year"] == ALL_YEARS)]
        for row in mine.to_dict("records"):
            of_days = row["unit"] == "days"
            numbers = [row[name] for name in ("mean", "low", "high", "p05", "p50", "p95")]
            texts = [whole(number) if of_days else money(number, currency) for number in numbers]
            name = "days short" if of_days else row["measure"]
            table.add_row(f"  {name}", *texts, percent(row["some"]))
        console.print(table)
        table = plain_table()
        for heading in ("  promised", "by the model", "by the draws", "from", "to", "within"):
            table.add_column(heading, justify="left" if heading == "  promised" else "right")
        for row in promise_rows(found, strategy).to_dict("records"):
            name = "expected damage" if row["year"] == ALL_YEARS else f"CVaR, onsets of {row['year']}"
            numbers = [money(row[part], currency) for part in ("promised", "drawn", "low", "high")]
            table.add_row(f"  {name}", *numbers, row["within"])
        console.print(table)
        console.print(f"  {difference(found, strategy)}", highlight=False, soft_wrap=True)
        text = f"  not knowing {unknown(found)} costs {money(not_knowing(found, strategy), currency)} in operation"
        console.print(text, highlight=False, soft_wrap=True)
    for row in found.tables["paired"].to_dict("records"):
        span = f"{money(row['low'], currency)} to {money(row['high'], currency)}"
        text = (
            f"  {row['strategy']} against {row['against']} in the same futures: {row['measure']} "
            f"{money(row['mean'], currency)} ({span}), less in {percent(row['less_in'])} of them"
        )
        console.print(text, highlight=False, soft_wrap=True)
