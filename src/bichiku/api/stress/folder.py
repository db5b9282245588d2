"""The folder of a stress: tables, a page, and a manifest of what was asked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from bichiku.model.world import World
from bichiku.reading.model import model_of
from bichiku.result.columns import ResultTable
from bichiku.result.manifest import MANIFEST
from bichiku.result.run import REPORT
from bichiku.result.staging import settle, staged
from bichiku.version import __version__


def write_folder(
    world: World,
    name: str,
    asked: Mapping[str, Any],
    tables: Mapping[ResultTable, pd.DataFrame],
    page: str,
    output: Path,
) -> Path:
    """Writes a folder whole and returns it.

    Args:
        world: of the model that it is about.
        name: what the folder's name says beside the model's; what was asked makes the hash behind it.
        asked: what the manifest says of the call.
        tables: the tables by their declarations.
        page: content of report.html.
        output: the folder below which it stands.

    Raises:
        CannotWrite: the folder cannot be written; nothing is left behind.
    """
    content = {"bichiku": __version__, **asked}
    with staged(output) as folder:
        for table, frame in tables.items():
            table.write(frame, folder)
        text = json.dumps(content, indent=2, ensure_ascii=False)
        (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
        (folder / REPORT).write_text(page, encoding="utf-8")
        return settle(folder, output, f"{model_of(world).name}-{name}-{hash_of(content)}")


def hash_of(content: Mapping[str, Any]) -> str:
    """Eight hexadecimal digits that stand for what was asked."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:8]
