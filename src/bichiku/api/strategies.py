"""Strategies of a model solved by workers: contents go out, and the files of a run come back."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from bichiku.api.library import report_page
from bichiku.checking import Advice
from bichiku.checking.results import advice_on_result
from bichiku.executing import Executor, TaskFailed
from bichiku.reading.model import Model
from bichiku.result.pipeline import NoSolution, run_strategy
from bichiku.result.run import Rejected, Run, Tables
from bichiku.result.saved_run import COMPARED_TABLES
from bichiku.result.staging import as_cannot_write, settle, staged
from bichiku.solving import Status
from bichiku.solving.known_parts import KnownParts
from bichiku.verification import Verdict


@dataclass(frozen=True)
class FilledRun:
    """A run as a worker hands it back.

    Attributes:
        files: content of each file of its folder, by path inside.
        name: what the folder is to be called.
        tables: its tables but the largest.
        manifest: content of manifest.json.
        verdict: what verifying it found.
        advice: warnings about its result.
    """

    files: dict[str, bytes]
    name: str
    tables: dict[str, pd.DataFrame]
    manifest: dict[str, Any]
    verdict: Verdict
    advice: list[Advice]

    def write(self, output: Path) -> Path:
        """Writes its folder and returns it; see `Run.write` for what it raises."""
        with staged(output) as folder:
            for name, content in self.files.items():
                (folder / name).parent.mkdir(exist_ok=True)
                (folder / name).write_bytes(content)
            if not self.verdict.holds:
                raise Rejected(settle(folder, output, f"{self.name}-rejected"), self.verdict)
            return settle(folder, output, self.name)


@dataclass(frozen=True)
class StrategySolver:
    """Solves strategies by name.

    Attributes:
        model: their model.
        split: see `bichiku.solve`.
        page: whether a run has its page.
        tables: see `Run.write`.
    """

    model: Model
    split: bool
    page: bool
    tables: Tables = "all"

    def __call__(self, name: str) -> FilledRun | NoSolution:
        """The run of a strategy, or why there is none."""
        try:
            page = report_page if self.page else None
            run = run_strategy(self.model.worlds[name], page=page, split=self.split, known=_KNOWN)
        except NoSolution as failure:
            return failure
        with as_cannot_write(Path(tempfile.gettempdir())), tempfile.TemporaryDirectory(prefix="bichiku-") as aside:
            folder = Path(aside)
            manifest, verdict = run.fill(folder, tables=self.tables)
            assert verdict is not None
            files = {
                file.relative_to(folder).as_posix(): file.read_bytes()
                for file in sorted(folder.rglob("*"))
                if file.is_file()
            }
        tables = {table: frame for table, frame in run.tables.items() if table in COMPARED_TABLES}
        return FilledRun(files, run.folder_name, tables, manifest, verdict, advice_on_result(run.outcome))


_KNOWN = KnownParts()
"""What this process, as a worker, has solved of strategies before."""


def solved_in_order(solver: StrategySolver, place: Executor) -> Iterator[tuple[str, FilledRun | NoSolution, int]]:
    """Each strategy with its run or why there is none, in the order of the model, whatever is done first.

    Yields:
        The strategy's name, what came of it, and how many are done by now.
    """
    names: Sequence[str] = list(solver.model.worlds)
    done: dict[int, FilledRun | NoSolution] = {}
    told = 0
    for finished, (number, found) in enumerate(place.each(solver, names), start=1):
        done[number] = (
            NoSolution(names[number], Status.ERROR, f"not solved: it {found.why}")
            if isinstance(found, TaskFailed)
            else found
        )
        while told in done:
            yield names[told], done.pop(told), finished
            told += 1


def run_of(model: Model, strategy: str, filled: FilledRun, folder: Path) -> Run:
    """The run that a worker handed back, with its tables but the largest."""
    return Run(model.worlds[strategy], filled.tables, manifest=filled.manifest, folder=folder)
