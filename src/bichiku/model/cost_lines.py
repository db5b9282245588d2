"""The cost lines that expected cost is made of."""

from __future__ import annotations

PURCHASE = "purchase"
FREIGHT = "freight"
TARIFF = "tariff"
HOLDING = "holding"
RUNNING = "running"
SUBSTITUTION = "substitution"
SHORTAGE = "shortage"
GAP = "gap"
INVESTMENT = "investment"
SUBSIDY = "subsidy"
TERMINAL = "terminal_stock_value"
RISK = "risk"
PENALTY = "penalty"

LINES = (
    PURCHASE,
    FREIGHT,
    TARIFF,
    HOLDING,
    RUNNING,
    SUBSTITUTION,
    SHORTAGE,
    GAP,
    INVESTMENT,
    SUBSIDY,
    TERMINAL,
    RISK,
    PENALTY,
)
