"""A task on its way to the workers: pickled once, known by its digest, and unpickled once by each."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class PackedTask:
    """A task as bytes.

    Attributes:
        content: the pickled task.
        digest: SHA-256 of it.
    """

    content: bytes
    digest: str

    @classmethod
    def of(cls, task: Callable[[Any], Any]) -> PackedTask:
        content = pickle.dumps(task)
        return cls(content, hashlib.sha256(content).hexdigest())


def portable(error: Exception) -> Exception:
    """An error that survives the way back; one that cannot be pickled becomes its words."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
