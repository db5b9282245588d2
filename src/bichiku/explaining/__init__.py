"""Why a model has no plan, and the least that must give."""

from __future__ import annotations

from bichiku.explaining.changes import Change, NoChange
from bichiku.explaining.engine import explain
from bichiku.explaining.explanation import Conflict, Explanation, Finding
from bichiku.explaining.record import as_record
from bichiku.explaining.rules import Rule

__all__ = ["Change", "Conflict", "Explanation", "Finding", "NoChange", "Rule", "as_record", "explain"]
