"""Risk: the CVaR of damage by year of onset, weighed in the cost or limited.

Rockafellar and Uryasev (2000), "Optimization of conditional value-at-risk": CVaR at level β is the least of
``threshold + Σ p · excess / (1 − β)`` over the threshold, with ``excess ≥ damage − threshold``. A scenario is a future;
that nothing begins in a year counts as no damage, so that a crisis that does none changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated

import numpy as np
from pydantic import Field, model_validator

from bichiku.model import cost_lines
from bichiku.model.values import Month, NotNegative, Strict
from bichiku.model.world import World
from bichiku.policies.policy import Family, Inputs, Limit, Policy, totals
from bichiku.policies.views import Bounds, Built, CouplingWriter, FutureView, PhraseWords, RowWriter, RuleWords, Term
from bichiku.program import ALL, LinearProgram

DAMAGE_ON_PATH = ("shortage_damage", "substitution_damage", "dearer_purchases")
DAMAGE_AT_END = "refill_damage"
HIGHEST_LEVEL = 0.999999  # a worse part is divided by so little that the solver cannot tell it from nothing


class RiskKeys(Strict):
    """Weight on, or limit on, the CVaR of damage by year of onset; the limit holds from the year of `from` on."""

    level: Annotated[float, Field(ge=0, le=HIGHEST_LEVEL, allow_inf_nan=False)]
    weight: NotNegative | None = None
    limit: NotNegative | None = None
    from_: Annotated[Month | None, Field(alias="from", default=None)]

    @model_validator(mode="after")
    def _one_of_both(self) -> RiskKeys:
        if self.weight is None and self.limit is None:
            raise ValueError("needs a weight, a limit or both")
        return self


def limited_years(asked: RiskKeys, years: np.ndarray) -> np.ndarray:
    """Which years of onset the limit holds in; same shape."""
    return np.ones(len(years), dtype=bool) if asked.from_ is None else years >= asked.from_ // 12


def damage_terms(coupling: CouplingWriter, future: FutureView) -> list[Term]:
    """Discounted damage along the path of a future, over all chains that it touches."""
    terms = []
    for chain in coupling.chains:
        path = future.paths.get(chain.name)
        if path is not None:
            for name in DAMAGE_ON_PATH:
                terms += [quantity.terms(path) for quantity in coupling.quantities(name, chain)]
            terms += [quantity.terms(path[-1:]) for quantity in coupling.quantities(DAMAGE_AT_END, chain)]
    return terms


def excess_rows(program: LinearProgram, limit: int) -> np.ndarray:
    """Numbers of the rows that count the damage of the futures that one row of the limit looks at."""
    excess = program.columns_of("excess", ALL)
    (counted,) = program.blocks("excess_damage")
    looked_at = program.matrix.indices[program.matrix.indptr[limit] : program.matrix.indptr[limit + 1]]
    mine = looked_at[(looked_at >= excess.start) & (looked_at < excess.stop)] - excess.start
    found: np.ndarray = counted.numbers[np.sort(mine)]
    return found


class Risk(Policy[RiskKeys]):
    """``θ_y + Σ p · excess / (1 − level) ≤ limit`` for each year of onset, ``excess ≥ damage − θ_y``."""

    name = "risk"
    keys = RiskKeys | None
    families = (
        Family(
            "risk_limit", "One more {unit} of the limit on CVaR of crises that begin in {year}", "the limit on CVaR",
            "CVaR", undated=True, across_crises=True,
        ),
    )  # fmt: skip
    inputs = {
        "risk_limit": Inputs("policies.risk.limit", coefficient="policies.risk"),
        "excess_damage": Inputs(
            "policies.risk",
            {"short": "materials[{column}].shortage_cost", "saved": "substitution[{column}].cost"},
            "policies.risk",
        ),
    }
    text = "a weight or a limit on the worst crises, by year of onset"

    def add_rows(self, rows: RowWriter, world: World) -> None:
        """Nothing: risk looks at all chains."""

    def couple(self, coupling: CouplingWriter, world: World) -> None:
        asked = self.asked(world)
        futures = [future for future in coupling.futures if future.probability > 0]
        if asked is None or not futures:
            return
        began = np.array([int(world.calendar.years[future.onset - 1]) for future in futures])
        years = np.unique(began)
        year_of = np.searchsorted(years, began)
        excess = coupling.variables("excess", len(futures), "future")
        threshold = coupling.variables("threshold", len(years), "onset-year")
        one = np.ones(1)
        exceeds = [
            [*damage_terms(coupling, future), (excess[i : i + 1], -one, 0.0), (threshold[[year_of[i]]], -one, 0.0)]
            for i, future in enumerate(futures)
        ]
        unit = world.settings.currency
        numbers = np.arange(len(futures))
        coupling.add_rows("excess_damage", numbers, exceeds, np.zeros(len(futures)), place="future", unit=unit)
        tail = np.array([future.probability for future in futures]) / (1.0 - asked.level)
        if asked.weight:
            money = asked.weight * np.concatenate([tail, np.ones(len(years))])
            columns = np.concatenate([excess, threshold])
            # what of a year's tail is threshold and what excess is one of many, so all of it falls in one period
            last_of = np.searchsorted(world.calendar.years, years, side="right")
            coupling.add_cost(cost_lines.RISK, columns, money, np.concatenate([last_of[year_of], last_of]))
        if asked.limit is not None:
            shown = np.flatnonzero(limited_years(asked, years))
            cvar = [[(threshold[y : y + 1], one, 0.0), (excess[year_of == y], tail[year_of == y], 0.0)] for y in shown]
            limit = np.full(len(shown), asked.limit)
            coupling.add_rows("risk_limit", years[shown], cvar, limit, place="year", unit=unit, policy=True)

    def limits(self, built: Built) -> Iterator[Limit]:
        yield from totals(built.program, "risk_limit", f"million {built.world.settings.currency}", 1e6)

    def rules(self, built: Built) -> Iterator[Limit]:
        """Damage that no limit speaks of is only counted, and forbids nothing."""
        for limit in self.limits(built):
            counted = [excess_rows(built.program, row) for row in limit.rows]
            yield replace(limit, rows=np.concatenate([limit.rows, *counted]))

    def describe(self, rule: Limit, world: World, words: RuleWords) -> str:
        return f"CVaR of damage of crises that begin in {rule.year}: at most {words.amount(rule.value, rule.unit)}"

    def phrases(self, asked: RiskKeys, words: PhraseWords) -> Iterator[str]:
        what = f"CVaR of damage by year of onset at level {asked.level:g}"
        if asked.weight is not None:
            yield f"{what} weighed {asked.weight:g} times, beside the cost"
        if asked.limit is not None:
            since = "" if asked.from_ is None else f", for onsets from {asked.from_ // 12} on"
            yield f"{what} at most {words.money(asked.limit)}{since}"

    def never_binds(self, bounds: Bounds) -> Mapping[str, str]:
        asked = self.asked(bounds.world)
        if asked is None:
            return {}
        if not bounds.has_likely_crisis:
            return {"risk": "no crisis has a probability, so there is no risk to weigh"}
        if asked.limit is None:
            return {} if asked.weight else {"risk": "its weight is 0 and it has no limit"}
        if not asked.weight and not _is_limited(asked, bounds):
            return {"risk": "no crisis that has a probability begins in a year that it limits (see from)"}
        most = bounds.most_damage
        if not asked.weight and asked.limit >= most:
            return {"risk": f"no crisis can do more damage than {most:,.6g}"}
        return {}


def _is_limited(asked: RiskKeys, bounds: Bounds) -> bool:
    """Whether a crisis may begin in a year of the limit."""
    onsets = {future.onset for tree in bounds.trees for future in tree.futures if future.probability > 0.0}
    years = bounds.world.calendar.years[np.array(sorted(onsets), dtype=int) - 1]
    return bool(limited_years(asked, years).any())


RISK = Risk()
