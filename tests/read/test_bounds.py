"""Inputs of a size that no model has: refused, or read in bounded memory."""

from __future__ import annotations

import multiprocessing
import resource
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from bichiku.model.faults import ModelFaults
from bichiku.reading.model import read_model
from bichiku.result.pipeline import grow
from oracles.models import MODEL, faults_of, the_fault, world_of, write_model

MEMORY = 700 << 20  # bytes above what the interpreter and its libraries hold once they are loaded
DEMAND = "material,year,tonnes\n"
SUPPLIERS = "supplier,material,country,capacity_t,price\n"
MILLION = 10**6
CRISIS = """\
crises:
  halt:
    annual_probability: 0.001
    onset_every: 1
    duration: 1
    recovery: to-end
    effects: [{all: true, loss: 1}]
"""


def _aliases() -> str:
    """Nine lists, each of nine times the one before: 387 million entries in all."""
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    for before, here in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{here}: &{here} [{', '.join([f'*{before}'] * 9)}]")
    return "\n".join(lines) + "\n"


def _rows(row: str) -> str:
    return "".join(row.format(i) for i in range(MILLION))


NO_END = "has a cell that cannot be read: it has no end; is a quote never closed?"
NESTS = "nests too deep or holds too much (aliases count each time)"
LARGE: dict[str, tuple[Callable[[], dict[str, Any]], str]] = {
    "a million suppliers": (
        lambda: {"suppliers": SUPPLIERS + _rows("s{},cobalt,COD,1,1\n")},
        "suppliers.csv:50002: has more than 50,000 rows",
    ),
    "a million years": (
        lambda: {"demand": DEMAND + _rows("m{},2026,1\n")},
        "demand.csv:50002: has more than 50,000 rows",
    ),
    "a million faults": (
        lambda: {"suppliers": SUPPLIERS + _rows("s{0},cobalt,COD,x{0},1\n")},
        "suppliers.csv:2: capacity_t: 'x0' is not a number",
    ),
    "a huge cell": (
        lambda: {"suppliers": SUPPLIERS + "a" * 200 * MILLION},
        "suppliers.csv: is larger than 50,000,000 bytes",
    ),
    "an open quote": (lambda: {"suppliers": f'{SUPPLIERS}"' + "備" * 16 * MILLION}, f"suppliers.csv:2: {NO_END}"),
    "aliases": (lambda: {"extra": _aliases()}, f"model.yaml:6: e[1][5]: {NESTS}"),
    "brackets": (lambda: {"extra": "a: " + "[" * 4 * MILLION}, "model.yaml: is larger than 1,000,000 bytes"),
    "fewer brackets": (lambda: {"extra": "a: " + "[" * 900_000}, f"model.yaml:6: {NESTS}"),
    "keys": (lambda: {"whole": "".join(f"{i}:\n" for i in range(100_000))}, f"model.yaml:10000: {NESTS}"),
}
"""What makes what `write_model` is given, and how the first fault begins."""


def _read_in(folder: Path, memory: int) -> list[str]:
    loaded = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (loaded + memory, loaded + memory))
    return faults_of(folder)


@pytest.mark.skipif(not Path("/proc/self/statm").is_file(), reason="the system does not tell how much memory is used")
@pytest.mark.parametrize("what", LARGE)
def test_what_no_model_holds_is_refused_in_bounded_memory(tmp_path: Path, what: str) -> None:
    tables, fault = LARGE[what]
    write_model(tmp_path, **tables())
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as other:
        found = other.submit(_read_in, tmp_path, MEMORY).result()
    assert found[0] == fault


def test_faults_are_told_up_to_fifty(tmp_path: Path) -> None:
    rows = "".join(f"s{i},cobalt,COD,x{i},1\n" for i in range(60))
    with pytest.raises(ModelFaults) as caught:
        read_model(write_model(tmp_path, suppliers=SUPPLIERS + rows))
    assert len(caught.value.faults) == 50
    assert not caught.value.all_found


def test_fifty_faults_are_told_as_all(tmp_path: Path) -> None:
    rows = "".join(f"s{i},cobalt,COD,x{i},1\n" for i in range(50))
    with pytest.raises(ModelFaults) as caught:
        read_model(write_model(tmp_path, suppliers=SUPPLIERS + rows))
    assert len(caught.value.faults) == 50
    assert caught.value.all_found


def test_a_tree_that_no_computer_holds_is_refused_before_it_grows(tmp_path: Path) -> None:
    # 100,000 periods and a branch from each to the end: 100,000 + 100,000 * 100,001 / 2 nodes
    whole = MODEL.replace("periods: 2", "periods: 100000") + CRISIS
    world = world_of(write_model(tmp_path, whole=whole, demand="material,year,tonnes\n"))
    with pytest.raises(
        ModelFaults, match="the trees have 5,000,150,000 nodes with up to 2 sources, materials and tranches"
    ):
        grow(world)


def test_too_many_strategies_are_refused(tmp_path: Path) -> None:
    strategies = "strategies:\n" + "".join(f"  s{i}: {{}}\n" for i in range(101))
    assert "has 101 strategies; at most 100 are read" in the_fault(write_model(tmp_path, extra=strategies))
