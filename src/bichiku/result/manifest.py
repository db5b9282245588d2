"""The manifest of a run: what is needed to repeat it and to trust it, with the digests it stands by."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bichiku.reading.files import MODEL_FILE
from bichiku.reading.model import Model
from bichiku.result.solved import Solved
from bichiku.result.tables.split import SPLIT
from bichiku.solving import SolverOptions
from bichiku.version import __version__

MANIFEST = "manifest.json"
SOLVER_LOG = "solver.log"
EDITION = 2  # of the model's meaning; runs of another are not read
PACKAGES = ("pyomo", "highspy", "numpy", "scipy", "pandas", "pydantic")


def input_hash(model: Model, strategy: str) -> str:
    """Eight hexadecimal digits that stand for a strategy's resolved model, its tables and bichiku's version."""
    tables = {Path(name).name: digest for name, digest in input_digests(model).items() if name.endswith(".csv")}
    resolved = {**model.resolved[strategy], "tables": "."}  # wherever they lie, so that a repeat has the same name
    content = {"model": resolved, "tables": tables, "bichiku": __version__}
    return sha256(json.dumps(content, sort_keys=True, default=str).encode())[:8]


def input_digests(model: Model) -> dict[str, str]:
    """SHA-256 of each input file, by its path inside the model folder."""
    return {name: sha256(content) for name, content in model.files.items()}


def sha256(content: bytes) -> str:
    """SHA-256 of a file's content, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def write_manifest(content: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Writes the manifest and returns it as it will be read back."""
    text = json.dumps(content, indent=2, ensure_ascii=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
    written: dict[str, Any] = json.loads(text)
    return written


def manifest(model: Model, solved: Solved, outputs: dict[str, str], seconds: dict[str, float]) -> dict[str, Any]:
    """What is needed to repeat the run and to trust it.

    Two runs of the same model folder differ in the key ``times`` only. A repeat by ``run --from`` is made from the
    model as resolved: its model.yaml has another digest, and no revision of git.
    """
    outcome, program = solved.outcome, solved.outcome.program
    rows, columns = program.shape
    return {
        "edition": EDITION,
        "model": model.name,
        "strategy": outcome.world.strategy,
        "versions": {
            "bichiku": __version__,
            "python": platform.python_version(),
            **{package: version(package) for package in PACKAGES},
        },
        "platform": platform.platform(),
        "git_revision": _git_revision(model.source.folder),
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
            "branches_apart": {str(part): note for part, note in solved.report.apart.items()},
            "log": SOLVER_LOG,
        },
        "size": {
            "rows": rows,
            "columns": columns,
            "non_zeros": int(program.matrix.nnz),
            "chains": len(outcome.chains),
            "nodes": sum(chain.tree.size for chain in outcome.chains),
            "futures": len(outcome.futures),
        },
        "certificate": asdict(solved.certificate),
        **_split(solved.at_list_prices),
        "times": {"written": datetime.now(UTC).isoformat(timespec="seconds"), "seconds": seconds},
    }


def _split(listed: Solved | None) -> dict[str, Any]:
    """What is told of the solve at list prices; nothing of a run that is not split."""
    if listed is None:
        return {}
    told = {
        "objective": listed.outcome.solution.objective,
        "iterations": listed.report.iterations,
        "certificate": asdict(listed.certificate),
    }
    return {SPLIT.name: told}


def _plain(data: Any) -> Any:
    if isinstance(data, dict):
        return {str(key): _plain(value) for key, value in data.items()}
    return [_plain(value) for value in data] if isinstance(data, list) else data


def _git_revision(folder: Path | None) -> str | None:
    """The revision of a model that is under version control, marked where files differ from it."""
    if folder is None:
        return None
    tracked = _git(folder, "ls-files", "--error-unmatch", MODEL_FILE)
    return None if tracked is None else _git(folder, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*")


def _git(folder: Path, *words: str) -> str | None:
    try:
        found = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return found.stdout.strip() if found.returncode == 0 else None
