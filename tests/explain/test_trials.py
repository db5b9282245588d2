"""The least step of a number that settles a conflict, where the rows that ask for it hold only together."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bichiku.explaining.trials import Trials
from bichiku.program import LinearProgram

NONE = np.empty(0)
PROGRAM: Any = LinearProgram.of(NONE, np.empty((0, 0)), (NONE, NONE), (NONE, NONE))  # type: ignore[arg-type]


def test_a_step_that_less_than_does_is_not_told_as_the_least() -> None:
    # 59.6 more are enough, and the number alone is told to need 130.7
    asked = SimpleNamespace(least=lambda program, check: 130.7, at=lambda program, step: step, most=np.inf)
    check = SimpleNamespace(feasible=lambda step: step >= 59.6, late=False)
    part: Any = SimpleNamespace(program=PROGRAM)
    found = Trials(part, (PROGRAM,), (), None, check).least_step(asked, 150.0, 1.0)  # type: ignore[arg-type]
    assert found is not None
    assert found.least == pytest.approx(59.6, rel=1e-4)
    assert (found.after, found.verified) == (pytest.approx(209.6, abs=0.11), True)
