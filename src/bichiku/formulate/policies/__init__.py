"""The policies that a strategy may switch on.

Each is one file with one function that looks whether the world asks for the policy and, if so, declares
its rows on the stencil. To add one: its keys in `bichiku.read.settings`, a file here, an entry below, a
test in ``tests/formulate/policies/``.
"""

from __future__ import annotations

from collections.abc import Callable

from bichiku.formulate.policies.budget import add_budget
from bichiku.formulate.policies.concentration import add_concentration
from bichiku.formulate.policies.country_cap import add_country_cap
from bichiku.formulate.policies.expected_shortage import add_expected_shortage
from bichiku.formulate.policies.reserve_days import add_reserve_days
from bichiku.formulate.policies.risk import add_risk
from bichiku.formulate.policies.share_limits import add_share_limits
from bichiku.formulate.policies.survive import add_survive
from bichiku.formulate.stencil import Stencil
from bichiku.world import World

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
