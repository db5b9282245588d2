"""costs.csv: expected discounted money by cost line, material and calendar year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bichiku.outcome import Outcome


def costs_table(outcome: Outcome) -> pd.DataFrame:
    """The lines sum to the objective. Investment falls in the first year, the terminal stock value in the last."""
    years = outcome.years
    first, count = int(years.min()), int(years.max()) - int(years.min()) + 1
    records = []
    for terms in outcome.program.cost_terms:
        money = terms.by_node(outcome.solution.x, outcome.tree.size)
        for i, value in enumerate(np.bincount(years - first, money, minlength=count)):
            records.append(
                {
                    "line": terms.line,
                    "material": terms.material,
                    "year": first + i,
                    "value": value,
                    "unit": f"{outcome.world.settings.currency} expected and discounted",
                }
            )
    return pd.DataFrame(records)
