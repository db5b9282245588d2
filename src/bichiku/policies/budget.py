"""Budget: limits on net investment, and on what each plan year spends on raising reserves."""

from __future__ import annotations

from typing import Any

import numpy as np

from bichiku.build.program import ALL
from bichiku.build.stencil import Stencil
from bichiku.model.world import World


def add_budget(stencil: Stencil, world: World) -> None:
    """``Σ capex · build · (1 − subsidy_rate) ≤ investment``, and per plan year
    ``Σ reference price · (stock at its end − stock at its start) ≤ reserve_per_year``.
    """
    policy = world.policies.budget
    if policy is None:
        return
    unit = world.settings.currency
    projects = world.projects

    def investment(m: Any, _: str) -> Any:
        net = {name: projects[name].capex * (1.0 - projects[name].subsidy_rate) for name in m.build}
        return sum(net[name] * m.build[name] for name in m.build) <= policy.investment

    def reserve(m: Any, _: str) -> Any:
        rises = [row.reference_price * (m.stock[name] - m.stock_before[name]) for name, row in world.materials.items()]
        return sum(rises) <= policy.reserve_per_year

    if policy.investment is not None and len(stencil.model.build):
        start = np.array([0])
        zeros = np.zeros(stencil.tree.size, dtype=int)
        stencil.add_rows(
            "budget_investment", [ALL], investment, nodes=start, key=zeros, place="once", unit=unit, policy=True
        )
    if policy.reserve_per_year is not None:
        plan = stencil.tree.plan
        stencil.add_rows(
            "budget_reserve", [ALL], reserve, nodes=plan, key=stencil.years, place="year", unit=unit, policy=True
        )
