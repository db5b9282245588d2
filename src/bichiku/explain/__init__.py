"""Why a model has no plan, and the least that must give."""

from __future__ import annotations

from bichiku.explain.changes import Change, NoChange
from bichiku.explain.diagnosis import explain
from bichiku.explain.explanation import Conflict, Explanation, Finding
from bichiku.explain.rules import Rule

__all__ = ["Change", "Conflict", "Explanation", "Finding", "NoChange", "Rule", "explain"]
