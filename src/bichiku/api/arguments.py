"""What a call from Python is given, where it is of another type than the call takes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bichiku.model.faults import Fault, ModelFaults
from bichiku.model.world import World
from bichiku.reading.model import Model
from bichiku.result.run import Run

LONGEST = 60  # text of a value that is shown
_WORDS: dict[type, tuple[str, str]] = {  # what a value of a type is called, and where to get one
    World: ("a world", 'one strategy of a model, such as bichiku.read("models/tutorial")["today"]'),
    Model: ("a model", 'such as bichiku.read("models/tutorial")'),
    Run: ("a run", 'such as bichiku.solve(world) or bichiku.load("runs/...")'),
}


def require(call: str, value: Any, *kinds: type) -> None:
    """Holds a value to the types that a call takes.

    Args:
        call: the function that it was given to.
        value: the value.
        kinds: the types.

    Raises:
        ModelFaults: it is of none of them.
    """
    if isinstance(value, kinds):
        return
    names, hints = zip(*(_WORDS.get(kind, (f"a {kind.__name__}", "")) for kind in kinds), strict=True)
    message = f"takes {' or '.join(names)} and not {_called(value)}"
    raise ModelFaults([Fault(call, None, "", message, hints[0])])


def runs_of(call: str, given: Any) -> list[Run]:
    """One run, or several.

    Raises:
        ModelFaults: it is none.
    """
    runs = list(given) if isinstance(given, Iterable) and not isinstance(given, str | Model) else [given]
    for run in runs:
        require(call, run, Run)
    return runs


def _called(value: Any) -> str:
    if type(value) in _WORDS:
        return _WORDS[type(value)][0]
    kind, text = type(value).__name__, repr(value)
    return f"{text} ({kind})" if len(text) <= LONGEST else kind
