"""Why a model has no plan, and the least that must give."""

from __future__ import annotations

from bichiku.explaining.changes import Change, NoChange
from bichiku.explaining.diagnosis import explain
from bichiku.explaining.explanation import Conflict, Diagnosis, Explanation
from bichiku.explaining.rules import Rule

__all__ = ["Change", "Conflict", "Diagnosis", "Explanation", "NoChange", "Rule", "explain"]
