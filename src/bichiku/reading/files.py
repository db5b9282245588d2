"""Files of a model as bytes: regular files inside the model's folder, and never more of them than fits."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

MODEL_FILE = "model.yaml"


class Unreadable(Exception):
    """A file cannot be read, or not from some line on."""

    def __init__(self, line: int | None, message: str, hint: str = "") -> None:
        self.line, self.hint = line, hint
        super().__init__(message)


def is_file(path: Path) -> bool:
    """Whether a regular file stands at a path; no path is too odd to ask about, unlike `Path.is_file`."""
    return os.path.isfile(path)


def is_folder(path: Path) -> bool:
    """Whether a folder stands at a path; see `is_file`."""
    return os.path.isdir(path)


def is_inside(path: Path, folder: Path) -> bool:
    """Whether a path lies in a folder once all links are followed."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def content_of(file: Path, folder: Path | None, most_bytes: int) -> bytes:
    """The bytes of a regular file, which no link may lead out of the folder if one is given.

    Raises:
        Unreadable: it is a pipe, a device or a folder, a link leads out of the folder, it is too large, or the
            system says no.
    """
    if os.path.lexists(file) and not is_file(file):
        raise Unreadable(None, "is not a regular file")
    if folder is not None and not is_inside(file, folder):
        raise Unreadable(None, "is a link that leaves the model's folder", "put a copy there")
    try:
        with file.open("rb") as stream:
            content = stream.read(most_bytes + 1)  # a size asked for beforehand may be wrong by now
    except OSError as error:
        raise Unreadable(None, f"cannot be read: {error.strerror}") from error
    if len(content) > most_bytes:
        raise Unreadable(None, f"is larger than {most_bytes:,} bytes")
    return content


def json_value(content: bytes) -> Any:
    """What a JSON text holds.

    Raises:
        ValueError: it is not JSON in UTF-8, or nests too deep.
    """
    try:
        return json.loads(content.decode("utf-8"))
    except RecursionError as error:
        raise ValueError("nests too deep") from error
