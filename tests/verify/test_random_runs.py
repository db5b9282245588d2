"""Runs of random models verify: whatever the builder and the tables say, the second reckoning agrees."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bichiku.read.model import read_model
from bichiku.result.pipeline import NoSolution, run_strategy
from bichiku.verify import verify_run
from tests.policy_strategies import some_policies, with_policies
from tests.world_strategies import Description, small_models, write_model


@st.composite
def _models(draw: st.DrawFn) -> Description:
    """A small model with crises and up to three policies, some share limits of them soft."""
    description = draw(small_models(crises=True))
    chosen = draw(some_policies(description))
    for limit in [*chosen.get("share_caps", []), *chosen.get("share_floors", [])]:
        if draw(st.booleans()):
            limit["soft"] = draw(st.sampled_from([1, 20, 1000]))
    if draw(st.booleans()):
        stage = draw(st.sampled_from(["exporter", "origin"]))
        chosen["concentration"] = {"max": draw(st.sampled_from([0.45, 0.6, 0.9])), "stage": stage}
    description = with_policies(description, chosen)
    description["model"]["solver"] = {"method": draw(st.sampled_from(["simplex", "ipm"]))}
    return description


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
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
