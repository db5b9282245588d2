"""The screen that `bichiku compare` prints: the answer in sentences, and one line for each strategy."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from rich.console import Console

from bichiku.result.run import Run
from bichiku.show.screen.summary import WIDEST, print_strategies


def print_comparison(
    console: Console, runs: Sequence[Run], failed: Mapping[str, str], baseline: str, findings: Sequence[str]
) -> None:
    """What the page says first, in the width of the screen.

    Args:
        console: where to.
        runs: strategies with a solution.
        failed: the others, and why.
        baseline: the strategy that extra cost is counted from.
        findings: the answer in sentences.
    """
    width = min(WIDEST, console.width)
    console.print(f"\n{runs[0].world.settings.model}: {len(runs)} strategies", style="bold", highlight=False)
    for sentence in findings:
        lines = textwrap.wrap(sentence, width, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
        console.print("\n".join(lines), highlight=False, soft_wrap=True)
    print_strategies(console, runs, baseline)
    for name, reason in failed.items():
        console.print(f"  {name}: {reason}", highlight=False)
