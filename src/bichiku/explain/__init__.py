"""Why a model has no plan, and the least that must give."""

from __future__ import annotations

from bichiku.explain.changes import Change, NoChange
from bichiku.explain.diagnosis import explain
from bichiku.explain.explanation import Conflict, Diagnosis, Explanation
from bichiku.explain.rules import Rule

__all__ = ["Change", "Conflict", "Diagnosis", "Explanation", "NoChange", "Rule", "explain"]
