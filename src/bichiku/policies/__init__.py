"""The policies that a strategy may ask for, one file each.

To add one, write its file and enter it in `POLICIES`; see CONTRIBUTING.md.
"""

from __future__ import annotations

from typing import Any

from pydantic import create_model

from bichiku.model.settings import PolicySettings
from bichiku.policies.budget import BUDGET
from bichiku.policies.concentration import CONCENTRATION
from bichiku.policies.country_cap import COUNTRY_CAP
from bichiku.policies.expected_shortage import EXPECTED_SHORTAGE
from bichiku.policies.no_shortage import NO_SHORTAGE
from bichiku.policies.policy import Family, Inputs, Limit, Policy
from bichiku.policies.projects import PROJECTS
from bichiku.policies.release import RELEASE
from bichiku.policies.reserve_ceiling import RESERVE_CEILING
from bichiku.policies.reserve_days import RESERVE_DAYS
from bichiku.policies.risk import RISK
from bichiku.policies.share_limits import SHARE_CAPS, SHARE_FLOORS
from bichiku.policies.survive import SURVIVE

POLICIES: tuple[Policy[Any], ...] = (
    RESERVE_DAYS,
    RESERVE_CEILING,
    RELEASE,
    PROJECTS,
    SHARE_CAPS,
    SHARE_FLOORS,
    COUNTRY_CAP,
    CONCENTRATION,
    EXPECTED_SHORTAGE,
    RISK,
    BUDGET,
    SURVIVE,
    NO_SHORTAGE,
)

FAMILIES: dict[str, Family] = {family.name: family for policy in POLICIES for family in policy.families}
INPUTS: dict[str, Inputs] = {family: behind for policy in POLICIES for family, behind in policy.inputs.items()}
OF_FAMILY: dict[str, Policy[Any]] = {family.name: policy for policy in POLICIES for family in policy.families}

_fields: dict[str, Any] = {policy.name: (policy.keys, policy.default) for policy in POLICIES}
Policies: Any = create_model("Policies", __base__=PolicySettings, __doc__="What a strategy may ask for.", **_fields)

__all__ = ["FAMILIES", "INPUTS", "OF_FAMILY", "POLICIES", "Family", "Inputs", "Limit", "Policies"]
