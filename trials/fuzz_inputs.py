"""Inputs that a user could hand over by mistake or malice: sound models, spoilt in every way we could think of.

An edit that puts one text in the place of one number or word is *planted*: it is known where the text went, so
`trials.fuzz_checks` can tell what it should mean, if it is taken at all.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from oracles.models import write_model
from oracles.rich_model import description
from oracles.world_strategies import write_model as write_description
from trials.fuzz_texts import BYTES, CSV_TRICKS, ENCODINGS, NUMBERS, SPACED, WORDS, YAML_LINES, YAML_TRICKS

TUTORIAL = Path(__file__).parents[1] / "models" / "tutorial"
MODEL = "model.yaml"


Edit = tuple[int, int, str]  # from, to, and what stands there instead


@dataclass(frozen=True)
class Planted:
    """A text that took the place of one value.

    Attributes:
        file: the file it is in, or ``--set``.
        path: key path in model.yaml; or key of the row, then the column.
        text: what was written there.
        before: what stood there: a value of YAML, or the text of a cell.
    """

    file: str
    path: tuple[Any, ...]
    text: str
    before: Any


@dataclass(frozen=True)
class Spoilt:
    """One input: a model's files with the command line that goes with them.

    Attributes:
        base: name of the sound model that it was made from.
        files: content by name.
        sets: texts for ``--set``.
        vary: texts for ``--vary``.
        planted: what was planted, where just one value was changed.
    """

    base: str
    files: dict[str, bytes]
    sets: tuple[str, ...] = ()
    vary: tuple[str, ...] = ()
    planted: Planted | None = None

    def __str__(self) -> str:
        """What is not as in the sound model."""
        sound = bases()[self.base].files
        changed = {name: content for name, content in self.files.items() if content != sound[name]}
        return f"{self.base}: {changed} {self.sets} {self.vary}"


@dataclass(frozen=True)
class Base:
    """A sound model, and where its values stand.

    Attributes:
        files: content by name.
        scalars: place in model.yaml, key path and value of each scalar value.
        keys: place of each key.
    """

    files: dict[str, bytes]
    scalars: list[tuple[int, int, tuple[Any, ...], Any]] = field(default_factory=list)
    keys: list[tuple[int, int]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.files[MODEL].decode()

    @property
    def tables(self) -> list[str]:
        return sorted(name for name in self.files if name != MODEL)

    def rows(self, table: str) -> list[list[str]]:
        """Header and rows of a table."""
        return list(csv.reader(io.StringIO(self.files[table].decode())))


@lru_cache
def bases() -> dict[str, Base]:
    """The minimal model, the tutorial, and one with every policy and table."""
    with tempfile.TemporaryDirectory() as name:
        there = Path(name)
        folders = {"minimal": write_model(there / "minimal"), "tutorial": TUTORIAL}
        folders["rich"] = write_description(description(), there / "rich")
        return {name: _base(folder) for name, folder in folders.items()}


def _base(folder: Path) -> Base:
    files = {file.name: file.read_bytes() for file in sorted(folder.iterdir())}
    base = Base(files)
    for start, end, path, value in _scalars(yaml.compose(base.text, Loader=yaml.SafeLoader), ()):
        (base.keys if path is None else base.scalars).append(
            (start, end) if path is None else (start, end, path, value)
        )
    return base


def _scalars(node: Any, path: tuple[Any, ...]) -> Iterator[tuple[int, int, Any, Any]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key.start_mark.index, key.end_mark.index, None, None
            yield from _scalars(value, (*path, _plain(key)))
    elif isinstance(node, yaml.SequenceNode):
        for i, value in enumerate(node.value):
            yield from _scalars(value, (*path, i))
    else:
        yield node.start_mark.index, node.end_mark.index, path, _plain(node)


def _plain(node: yaml.ScalarNode) -> Any:
    """A scalar of our own models, in which nothing is ambiguous."""
    for kind in (int, float):
        try:
            return kind(node.value) if node.style is None else node.value
        except ValueError:
            pass
    return {"true": True, "false": False}.get(node.value, node.value)


def literals() -> st.SearchStrategy[str]:
    """Texts to stand in place of a value."""
    drawn = st.one_of(
        st.floats(width=64).map(repr),
        st.integers(-(10**20), 10**20).map(str),
        st.decimals(0, 2000, places=3).map(str),
        st.decimals(0, 2, places=2).map(str),
        st.integers(0, 5000).map(str),
        st.text(max_size=12),
        st.text("0123456789.eE+-_ ,", max_size=12),
    )
    return st.one_of(
        st.sampled_from(NUMBERS), st.sampled_from(NUMBERS), st.sampled_from(WORDS), st.sampled_from(SPACED), drawn
    )


def inputs() -> st.SearchStrategy[Spoilt]:
    """All kinds of input for the reader, the frequent mistakes more often than noise."""
    kinds = [
        planted_yaml,
        planted_yaml,
        planted_yaml,
        planted_cell,
        planted_cell,
        planted_cell,
        planted_set,
        edited_yaml,
    ]
    kinds += [edited_yaml, edited_table, edited_table, mutated, mutated, random_files, varied]
    return st.sampled_from(kinds).flatmap(lambda kind: kind())


def _base_name() -> st.SearchStrategy[str]:
    return st.sampled_from(["minimal", "minimal", "tutorial", "rich"])


def _edited(text: str, edits: list[Edit]) -> str:
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


@st.composite
def planted_yaml(draw: st.DrawFn) -> Spoilt:
    """One value of model.yaml replaced."""
    name = draw(_base_name())
    base = bases()[name]
    start, end, path, before = draw(st.sampled_from(base.scalars))
    text = draw(literals())
    files = {**base.files, MODEL: _edited(base.text, [(start, end, text)]).encode("utf-8", "surrogatepass")}
    return Spoilt(name, files, planted=Planted(MODEL, path, text, before))


@st.composite
def planted_cell(draw: st.DrawFn) -> Spoilt:
    """One cell of a table replaced."""
    name = draw(_base_name())
    base = bases()[name]
    table = draw(st.sampled_from(base.tables))
    header, *rows = base.rows(table)
    i, j = draw(st.integers(0, len(rows) - 1)), draw(st.integers(0, len(header) - 1))
    text = draw(literals())
    planted = Planted(table, (tuple(zip(header, rows[i], strict=True)), header[j]), text, rows[i][j])
    rows[i][j] = text
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, *rows])
    return Spoilt(name, {**base.files, table: out.getvalue().encode("utf-8", "surrogatepass")}, planted=planted)


@st.composite
def planted_set(draw: st.DrawFn) -> Spoilt:
    """One value replaced by ``--set``, in model.yaml or in a table; now and then with a spoilt path."""
    name = draw(_base_name())
    base = bases()[name]
    text = draw(st.one_of(literals(), literals(), st.sampled_from(YAML_TRICKS)))
    if draw(st.booleans()):
        *_, path, before = draw(st.sampled_from([scalar for scalar in base.scalars if scalar[2][0] != "strategies"]))
        typed = "".join(f"[{key}]" if isinstance(key, int) and key < 1000 else f".{key}" for key in path).lstrip(".")
        planted = Planted("--set", path, text, before)
    else:
        table = draw(st.sampled_from(base.tables))
        header, *rows = base.rows(table)
        row, column = draw(st.sampled_from(rows)), draw(st.sampled_from(header))
        keys = 2 if table in ("demand.csv", "origins.csv", "substitution.csv") else 1
        typed = f"{table.removesuffix('.csv')}[{'/'.join(row[:keys])}].{column}"
        cell = "" if text.strip() in ("~", "null", "Null", "NULL") else text  # which clears it
        planted = Planted(table, (tuple(zip(header, row, strict=True)), column), cell, row[header.index(column)])
    if draw(st.integers(0, 9)) == 0:
        typed, planted = draw(st.one_of(st.text(max_size=20), st.sampled_from(YAML_TRICKS))) + typed, None
    return Spoilt(name, base.files, sets=(f"{typed}={text}",), planted=planted)


@st.composite
def edited_yaml(draw: st.DrawFn) -> Spoilt:
    """Values, keys and lines of model.yaml replaced, doubled, left out and added."""
    name = draw(_base_name())
    base = bases()[name]
    text, edits = base.text, []
    anything = st.one_of(literals(), st.sampled_from(YAML_TRICKS))
    for start, end, *_ in draw(st.lists(st.sampled_from([*base.scalars, *base.keys]), max_size=3, unique=True)):
        edits.append((start, end, draw(anything)))
    text = _edited(text, edits)
    lines = text.splitlines(keepends=True)
    for _ in range(draw(st.integers(0, 2))):
        i = draw(st.integers(0, len(lines) - 1))
        new = draw(
            st.sampled_from(
                [*YAML_LINES, lines[i], lines[i] * 2, "", f"  {lines[i]}", f"\t{lines[i]}", lines[i].lstrip()]
            )
        )
        lines[i] = draw(st.sampled_from([new, new + lines[i], lines[i] + new]))
    return Spoilt(name, {**base.files, MODEL: "".join(lines).encode("utf-8", "surrogatepass")})


@st.composite
def edited_table(draw: st.DrawFn) -> Spoilt:
    """Cells, rows and columns of a table replaced, doubled, left out and added; other separators and line ends."""
    name = draw(_base_name())
    base = bases()[name]
    table = draw(st.sampled_from(base.tables))
    rows = base.rows(table)
    for _ in range(draw(st.integers(1, 3))):
        i = draw(st.integers(0, len(rows) - 1))
        j = draw(st.integers(0, max(len(rows[i]) - 1, 0)))
        match draw(st.sampled_from(["cell", "cell", "double", "drop", "swap", "add", "cut", "column"])):
            case "cell" if rows[i]:
                rows[i][j] = draw(st.one_of(literals(), st.sampled_from(CSV_TRICKS)))
            case "double":
                rows.insert(i, list(rows[i]))
            case "drop" if len(rows) > 1:
                del rows[i]
            case "swap":
                rows[0], rows[i] = rows[i], rows[0]
            case "add":
                rows[i].insert(j, draw(literals()))
            case "cut":
                del rows[i][j:]
            case "column":
                for row in rows:
                    row.insert(min(j, len(row)), row[min(j, len(row) - 1)] if row else "")
    comma = draw(st.sampled_from([",", ",", ",", ",", ";", "\t", " , "]))
    end = draw(st.sampled_from(["\n", "\n", "\n", "\r\n", "\r", "\n\n", "\n#\n", "\x85", "\u2028"]))
    text = "".join(comma.join(row) + end for row in rows)
    sets = ("suppliers[cobalt-cod].price=12",) if draw(st.integers(0, 4)) == 0 else ()
    return Spoilt(name, {**base.files, table: text.encode("utf-8", "surrogatepass")}, sets=sets)


@st.composite
def mutated(draw: st.DrawFn) -> Spoilt:
    """Bytes of one file flipped, put in, left out, spliced and cut off, or the whole in another encoding."""
    name = draw(_base_name())
    base = bases()[name]
    file = draw(st.sampled_from([MODEL, *base.tables]))
    content = draw(mutations(base.files[file]))
    return Spoilt(name, {**base.files, file: content})


@st.composite
def mutations(draw: st.DrawFn, content: bytes) -> bytes:
    """A file with some of its bytes changed."""
    if draw(st.integers(0, 4)) == 0:
        before, after = draw(st.sampled_from(ENCODINGS)), draw(st.sampled_from(["", "", "備蓄", "é"]))
        return (content.decode("utf-8", "replace") + after).encode(before, "replace")
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content)))
        to = min(at + draw(st.integers(0, 20)), len(content))
        match draw(st.sampled_from(["flip", "insert", "delete", "splice", "cut", "double"])):
            case "flip" if at < len(content):
                content = content[:at] + bytes([content[at] ^ (1 << draw(st.integers(0, 7)))]) + content[at + 1 :]
            case "insert":
                content = content[:at] + draw(st.one_of(st.sampled_from(BYTES), st.binary(max_size=6))) + content[at:]
            case "delete":
                content = content[:at] + content[to:]
            case "splice":
                here = draw(st.integers(0, len(content)))
                content = content[:here] + content[at:to] + content[here:]
            case "cut":
                content = content[:at]
            case "double":
                content = content[:to] + content[at:]
    return content


@st.composite
def random_files(draw: st.DrawFn) -> Spoilt:
    """One file of nothing but noise."""
    base = bases()["minimal"]
    file = draw(st.sampled_from([MODEL, *base.tables]))
    noise = st.one_of(
        st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
    )
    content = draw(noise)
    if file != MODEL and draw(st.booleans()):
        content = base.files[file].splitlines(keepends=True)[0] + content
    return Spoilt("minimal", {**base.files, file: content})


@st.composite
def varied(draw: st.DrawFn) -> Spoilt:
    """Texts for ``--vary``."""
    number = st.one_of(
        st.sampled_from(NUMBERS), st.integers(-100, 1000).map(str), st.decimals(0, 10, places=2).map(str)
    )
    ranges = st.lists(number, min_size=1, max_size=4).map(":".join)
    values = st.one_of(ranges, ranges, st.lists(literals(), max_size=4).map(",".join), literals())
    paths = st.sampled_from(
        ["policies.reserve_days", "discount_rate", "suppliers[cobalt-cod].price", "", "=", "x", "a.b"]
    )
    texts = st.builds("{}={}".format, paths, values)
    return Spoilt("minimal", bases()["minimal"].files, vary=tuple(draw(st.lists(texts, max_size=3))))
