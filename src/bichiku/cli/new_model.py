"""A first model of one's own: a copy of the tutorial."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from bichiku.result.staging import staged


def tutorial_folder() -> Path:
    """Where the tutorial model lies: inside an installed package, or in the source tree."""
    package = Path(__file__).parents[1]
    installed = package / "tutorial"
    return installed if installed.is_dir() else package.parents[1] / "models" / "tutorial"


def copy_tutorial(folder: Path) -> None:
    """Copies the tutorial model to a new folder.

    Raises:
        FileExistsError: there is something of that name.
        CannotWrite: it cannot be written; nothing is left behind.
    """
    if folder.exists():
        raise FileExistsError(folder)
    with staged(folder.parent) as partial:
        shutil.copytree(tutorial_folder(), partial, dirs_exist_ok=True)
        os.rename(partial, folder)
