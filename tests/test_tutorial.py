"""The tutorial and pages like it, typed as they stand: every command, every edit and every number quoted from a table.

``python tests/test_tutorial.py`` writes the present output of the commands into the pages.
"""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bichiku.reading.model import read_model
from bichiku.result.pipeline import run_strategy

ROOT = Path(__file__).parents[1]
PAGES = {
    "tutorial.md": {"today", "reserve-180", "china-half"},
    "doubt.md": set(),
    "stress.md": set(),
}  # with the strategies that each runs
EXCERPT = re.compile(r"From `(\w+\.csv)` of\s+`([\w-]+)`:")
RUN_NAME = re.compile(r"(my-model-[\w.-]+)-[0-9a-f]{8}\b")
WRITTEN = re.compile(r"written to (\S+/my-model-([\w.-]+)-[0-9a-f]{8}(?:-\d+)?)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block or an excerpt of a table: its kind, the line of the page it begins at, its lines."""

    kind: str
    first: int
    lines: list[str]


@dataclass
class Reader:
    """Someone who does what the page says, in an empty folder.

    Attributes:
        folder: where they sit.
        page: the page with the true output of each command.
        faults: what was not as the page says.
        runs: strategy to the last run folder written for it.
    """

    folder: Path
    page: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    runs: dict[str, Path] = field(default_factory=dict)

    def read(self, text: str) -> None:
        at = 0
        lines = text.splitlines()
        for block in blocks(lines):
            self.page += lines[at : block.first]
            at = block.first + len(block.lines)
            if self.faults and not (self.folder / "my-model").is_dir():
                return  # nothing works; the first fault says why
            act = {"console": self._type, "diff": self._edit, "yaml": self._look, "csv": self._look}
            self.page += act.get(block.kind, self._compare)(block)
        self.page += lines[at:]

    def _type(self, block: Block) -> list[str]:
        result: list[str] = []
        starts = [i for i, line in enumerate(block.lines) if line.startswith("$ ")]
        for start, end in zip(starts, [*starts[1:], len(block.lines)], strict=True):
            command, shown = block.lines[start][2:], block.lines[start + 1 : end]
            printed = self._run(command)
            same = [normal(line) for line in shown] == [normal(line) for line in printed]
            if not same:
                self.faults.append("\n".join([f"line {block.first + start + 1}: {command}", *printed]))
            result += [block.lines[start], *(shown if same else printed)]
        return result

    def _run(self, command: str) -> list[str]:
        words = {"FORCE_COLOR", "COLUMNS", "TTY_COMPATIBLE", "TTY_INTERACTIVE"}
        environment = {key: value for key, value in os.environ.items() if key not in words}
        environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        done = subprocess.run(
            command,
            shell=True,
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        if done.returncode:
            self.faults.append(f"{command}: exit status {done.returncode}")
        for folder, strategy in WRITTEN.findall(done.stdout):
            self.runs[strategy] = self.folder / folder
        return [line.rstrip() for line in done.stdout.splitlines()]

    def _edit(self, block: Block) -> list[str]:
        file = self.folder / block.lines[0].removeprefix("--- ")
        body = block.lines[2:]
        old = "".join(f"{line[1:]}\n" for line in body if line[:1] in (" ", "-"))
        new = "".join(f"{line[1:]}\n" for line in body if line[:1] in (" ", "+"))
        text = file.read_text(encoding="utf-8")
        if text.count(old) != 1:
            self.faults.append(
                f"line {block.first + 1}: the lines to change stand in {file.name} {text.count(old)} times"
            )
        file.write_text(text.replace(old, new), encoding="utf-8")
        return block.lines

    def _look(self, block: Block) -> list[str]:
        shown = "".join(f"{line}\n" for line in block.lines)
        if not any(shown in file.read_text(encoding="utf-8") for file in (self.folder / "my-model").iterdir()):
            self.faults.append(f"line {block.first + 1}: no file of the model holds these lines")
        return block.lines

    def _compare(self, block: Block) -> list[str]:
        file, strategy = block.kind.split()
        if strategy not in self.runs:
            self.faults.append(f"line {block.first + 1}: {strategy} was not run")
            return block.lines
        with (self.runs[strategy] / file).open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        columns = cells(block.lines[0])
        for line in block.lines[2:]:
            shown = dict(zip(columns, cells(line), strict=True))
            if not any(all(same_number(shown[name], row.get(name, "")) for name in columns) for row in rows):
                self.faults.append(f"line {block.first + 1}: {file} of {strategy} has no row {line}")
        return block.lines


def blocks(lines: list[str]) -> Iterator[Block]:
    """All fenced blocks with a language, and all tables announced as excerpts, in order."""
    i = 0
    while i < len(lines):
        fence = re.fullmatch(r"```(\w+)", lines[i])
        table = EXCERPT.search(" ".join(lines[max(i - 3, 0) : i])) if lines[i].startswith("| ") else None
        first = i + 1 if fence else i
        if fence:
            i = lines.index("```", first)
            yield Block(fence[1], first, lines[first:i])
        elif table:
            while i < len(lines) and lines[i].startswith("|"):
                i += 1
            yield Block(f"{table[1]} {table[2]}", first, lines[first:i])
        i += 1


def normal(line: str) -> str:
    """A line without the hash in a run's name and without blanks at its end."""
    return RUN_NAME.sub(r"\1-(hash)", line).rstrip()


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def same_number(shown: str, written: str) -> bool:
    """Whether a cell of the page is the cell of a file, rounded to the decimals shown."""
    try:
        decimals = len(shown.partition(".")[2])
        return abs(float(shown) - float(written)) <= 0.500001 * 10**-decimals
    except ValueError:
        return shown == written


def play(folder: Path, page: str) -> Reader:
    reader = Reader(folder)
    reader.read((ROOT / "docs" / page).read_text(encoding="utf-8"))
    return reader


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_everything_is_as_the_page_says(tmp_path, page):
    reader = play(tmp_path, page)

    assert reader.faults == []
    assert set(reader.runs) >= PAGES[page]


def test_the_shortage_can_be_worked_out_by_hand():
    world = read_model(ROOT / "models" / "tutorial", ["today"]).worlds["today"]

    crises = run_strategy(world).tables["crises"].set_index(["onset", "material"])

    in_store = 1973 + 200 + 2 * (5000 - 3000)  # opening stock, under way from Mozambique, two quarters of full imports
    from_mozambique = 3 * 6000 / 4  # in the first quarter nothing arrives that was ordered after the onset
    saved = 0.15 * (3000 + 3500 + 3500)  # after a delay of one quarter
    needed = 3000 + 3000 + 3500 + 3500
    short = needed - in_store - from_mozambique - saved
    assert short == 827
    assert crises.loc[(3, "graphite"), "short_t"] == pytest.approx(short, rel=1e-6)
    # all in the last quarter of the halt, where discounting makes it cheapest
    assert crises.loc[(3, "graphite"), "short_days"] == pytest.approx(short / 3500 * 365 / 4, rel=1e-6)
    damage = short * 3000 * 1.03**-1.25 + 450 * 2500 * 1.03**-0.75 + 525 * 2500 * 1.03**-1.0 + 525 * 2500 * 1.03**-1.25
    assert crises.loc[(3, "graphite"), "damage"] == pytest.approx(damage, rel=1e-6)


def test_a_halt_in_january_cannot_be_survived():
    there_is = 1973 + 200 + 3 * 6000 / 4 + 2000 + 0.15 * 3 * 3000
    assert there_is == 10_023
    assert there_is < 12_000


if __name__ == "__main__":
    for written in sys.argv[1:] or PAGES:
        with tempfile.TemporaryDirectory() as name:
            found = play(Path(name), written)
            if not set(found.runs) >= PAGES[written] or not (Path(name) / "my-model").is_dir():
                sys.exit("\n".join(found.faults))  # a program that does not run must not empty the page
            (ROOT / "docs" / written).write_text("\n".join(found.page) + "\n", encoding="utf-8")
