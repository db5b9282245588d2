"""Numbers of assumptions.yaml: written out, taken from a fact, or worked out from a source by a stated rule."""

from __future__ import annotations

from typing import Any

from . import sources as src


def value(expression: Any) -> float:
    """What an expression of assumptions.yaml stands for.

    A number; the name of a fact; ``{value}``; ``{fact, less, times}`` (the fact, less other facts, times a factor);
    ``{iea}`` (refined output of Japan, t/yr); or ``{code, country, ...}`` (imports of 2024, see `_of_code`).
    """
    if isinstance(expression, int | float):
        return float(expression)
    if isinstance(expression, str):
        return src.fact(expression)
    if "value" in expression:
        return float(expression["value"])
    if "iea" in expression:
        return src.iea_output(expression["iea"], "refining")["JPN"]
    if "code" in expression:
        return _of_code(expression)
    first = src.fact(expression["fact"]) - sum(src.fact(name) for name in expression.get("less", ()))
    return first * float(expression.get("times", 1.0))


def told(expression: Any) -> str:
    """The same in words, for the column source."""
    if isinstance(expression, int | float):
        return f"{expression:g} t assumed"
    if isinstance(expression, str):
        return expression
    if "value" in expression:
        return f"{expression['value']:g} t assumed: {expression['why']}"
    if "iea" in expression:
        return "IEA refined output of Japan 2024"
    if "code" in expression:
        return f"BACI {expression['code']} {expression['country']} 2024"
    text = str(expression["fact"]) + "".join(f" less {name}" for name in expression.get("less", ()))
    return text + (f" x {expression['times']:g}" if "times" in expression else "")


def _of_code(expression: dict[str, Any]) -> float:
    """Tonnes of a country under a code in 2024, or the part of them that is the dear good or the cheap one."""
    flows = src.imports_h92(expression["code"], [src.FLOW_YEAR])
    mine = flows[expression["country"]]
    part = 1.0
    if "dear" in expression:
        cheap = src.usgs_price("rare_earths", expression["cheap"], src.FLOW_YEAR)
        part = (mine.unit_value - cheap) / (flows[expression["dear"]].unit_value - cheap)
        if not 0.0 <= part <= 1.0:
            raise ValueError(f"{expression}: {part} is no share, so the two prices do not bracket the third")
        part = 1.0 - part if expression.get("rest") else part
    return mine.tonnes * part * float(expression["times"])
