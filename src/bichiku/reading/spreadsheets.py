"""Tables as spreadsheets save them: in other encodings, with other separators, with empty rows and columns."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from bichiku.model.faults import MOST_FAULTS, Fault, FaultLog, listed, nearest, shown
from bichiku.model.tables import DemandRow, Row

IN_EXCEL = ', in Excel as "CSV UTF-8 (comma delimited)"'

_FAILED = re.compile(r"\"?#(N/A|REF!|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|SPILL!|CALC!)")
_JAPANESE = re.compile("[\u3041-\u3096\u30a1-\u30fa]|[\u4e00-\u9fff]{2}")
_YEAR = re.compile(r"[12][0-9]{3}")


def is_utf_16(content: bytes) -> bool:
    """Whether a text is in UTF-16, of which every other byte of plain letters is zero."""
    return content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or 4 * content.count(b"\0") > len(content)


def encoding_hint(content: bytes) -> str:
    """What a text that is not UTF-8 looks like, and how to save it."""
    return f"it looks like {_encoding(content)}; save it as UTF-8"


def _encoding(content: bytes) -> str:
    if is_utf_16(content):
        return "UTF-16"
    for codec, name in (("euc_jp", "EUC-JP"), ("cp932", "Shift-JIS")):
        try:
            if _JAPANESE.search(content.decode(codec)):
                return name
        except UnicodeDecodeError:
            pass
    return "Windows-1252, of Western Europe"


def is_failed_formula(line: str) -> bool:
    """Whether a line begins with what a formula that failed leaves, which is no comment."""
    return _FAILED.match(line) is not None


def header_faults(header: Sequence[str], shown_as: str, line: int, kind: type[Row]) -> Iterator[Fault]:
    """What is wrong with a header; one fault for each slip."""
    columns = kind.columns()
    whole = _not_a_header(header, kind)
    if whole:
        yield Fault(shown_as, line, "", *whole)
        return
    meant = {name: nearest(name, columns) for name in header if name not in columns}
    for name in header:
        if name in meant:
            yield Fault(shown_as, line, name, f"unknown column {shown(name)}", meant[name])
        elif header.count(name) > 1:
            yield Fault(shown_as, line, name, f"column {name!r} appears more than once")
    for name in kind.required_columns():
        if name not in header and f"did you mean {name!r}?" not in meant.values():
            yield Fault(shown_as, line, name, f"column {name!r} is missing")


def _not_a_header(header: Sequence[str], kind: type[Row]) -> tuple[str, str] | None:
    """Message and hint where a header is wrong as a whole."""
    if header[0].casefold().startswith("sep="):
        return f"{shown(header[0])} is a line for a spreadsheet alone", "delete it, and save with commas"
    for sign, name in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and sign in header[0]:
            return f"has {name} between its columns", "save it with commas, and decimals with points"
    nameless = [i for i, name in enumerate(header, 1) if not name]
    if not set(header) & set(kind.columns()):
        return "names none of the columns", f"the first line is the header: {', '.join(kind.required_columns())}, …"
    if nameless:
        return f"has a column without a name: the {listed([f'{i}.' for i in nameless])}", "delete it, or name it"
    years = [name for name in header if _YEAR.fullmatch(name)]
    if kind is DemandRow and years:
        return f"has a column for each year, {listed(years)}", "write a row for each material and year"
    return None


def length_fault(lines: Sequence[int], cells: Sequence[str], header: Sequence[str], shown_as: str) -> Fault:
    """The fault of lines that have more or fewer cells than the header.

    Args:
        lines: the lines, all with the same number of cells.
        cells: the cells of the first.
        header: the header.
        shown_as: what the file is called.
    """
    count, extra = f"{len(cells)} cell{'s' if len(cells) > 1 else ''}", cells[len(header) :]
    hint = ""
    if extra and not any(extra):
        hint = "delete the commas at the end"
    elif extra and any(_is_parted(*pair) for pair in pairwise(cells)):
        hint = "is there a comma inside a number?"
    return Fault(shown_as, lines[0], "", f"has {count} where the header has {len(header)}{_also(lines)}", hint)


def empty_rows_fault(lines: Sequence[int], shown_as: str) -> Fault:
    """The fault of lines that hold nothing but commas."""
    return Fault(shown_as, lines[0], "", f"holds empty cells only{_also(lines)}", "delete the line")


class RowFaults:
    """Faults of the rows of a table; those of several lines that say the same are told as one."""

    def __init__(self, log: FaultLog) -> None:
        self._log = log
        self._found: dict[tuple[str, str, str], tuple[Fault, list[int]]] = {}

    def add(self, fault: Fault) -> None:
        """Notes the fault of one line.

        Raises:
            ModelFaults: there are too many that say different things.
        """
        _, lines = self._found.setdefault((fault.where, fault.message, fault.hint), (fault, []))
        lines.append(fault.line or 0)
        if len(self._found) > MOST_FAULTS:
            self.tell()

    def tell(self) -> None:
        """Enters them in the log."""
        self._log.extend(
            replace(first, message=f"{first.message}{_also(lines)}") for first, lines in self._found.values()
        )


def _also(lines: Sequence[int]) -> str:
    """Words on the lines after the first."""
    others = [str(line) for line in lines[1:]]
    return f"; the same in line{'s' if len(others) > 1 else ''} {listed(others)}" if others else ""


def _is_parted(one: str, other: str) -> bool:
    return re.fullmatch(r"[0-9]+", one) is not None and re.fullmatch(r"[0-9]+(\.[0-9]+)?", other) is not None
