"""Demand by year (tonnes per year)."""

from __future__ import annotations

from functools import cache

from . import sources as src
from .purchases import purchases
from .writing import Record

COLUMNS = ["material", "year", "tonnes", "basis", "source"]


@cache
def growth(material: str, year: int) -> float:
    """World demand in `year` over the base year; 1 for materials held flat.

    The IEA gives 2024, 2030 and 2035; years between lie on the straight line.
    """
    rules = src.assumptions()
    mineral = rules["materials"][material]["growth"]
    if mineral is None:
        return 1.0
    path = src.iea_demand(mineral)
    base = rules["time"]["base_year"]
    below = max(y for y in path if y <= year)
    above = min(y for y in path if y >= year)
    part = (year - below) / (above - below) if above > below else 0.0
    return (path[below] + part * (path[above] - path[below])) / path[base]


def mean_growth(material: str) -> float:
    """Mean of the growth factor over the plan's years."""
    years = src.assumptions()["time"]["years"]
    return sum(growth(material, y) for y in years) / len(years)


def demand(material: str, year: int) -> float:
    """Tonnes Japan needs in a year."""
    return purchases(material).demand_t * growth(material, year)


def first_demand(material: str) -> float:
    """Demand of the plan's first year."""
    return demand(material, src.assumptions()["time"]["years"][0])


def peak_demand(material: str) -> float:
    """The largest yearly demand."""
    return max(demand(material, y) for y in src.assumptions()["time"]["years"])


def target_demand(material: str) -> float:
    """Demand of the year that project sizes are measured against."""
    return demand(material, src.assumptions()["time"]["target_year"])


def records() -> list[Record]:
    """Rows of demand.csv."""
    out: list[Record] = []
    rules = src.assumptions()
    for material, spec in rules["materials"].items():
        grows = spec["growth"]
        if grows:
            rule = f"x IEA STEPS world demand of {grows} over 2024 (the world's path stands for Japan's)"
        else:
            rule = "held flat (assumed)"
        known = {"basis": "derived" if grows else "assumed", "source": f"{purchases(material).source}; {rule}"}
        years = rules["time"]["years"]
        out += [{"material": material, "year": year, "tonnes": demand(material, year)} | known for year in years]
    return out
