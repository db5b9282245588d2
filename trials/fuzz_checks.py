"""What must come of an input: a clear refusal, or a model in which every number is the one that was written.

What a planted text means is read here a second time, from docs/model-file.md and docs/tables.md, in code that
shares nothing with `bichiku.reading`.
"""

from __future__ import annotations

import math
import re
import signal
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from bichiku.api.sweep.axes import parse_axes
from bichiku.build import build
from bichiku.checking import advice
from bichiku.model.chains import Chain
from bichiku.model.faults import MOST_FAULTS, ModelFaults
from bichiku.model.time_path import TimePath
from bichiku.model.world import World
from bichiku.policies.reserve_target import DaysPath
from bichiku.reading.model import Model, read_model
from bichiku.result.pipeline import NoSolution, grow, run_strategy
from trials.fuzz_inputs import Planted, Spoilt, bases

SECONDS = 10  # of a processor that an input may take
BUILT = 20_000  # nodes times sources of all chains, up to which a program is built
SOLVED = 1000  # and up to which it is solved
TABLES_PAGE = Path(__file__).parents[1] / "docs" / "tables.md"
UNSET = ("~", "null", "Null", "NULL", "")

_DECIMAL = re.compile(r"([+-]?)([0-9]*)\.?([0-9]*)(?:[eE]([+-]?[0-9]+))?")
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_SIMPLE = re.compile(r"[0-9A-Za-z._+-]+")  # plain YAML that is nothing but one scalar
_WHITE = " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)


class Defect(AssertionError):
    """The reader did what it must not do."""


class TooSlow(BaseException):
    """An input took longer than `SECONDS`."""


@contextmanager
def in_time() -> Iterator[None]:
    """Interrupts what takes longer than `SECONDS`."""

    def stop(*_: object) -> None:
        raise TooSlow(f"longer than {SECONDS} seconds")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def check(spoilt: Spoilt, folder: Path, solve: bool) -> str:
    """Reads one input, and goes on with it where it is taken.

    Args:
        spoilt: the input.
        folder: a folder that may be written over.
        solve: whether to solve small models that are taken.

    Returns:
        ``refused``, ``taken`` or ``solved``.

    Raises:
        Defect: a number is not what was written, or a refusal says nothing.
        Exception: whatever else the reader let through.
    """
    for old in folder.iterdir():
        old.unlink()
    for name, content in spoilt.files.items():
        (folder / name).write_bytes(content)
    with in_time():
        if spoilt.vary:
            return _check_axes(spoilt.vary)
        try:
            model = read_model(folder, (), spoilt.sets)
            for world in model.worlds.values():
                _check_finite(world)
                chains = grow(world)
                advice(world)
                if _size(chains) < BUILT:
                    build(world, chains)
        except ModelFaults as error:
            check_refusal(error, str(folder))
            return "refused"
        if spoilt.planted is not None:
            _check_planted(spoilt.planted, sound(spoilt.base), model)
    return _solve(model) if solve else "taken"


def check_refusal(error: ModelFaults, folder: str) -> None:
    """A refusal has a bounded number of faults, each of which says where and what in one printable line."""
    _require(0 < len(error.faults) <= MOST_FAULTS, f"{len(error.faults)} faults")
    for fault in error.faults:
        text = str(fault)
        _require(text.isprintable(), f"fault {text!r}")
        _require(len(text) < 20_000, f"a fault of {len(text)} characters")
        _require(bool(fault.message), "a fault without a message")
        _require(fault.file.startswith(folder) or fault.file.startswith("--"), f"fault of {fault.file}")
        lost = ("Error", "Exception", "Traceback", "object at 0x")
        _require(not any(word in fault.message for word in lost), f"fault {text!r}")


def _check_finite(world: World) -> None:
    for path, value in values_of(world).items():
        _require(not isinstance(value, float) or math.isfinite(value), f"{path} is {value}")


def _size(chains: Sequence[Chain]) -> int:
    return sum(chain.tree.size * len(chain.world.sources) for chain in chains)


def _solve(model: Model) -> str:
    for world in model.worlds.values():
        if _size(grow(world)) > SOLVED:
            return "taken"
        try:
            solved = run_strategy(world)
        except NoSolution:
            continue
        _require(solved.certificate.holds, f"certificate {solved.certificate}")
    return "solved"


@lru_cache
def sound(name: str) -> Model:
    """A base as it is read before anything is spoilt."""
    with tempfile.TemporaryDirectory() as there:
        for file, content in bases()[name].files.items():
            (Path(there) / file).write_bytes(content)
        return read_model(Path(there))


# What was written, against what was read


def _check_planted(planted: Planted, before: Model, after: Model) -> None:
    if planted.file.endswith(".csv"):
        for name, world in after.worlds.items():
            if name in before.worlds:
                _check_cell(planted, before.worlds[name], world)
    elif _SIMPLE.fullmatch(planted.text) and planted.path[0] != "tables":
        _check_key(planted, before, after)


def _check_key(planted: Planted, before: Model, after: Model) -> None:
    path = _as_read(planted.path)
    of_strategy = path[0] == "strategies"
    names = [path[1]] if of_strategy else list(after.worlds)
    path = path[2:] if of_strategy else path
    for name in names:
        old, new = values_of(before.worlds[name]), values_of(after.worlds[name])
        of_base = not of_strategy and planted.file != "--set"
        if path not in old or (of_base and path[0] == "policies" and len(before.worlds) > 1):
            continue  # a strategy may have a value of its own
        if planted.text in UNSET:
            _require(of_strategy or planted.file == "--set", f"{path} taken without a value")
        else:
            wanted = _meaning(planted.text, planted.before)
            _require(_equal(new.get(path), wanted), f"{path}: {planted.text!r} read as {new.get(path)!r}")
            if path[0] not in ("start", "periods", "resolution"):  # which decide what demand is read
                _same_but(old, new, path)


def _same_but(old: dict[Any, Any], new: dict[Any, Any], path: tuple[Any, ...]) -> None:
    for key in {*old, *new}:
        if key[: len(path)] != path:
            _require(old.get(key) == new.get(key), f"{key} turned from {old.get(key)!r} to {new.get(key)!r}")


def _as_read(path: tuple[Any, ...]) -> tuple[Any, ...]:
    """A key path with months as the reader counts them."""
    return tuple(_months(key) if isinstance(key, str) and _MONTH.fullmatch(key) else key for key in path)


def _months(text: str) -> int:
    return int(text[:4]) * 12 + int(text[5:]) - 1


def _meaning(text: str, before: Any) -> Any:
    """What docs/model-file.md says that a text means where such a value stood before; None for nothing."""
    if isinstance(before, bool):
        return {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}.get(text)
    if before == "to-end" or isinstance(before, int | float):
        return "to-end" if text == "to-end" and before != "to-end" else decimal(text)
    if _MONTH.fullmatch(str(before)):
        return _months(text) if _MONTH.fullmatch(text) else None
    return text


def _equal(read: Any, wanted: Any) -> bool:
    if wanted is None or read is None:
        return False
    if isinstance(wanted, Fraction):
        return isinstance(read, int | float) and not isinstance(read, bool) and _rounded(wanted, read)
    return type(read) is type(wanted) and read == wanted


def _rounded(wanted: Fraction, read: float) -> bool:
    """Whether a number read is the float (or whole number) nearest to the one that was written."""
    if isinstance(read, int):
        return read == wanted
    return math.isfinite(read) and float(wanted) == read and (wanted == 0) == (read == 0)


def decimal(text: str) -> Fraction | None:
    """The exact number that a plain decimal of ASCII digits writes; None for all else."""
    found = _DECIMAL.fullmatch(text)
    if found is None or not found[2] + found[3]:
        return None
    if len(text) > 4000:
        return None  # more than Python reads at once, and no number of a model
    digits, exponent = int(found[2] + found[3]), int(found[4] or 0)
    if digits == 0 or abs(exponent) > 5000:
        return None if digits else Fraction(0)
    sign = -1 if found[1] == "-" else 1
    return sign * digits * Fraction(10) ** (exponent - len(found[3]))


def values_of(world: World) -> dict[tuple[Any, ...], Any]:
    """Every value of a world's settings by key path, and of its tables by table, key and column."""
    found = dict(_walk(world.settings, ()))
    for table in ("materials", "suppliers", "projects", "tranches", "countries"):
        for key, row in getattr(world, table).items():
            found.update(_walk(row, (f"{table}.csv", key)))
    for material, by_year in world.demand.items():
        found.update({("demand.csv", (material, str(year)), "tonnes"): value for year, value in by_year.items()})
    for source, by_country in world.origins.items():
        lags = world.lags.get(source, {})
        for country, share in by_country.items():
            found["origins.csv", (source, country), "share"] = share
            found["origins.csv", (source, country), "lag_periods"] = lags.get(country, 0)
    return found


def _walk(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, DaysPath):
        yield from _walk(value.default, (*path, "default") if value.materials else path)
        yield from _walk(value.materials, path)
    elif isinstance(value, TimePath):
        if value.at == (0,):
            yield path, value.values[0]
        else:
            yield from (((*path, at), number) for at, number in zip(value.at, value.values, strict=True))
    elif isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from _walk(getattr(value, name), (*path, field.alias or name))
    elif isinstance(value, dict) and path[-1] == "duration" and len(value) == 1:
        yield path, next(iter(value))  # of one length, which is written without its probability
    elif isinstance(value, dict):
        for key, inside in value.items():
            yield from _walk(inside, (*path, key))
    elif isinstance(value, list | tuple):
        for i, inside in enumerate(value):
            yield from _walk(inside, (*path, i))
    elif value is not None:
        yield path, value


def _check_cell(planted: Planted, before: World, after: World) -> None:
    row, column = dict(planted.path[0]), planted.path[1]
    table, text = planted.file, planted.text.strip(_WHITE)
    default, unit = columns()[table, column]
    keys = {"demand.csv": ("material", "year"), "origins.csv": ("supplier", "country")}.get(table)
    keys = keys or {"substitution.csv": ("material", "tranche")}.get(table) or (next(iter(row)),)
    if column in keys:
        return
    name = "tranches.csv" if table == "substitution.csv" else table
    key = row[keys[0]] if len(keys) == 1 else tuple(row[k] for k in keys)
    old, new = values_of(before), values_of(after)
    path = (name, key, column)
    if not text:
        _require(default != "required", f"{path} taken without a value")
        wanted = (
            None if default == "empty" else decimal(default) if decimal(default) is not None else default.strip("`")
        )
    elif _is_number(planted.before, unit):
        wanted = decimal(text)
        _require(wanted is not None, f"{path}: {planted.text!r} taken for a number")
    else:
        wanted = text
    if column in ("basis", "source", "groups") or path not in {**old, **new}:
        return
    read = new.get(path)
    if path[::2] == ("origins.csv", "share") and wanted is not None and key[1] == after.sources[key[0]].country:
        # what no row speaks of is its own country's, which W104 and W105 tell
        wanted = Fraction(float(wanted) + after.unlisted[key[0]])
    if wanted is None:
        _require(read in (None, ""), f"{path}: nothing read as {read!r}")
    else:
        _require(_equal(read, wanted), f"{path}: {planted.text!r} read as {read!r}")
    if table not in ("origins.csv",) and column not in ("country", "material"):
        _same_but(old, new, path)


def _is_number(before: str, unit: str) -> bool:
    return decimal(before) is not None or not (unit.startswith(("text", "name", "country", "`")))


@lru_cache
def columns() -> dict[tuple[str, str], tuple[str, str]]:
    """Default and unit of each column of each table, as docs/tables.md has them."""
    found, table = {}, ""
    for line in TABLES_PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            table = line.strip("# `")
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `") and len(cells) == 4:
            found[table, cells[0].strip("`")] = (cells[2], cells[1])
    return found


def _check_axes(texts: tuple[str, ...]) -> str:
    try:
        axes = parse_axes(texts)
    except ModelFaults as error:
        check_refusal(error, "--vary")
        return "refused"
    for axis, text in zip(axes, texts, strict=True):
        written = text.partition("=")[2]
        parts = [part.strip() for part in written.split(":")]
        if len(parts) == 1:
            _require(axis.values == tuple(part.strip() for part in written.split(",")), f"{text}: {axis.values}")
            continue
        start, stop, step = (decimal(part) for part in parts)
        _require(None not in (start, stop, step), f"{text!r} taken for a range")
        wanted = [start + i * step for i in range(int((stop - start) / step) + 1)]  # type: ignore[operator]
        _require([decimal(value) for value in axis.values] == wanted, f"{text}: {axis.values[:5]}")
    return "taken"


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise Defect(what)
