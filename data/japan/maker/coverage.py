"""Does supply suffice? Capacity over a year's use, with and without China."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .countries import groups
from .demand import need
from .materials import reference_price
from .purchases import purchases
from .writing import Record


@dataclass(frozen=True)
class Cover:
    """Supplier capacity over what is used, feed of plants that stand included, and the share of purchases now."""

    material: str
    peak_t: float
    everyone: float
    without_china: float
    partners: float
    projects: float
    china_now: float


def coverage(suppliers: list[Record], projects: list[Record]) -> list[Cover]:
    """One line per material. Home plants that stand count as supply; China's share is of all use."""
    out = []
    for material in dict.fromkeys(row["material"] for row in suppliers):
        mine = [row for row in suppliers if row["material"] == material]
        fed = [row for row in projects if row.get("input_material") == material]
        peak = need(material) + sum(row["existing_t"] * row["input_per_output"] for row in fed)
        home = sum(row["existing_t"] for row in projects if row["material"] == material)

        def over(
            keep: Callable[[Record], bool], rows: list[Record] = mine, peak: float = peak, home: float = home
        ) -> float:
            return (home + float(sum(row["capacity_t"] for row in rows if keep(row)))) / peak

        china = purchases(material).flows.get("CHN")
        built = [row for row in projects if row["material"] == material]
        abroad = sum(row["capacity_t"] for row in mine if "partners" in groups(row["country"]))
        out.append(
            Cover(
                material=material,
                peak_t=peak,
                everyone=over(lambda row: True),
                without_china=over(lambda row: row["country"] != "CHN"),
                partners=abroad / peak,
                projects=sum(row["max_build_t"] for row in built) / peak,
                china_now=china.tonnes / peak if china else 0.0,
            )
        )
    return out


def as_text(lines: list[Cover]) -> str:
    """The table for people."""
    head = f"{'material':22} {'peak t/yr':>10} {'all':>6} {'no CHN':>7} {'partn.':>7} {'proj.':>6} {'CHN now':>8}"
    body = [
        f"{c.material:22} {c.peak_t:10.5g} {c.everyone:6.2f} {c.without_china:7.2f}"
        f" {c.partners:7.2f} {c.projects:6.2f} {c.china_now:8.1%}"
        for c in lines
    ]
    return "\n".join([head, *body])


def as_markdown(lines: list[Cover]) -> str:
    """The table of `models/japan/README.md`: need, price, China's part, and cover."""
    head = (
        "| material | use, t/yr | USD/t | from China now | cover | cover without China | partners | can be built |\n"
        "|---|---:|---:|---:|---:|---:|---:|---:|"
    )
    body = [
        f"| {c.material} | {significant(c.peak_t)} | {significant(reference_price(c.material))} | {c.china_now:.0%}"
        f" | {c.everyone:.2f} | {c.without_china:.2f} | {c.partners:.2f} | {c.projects:.2f} |"
        for c in lines
    ]
    return "\n".join([head, *body])


def significant(value: float) -> str:
    """Three significant digits with thousands separated."""
    return f"{float(f'{value:.3g}'):,g}" if value < 1000 else f"{float(f'{value:.3g}'):,.0f}"
