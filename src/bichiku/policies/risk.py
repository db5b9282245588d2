"""Risk: the CVaR of damage given a crisis, weighed in the cost or limited.

Rockafellar and Uryasev (2000), "Optimization of conditional value-at-risk": CVaR at level β is the least of
``threshold + Σ q · excess / (1 − β)`` over the threshold, with ``excess ≥ damage − threshold``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any

import numpy as np
from pydantic import Field, model_validator

from bichiku.model import cost_lines
from bichiku.model.tree import Tree
from bichiku.model.values import NotNegative, Strict
from bichiku.model.world import World
from bichiku.policies.policy import (
    Bounds,
    Built,
    Family,
    Inputs,
    Limit,
    PhraseWords,
    Policy,
    RowWriter,
    RuleWords,
    totals,
)
from bichiku.program import ALL


class RiskKeys(Strict):
    """Weight on, or limit on, the CVaR of damage given a crisis."""

    level: Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)]
    weight: NotNegative | None = None
    limit: NotNegative | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> RiskKeys:
        if self.weight is None and self.limit is None:
            raise ValueError("needs a weight, a limit or both")
        return self


def branch_shares(tree: Tree) -> np.ndarray:
    """Probabilities of the branches, scaled to sum to one; shape (branches,)."""
    probability = np.array([branch.probability for branch in tree.branches])
    return probability / probability.sum()


class Risk(Policy[RiskKeys]):
    """Declares damage, threshold and excess, then the weight's cost line and the limit's row."""

    name = "risk"
    keys = RiskKeys | None
    families = (
        Family("risk_limit", "One more {unit} of the limit on CVaR", "the limit on CVaR", "CVaR", across_crises=True),
    )
    inputs = {
        "risk_limit": Inputs("policies.risk.limit", coefficient="policies.risk"),
        "excess_damage": Inputs(
            "policies.risk",
            {"short": "materials[{column}].shortage_cost", "saved": "substitution[{column}].cost"},
            "policies.risk",
        ),
    }
    text = "a weight or a limit on the worst crises"

    def add_rows(self, rows: RowWriter, world: World) -> None:
        asked, tree = self.asked(world), rows.tree
        if asked is None or not any(branch.probability > 0 for branch in tree.branches):
            return
        rows.variables("excess", [ALL], rows.per_branch)
        rows.variables("threshold", [ALL], rows.once)
        begins = np.zeros(tree.size)
        begins[tree.first] = 1.0
        rows.parameters("branch_begins", {ALL: begins})
        discount = world.calendar.discount(world.settings.discount_rate)[tree.period - 1]
        rows.parameters("damage_discount", {ALL: discount})
        shares = np.zeros(tree.size)
        shares[tree.first] = branch_shares(tree)

        def exceeds(m: Any, _: str) -> Any:
            total = sum(m.damage[k] for k in world.demand)
            # excess and threshold count once in a branch, at its first node
            once = m.branch_begins[ALL] * (m.excess[ALL] + m.threshold[ALL])
            return m.damage_discount[ALL] * total - once <= 0

        unit = world.settings.currency
        on_branches = np.flatnonzero(tree.branch >= 0)
        rows.add_rows("excess_damage", [ALL], exceeds, nodes=on_branches, key=tree.branch, place="branch", unit=unit)

        def value_at_branch(m: Any) -> Any:
            return m.threshold[ALL] + m.excess[ALL] / (1.0 - asked.level)

        if asked.weight:
            rows.add_cost(
                cost_lines.RISK, [ALL], lambda m, _: asked.weight * value_at_branch(m), tree.first, shares[tree.first]
            )
        if asked.limit is not None:
            rows.parameters("branch_share", {ALL: shares})

            def limit(m: Any, _: str) -> Any:
                return m.branch_share[ALL] * value_at_branch(m) <= asked.limit

            once = np.zeros(tree.size, dtype=int)
            rows.add_rows("risk_limit", [ALL], limit, nodes=tree.first, key=once, place="once", unit=unit, policy=True)

    def limits(self, built: Built) -> Iterator[Limit]:
        yield from totals(built.program, "risk_limit", f"million {built.world.settings.currency}", 1e6)

    def rules(self, built: Built) -> Iterator[Limit]:
        """Damage that no limit speaks of is only counted, and forbids nothing."""
        counted = [block.numbers for block in built.program.blocks("excess_damage")]
        for limit in self.limits(built):
            yield replace(limit, rows=np.concatenate([limit.rows, *counted]))

    def describe(self, rule: Limit, world: World, words: RuleWords) -> str:
        return f"CVaR of damage given a crisis: at most {words.amount(rule.value, rule.unit)}"

    def phrases(self, asked: RiskKeys, words: PhraseWords) -> Iterator[str]:
        what = f"CVaR of damage at level {asked.level:g}"
        if asked.weight is not None:
            yield f"{what} weighed {asked.weight:g} times, beside the cost"
        if asked.limit is not None:
            yield f"{what} at most {words.money(asked.limit)}"

    def never_binds(self, bounds: Bounds) -> Mapping[str, str]:
        asked = self.asked(bounds.world)
        if asked is None:
            return {}
        if not any(branch.probability > 0 for branch in bounds.tree.branches):
            return {"risk": "no crisis has a probability, so there is no risk to weigh"}
        if asked.limit is None:
            return {} if asked.weight else {"risk": "its weight is 0 and it has no limit"}
        most = _most_damage(bounds)
        if not asked.weight and asked.limit >= most:
            return {"risk": f"no crisis can do more damage than {most:,.6g}"}
        return {}


def _most_damage(bounds: Bounds) -> float:
    """A bound on the damage of every branch with a probability: its demand all short or saved at the dearest."""
    world, tree = bounds.world, bounds.tree
    discount = world.calendar.discount(world.settings.discount_rate)[tree.period - 1]
    money = np.zeros(tree.size)
    for material, demand in bounds.demand.items():
        costs = [row.cost for (name, _), row in world.tranches.items() if name == material]
        money += discount * demand * max([world.materials[material].shortage_cost or 0.0, *costs])
    damage = np.bincount(tree.branch[tree.periods :], money[tree.periods :], minlength=len(tree.branches))
    return float(max(damage[i] for i, branch in enumerate(tree.branches) if branch.probability > 0))


RISK = Risk()
