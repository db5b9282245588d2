"""Tables by name, as a call of the library gives several of them back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd


class Tables(Mapping[str, pd.DataFrame]):
    """Tables by name; a notebook shows the one that tells most.

    Args:
        what: what they are about, in a few words.
        tables: by name.
        first: name of the table that tells most.
    """

    def __init__(self, what: str, tables: Mapping[str, pd.DataFrame], first: str) -> None:
        self._what, self._tables, self._first = what, dict(tables), first

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self._tables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def __repr__(self) -> str:
        return f"<{self._what}: {', '.join(self)}>"

    def _repr_html_(self) -> str:
        return str(self[self._first].to_html(index=False, border=0, float_format="{:,.4g}".format))
