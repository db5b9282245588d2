"""Runs of random models verify: whatever the builder and the tables say, the second reckoning agrees."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bichiku.reading.model import read_model
from bichiku.result.pipeline import NoSolution, run_strategy
from bichiku.verification import verify_run
from oracles.drawn import drawn
from oracles.policy_strategies import models_with_policies
from oracles.world_strategies import Description, write_model


@st.composite
def _models(draw: st.DrawFn) -> Description:
    """A model with policies, solved by either method."""
    description = draw(models_with_policies())
    description["model"]["solver"] = {"method": draw(st.sampled_from(["simplex", "ipm"]))}
    return description


@drawn(40)
@given(_models())
def test_random_runs_verify(description: Description) -> None:
    with tempfile.TemporaryDirectory() as folder:
        model = read_model(write_model(description, Path(folder) / "model"))
        try:
            solved = run_strategy(model.worlds["base"])
        except NoSolution:
            return
        verdict = verify_run(solved.write(Path(folder) / "runs"))
    assert [str(finding) for finding in verdict.findings] == []
