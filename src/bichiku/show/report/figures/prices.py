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
WHOLE = 1.0 - 1e-6  # of a unit


def ranked(prices: pd.DataFrame) -> pd.DataFrame:
    """Limits with a price, the largest first whatever the sign; of each its dearest year.

    What ranks is the money for one unit more, or for as much of a unit as the price holds: column ``room``, at most 1.
    """
    price, room = pd.to_numeric(prices["price"]), _room(prices)
    found = prices.assign(price=price, room=room, size=(price * room).abs())
    found = found[found["size"] > 0].sort_values("size", ascending=False, kind="stable")
    names = found[["policy", "limit", "material"]].fillna("").astype(str)
    return found[~names.duplicated()].drop(columns="size").reset_index(drop=True)


def _room(prices: pd.DataFrame) -> pd.Series:
    """How much of one unit a price holds for, up or down from the limit as it stands, whichever is more; at most 1."""
    value, low, high = (pd.to_numeric(prices[name]) for name in ("value", "holds_from", "holds_to"))
    up, down = (high - value).fillna(np.inf), (value - low).fillna(np.inf)
    return pd.Series(np.clip(np.maximum(up, down), 0.0, 1.0), index=prices.index)


def drawn(order: pd.DataFrame) -> pd.DataFrame:
    """The ranked prices that hold for a whole unit; no other is drawn as if it did."""
    return order[order["room"] > WHOLE]


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


def policy_prices(strategy: str, order: pd.DataFrame) -> Picture:
    """Bars of the largest prices of one strategy; `order` is ranked, drawn and not empty."""
    units = list(dict.fromkeys(order["unit"].astype(str)))[:PANELS]
    panels = {unit: order[order["unit"].astype(str) == unit].head(MOST) for unit in units}
    rows = max(len(panel) for panel in panels.values())
    alt = _alt_text(strategy, panels)
    return picture(
        key="policy-prices",
        title=f"The dearest limits under {strategy}",
        units="; ".join(units),
        source="prices.csv (price; of each limit its dearest year)",
        alt=alt,
        height=0.5 + 0.27 * rows,
        paint=lambda figure: _paint(figure, panels, rows),
        data=order,
    )


def _paint(figure: Figure, panels: dict[str, pd.DataFrame], rows: int) -> None:
    for axes, (unit, frame) in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels.items(), strict=True):
        values = frame["price"].to_numpy(dtype=float)
        for place, value in enumerate(values):
            axes.barh(place, value, 0.66, color=BLUE if value > 0 else ORANGE, hatch="" if value > 0 else "////")
            beside(axes, max(float(value), 0.0), place, page_number(float(value)))
        low, high = min(0.0, values.min()), max(0.0, values.max())
        axes.set_xlim(low * 1.05, high + 0.3 * (high - low))
        axes.set_ylim(rows - 0.5, -0.5)
        axes.set_yticks(np.arange(len(frame)), [label(row) for row in frame.itertuples(index=False)])
        axes.set_title(unit)
        axes.set_xticks([])
        bare(axes)


def _alt_text(strategy: str, panels: dict[str, pd.DataFrame]) -> str:
    parts = []
    for unit, frame in panels.items():
        named = [f"{label(row)} {page_number(float(row.price))}" for row in frame.itertuples(index=False)]
        parts.append(f"{unit}: {listed(named, 5)}.")
    return f"Bars of the largest prices of limits under {strategy}. {' '.join(parts)}"
