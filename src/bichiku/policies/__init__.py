"""The policies that a strategy may switch on.

Each is one file with one function that looks whether the world asks for the policy and, if so, declares
its rows on the stencil. To add one: its keys in `bichiku.read.settings`, a file here, an entry below, a
test in ``tests/formulate/policies/``.
"""

from __future__ import annotations

from collections.abc import Callable

from bichiku.build.stencil import Stencil
from bichiku.model.world import World
from bichiku.policies.budget import add_budget
from bichiku.policies.concentration import add_concentration
from bichiku.policies.country_cap import add_country_cap
from bichiku.policies.expected_shortage import add_expected_shortage
from bichiku.policies.reserve_days import add_reserve_days
from bichiku.policies.risk import add_risk
from bichiku.policies.share_limits import add_share_limits
from bichiku.policies.survive import add_survive

Policy = Callable[[Stencil, World], None]

POLICIES: tuple[Policy, ...] = (
    add_reserve_days,
    add_share_limits,
    add_country_cap,
    add_concentration,
    add_survive,
    add_expected_shortage,
    add_budget,
    add_risk,
)
