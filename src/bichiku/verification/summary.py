"""summary.csv against the metrics worked out from the other files."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bichiku.verification.facts import RunFacts
from bichiku.verification.files import RunTable
from bichiku.verification.metrics import all_metrics
from bichiku.verification.money import Money
from bichiku.verification.sheet import Sheet, check_sheet, match_rows
from bichiku.verification.verdict import COPIED, KEPT, Ledger


def check_summary(facts: RunFacts, lines: Mapping[str, Money], tables: Mapping[str, RunTable], ledger: Ledger) -> None:
    """Every metric: its value, its unit and what it speaks of."""
    found = dict(all_metrics(facts, lines, tables))
    metrics, summary = list(found.values()), tables["summary.csv"]
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
