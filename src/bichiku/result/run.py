"""A run: what came of one strategy, just solved or read back, and its folder on disk.

A folder is written whole or not at all, never over another.
"""

from __future__ import annotations

import html
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

import pandas as pd
import yaml

from bichiku.executing import threads
from bichiku.model.world import World
from bichiku.program import ALL
from bichiku.reading.files import MODEL_FILE
from bichiku.reading.model import INPUTS, Model, model_of
from bichiku.reading.yaml12 import CoreDumper
from bichiku.result.manifest import SOLVER_LOG, input_hash, manifest, sha256, write_manifest
from bichiku.result.outcome import Outcome
from bichiku.result.solved import Solved
from bichiku.result.staging import settle, staged
from bichiku.result.tables import OF_BRANCHES, TABLES
from bichiku.result.tables.split import SPLIT
from bichiku.solving import Report
from bichiku.solving.certificate import Certificate
from bichiku.verification import LEFT_OUT, Verdict, verify_run
from bichiku.verification.beside import Verifier

REPORT = "report.html"
Tables = Literal["all", "plan"]
WORTH_A_PROCESS = 100_000  # rows of flows; fewer verify before another process has begun
FIRST_TOLD = (
    "cost_per_year",
    "nation_cost_per_year",
    "expected_damage_per_year",
    "cvar_damage",
    "worst_crisis_damage",
)


class Rejected(Exception):
    """A run whose written files do not verify."""

    def __init__(self, folder: Path, verdict: Verdict) -> None:
        self.folder, self.verdict = folder, verdict
        count = sum(verdict.broken.values())
        what = "1 number does" if count == 1 else f"{count} numbers do"
        super().__init__(f"{what} not verify, first of all {verdict.findings[0]}; see {folder}")


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
        """All tonnes of the plan by period; what is zero has no row."""
        return self.table("flows")

    @property
    def branch_flows(self) -> pd.DataFrame:
        """All tonnes at every node of the branches; what is zero has no row."""
        return self.table("flows-branches")

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

    def write(self, output: str | Path = "runs", verify: bool = True, tables: Tables = "all") -> Path:
        """Writes the run and returns its folder, ``<model>-<strategy>-<hash>`` below `output`.

        The hash is that of all inputs, so equal inputs give equal names; a second run of the same inputs gets
        ``-2`` behind its name. Afterwards `folder` and `manifest` are those of what was written.

        Args:
            output: folder that holds the runs; made if need be.
            verify: whether to recompute everything from the written files first.
            tables: ``plan`` leaves the large tables of branches out once the run has verified.

        Raises:
            CannotWrite: the folder cannot be made or filled; nothing is left behind.
            Rejected: what was written does not verify; it is kept under a name that ends in ``-rejected``.
            ValueError: the run was read back, so it is written already; there are no such tables; or those of branches
                shall be left out before anything was held against them.
        """
        if tables not in get_args(Tables):
            raise ValueError(f"tables is {tables!r} and not {' or '.join(map(repr, get_args(Tables)))}")
        if tables == "plan" and not verify:
            raise ValueError("a run of the plan alone is verified before its tables of branches are left out")
        output = Path(output)
        with staged(output) as folder:
            written, verdict = self.fill(folder, verify, tables)
            if verdict is not None and not verdict.holds:
                raise Rejected(settle(folder, output, f"{self.folder_name}-rejected"), verdict)
            self.folder = settle(folder, output, self.folder_name)
        self.manifest = written
        return self.folder

    @property
    def folder_name(self) -> str:
        """What its folder is called: equal inputs have equal names."""
        return f"{self.model.name}-{self.strategy}-{input_hash(self.model, self.strategy)}"

    def fill(self, folder: Path, verify: bool = True, tables: Tables = "all") -> tuple[dict[str, Any], Verdict | None]:
        """Writes the run into an empty folder; see `write`.

        Returns:
            The manifest, and what verifying found; a run that does not verify has no page.
        """
        is_beside = verify and self.page is not None and threads() > 1 and len(self.branch_flows) >= WORTH_A_PROCESS
        with Verifier(folder) if is_beside else nullcontext() as beside:
            start = time.perf_counter()
            solved = self._as_solved()
            for table, frame in self.tables.items():
                TABLES[table].write(frame, folder)
            (folder / SOLVER_LOG).write_text(solved.log, encoding="utf-8")
            _write_inputs(self.model, self.strategy, folder / INPUTS)
            outputs = {
                TABLES[table].file: sha256((folder / TABLES[table].file).read_bytes()) for table in sorted(self.tables)
            }
            seconds = {**solved.seconds, "write": time.perf_counter() - start}
            content = manifest(self.model, solved, outputs, seconds)
            written = write_manifest(content, folder)
            verdict, page = self._verified_with_page(folder, written, beside) if verify else (None, self._page(written))
        if verdict is not None:
            content["verification"] = verdict.as_dict()
        if verdict is None or verdict.holds:
            if tables == "plan":
                content |= _left_out(folder, outputs)
            if page is not None:
                (folder / REPORT).write_text(page, encoding="utf-8")
        return write_manifest(content, folder), verdict

    def _verified_with_page(
        self, folder: Path, written: dict[str, Any], beside: Verifier | None
    ) -> tuple[Verdict, str | None]:
        if beside is None:
            verdict = verify_run(folder)
            return verdict, self._page(written) if verdict.holds else None
        beside.begin()
        page = self._page(written)
        return beside.verdict(), page

    def _page(self, written: dict[str, Any]) -> str | None:
        """The text of its report.html, which does not tell that it verified: a run that does not has no page."""
        # the folder has no name of its own yet, and equal runs have equal pages
        return None if self.page is None else self.page(replace(self, manifest=written, folder=None))

    def _repr_html_(self) -> str:
        """The numbers that matter most, as a notebook shows them."""
        summary = self.summary
        whole = summary[(summary["material"] == ALL) & summary["metric"].isin(FIRST_TOLD)]
        days = summary[summary["metric"] == "cover_days_at_end"]
        rows = pd.concat([whole, days])[["metric", "material", "value", "unit"]]
        table = rows.to_html(index=False, border=0, float_format="{:,.4g}".format)
        title = f"{self.world.settings.model}: {self.strategy}"
        return f"<p><b>{html.escape(title)}</b></p>{table}"


def _left_out(folder: Path, outputs: Mapping[str, str]) -> dict[str, Any]:
    """Removes the large tables of branches, and returns what the manifest says of the rest."""
    files = [TABLES[name].file for name in OF_BRANCHES]
    for file in files:
        (folder / file).unlink()
    return {"outputs_sha256": {name: value for name, value in outputs.items() if name not in files}, LEFT_OUT: files}


def _write_inputs(model: Model, strategy: str, folder: Path) -> None:
    """A model folder that holds this one strategy: the tables as read, and model.yaml as resolved."""
    folder.mkdir()
    resolved = {**model.resolved[strategy], "tables": "."}
    text = yaml.dump(resolved, Dumper=CoreDumper, sort_keys=False, allow_unicode=True, width=100)
    (folder / MODEL_FILE).write_text(text, encoding="utf-8")
    for name, content in model.files.items():
        if name.endswith(".csv"):
            (folder / Path(name).name).write_bytes(content)
