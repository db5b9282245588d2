"""Linopy in its own style: variables over labelled axes, whole-axis algebra, HiGHS through ``io_api="direct"``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import linopy
import numpy as np
import pandas as pd
import xarray as xr

from contenders.coefficients import Coefficients
from contenders.race import OPTIONS, Answer, race


@dataclass
class Model:
    """The linopy model, its axes and where its numbers came from.

    Attributes:
        v: variables by name.
        costs: parts of the objective.
        constant: cost that no variable moves; linopy's objectives take no constant.
    """

    linopy: linopy.Model
    numbers: Coefficients
    node: pd.Index
    v: dict[str, Any] = field(default_factory=dict)
    costs: list[Any] = field(default_factory=list)
    constant: float = 0.0

    def table(self, axis: str, index: Iterable[Any], of: Callable[[Any], np.ndarray]) -> xr.DataArray:
        """Numbers by index and node."""
        names = list(index)
        values = np.array([np.broadcast_to(of(name), (len(self.node),)) for name in names])
        labels = ["/".join(name) if isinstance(name, tuple) else name for name in names]
        return xr.DataArray(values, coords={axis: labels, "node": self.node})

    def seen_from(self, variable: Any, at: np.ndarray) -> Any:
        """A variable of other nodes as each node sees it, and nothing where that lies before the tree."""
        inside = xr.DataArray(at >= 0, coords={"node": self.node})
        moved = variable.isel(node=np.maximum(at, 0)).assign_coords(node=self.node)
        return (1.0 * moved).where(inside).fillna(0.0)

    def by_material(self, expression: Any, axis: str, materials: list[str]) -> Any:
        """Sum over sources or tranches, for all materials; nothing for materials that have none."""
        group = xr.DataArray(materials, coords={axis: expression.coords[axis]}, name="material")
        total = expression.groupby(group).sum()
        return total.reindex(material=list(self.numbers.world.materials)).fillna(0.0)


def build(c: Coefficients) -> Model:
    """Declares variables, constraints and cost, all sources and nodes at once."""
    linopy.options["semantics"] = "v1"
    m = Model(linopy.Model(), c, pd.RangeIndex(c.tree.size, name="node"))
    _add_variables(m)
    _add_balances(m)
    _add_demand(m)
    _add_projects(m)
    _add_stock_limits(m)
    cost: Any = linopy.merge(m.costs)
    m.linopy.add_objective(cost)
    return m


def _vector(axis: str, index: Iterable[str], numbers: Iterable[float]) -> xr.DataArray:
    return xr.DataArray(list(numbers), coords={axis: list(index)})


def _add_variables(m: Model) -> None:
    c, node, world = m.numbers, m.node, m.numbers.world
    add, v = m.linopy.add_variables, m.v

    def axis(name: str, index: Iterable[Any]) -> pd.Index:
        return pd.Index(list(index), name=name)

    materials = axis("material", world.materials)
    v["stock"] = add(lower=0, coords=[materials, node], name="stock")
    v["short"] = add(lower=0, coords=[axis("material", world.demand), node], name="short")
    v["ship"] = add(lower=0, upper=m.table("source", world.spot, c.ship_limit), name="ship")
    if c.tranches:
        v["saved"] = add(lower=0, upper=m.table("tranche", c.tranches, c.saved_limit), name="saved")
    if world.contracts:
        capacity = _vector("source", world.contracts, (row.capacity_t for row in world.contracts.values()))
        years = pd.RangeIndex(int(c.year.max()) + 1, name="year")
        names = axis("source", world.contracts)
        v["contract"] = add(lower=0, upper=capacity, coords=[names, years], name="contract")
    if world.projects:
        v["run"] = add(lower=0, coords=[axis("source", world.projects), node], name="run")
    if c.buildable:
        most = _vector("source", c.buildable, (world.projects[name].max_build_t for name in c.buildable))
        v["build"] = add(lower=0, upper=most, name="build")
    if len(c.ends):
        v["gap"] = add(lower=0, coords=[materials, axis("branch", c.ends)], name="gap")


def _add_arrivals(m: Model, names: list[str], arrive: Any) -> Any:
    """Adds what arrivals cost; returns them by material."""
    world = m.numbers.world
    if any(name in world.suppliers for name in names):
        m.costs.append((m.table("source", names, m.numbers.arrival_cost) * arrive).sum())
    return m.by_material(arrive, "source", [world.sources[name].material for name in names])


def _arrivals(m: Model) -> list[Any]:
    """Arrivals by material and node, one expression for each kind of source and lead time."""
    c, world, v = m.numbers, m.numbers.world, m.v
    found = []
    kinds: list[tuple[str, Iterable[str]]] = [("ship", world.spot), ("run", world.projects)]
    for variable, kind in kinds:
        for lead in sorted({c.lead(name) for name in kind}):
            names = [name for name in kind if c.lead(name) == lead]
            route = m.table("source", names, c.state.route.__getitem__)
            arrive = route * m.seen_from(v[variable].sel(source=names), c.tree.ancestor(lead))
            found.append(_add_arrivals(m, names, arrive))
    if world.contracts:
        of_year = v["contract"].isel(year=xr.DataArray(c.year, coords={"node": m.node}))
        part = m.table("source", world.contracts, c.contract_arrival)
        found.append(_add_arrivals(m, list(world.contracts), part * (1.0 * of_year).drop_vars("year")))
    return found


def _under_way(m: Model) -> xr.DataArray:
    """Tonnes by material and node that arrive without a decision; adds what they cost."""
    c = m.numbers
    given = {k: np.zeros(c.tree.size) for k in c.world.materials}
    for name, row in c.world.spot.items():
        tonnes = np.where(c.tree.ancestor(c.lead(name)) < 0, c.state.route[name] * c.under_way(name), 0.0)
        given[row.material] += tonnes
        m.constant += float(tonnes @ c.arrival_cost(name))
    return m.table("material", given, given.__getitem__)


def _add_balances(m: Model) -> None:
    c, world, v = m.numbers, m.numbers.world, m.v
    keep = _vector("material", world.materials, map(c.keep, world.materials))
    opening = _vector("material", world.materials, (row.opening_stock_t for row in world.materials.values()))
    at_start = xr.DataArray(np.where(c.tree.parent < 0, 1.0, 0.0), coords={"node": m.node})
    before = m.seen_from(v["stock"], c.tree.parent)
    none = np.zeros(c.tree.size)
    use = m.table("material", world.materials, lambda k: c.demand.get(k, none))
    left = 1.0 * v["stock"] - keep * before
    for arrivals in _arrivals(m):
        left = left - arrivals
    eaters = {name: row for name, row in world.projects.items() if row.input_material}
    if eaters:
        need = _vector("source", eaters, (row.input_per_output or 0.0 for row in eaters.values()))
        materials = [str(row.input_material) for row in eaters.values()]
        left = left + m.by_material(need * v["run"].sel(source=list(eaters)), "source", materials)
    left = left - (1.0 * v["short"]).reindex(material=list(world.materials)).fillna(0.0)
    if c.tranches:
        left = left - m.by_material(1.0 * v["saved"], "tranche", [key[0] for key in c.tranches])
    m.linopy.add_constraints(left, "=", _under_way(m) - use + keep * opening * at_start, name="balance")

    holding = m.table("material", world.materials, c.holding_cost)
    terminal = m.table("material", world.materials, c.terminal_value)
    m.costs += [((holding - terminal) * v["stock"]).sum(), (holding * before).sum()]
    m.constant += float((holding * opening * at_start).sum())


def _add_demand(m: Model) -> None:
    c, world, v = m.numbers, m.numbers.world, m.v
    loss = _vector("material", world.demand, (world.materials[k].shortage_cost or 0.0 for k in world.demand))
    factor = xr.DataArray(c.factor, coords={"node": m.node})
    m.costs.append((loss * factor * v["short"]).sum())
    met = 1.0 * v["short"]
    if c.tranches:
        price = _vector("tranche", ["/".join(key) for key in c.tranches], (world.tranches[k].cost for k in c.tranches))
        m.costs.append((price * factor * v["saved"]).sum())
        saved = m.by_material(1.0 * v["saved"], "tranche", [key[0] for key in c.tranches])
        met = met + saved.sel(material=list(world.demand))
    limit = m.table("material", world.demand, c.demand.__getitem__)
    m.linopy.add_constraints(met, "<=", limit, name="demand_limit")


def _add_projects(m: Model) -> None:
    c, world, v = m.numbers, m.numbers.world, m.v
    if not world.projects:
        return
    names = list(world.projects)
    share = m.table("source", names, c.run_share)
    existing = _vector("source", names, (row.existing_t for row in world.projects.values()))
    running = _vector("source", names, (row.running_cost for row in world.projects.values()))
    m.costs.append((running * xr.DataArray(c.factor, coords={"node": m.node}) * v["run"]).sum())
    fixed = [name for name in names if name not in c.buildable]
    if fixed:
        limit = (existing * share).sel(source=fixed)
        m.linopy.add_constraints(1.0 * v["run"].sel(source=fixed), "<=", limit, name="fixed_capacity")
    if c.buildable:
        part = share.sel(source=c.buildable)
        built = (part * m.table("source", c.buildable, c.usable)) * v["build"]
        limit = existing.sel(source=c.buildable) * part
        left = 1.0 * v["run"].sel(source=c.buildable) - built
        m.linopy.add_constraints(left, "<=", limit, name="project_capacity")
        m.costs.append((_vector("source", c.buildable, map(c.net_capex, c.buildable)) * v["build"]).sum())


def _add_stock_limits(m: Model) -> None:
    c, stock = m.numbers, m.v["stock"]
    targets = {k: target for k in c.world.demand if (target := c.target(k)) is not None}
    if targets:
        plan = m.node[c.tree.plan]
        floor = xr.DataArray(np.array(list(targets.values())), coords={"material": list(targets), "node": plan})
        on_plan = 1.0 * stock.sel(material=list(targets)).isel(node=c.tree.plan)
        m.linopy.add_constraints(on_plan, ">=", floor, name="reserve_days")
    if len(c.ends):
        last = c.tree.last[c.ends]

        def at(nodes: np.ndarray) -> Any:
            return 1.0 * stock.isel(node=nodes).rename(node="branch").assign_coords(branch=c.ends)

        left = at(last) + m.v["gap"] - at(c.tree.on_plan[last])
        m.linopy.add_constraints(left, ">=", 0, name="back_to_plan")
        money = np.array([c.gap_cost(k) for k in c.world.materials])
        price = xr.DataArray(money, coords={"material": list(c.world.materials), "branch": c.ends})
        m.costs.append((price * m.v["gap"]).sum())


def solve(m: Model) -> Answer:
    """Solves through the direct interface and reads variables and duals back."""
    c = m.numbers
    status = m.linopy.solve("highs", io_api="direct", set_names=False, progress=False, **OPTIONS)
    if status != ("ok", "optimal"):
        raise RuntimeError(f"linopy: {status}")
    values: dict[tuple[str, str], np.ndarray] = {}
    for name, variable in m.v.items():
        found = variable.solution
        for position, key in enumerate(found.coords[found.dims[0]].values.tolist()):
            values[name, key] = found.values[position]
    for k in c.world.materials if len(c.ends) else []:
        at_ends, values["gap", k] = values["gap", k], np.zeros(len(c.tree.branches))
        values["gap", k][c.ends] = at_ends
    duals = {}
    if "reserve_days" in m.linopy.constraints:
        found = m.linopy.constraints["reserve_days"].dual
        duals = dict(zip(found.coords["material"].values.tolist(), found.values, strict=True))
    highs = m.linopy.solver_model
    size = (highs.getNumRow(), highs.getNumCol(), highs.getNumNz())
    return Answer(values, duals, float(m.linopy.objective.value or 0.0) + m.constant, size, float(highs.getRunTime()))


if __name__ == "__main__":
    race(build, solve)
