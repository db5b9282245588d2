"""summary.csv against the metrics worked out from the other files."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from bichiku.verification.facts import RunFacts
from bichiku.verification.files import NOTHING, RunTable
from bichiku.verification.metrics import all_metrics
from bichiku.verification.money import Money
from bichiku.verification.sheet import Sheet, check_sheet, match_rows
from bichiku.verification.verdict import COPIED, KEPT, Ledger

BY_YEAR = "_of_onset_year"


class _Summary(RunTable):
    """The table with the year that a detail begins with in the name of a metric that is told of several years."""

    def row_keys(self) -> list[tuple[object, ...]]:
        def year(metric: object, detail: object) -> int:
            found = re.match(r"\d{4}\b", str(detail)) if str(metric).endswith(BY_YEAR) else None
            return int(found[0]) if found else NOTHING

        details = self.texts("detail")
        return [(*key, year(key[0], detail)) for key, detail in zip(super().row_keys(), details, strict=True)]


def check_summary(facts: RunFacts, lines: Mapping[str, Money], tables: Mapping[str, RunTable], ledger: Ledger) -> None:
    """Every metric: its value, its unit and what it speaks of."""
    found = dict(all_metrics(facts, lines, tables))
    metrics, written = list(found.values()), tables["summary.csv"]
    summary = _Summary(written.file, written.columns)
    keys: list[tuple[object, ...]] = list(found)
    sheet = Sheet(keys, {}, {"unit": [metric.unit for metric in metrics]}, elsewhere=("value", "detail"))
    check_sheet(summary, sheet, ledger)
    rows, positions = match_rows(summary, keys, Ledger())
    for tolerance in (COPIED, KEPT):
        mine = np.array([metrics[i].tolerance == tolerance for i in positions], dtype=bool)
        chosen, at = rows[mine], positions[mine]
        ledger.equal(
            "summary.value",
            summary.file,
            summary.numbers("value")[chosen],
            np.array([metrics[i].value for i in at]),
            lambda i, chosen=chosen: summary.place(int(chosen[i])),  # type: ignore[misc]
            np.array([metrics[i].scale for i in at]),
            tolerance,
        )
    details = summary.texts("detail")
    for row, position in zip(rows, positions, strict=True):
        allowed = metrics[position].details
        if details[row] not in allowed:
            place = summary.place(int(row))
            ledger.wrong("summary.detail", summary.file, place, str(details[row]), " or ".join(allowed))
    ledger.right(len(rows))
