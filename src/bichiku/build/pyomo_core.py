"""Pyomo's core, loaded when the first of its names is asked for, and without what it would load along.

Loading it takes half a second, which commands that build nothing do without. And where SciPy, matplotlib or
multiprocessing are imported too, before it or after it, Pyomo imports scipy.stats and pyplot and makes a lock between
processes, for parts of it that are not used here.
"""

from __future__ import annotations

import sys
from typing import Any

_ALONG = ("matplotlib", "multiprocessing", "scipy")
_names: dict[str, Any] = {}


def __getattr__(name: str) -> Any:
    if not _names:
        _names.update(_loaded())
    if name not in _names:
        raise AttributeError(f"Pyomo's core has no {name!r}")
    return _names[name]


def _loaded() -> dict[str, Any]:
    """Names of `pyomo.core`, and of its modules below that what is needed for reading an expression."""
    was_there = "pyomo.common.dependencies" in sys.modules
    hidden = {name: sys.modules.pop(name) for name in _ALONG if name in sys.modules}
    try:
        import pyomo.core as core
        from pyomo.core.base.param import ParamData
        from pyomo.core.expr.numeric_expr import NumericExpression
        from pyomo.core.expr.visitor import StreamBasedExpressionVisitor
        from pyomo.repn import generate_standard_repn
    finally:
        sys.modules.update(hidden)
    if not was_there:  # else somebody else uses Pyomo, perhaps with all of these
        from pyomo.common.dependencies import DeferredImportCallbackFinder

        for name in _ALONG:
            DeferredImportCallbackFinder._callbacks.pop(name, None)
    return {
        **vars(core),
        "ParamData": ParamData,
        "NumericExpression": NumericExpression,
        "StreamBasedExpressionVisitor": StreamBasedExpressionVisitor,
        "generate_standard_repn": generate_standard_repn,
    }
