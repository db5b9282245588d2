"""``null`` in a change: it removes a key that model.yaml knows or a name that is there, and is a fault elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bichiku.model.faults import Wrong, nearest, shown
from bichiku.reading.document import KeyPath, nulls, without_nulls
from bichiku.reading.schema import keys_at
from bichiku.reading.slips import NO_VALUE


def removal_faults(base: Any, change: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Wrong]]:
    """What is wrong with the nulls of a change to what stands at a key path, with the key path of each."""
    if isinstance(change, dict):
        for key, value in change.items():
            yield from entry_faults(base, key, value, (*path, key))
    else:
        for place in nulls(change, path):
            yield place, Wrong(NO_VALUE, "null removes nothing from a list; write the list as it is to be")


def entry_faults(base: Any, key: Any, value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Wrong]]:
    """The same for one entry of the mapping `base`; the key path ends in its key."""
    there = base if isinstance(base, dict) else {}
    known = keys_at(path[:-1])
    only_removes = value is None or (value != {} and without_nulls(value) == {})
    if only_removes and known and key not in known:
        yield path, Wrong(f"unknown key {shown(key)}", nearest(key, known))
    elif only_removes and not known and key not in there:
        what = "remove" if value is None else "change"
        yield path, Wrong(f"there is no {shown(key)} to {what}", nearest(key, there))
    elif value is not None:
        yield from removal_faults(there.get(key), value, path)
