"""A run: what came of one strategy, just solved or read back, and its folder on disk.

A folder is written whole or not at all, never over another.
"""

from __future__ import annotations

import hashlib
import html
import json
import platform
import subprocess
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from bichiku.model.world import World
from bichiku.program import ALL
from bichiku.reading.model import INPUTS, MODEL_FILE, Model, model_of
from bichiku.reading.yaml12 import CoreDumper
from bichiku.result.outcome import Outcome
from bichiku.result.staging import settle, staged
from bichiku.result.tables import TABLES
from bichiku.result.tables.split import SPLIT
from bichiku.solving import Report, SolverOptions
from bichiku.solving.certificate import Certificate
from bichiku.verification import Verdict, verify_run
from bichiku.version import __version__

MANIFEST = "manifest.json"
REPORT = "report.html"
SOLVER_LOG = "solver.log"
FIRST_TOLD = (
    "cost_per_year",
    "nation_cost_per_year",
    "expected_damage_per_year",
    "cvar_damage",
    "worst_crisis_damage",
)
PACKAGES = ("pyomo", "highspy", "numpy", "scipy", "pandas", "pydantic")


EDITION = 2  # of the model's meaning; runs of another are not read


class Rejected(Exception):
    """A run whose written files do not verify."""

    def __init__(self, folder: Path, verdict: Verdict) -> None:
        self.folder, self.verdict = folder, verdict
        count = sum(verdict.broken.values())
        super().__init__(f"{count} numbers do not verify, first of all {verdict.findings[0]}; see {folder}")


@dataclass(frozen=True)
class Solved:
    """How a strategy was solved.

    Attributes:
        outcome: the solution in words of the model.
        report: what the solver did.
        certificate: how well the solution holds.
        seconds: time of each step.
        at_list_prices: the strategy once more in a world in which no price moves, of a run that is split.
    """

    outcome: Outcome
    report: Report
    certificate: Certificate
    seconds: dict[str, float]
    at_list_prices: Solved | None = None

    @property
    def log(self) -> str:
        """HiGHS's log of all that was solved."""
        listed = self.at_list_prices
        return self.report.log if listed is None else f"{self.report.log}At list prices\n{listed.report.log}"


@dataclass(repr=False, eq=False)
class Run:
    """The results of one strategy. Its tables are data frames with the columns and units of the files of the same name.

    Attributes:
        world: the world that was solved.
        tables: result tables by file name without ending.
        solved: how it was solved; None for a run that was read back.
        manifest: content of manifest.json; empty for a run that is not written yet.
        folder: where it is written, if it is.
        page: makes the content of report.html, if it shall have one.
    """

    world: World
    tables: dict[str, pd.DataFrame]
    solved: Solved | None = None
    manifest: dict[str, Any] = field(default_factory=dict)
    folder: Path | None = None
    page: Callable[[Run], str] | None = None

    def __repr__(self) -> str:
        return f"<Run {self.strategy!r} of {self.world.settings.model!r}: {self.folder or 'not written'}>"

    def called(self, label: str) -> Run:
        """The same run under another name, to stand beside one of the same strategy; what is written stays as it is.

        Raises:
            ModelFaults: the label cannot name a strategy.
        """
        world = self.model.labelled(self.strategy, label)[label]
        return replace(self, world=world, solved=None)

    @property
    def strategy(self) -> str:
        """Name of the strategy."""
        return self.world.strategy

    @property
    def model(self) -> Model:
        """The model that the world is one of.

        Raises:
            ValueError: the world is of no model.
        """
        return model_of(self.world)

    @property
    def outcome(self) -> Outcome:
        """The solution by supplier, material and node.

        Raises:
            ValueError: the run was read back; its files hold the tables only.
        """
        return self._as_solved().outcome

    @property
    def report(self) -> Report:
        """What the solver did; see `outcome` for the error."""
        return self._as_solved().report

    @property
    def certificate(self) -> Certificate:
        """How well the solution holds; see `outcome` for the error."""
        return self._as_solved().certificate

    @property
    def seconds(self) -> dict[str, float]:
        """Time of each step of solving, in seconds; see `outcome` for the error."""
        return self._as_solved().seconds

    def _as_solved(self) -> Solved:
        if self.solved is None:
            raise ValueError("a run that was read back has its tables only; solve its world again")
        return self.solved

    @property
    def is_split(self) -> bool:
        """Whether it tells how many of the days held pay only where prices rise."""
        return SPLIT.name in self.manifest if self.solved is None else self.solved.at_list_prices is not None

    @property
    def summary(self) -> pd.DataFrame:
        """Every metric: one row by metric and material (or ``all``), with value, unit and detail."""
        return self.table("summary")

    @property
    def shares(self) -> pd.DataFrame:
        """Each country's share of a material's imports by value, by stage and calendar year; shares sum to one."""
        return self.table("shares")

    @property
    def prices(self) -> pd.DataFrame:
        """What one unit more of each limit would cost, in money per unit of the limit, and how far that holds."""
        return self.table("prices")

    @property
    def sourcing(self) -> pd.DataFrame:
        """Tonnes and money of the plan, by material, supplier and calendar year."""
        return self.table("sourcing")

    @property
    def reserve(self) -> pd.DataFrame:
        """Tonnes in store and days of cover on the plan, by material and period."""
        return self.table("reserve")

    @property
    def split(self) -> pd.DataFrame:
        """The plan's stock as it is and as it would be at list prices, by material and period; see `solve`."""
        return self.table("split")

    @property
    def crises(self) -> pd.DataFrame:
        """Days short and damage, by branch and material."""
        return self.table("crises")

    @property
    def responses(self) -> pd.DataFrame:
        """What each crisis changes in each month against the plan: who fills the gap, by means and country."""
        return self.table("responses")

    @property
    def costs(self) -> pd.DataFrame:
        """Expected money, discounted and not, by cost line, material and calendar year."""
        return self.table("costs")

    @property
    def flows(self) -> pd.DataFrame:
        """All tonnes at every node of the tree; what is zero has no row."""
        return self.table("flows")

    @property
    def projects(self) -> pd.DataFrame:
        """What is built of each project, and when."""
        return self.table("projects")

    @property
    def duals(self) -> pd.DataFrame:
        """The multiplier of each limit of a policy, in money per unit of its row."""
        return self.table("duals")

    def table(self, name: str) -> pd.DataFrame:
        """A result table by its file name without ending.

        Raises:
            LookupError: the run was made, or read back, without it.
        """
        if name not in self.tables:
            raise LookupError(f"this run has no table {name!r}; it has {', '.join(self.tables)}")
        return self.tables[name]

    def write(self, output: str | Path = "runs", verify: bool = True) -> Path:
        """Writes the run and returns its folder, ``<model>-<strategy>-<hash>`` below `output`.

        The hash is that of all inputs, so equal inputs give equal names; a second run of the same inputs gets
        ``-2`` behind its name. Afterwards `folder` and `manifest` are those of what was written.

        Args:
            output: folder that holds the runs; made if need be.
            verify: whether to recompute everything from the written files first.

        Raises:
            CannotWrite: the folder cannot be made or filled; nothing is left behind.
            Rejected: what was written does not verify; it is kept under a name that ends in ``-rejected``.
            ValueError: the run was read back, so it is written already.
        """
        start = time.perf_counter()
        solved, output = self._as_solved(), Path(output)
        name = f"{self.model.name}-{self.strategy}-{input_hash(self.model, self.strategy)}"
        with staged(output) as folder:
            for table, frame in self.tables.items():
                TABLES[table].write(frame, folder)
            (folder / SOLVER_LOG).write_text(solved.log, encoding="utf-8")
            _write_inputs(self.model, self.strategy, folder / INPUTS)
            outputs = {file.name: _digest(file.read_bytes()) for file in sorted(folder.glob("*.csv"))}
            seconds = {**solved.seconds, "write": time.perf_counter() - start}
            content = manifest(self.model, solved, outputs, seconds)
            written = _write_manifest(content, folder)
            if verify:
                verdict = verify_run(folder)
                written = _write_manifest({**content, "verification": verdict.as_dict()}, folder)
                if not verdict.holds:
                    raise Rejected(settle(folder, output, f"{name}-rejected"), verdict)
            if self.page is not None:
                # the folder has no name of its own yet, and equal runs have equal pages
                page = self.page(replace(self, manifest=written, folder=None))
                (folder / REPORT).write_text(page, encoding="utf-8")
            self.folder = settle(folder, output, name)
        self.manifest = written
        return self.folder

    def _repr_html_(self) -> str:
        """The numbers that matter most, as a notebook shows them."""
        summary = self.summary
        whole = summary[(summary["material"] == ALL) & summary["metric"].isin(FIRST_TOLD)]
        days = summary[summary["metric"] == "cover_days_at_end"]
        rows = pd.concat([whole, days])[["metric", "material", "value", "unit"]]
        table = rows.to_html(index=False, border=0, float_format="{:,.4g}".format)
        title = f"{self.world.settings.model}: {self.strategy}"
        return f"<p><b>{html.escape(title)}</b></p>{table}"


def input_hash(model: Model, strategy: str) -> str:
    """Eight hexadecimal digits that stand for a strategy's resolved model, its tables and bichiku's version."""
    tables = {Path(name).name: digest for name, digest in input_digests(model).items() if name.endswith(".csv")}
    resolved = {**model.resolved[strategy], "tables": "."}  # wherever they lie, so that a repeat has the same name
    content = {"model": resolved, "tables": tables, "bichiku": __version__}
    return _digest(json.dumps(content, sort_keys=True, default=str).encode())[:8]


def input_digests(model: Model) -> dict[str, str]:
    """SHA-256 of each input file, by its path inside the model folder."""
    return {name: _digest(content) for name, content in model.files.items()}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write_manifest(content: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Writes the manifest and returns it as it will be read back."""
    text = json.dumps(content, indent=2, ensure_ascii=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
    written: dict[str, Any] = json.loads(text)
    return written


def _write_inputs(model: Model, strategy: str, folder: Path) -> None:
    """A model folder that holds this one strategy: the tables as read, and model.yaml as resolved."""
    folder.mkdir()
    resolved = {**model.resolved[strategy], "tables": "."}
    text = yaml.dump(resolved, Dumper=CoreDumper, sort_keys=False, allow_unicode=True, width=100)
    (folder / MODEL_FILE).write_text(text, encoding="utf-8")
    for name, content in model.files.items():
        if name.endswith(".csv"):
            (folder / Path(name).name).write_bytes(content)


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
