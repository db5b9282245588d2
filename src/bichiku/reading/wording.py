"""Pydantic's errors in the words of a user: no types, no classes, the offending value and a hint."""

from __future__ import annotations

from typing import Any

from bichiku.model.faults import Wrong, nearest, shown
from bichiku.model.numbers import number_hint

_WORDS = {  # by type of error; {limit} is the bound that was left
    "missing": "is missing",
    "float_type": "{value} is not a number",
    "int_type": "{value} is not a whole number",
    "finite_number": "{value} is not a finite number",
    "bool_type": "{value} is neither true nor false",
    "string_type": "{value} is not a text",
    "list_type": "{value} is not a list",
    "dict_type": "{value} is not a mapping",
    "model_type": "{value} is not a mapping",
    "too_short": "is an empty list",
    "string_too_short": "is empty",
    "string_too_long": "is longer than {limit} characters",
    "greater_than": "{value} is not over {limit}",
    "greater_than_equal": "{value} is less than {limit}",
    "less_than": "{value} is not below {limit}",
    "less_than_equal": "{value} is over {limit}",
}
_BOUNDS = ("gt", "ge", "lt", "le", "max_length")


def in_words(error: Any) -> tuple[str, str]:
    """Message and hint of one entry of `ValidationError.errors()`."""
    kind, context = error["type"], error.get("ctx", {})
    value = shown(error["input"])
    if kind == "value_error":
        cause = context["error"]
        return str(cause), cause.hint if isinstance(cause, Wrong) else ""
    if kind == "literal_error":
        expected = context["expected"].replace("'", "")
        if " or " not in expected:
            return f"{value} is not {expected}", ""
        return f"{value} is not one of {expected}", nearest(error["input"], expected.replace(" or ", ", ").split(", "))
    limit = next((f"{context[bound]:g}" for bound in _BOUNDS if bound in context), "")
    message = _WORDS.get(kind, "{value} does not belong here").format(value=value, limit=limit)
    return message, _hint(kind, error["input"])


def _hint(kind: str, value: Any) -> str:
    """What a value of the wrong type may have been meant to say."""
    if kind in ("float_type", "int_type"):
        return number_hint(value)
    if kind == "list_type" and isinstance(value, str) and value:
        return f"write [{value}]"
    if kind in ("dict_type", "model_type") and isinstance(value, str):
        key, colon, inner = value.partition(":")
        if colon and key and inner[:1].strip():
            return f"a space is missing after the colon: write {key}: {inner}"
    return ""
