"""The parts that a page is built from; the templates know how each of them looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from markupsafe import Markup

from bichiku.show.report.csv_link import CsvLink


@dataclass(frozen=True)
class PageCell:
    """A table cell.

    Attributes:
        text: what it says.
        note: a smaller line below.
        shade: class for its colour.
        span: columns it covers.
        items: further texts, each kept on one line where it fits.
    """

    text: str
    note: str = ""
    shade: str = ""
    span: int = 1
    items: Sequence[str] = ()


@dataclass(frozen=True)
class PageTable:
    """A table. Numbers are set flush right.

    Attributes:
        caption: what the table shows.
        headings: of each column; a line break splits a heading from its unit.
        rows: the first cell of each is its heading.
        text: columns that hold words; all others hold numbers.
        note: a line below the caption.
        style: class of the table.
        source: where the numbers are from.
        link: the numbers as CSV.
    """

    kind: ClassVar[str] = "table"

    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[PageCell]]
    text: Sequence[int] = (0,)
    note: str = ""
    style: str = ""
    source: str = ""
    link: CsvLink | None = None

    def is_numeric(self, column: int) -> bool:
        """Whether a column holds numbers."""
        return column not in self.text


@dataclass(frozen=True)
class Picture:
    """A figure with all that must stand beside it.

    Attributes:
        key: id in the page.
        title: what it shows.
        units: units of its axes or numbers.
        source: files its numbers are from.
        alt: the picture in words.
        svg: the drawing.
        link: its data.
    """

    kind: ClassVar[str] = "picture"

    key: str
    title: str
    units: str
    source: str
    alt: str
    svg: Markup
    link: CsvLink


@dataclass(frozen=True)
class Note:
    """A paragraph."""

    kind: ClassVar[str] = "note"

    text: str
    style: str = ""


@dataclass(frozen=True)
class Terms:
    """Terms, each with its explanations."""

    kind: ClassVar[str] = "terms"

    items: Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True)
class Fold:
    """Parts under a line that a reader can fold away."""

    kind: ClassVar[str] = "fold"

    summary: str
    elements: Sequence[Element]


Element = PageTable | Picture | Note | Terms | Fold


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it."""

    key: str
    heading: str
    elements: Sequence[Element] = field(default_factory=list)
