"""bichiku (備蓄, reserve stock): where to buy critical minerals, what to build, how many days to hold.

What is listed in `__all__` is loaded when it is first asked for, as the packages below take seconds to load.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from bichiku.version import __version__ as __version__

if TYPE_CHECKING:
    from bichiku.api.compare.comparison import Comparison, compare
    from bichiku.api.library import Infeasible, check, doubt, explain, load, read, solve, sweep, verify
    from bichiku.api.library import ranges as range  # noqa: A004
    from bichiku.api.stress.library import Stress, stress
    from bichiku.api.sweep.run import Sweep
    from bichiku.api.tables import Tables
    from bichiku.checking import Advice
    from bichiku.explaining import Explanation
    from bichiku.model.faults import Fault, ModelFaults
    from bichiku.model.world import World
    from bichiku.reading.model import Model
    from bichiku.result.pipeline import NoSolution
    from bichiku.result.run import Run
    from bichiku.show.explanation import text_of
    from bichiku.verification import Verdict

__all__ = [
    "Advice",
    "Comparison",
    "Explanation",
    "Fault",
    "Infeasible",
    "Model",
    "ModelFaults",
    "NoSolution",
    "Run",
    "Stress",
    "Sweep",
    "Tables",
    "Verdict",
    "World",
    "check",
    "compare",
    "doubt",
    "explain",
    "load",
    "range",
    "read",
    "solve",
    "stress",
    "sweep",
    "text_of",
    "verify",
]

_LIBRARY = "bichiku.api.library"
_PUBLIC = {  # name to the module it is in, and its name there
    "Infeasible": (_LIBRARY, "Infeasible"),
    "check": (_LIBRARY, "check"),
    "doubt": (_LIBRARY, "doubt"),
    "explain": (_LIBRARY, "explain"),
    "load": (_LIBRARY, "load"),
    "range": (_LIBRARY, "ranges"),
    "read": (_LIBRARY, "read"),
    "solve": (_LIBRARY, "solve"),
    "sweep": (_LIBRARY, "sweep"),
    "verify": (_LIBRARY, "verify"),
    "Comparison": ("bichiku.api.compare.comparison", "Comparison"),
    "compare": ("bichiku.api.compare.comparison", "compare"),
    "Stress": ("bichiku.api.stress.library", "Stress"),
    "stress": ("bichiku.api.stress.library", "stress"),
    "Sweep": ("bichiku.api.sweep.run", "Sweep"),
    "Tables": ("bichiku.api.tables", "Tables"),
    "Advice": ("bichiku.checking", "Advice"),
    "Explanation": ("bichiku.explaining", "Explanation"),
    "Fault": ("bichiku.model.faults", "Fault"),
    "ModelFaults": ("bichiku.model.faults", "ModelFaults"),
    "World": ("bichiku.model.world", "World"),
    "Model": ("bichiku.reading.model", "Model"),
    "NoSolution": ("bichiku.result.pipeline", "NoSolution"),
    "Run": ("bichiku.result.run", "Run"),
    "text_of": ("bichiku.show.explanation", "text_of"),
    "Verdict": ("bichiku.verification", "Verdict"),
}


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'bichiku' has no attribute {name!r}")
    module, inside = _PUBLIC[name]
    found = globals()[name] = getattr(import_module(module), inside)
    return found


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
