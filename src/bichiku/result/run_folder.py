"""A run on disk: one folder of tables and a manifest, written whole or not at all, never over another."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

import bichiku
from bichiku.read.model import INPUTS, MODEL_FILE, Model
from bichiku.read.yaml12 import CoreDumper
from bichiku.result.pipeline import Solved
from bichiku.result.saved_run import MANIFEST
from bichiku.result.staging import settle, staged
from bichiku.result.tables import TABLES
from bichiku.solve import SolverOptions
from bichiku.verify import Verdict, verify_run

SOLVER_LOG = "solver.log"
PACKAGES = ("pyomo", "highspy", "numpy", "scipy", "pandas", "pydantic")


class Rejected(Exception):
    """A run whose written files do not verify."""

    def __init__(self, folder: Path, verdict: Verdict) -> None:
        self.folder, self.verdict = folder, verdict
        count = sum(verdict.broken.values())
        super().__init__(f"{count} numbers do not verify, first of all {verdict.findings[0]}; see {folder}")


def write_run(
    model: Model,
    solved: Solved,
    output: Path,
    origin: Path,
    add: Callable[[Path], None] = lambda _: None,
    verify: bool = True,
) -> Path:
    """Writes one run and returns its folder, ``<model>-<strategy>-<hash>`` below `output`.

    The hash is that of all inputs, so equal inputs give equal names; a second run of the same inputs gets
    ``-2`` behind its name.

    Args:
        model: the model as read.
        solved: the strategy solved.
        output: folder that holds the runs; made if need be.
        origin: the model's folder, for its git revision.
        add: writes more into the folder, just before it gets its name.
        verify: whether to recompute everything from the written files first.

    Raises:
        CannotWrite: the folder cannot be made or filled; nothing is left behind.
        Rejected: what was written does not verify; it is kept under a name that ends in ``-rejected``.
    """
    start = time.perf_counter()
    strategy = solved.outcome.world.strategy
    name = f"{model.name}-{strategy}-{input_hash(model, strategy)}"
    with staged(output) as folder:
        for table, frame in solved.tables.items():
            TABLES[table].write(frame, folder)
        (folder / SOLVER_LOG).write_text(solved.report.log, encoding="utf-8")
        _write_inputs(model, strategy, folder / INPUTS)
        outputs = {file.name: _digest(file.read_bytes()) for file in sorted(folder.glob("*.csv"))}
        seconds = {**solved.seconds, "write": time.perf_counter() - start}
        content = manifest(model, solved, outputs, seconds, origin)
        _write_manifest(content, folder)
        if verify:
            verdict = verify_run(folder)
            _write_manifest({**content, "verification": verdict.as_dict()}, folder)
            if not verdict.holds:
                raise Rejected(settle(folder, output, f"{name}-rejected"), verdict)
        add(folder)
        return settle(folder, output, name)


def input_hash(model: Model, strategy: str) -> str:
    """Eight hexadecimal digits that stand for a strategy's resolved model, its tables and bichiku's version."""
    tables = {Path(name).name: digest for name, digest in input_digests(model).items() if name.endswith(".csv")}
    resolved = {**model.resolved[strategy], "tables": "."}  # wherever they lie, so that a repeat has the same name
    content = {"model": resolved, "tables": tables, "bichiku": bichiku.__version__}
    return _digest(json.dumps(content, sort_keys=True, default=str).encode())[:8]


def input_digests(model: Model) -> dict[str, str]:
    """SHA-256 of each input file, by its path inside the model folder."""
    return {name: _digest(content) for name, content in model.files.items()}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write_manifest(content: dict[str, Any], folder: Path) -> None:
    text = json.dumps(content, indent=2, ensure_ascii=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def _write_inputs(model: Model, strategy: str, folder: Path) -> None:
    """A model folder that holds this one strategy: the tables as read, and model.yaml as resolved."""
    folder.mkdir()
    resolved = {**model.resolved[strategy], "tables": "."}
    text = yaml.dump(resolved, Dumper=CoreDumper, sort_keys=False, allow_unicode=True, width=100)
    (folder / MODEL_FILE).write_text(text, encoding="utf-8")
    for name, content in model.files.items():
        if name.endswith(".csv"):
            (folder / Path(name).name).write_bytes(content)


def manifest(
    model: Model, solved: Solved, outputs: dict[str, str], seconds: dict[str, float], origin: Path
) -> dict[str, Any]:
    """What is needed to repeat the run and to trust it.

    Two runs of the same model folder differ in the key ``times`` only. A repeat by ``run --from`` is made from the
    model as resolved: its model.yaml has another digest, and no revision of git.
    """
    outcome, program = solved.outcome, solved.outcome.program
    rows, columns = program.shape
    return {
        "model": model.name,
        "strategy": outcome.world.strategy,
        "versions": {
            "bichiku": bichiku.__version__,
            "python": platform.python_version(),
            **{package: version(package) for package in PACKAGES},
        },
        "platform": platform.platform(),
        "git_revision": _git_revision(origin),
        "inputs_sha256": input_digests(model),
        "outputs_sha256": outputs,
        "resolved_model": _plain(model.resolved[outcome.world.strategy]),
        "solver": {
            "name": "HiGHS",
            **outcome.world.settings.solver.model_dump(),
            "options": SolverOptions(outcome.world.settings.solver.method).as_highs(),
            "status": outcome.solution.status.value,
            "objective": outcome.solution.objective,
            "parts": solved.report.parts,
            "largest_part": {"rows": solved.report.largest[0], "columns": solved.report.largest[1]},
            "iterations": solved.report.iterations,
            "log": SOLVER_LOG,
        },
        "size": {
            "rows": rows,
            "columns": columns,
            "non_zeros": int(program.matrix.nnz),
            "nodes": outcome.tree.size,
            "branches": len(outcome.tree.branches),
        },
        "certificate": asdict(solved.certificate),
        "times": {"written": datetime.now(UTC).isoformat(timespec="seconds"), "seconds": seconds},
    }


def _plain(data: Any) -> Any:
    if isinstance(data, dict):
        return {str(key): _plain(value) for key, value in data.items()}
    return [_plain(value) for value in data] if isinstance(data, list) else data


def _git_revision(folder: Path) -> str | None:
    """The revision of a model that is under version control, marked where files differ from it."""
    tracked = _git(folder, "ls-files", "--error-unmatch", MODEL_FILE)
    return None if tracked is None else _git(folder, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*")


def _git(folder: Path, *words: str) -> str | None:
    try:
        found = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return found.stdout.strip() if found.returncode == 0 else None
