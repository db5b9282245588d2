"""The tables that a person reads, worked out again: sourcing, shares, reserve and projects."""

from __future__ import annotations

import numpy as np

from bichiku.verification.balances import input_of_project
from bichiku.verification.facts import RunFacts
from bichiku.verification.files import RunTable
from bichiku.verification.flows import Flows
from bichiku.verification.geography import foreign, parts_by_country
from bichiku.verification.hand_back import is_used
from bichiku.verification.limits import built_capacity, capacity_of
from bichiku.verification.money import paid_per_tonne, per_source
from bichiku.verification.sheet import ColumnNumbers, Sheet

NOT_STATED = "not stated"
ROUNDING = 1e-9  # share of a sum's terms below which the sum is what rounding left over


def sourcing_sheet(facts: RunFacts) -> Sheet:
    """sourcing.csv: what arrives on the plan by supplier or project and calendar year."""
    world, years = facts.world, np.unique(facts.plan_years)
    arrived = facts.flows["arrived"][facts.plan]
    tonnes = _by_year(facts, arrived)
    terms = _by_year(facts, np.abs(arrived))
    freight, tariff, running = per_source(world)
    unit_cost = paid_per_tonne(world, facts.states)[facts.plan] * (1.0 + tariff) + freight + running
    money, money_terms = _by_year(facts, arrived * unit_cost), _by_year(facts, np.abs(arrived) * unit_cost)
    imports, import_terms = (np.zeros_like(tonnes) for _ in range(2))
    names = list(world.sources)
    for material in world.materials:
        columns = [i for i, name in enumerate(names) if world.sources[name].material == material]
        abroad = [i for i in columns if foreign(world, names[i])]
        imports[:, columns] = tonnes[:, abroad].sum(axis=1, keepdims=True)
        import_terms[:, columns] = terms[:, abroad].sum(axis=1, keepdims=True)
    is_import = np.array([foreign(world, name) for name in names])
    share = _ratio(np.where(is_import, tonnes, np.nan), imports)
    delivered = _ratio(money, tonnes)
    keys: list[tuple[object, ...]] = [
        (world.sources[name].material, name, int(year)) for year in years for name in names
    ]
    return Sheet(
        keys,
        {
            "tonnes": ColumnNumbers("sourcing.tonnes", tonnes.ravel(), terms.ravel()),
            "share_of_imports": ColumnNumbers(
                "sourcing.share_of_imports",
                share.ravel(),
                _magnitude(share, terms / _positive(tonnes), import_terms / _positive(imports)),
            ),
            "delivered_cost": ColumnNumbers(
                "sourcing.delivered_cost",
                delivered.ravel(),
                _magnitude(delivered, money_terms / _positive(money), terms / _positive(tonnes)),
            ),
        },
        _source_texts(facts, names, len(years)) | {"unit": [f"{world.settings.currency}/t"] * len(keys)},
    )


def _source_texts(facts: RunFacts, names: list[str], repeats: int) -> dict[str, list[str]]:
    rows = [facts.world.sources[name] for name in names]
    return {
        "country": [row.country for row in rows] * repeats,
        "kind": [str(row.kind) for row in rows] * repeats,
        "basis": [row.basis or NOT_STATED for row in rows] * repeats,
    }


def _by_year(facts: RunFacts, plan_numbers: np.ndarray) -> np.ndarray:
    """Sums over the plan's periods of each calendar year; from (periods, columns) to (years, columns)."""
    years = np.unique(facts.plan_years)
    return (years[:, np.newaxis] == facts.plan_years).astype(float) @ plan_numbers


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Part over whole, empty where the whole is zero."""
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole != 0)


def _positive(values: np.ndarray) -> np.ndarray:
    return np.maximum(np.abs(values), np.finfo(float).tiny)


def _magnitude(value: np.ndarray, *cancelled: np.ndarray) -> np.ndarray:
    """A ratio's magnitude, raised where the sums in it cancel."""
    size = np.nan_to_num(np.abs(value))
    for factor in cancelled:
        size = size * np.clip(factor, 1.0, 1e300)
    return size.ravel()


def shares_sheet(facts: RunFacts) -> Sheet:
    """shares.csv: each country's share of imports by material, year and stage, and the HHI."""
    world, years = facts.world, np.unique(facts.plan_years)
    names = list(world.sources)
    arrived = _by_year(facts, facts.flows["arrived"][facts.plan])
    terms = _by_year(facts, np.abs(facts.flows["arrived"][facts.plan]))
    keys: list[tuple[object, ...]] = []
    shares, indices, sizes = [], [], []
    for material in world.materials:
        abroad = [
            i for i, name in enumerate(names) if world.sources[name].material == material and foreign(world, name)
        ]
        for stage in ("exporter", "origin"):
            tonnes: dict[str, np.ndarray] = {}
            for i in abroad:
                for country, part in parts_by_country(world, names[i], stage).items():
                    tonnes[country] = tonnes.get(country, np.zeros(len(years))) + part * arrived[:, i]
            for y, year in enumerate(years):
                total = float(arrived[y, abroad].sum())
                if total <= 0:
                    continue
                found = {country: float(by_year[y]) / total for country, by_year in tonnes.items() if by_year[y] != 0}
                index = sum(share**2 for share in found.values())
                for country, part in found.items():
                    keys.append((material, int(year), stage, country))
                    shares.append(part)
                    indices.append(index)
                    sizes.append(float(terms[y, abroad].sum()) / total)
    size = np.array(sizes)
    share = np.array(shares)
    return Sheet(
        keys,
        {
            "share": ColumnNumbers("shares.share", share, np.abs(share) * size),
            "hhi": ColumnNumbers("shares.hhi", np.array(indices), np.array(indices) * size),
        },
        optional=np.abs(share) <= ROUNDING,
    )


def reserve_sheet(facts: RunFacts) -> Sheet:
    """reserve.csv: the plan's stock against its target."""
    world, flows, plan = facts.world, facts.flows, facts.plan
    calendar, policy = world.calendar, world.policies.reserve_days
    stock, kept = flows["stock"][plan], facts.stocks.kept[plan]
    use, full = facts.use[plan], _use_at_full_running(facts)[plan]
    cover, cover_full = (_ratio(stock * calendar.days, np.where(used > 0, used, 0.0)) for used in (use, full))
    target = np.full(stock.shape, np.nan)
    for k, material in enumerate(world.materials):
        path = policy.of(material) if policy is not None and is_used(world, material) else None
        if path is not None:
            target[:, k] = path(calendar.ends)
    change = stock - kept
    size = np.maximum(np.abs(stock), np.abs(kept))
    materials = list(world.materials)
    keys: list[tuple[object, ...]] = [(t, material) for t in range(1, calendar.periods + 1) for material in materials]
    return Sheet(
        keys,
        {
            "stock_t": ColumnNumbers("reserve.stock_t", stock.ravel()),
            "cover_days": ColumnNumbers("reserve.cover_days", cover.ravel()),
            "cover_days_full_running": ColumnNumbers("reserve.cover_days_full_running", cover_full.ravel()),
            "target_days": ColumnNumbers("reserve.target_days", target.ravel()),
            "bought_t": ColumnNumbers("reserve.bought_t", np.maximum(change, 0.0).ravel(), size.ravel()),
            "used_t": ColumnNumbers("reserve.used_t", np.maximum(-change, 0.0).ravel(), size.ravel()),
        },
        {"month": [calendar.label(t) for t in range(1, calendar.periods + 1) for _ in materials]},
    )


def _use_at_full_running(facts: RunFacts) -> np.ndarray:
    """Tonnes used at each node if all that can run then does; shape (nodes, materials)."""
    world, nodes = facts.world, facts.nodes
    capacity = np.zeros(facts.states.export.shape)
    names = list(world.sources)
    for built, (name, row) in zip(facts.built, world.projects.items(), strict=True):
        capacity[:, names.index(name)] = capacity_of(row, built, world, nodes)
    running = capacity * facts.states.export / world.calendar.periods_per_year
    return np.asarray(facts.states.demand + running @ input_of_project(world))


def projects_sheet(facts: RunFacts, projects: RunTable) -> Sheet:
    """projects.csv; what is built is taken from the table itself and held against its limits elsewhere."""
    world = facts.world
    built = built_capacity(world, projects)
    rows = list(world.projects.values())
    horizon = world.calendar.periods / world.calendar.periods_per_year
    produced = sent_on_plan(facts, facts.flows)
    a_year = produced / world.calendar.year_share
    running = np.array([row.existing_t for row in rows]) * _of_projects(facts, facts.states.export)
    spent = np.array([row.capex for row in rows]) * built
    rate = np.array([row.subsidy_rate for row in rows])
    return Sheet(
        [(name,) for name in world.projects],
        {
            "existing_t_per_year": ColumnNumbers(
                "projects.existing_t_per_year", np.array([row.existing_t for row in rows])
            ),
            "used_t_per_year": ColumnNumbers(
                "projects.used_t_per_year", produced.sum(axis=0) / horizon, np.abs(produced).sum(axis=0) / horizon
            ),
            "beyond_existing_t_per_year": ColumnNumbers(
                "projects.beyond_existing_t_per_year",
                np.maximum(a_year - running, 0.0).max(axis=0),
                (np.abs(a_year) + running).max(axis=0),
            ),
            "investment": ColumnNumbers("projects.investment", spent),
            "subsidy": ColumnNumbers("projects.subsidy", spent * rate),
            "net_cost": ColumnNumbers("projects.net_cost", spent * (1.0 - rate), np.abs(spent)),
        },
        {
            "material": [row.material for row in rows],
            "country": [row.country for row in rows],
            "kind": [row.kind for row in rows],
            "unit": [world.settings.currency] * len(rows),
            "basis": [row.basis or NOT_STATED for row in rows],
        },
        elsewhere=("built_t_per_year",),
    )


def sent_on_plan(facts: RunFacts, flows: Flows) -> np.ndarray:
    """Tonnes that projects produce on the plan; shape (periods, projects)."""
    return _of_projects(facts, flows["sent"])


def _of_projects(facts: RunFacts, of_sources: np.ndarray) -> np.ndarray:
    """Numbers of sources at every node for the plan and projects alone; shape (periods, projects)."""
    columns = [i for i, name in enumerate(facts.world.sources) if name in facts.world.projects]
    return of_sources[facts.plan][:, columns]
