"""The tables of models/japan/README.md, from the solves that `trials.japan_levers` stored and from the model's tables.

python -m trials.japan_tables --write     # puts them between their marks
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer

from bichiku.model.world import World
from bichiku.reading.model import read_model
from bichiku.result.pipeline import grow
from bichiku.show.levers import AVOIDED, PAYERS
from bichiku.show.report.figures.levers import lever_picture
from trials.japan_levers import MODELS, stored

PAGE = MODELS / "japan" / "README.md"
PICTURE = MODELS.parent / "docs" / "pictures" / "japan-levers.svg"
BASELINE = "today"
SHOCK = "price-shock"  # the crisis in which no supplier stops
YEN = 155.0  # a dollar, as in data/japan/assumptions.yaml
RARE_EARTHS = (
    "neodymium-praseodymium",
    "dysprosium-terbium",
    "yttrium",
    "mischmetal",
    "cerium-compounds",
    "permanent-magnets",
)
Solve = dict[str, Any]


def millions(value: float, sign: bool = False) -> str:
    """Money in millions, three digits at most."""
    text = (
        f"{value / 1e6:{'+' if sign else ''},.3g}" if abs(value) < 1e9 else f"{value / 1e6:{'+' if sign else ''},.0f}"
    )
    return text.replace("-", "−")


def bought(solve: Solve, base: Solve) -> tuple[float, float, str]:
    """Change of cost before damage, damage avoided, and the second over the first in words."""
    cost = solve["nation_cost_per_year"] - base["nation_cost_per_year"]
    avoided = base["expected_damage_per_year"] - solve["expected_damage_per_year"]
    cost += avoided
    if cost <= 0:
        return cost, avoided, "saves money" if avoided >= 0 else "loses more"
    return cost, avoided, f"{avoided / cost:.3g}".replace("-", "−")


def levers() -> Iterator[str]:
    """What each lever buys over today, as it is and at list prices, and who pays."""
    as_is, listed = stored()["as-is"], stored().get("list-prices", {})
    yield (
        "| lever | cost before damage, USD m a year | damage avoided | per dollar | state | industry | output lost "
        "| avoided at list prices | per dollar |"
    )
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    base = as_is[BASELINE]
    for name, solve in as_is.items():
        if name == BASELINE:
            continue
        cost, avoided, ratio = bought(solve, base)
        payers = [
            millions(solve[key] - base[key], sign=True)
            for key in ("paid_by_state_per_year", "paid_by_industry_per_year", "shortage_per_year")
        ]
        at_list = ["", ""]
        if name in listed:
            _, without, at_ratio = bought(listed[name], listed[BASELINE])
            at_list = [millions(without), at_ratio]
        cells = [name, millions(cost, sign=True), millions(avoided), ratio, *payers, *at_list]
        yield f"| {' | '.join(cells)} |"


def onset_years() -> Iterator[str]:
    """Damage avoided, by the year in which the crisis begins."""
    as_is = stored()["as-is"]
    base = as_is[BASELINE]["damage_by_onset_year"]
    yield f"| lever | {' | '.join(base)} |"
    yield f"|---|{'---:|' * len(base)}"
    yield f"| damage under {BASELINE} | {' | '.join(millions(value) for value in base.values())} |"
    for name, solve in as_is.items():
        if name != BASELINE:
            mine = solve["damage_by_onset_year"]
            yield f"| {name} | {' | '.join(millions(base[year] - mine[year]) for year in base)} |"


def price_shock() -> Iterator[str]:
    """Damage avoided of the price shock and of all other crises."""
    as_is = stored()["as-is"]
    base = as_is[BASELINE]["damage_by_crisis"]
    yield "| lever | price shock | all other crises |"
    yield "|---|---:|---:|"
    for name, solve in as_is.items():
        mine = solve["damage_by_crisis"]
        avoided = {crisis: damage - (0.0 if name == BASELINE else mine[crisis]) for crisis, damage in base.items()}
        shock = avoided.pop(SHOCK)
        label = f"damage under {BASELINE}" if name == BASELINE else name
        yield f"| {label} | {millions(shock)} | {millions(sum(avoided.values()))} |"


def days() -> Iterator[str]:
    """Days of use that pay at the end of 2030, by how long a branch is followed and at list prices."""
    wanted = ("as-is", "recovery-12", "record-rates", "recovery-18", "list-prices")
    found = {
        name: held["stock-free"]["days_held"] for name in wanted if "stock-free" in (held := stored().get(name, {}))
    }
    headings = {
        "as-is": "recovery of 6 months",
        "recovery-12": "12",
        "record-rates": "6, rates of the whole record",
        "recovery-18": "18, the same rates",
        "list-prices": "at list prices",
    }
    yield f"| material | {' | '.join(headings[name] for name in found)} |"
    yield f"|---|{'---:|' * len(found)}"
    for material in sorted({name for held in found.values() for name in held}):
        yield f"| {material} | {' | '.join(f'{found[name].get(material, 0.0):.0f}' for name in found)} |"


def cases() -> Iterator[str]:
    """The main levers in the base, with more batteries, and with the state of January 2026 as reported."""
    told = {
        "as-is": "as it is",
        "record-rates": "rates of the whole record",
        "long-halts": "three of four Chinese halts a year long",
        "batteries": "150 GWh of batteries",
        "january-2026": "January 2026 as reported",
    }
    names = [name for name in told if BASELINE in stored().get(name, {})]
    yield f"| | {' | '.join(told[name] for name in names)} |"
    yield f"|---|{'---:|' * len(names)}"
    every = [stored()[name] for name in names]
    damage = [millions(solves[BASELINE]["expected_damage_per_year"]) for solves in every]
    yield f"| damage under today, USD m a year | {' | '.join(damage)} |"
    others = {lever for solves in every[1:] for lever in solves} - {BASELINE}
    for lever in (name for name in every[0] if name in others):
        cells = []
        for solves in every:
            _, avoided, ratio = bought(solves[lever], solves[BASELINE]) if lever in solves else (0.0, 0.0, "")
            cells.append(f"{millions(avoided)} ({ratio})" if ratio else "")
        yield f"| {lever}: avoided (per dollar) | {' | '.join(cells)} |"


@cache
def world() -> World:
    """The world of today."""
    return read_model(MODELS / "japan", [BASELINE]).worlds[BASELINE]


def capacity(material: str, without: str | None = None) -> float:
    """Tonnes a year that suppliers and plants at home can give, but for those of one country."""
    sources = [(row.capacity_t, row.country) for row in world().suppliers.values() if row.material == material]
    sources += [(row.existing_t, row.country) for row in world().projects.values() if row.material == material]
    return sum(tonnes for tonnes, country in sources if country != without)


def use(material: str) -> float:
    """Tonnes a year, with the feed of plants that stand at full running."""
    fed = sum(
        row.existing_t * (row.input_per_output or 0.0)
        for row in world().projects.values()
        if row.input_material == material
    )
    return world().demand.get(material, {}).get(2026, 0.0) + fed


def left_without_the_largest(*materials: str) -> float:
    """Supply of today without the largest country, over use; capacity that is won only by paying more left out."""
    by_country: dict[str, float] = {}
    for name, row in world().suppliers.items():
        if row.material in materials and not name.endswith("-more"):
            by_country[row.country] = by_country.get(row.country, 0.0) + row.capacity_t
    largest = max(by_country.values())
    home = sum(row.existing_t for row in world().projects.values() if row.material in materials)
    return (sum(by_country.values()) - largest + home) / sum(use(material) for material in materials)


def share_of_china(*materials: str) -> float:
    """China's share of what is imported now, by weight."""
    now = [
        (row.capacity_t, row.country)
        for name, row in world().suppliers.items()
        if row.material in materials and not name.endswith(("-more", "-lynas", "-2028", "-caremag", "-kazakhstan"))
    ]
    return sum(tonnes for tonnes, country in now if country == "CHN") / sum(tonnes for tonnes, _ in now)


def longest(crisis: str) -> float:
    """Largest damage under today of a year-long crisis that begins in 2027 or later, when nothing of 2026 is left."""
    futures = stored()["as-is"][BASELINE]["damage_of_future"]
    return max(
        damage
        for future, damage in futures.items()
        if future.startswith(f"{crisis} ") and future.split()[1] >= "2027" and future.split()[2] == "12"
    )


def checks() -> Iterator[str]:
    """The model against published figures that are no input of it."""
    rows: list[tuple[str, float, float, str]] = [
        (
            "a year without Chinese rare earths, USD bn (Nomura Research Institute, P049)",
            longest("china-light-rare-earth-halt") / 1e9,
            2600 / YEN,
            "its three months are the scale of the cost; saving and other suppliers work against it, dearness adds",
        ),
        (
            "the same (Daiwa Institute, P050)",
            longest("china-light-rare-earth-halt") / 1e9,
            7000 / YEN,
            "the two studies differ by 2.7",
        ),
        (
            "a year without any Chinese critical mineral, USD bn (Daiwa, P051)",
            longest("china-export-halt") / 1e9,
            18000 / YEN,
            "25 materials of 34, and no knock-on through industries",
        ),
        (
            "a year without Chinese gallium and germanium, USD bn (USGS, for the United States, P052, P053)",
            longest("china-gallium-germanium-halt") / 1e9,
            3.5,
            "another country, with more chips and less wafer making",
        ),
        (
            "China's share of rare-earth imports by weight (METI, P017)",
            share_of_china(*RARE_EARTHS[:-1]),
            0.7,
            "by BACI 0.66 in 2024; 284690 is left out beside the Lynas contract, and India of 2023 is in",
        ),
        (
            "the same of graphite (press, W010)",
            share_of_china("graphite-flake", "graphite-spheres"),
            0.92,
            "by BACI 0.85 in 2022",
        ),
        ("the same of lithium hydroxide (seed, S0-027)", share_of_china("lithium-hydroxide"), 0.885, "of 2022"),
        (
            "supply left without the largest supplier over use: graphite (IEA, world, 2035, P055)",
            left_without_the_largest("graphite-flake", "graphite-spheres"),
            0.375,
            "Japan has few others",
        ),
        (
            "rare earths (P055)",
            left_without_the_largest(*RARE_EARTHS),
            0.375,
            "with the Lynas contract and home magnets; dysprosium and yttrium alone far lower",
        ),
        ("nickel (P056, less than)", left_without_the_largest("nickel"), 0.55, "metal, not all nickel"),
        (
            "lithium (P057)",
            left_without_the_largest("lithium-carbonate", "lithium-hydroxide"),
            0.65,
            "hydroxide is Chinese; the home plant runs on carbonate",
        ),
        ("cobalt (P057)", left_without_the_largest("cobalt"), 0.65, "home refineries count as supply"),
    ]
    yield "| figure | model | published | ratio | why it may differ |"
    yield "|---|---:|---:|---:|---|"
    for text, mine, theirs, why in rows:
        yield f"| {text} | {mine:.2f} | {theirs:.2f} | {mine / theirs:.2f} | {why} |"


def weights() -> Iterator[str]:
    """The least weight of each chain's plan."""
    yield "| chain | least weight of the plan |"
    yield "|---|---:|"
    found = []
    for chain in grow(world()):
        plan = chain.tree.plan
        found.append((float(np.min(chain.tree.weight[plan])), chain.name))
    for weight, name in sorted(found):
        yield f"| {name} | {weight:.2f} |"


def picture() -> str:
    """The picture of the levers as they are, the most damage avoided first."""
    as_is = stored()["as-is"]
    base = as_is[BASELINE]
    rows = {
        name: {
            AVOIDED: base["expected_damage_per_year"] - solve["expected_damage_per_year"],
            PAYERS["state"]: solve["paid_by_state_per_year"] - base["paid_by_state_per_year"],
            PAYERS["industry"]: solve["paid_by_industry_per_year"] - base["paid_by_industry_per_year"],
        }
        for name, solve in as_is.items()
        if name != BASELINE
    }
    table = pd.DataFrame.from_dict(rows, orient="index").sort_values(AVOIDED, ascending=False)
    ratios = [bought(as_is[str(name)], base)[2] for name in table.index]
    drawn = lever_picture(table, ratios, BASELINE, "USD", "2026 to 2030", "trials/results/japan_levers.json")
    return f"{drawn.svg}\n"


TABLES: dict[str, Callable[[], Iterator[str]]] = {
    "levers": levers,
    "onset years": onset_years,
    "price shock": price_shock,
    "days": days,
    "cases": cases,
    "checks": checks,
    "weights": weights,
}


def with_tables(page: str) -> str:
    """The page with each table between its marks."""
    for name, table in TABLES.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        before, after = page.split(begin)[0], page.split(end)[1]
        page = f"{before}{begin}" + "\n".join(table()) + f"\n{end}{after}"
    return page


def main(write: Annotated[bool, typer.Option("--write", help="Write models/japan/README.md.")] = False) -> None:
    """Prints the tables, or writes them into the page."""
    if write:
        PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
        PICTURE.write_text(picture(), encoding="utf-8")
        return
    for name, table in TABLES.items():
        typer.echo(f"\n{name}\n")
        for line in table():
            typer.echo(line)


if __name__ == "__main__":
    typer.run(main)
