"""The folder of a doubt: its tables, their pictures, a page and a manifest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from bichiku.api.doubt.run import Findings
from bichiku.api.doubt.tables import TABLES, currency_of
from bichiku.result.manifest import MANIFEST, input_digests
from bichiku.result.run import REPORT
from bichiku.result.staging import settle, staged
from bichiku.version import __version__


def write_doubt(doubt: Findings, tables: Mapping[str, pd.DataFrame], output: str | Path = "runs") -> Path:
    """Writes a doubt and returns its folder, ``<model>-doubt-<hash>`` below `output`.

    Args:
        doubt: the doubt.
        tables: see `bichiku.api.doubt.tables.tables_of`.
        output: folder that holds it; made if need be.

    Raises:
        CannotWrite: the folder cannot be written; nothing is left behind.
    """
    # the drawing library takes half a second to load
    from bichiku.show.report.doubt_page import doubt_pictures, render_doubt

    output, inquiry = Path(output), doubt.inquiry
    pictures = doubt_pictures(tables, doubt.counted)
    page = render_doubt(title_of(doubt), _kicker(doubt), tables, currency_of(doubt), pictures)
    content = {
        "bichiku": __version__,
        "model": inquiry.model.name,
        "candidates": doubt.candidates,
        "yardsticks": [name for name in doubt.strategies if name not in doubt.candidates],
        "plans": "chosen in each world" if inquiry.reoptimise else "held",
        "draws": inquiry.draws,
        "seed": inquiry.seed if inquiry.draws else None,
        "changes": inquiry.model.source.assignments,
        "inputs_sha256": input_digests(inquiry.model),
    }
    with staged(output) as folder:
        for table in TABLES:
            table.write(tables[table.name], folder)
        for picture in pictures:
            (folder / f"{picture.key}.svg").write_text(str(picture.svg) + "\n", encoding="utf-8")
        (folder / REPORT).write_text(page, encoding="utf-8")
        text = json.dumps(content, indent=2, ensure_ascii=False)
        (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
        return settle(folder, output, inquiry.name)


def title_of(doubt: Findings) -> str:
    """The model's title."""
    return str(next(iter(doubt.inquiry.model.worlds.values())).settings.model)


def _kicker(doubt: Findings) -> str:
    inquiry = doubt.inquiry
    held = "plans chosen anew in each world" if inquiry.reoptimise else "plans held as chosen in the model's own world"
    drawn = f"{inquiry.draws} draws, seed {inquiry.seed}" if inquiry.draws else "no draws"
    return " · ".join(
        [
            f"{len(doubt.candidates)} candidates",
            f"{len(doubt.groups)} uncertain numbers or groups",
            drawn,
            held,
            f"money in {currency_of(doubt)}",
        ]
    )
