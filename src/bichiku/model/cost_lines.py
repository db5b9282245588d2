"""The cost lines that expected cost is made of."""

from __future__ import annotations

PURCHASE = "purchase"
FREIGHT = "freight"
TARIFF = "tariff"
REFUSED = "refused"
HOLDING = "holding"
RUNNING = "running"
FIXED = "fixed"
SUBSTITUTION = "substitution"
SHORTAGE = "shortage"
GAP = "gap"
INVESTMENT = "investment"
SUBSIDY = "subsidy"
REMAINDER = "remainder"
TERMINAL = "terminal_stock_value"
RISK = "risk"
PENALTY = "penalty"

UNPAID = (RISK, PENALTY)  # what policies add to the objective and nobody pays

LINES = (
    PURCHASE,
    FREIGHT,
    TARIFF,
    HOLDING,
    REFUSED,
    RUNNING,
    FIXED,
    SUBSTITUTION,
    SHORTAGE,
    GAP,
    INVESTMENT,
    SUBSIDY,
    REMAINDER,
    TERMINAL,
    RISK,
    PENALTY,
)
