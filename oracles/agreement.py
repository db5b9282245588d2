"""Whether a cost is the one that the second builder finds, or lies where a limit on concentration lets it lie.

The product keeps such a limit to 1e-4, from outside: its cost is at most the least cost of the limit itself, and at
least that of a limit higher by 1e-4 (docs/formulation.md).
"""

from __future__ import annotations

from bichiku.model.world import World
from oracles.second_builder import second_objective
from oracles.second_program import InfeasibleError

AGREE = 1e-6  # relative
LEEWAY = 1e-4  # on the index of concentration


def apart(mine: float | None, world: World) -> float:
    """How far a cost is from where the second builder puts it, in parts of the cost; None stands for no plan.

    Raises:
        NotStated, NotOptimalError: as `second_objective`.
    """
    most = second(world)
    least = most if world.settings.policies.concentration is None else second(world, LEEWAY)
    if mine is None:
        return 0.0 if most is None else float("inf")
    if least is None:
        return float("inf")
    over = 0.0 if most is None else mine - most
    return max(over, least - mine, 0.0) / max(abs(mine), abs(least), 1.0)


def second(world: World, leeway: float = 0.0) -> float | None:
    """The second builder's cost; None where it has no plan."""
    try:
        return second_objective(world, leeway)
    except InfeasibleError:
        return None
