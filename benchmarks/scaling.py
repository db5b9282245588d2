"""Model folders with k times the branches: every crisis k times, its yearly rate split evenly."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path
from typing import Any

import yaml

MODEL_FILE = "model.yaml"


def write_scaled(model: Path, times: int, folder: Path) -> Path:
    """Writes a copy of a model folder with `times` as many branches and returns its path.

    A crisis of the yearly probability p becomes `times` crises of the probability 1 - (1 - p)^(1 / times) with
    the same effects, so that the sum of the rates, the plan's weights and hence the optimal cost stay what they
    were. That the objective does not move with the scale is therefore a check on all contenders.

    Args:
        model: folder of the model to be scaled; it is not touched.
        times: how often each crisis is to stand in the new model.
        folder: where the copy goes; must not exist.
    """
    shutil.copytree(model, folder)
    if times == 1:
        return folder
    file = folder / MODEL_FILE
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    document["crises"] = {
        f"{name}-{number:02d}": _with_share(crisis, times)
        for name, crisis in document["crises"].items()
        for number in range(1, times + 1)
    }
    file.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return folder


def _with_share(crisis: dict[str, Any], times: int) -> dict[str, Any]:
    # copied in depth: yaml would write shared parts as anchors
    part = copy.deepcopy(crisis)
    part["annual_probability"] = 1.0 - (1.0 - crisis["annual_probability"]) ** (1.0 / times)
    return part
