"""What a buyer has signed, built and stored: the part of a plan that is there before anybody knows what happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bichiku.model.chains import grow_chains
from bichiku.model.world import World
from bichiku.result.outcome import Outcome
from bichiku.result.run import Run


@dataclass(frozen=True)
class HeldPlan:
    """The plan of a solved strategy, as it is held while operation is solved again.

    Attributes:
        contracts: contract supplier to the tonnes a year signed, by calendar year from the first of the horizon.
        builds: project to the tonnes a year of capacity built, by start of building; only projects that can be built.
        stock: material to tonnes in store at the end of each period of the plan; shape (periods,).
        shipments: supplier or project to tonnes sent off in each period of the plan; shape (periods,).
        saved: material and substitution tranche to tonnes saved in each period of the plan; shape (periods,).
        short: material with demand to tonnes not met, likewise.
        refused: committed contract to tonnes refused, likewise.
    """

    contracts: Mapping[str, np.ndarray]
    builds: Mapping[str, np.ndarray]
    stock: Mapping[str, np.ndarray]
    shipments: Mapping[str, np.ndarray]
    saved: Mapping[tuple[str, str], np.ndarray]
    short: Mapping[str, np.ndarray]
    refused: Mapping[str, np.ndarray]

    @classmethod
    def of(cls, run: Run) -> HeldPlan:
        """The plan of a run, just solved or read back from its folder.

        What a contract could ship in no period of a year was neither paid nor seen: of such a year a run that was read
        back knows the committed minimum alone.

        Raises:
            LookupError: the run was read back without its flows, reserve or projects.
        """
        if run.solved is not None:
            return cls.of_outcome(run.outcome)
        flows = run.table("flows")
        on_plan = flows[flows["crisis"] == "plan"]
        world = run.world
        shipments = {}
        for item, names in (("shipped", world.suppliers), ("produced", world.projects)):
            sent = on_plan[on_plan["item"] == item]
            shipments.update({name: _by_period(sent[sent["source"] == name], world) for name in names})
        reserve = run.table("reserve").sort_values("period", kind="stable")
        built = run.table("projects").set_index("project")["built_t_per_year"]
        return cls(
            contracts=_contracts(world, shipments),
            builds={name: np.array([built[name]]) for name, row in world.projects.items() if row.max_build_t > 0},
            stock={name: reserve.loc[reserve["material"] == name, "stock_t"].to_numpy() for name in world.materials},
            shipments=shipments,
            saved={
                (material, tranche): _by_period(_rows(on_plan, "saved", material, tranche), world)
                for material, tranche in _tranches(world)
            },
            short={name: _by_period(_rows(on_plan, "short", name, ""), world) for name in world.demand},
            refused={
                name: _by_period(_rows(on_plan, "refused", row.material, name), world)
                for name, row in world.committed.items()
            },
        )

    @classmethod
    def of_outcome(cls, outcome: Outcome) -> HeldPlan:
        """The plan of a solution."""
        world, plan = outcome.world, outcome.plan
        return cls(
            contracts={name: outcome.values("contract", name) for name in world.contracts},
            builds={name: outcome.values("build", name) for name, row in world.projects.items() if row.max_build_t > 0},
            stock={name: outcome.stock[name][plan] for name in world.materials},
            shipments={name: outcome.shipped[name][plan] for name in world.sources},
            saved={key: outcome.values("saved", *key)[plan] for key in _tranches(world)},
            short={name: outcome.short[name][plan] for name in world.demand},
            refused={name: outcome.values("refused", name)[plan] for name in world.committed},
        )


def _rows(flows: pd.DataFrame, item: str, material: str, source: str) -> pd.DataFrame:
    return flows[(flows["item"] == item) & (flows["material"] == material) & (flows["source"] == source)]


def _tranches(world: World) -> list[tuple[str, str]]:
    return [key for key in world.tranches if key[0] in world.demand]


def _by_period(flows: pd.DataFrame, world: World) -> np.ndarray:
    """Tonnes of rows by period; a zero has no row."""
    found = np.zeros(world.calendar.periods)
    found[flows["period"].to_numpy() - 1] = flows["tonnes"].to_numpy()
    return found


def _contracts(world: World, shipments: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What was signed, from what was shipped of it: the same share of a year each period, times what can be shipped."""
    if not world.contracts:
        return {}
    export = {name: by_node for chain in grow_chains(world) for name, by_node in chain.state.export.items()}
    calendar = world.calendar
    year = calendar.years - calendar.years.min()
    found = {}
    for name, row in world.contracts.items():
        can = export[name][: calendar.periods] * calendar.year_share
        able, sent = np.bincount(year, can), np.bincount(year, shipments[name])
        found[name] = np.divide(sent, able, out=np.full(len(able), row.minimum_t), where=able > 0)
    return found
