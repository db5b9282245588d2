"""How tables look on the screen."""

from __future__ import annotations

from rich.table import Table


def plain_table(title: str | None = None, title_style: str | None = None) -> Table:
    """An empty table without lines, its columns two blanks apart."""
    return Table(
        title=title, title_style=title_style, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0)
    )
