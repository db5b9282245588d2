"""Who fills the gap while a crisis lasts, summed over its periods."""

from __future__ import annotations

from dataclasses import dataclass

from bichiku.stressing.dated import DatedStress
from bichiku.stressing.gap import TAKING

STORE, STOCKING = ("store", ""), ("stocking", "")
NEED = ("need", "")
LEAST_SHARE = 1e-3  # of the gap: who fills less is left out


@dataclass(frozen=True)
class Filling:
    """Tonnes lost and gained against the plan while a crisis lasts.

    Attributes:
        lost: tonnes that sources bring less.
        needed: tonnes of demand and feed more.
        less_from_store: tonnes that the store gives less, beyond what it takes less.
        by: means and source to tonnes that each gives more, or takes less, the largest first.
    """

    lost: float
    needed: float
    less_from_store: float
    by: dict[tuple[str, str], float]

    @property
    def gap(self) -> float:
        """Tonnes that sources bring less and that are needed more."""
        return self.lost + self.needed


def filling(found: DatedStress, strategy: str, material: str) -> Filling:
    """What one material lacks while the crisis lasts, and who fills it."""
    gap = found.tables["gap"]
    during = gap["period"] < found.onset + found.length
    mine = gap[(gap["strategy"] == strategy) & (gap["material"] == material) & during]
    change = mine.groupby(["means", "source"], sort=True)["change_t"].sum()
    sources = change[change.index.get_level_values("means").isin(["supplier", "project"])]
    lost = float(-sources[sources < 0.0].sum())
    signed = {key: -tonnes if key[0] in TAKING else tonnes for key, tonnes in change.items()}
    # a plan fills and empties its store in the same months: what it gives in the crisis comes first, and what it does
    # not take then is the rest
    spared = signed.pop(STORE, 0.0) + signed.pop(STOCKING, 0.0)
    given = float(mine.loc[mine["means"] == STORE[0], "crisis_t"].sum())
    signed |= {STORE: min(spared, given), STOCKING: max(spared - given, 0.0)}
    needed = max(-float(signed.get(NEED, 0.0)), 0.0)
    told = {key: float(tonnes) for key, tonnes in signed.items() if tonnes > LEAST_SHARE * (lost + needed)}
    return Filling(lost, needed, max(-spared, 0.0), dict(sorted(told.items(), key=lambda item: -item[1])))
