"""costs.csv: expected discounted money by cost line, material and calendar year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bichiku.result.outcome import Outcome


def costs_table(outcome: Outcome) -> pd.DataFrame:
    """The lines sum to the objective. Investment falls in the first year, the terminal stock value in the last."""
    years = outcome.years
    first, count = int(years.min()), int(years.max()) - int(years.min()) + 1
    lines: dict[tuple[str, str], np.ndarray] = {}
    for part in outcome.program.cost_lines:
        money = part.money.at(outcome.solution.x)
        key = (part.line, part.material)
        lines[key] = lines.get(key, np.zeros(count)) + np.bincount(years - first, money, minlength=count)
    unit = f"{outcome.world.settings.currency} expected and discounted"
    records = [
        (line, material, first + i, value, unit)
        for (line, material), by_year in lines.items()
        for i, value in enumerate(by_year)
    ]
    return pd.DataFrame(records, columns=["line", "material", "year", "value", "unit"])
