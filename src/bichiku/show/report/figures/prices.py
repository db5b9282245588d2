"""What each policy costs: the largest prices, a panel for each unit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from bichiku.show.numbers import page_number
from bichiku.show.phrases import listed
from bichiku.show.report.elements import Picture
from bichiku.show.report.figures.style import BLUE, ORANGE, bare, beside, picture

MOST = 8  # bars of a panel
PANELS = 3
HUNDREDTH = 0.01
ONE = 1.0 - 1e-9  # unit, less the rounding of a difference
SHORT = "short range"


def ranked(prices: pd.DataFrame) -> pd.DataFrame:
    """Limits with a price, the largest first whatever the sign, for a unit or as far as it holds; of each its dearest
    year.
    """
    price = pd.to_numeric(prices["price"])
    found = prices.assign(price=price, size=price.abs() * reach(prices).clip(upper=1.0))
    found = found[found["size"] > 0].sort_values("size", ascending=False, kind="stable")
    names = found[["policy", "limit", "material"]].fillna("").astype(str)
    return found[~names.duplicated()].drop(columns="size").reset_index(drop=True)


def reach(prices: pd.DataFrame) -> pd.Series:
    """For how many units more each price holds."""
    holds_to = pd.to_numeric(prices["holds_to"])
    return (holds_to - pd.to_numeric(prices["value"])).fillna(np.inf)


def drawable(order: pd.DataFrame) -> pd.DataFrame:
    """The prices that can be drawn, none beyond its range: `amount` for a unit or for 1 % of it, as `per` says."""
    unit = order["unit"].astype(str)
    whole = reach(order) >= ONE
    one_percent = unit.str.split(" per ").str[0] + " for 1 % more"
    amount = order["price"].where(whole, order["price"] * HUNDREDTH * order["value"])
    found = order.assign(amount=amount, per=unit.where(whole, one_percent))
    return found[whole | (order["method"] != SHORT)]


def is_capacity(prices: pd.DataFrame) -> pd.Series:
    """Whether a price is that of a capacity and not of a policy's limit."""
    return prices["policy"].astype(str).str.endswith(("_capacity", "_build_limit"))


def label(row: Any) -> str:
    """The limit a price belongs to, in short."""
    named, material = text(row.limit), text(row.material)
    kind = text(row.policy).replace("_", " ")
    parts = [f"{kind} {named}".strip(), "" if material in ("all", "") or material in named else material]
    return " · ".join(part for part in (*parts, text(row.year)) if part)


def text(value: object) -> str:
    """A cell as text: nothing for an empty one, a year without its fraction."""
    if pd.isna(value):
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def policy_prices(strategy: str, order: pd.DataFrame) -> Picture | None:
    """Bars of the largest prices of one strategy; `order` is ranked. None where no price can be drawn."""
    shown = drawable(order)
    if shown.empty:
        return None
    units = list(dict.fromkeys(shown["per"]))[:PANELS]
    panels = {unit: shown[shown["per"] == unit].head(MOST) for unit in units}
    alt = _alt_text(strategy, panels)
    left = len(order) - len(shown)
    without = f"; without {left} whose range is too short" if left else ""
    return picture(
        key="policy-prices",
        title=f"The dearest limits under {strategy}",
        units="; ".join(units),
        source=f"prices.csv (price; of each limit its dearest year{without})",
        alt=alt,
        height=sum(0.5 + 0.27 * len(panel) for panel in panels.values()),
        paint=lambda figure: _paint(figure, panels),
        data=shown.drop(columns=["amount", "per"]),
    )


def _paint(figure: Figure, panels: dict[str, pd.DataFrame]) -> None:
    # one below the other, as the names of three limits side by side leave no room for their bars
    below = figure.subplots(len(panels), 1, squeeze=False, height_ratios=[len(panel) for panel in panels.values()])
    for axes, (unit, frame) in zip(below[:, 0], panels.items(), strict=True):
        values = frame["amount"].to_numpy(dtype=float)
        for place, value in enumerate(values):
            axes.barh(place, value, 0.66, color=BLUE if value > 0 else ORANGE, hatch="" if value > 0 else "////")
            beside(axes, max(float(value), 0.0), place, page_number(float(value)))
        low, high = min(0.0, values.min()), max(0.0, values.max())
        axes.set_xlim(low * 1.05, high + 0.3 * (high - low))
        axes.set_ylim(len(frame) - 0.5, -0.5)
        axes.set_yticks(np.arange(len(frame)), [label(row) for row in frame.itertuples(index=False)])
        axes.set_title(unit)
        axes.set_xticks([])
        bare(axes)


def _alt_text(strategy: str, panels: dict[str, pd.DataFrame]) -> str:
    parts = []
    for unit, frame in panels.items():
        named = [f"{label(row)} {page_number(float(row.amount))}" for row in frame.itertuples(index=False)]
        parts.append(f"{unit}: {listed(named, 5)}.")
    return f"Bars of the largest prices of limits under {strategy}. {' '.join(parts)}"
