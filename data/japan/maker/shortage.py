"""What a tonne short costs, in tranches; those of the rare earths anchored in a published figure."""

from __future__ import annotations

from functools import cache
from typing import Any

from . import sources as src
from .demand import need
from .materials import reference_price
from .purchases import purchases
from .writing import Record

COLUMNS = ["material", "up_to", "cost", "basis", "source"]


def use_class(material: str) -> dict[str, Any]:
    """The class of use of a material, with its multiples."""
    rules = src.assumptions()
    found: dict[str, Any] = rules["use_classes"][rules["materials"][material]["use"]]
    return found


def mean_multiple(tranches: dict[float, float], share: float) -> float:
    """Mean multiple of the price over a share of demand that is short."""
    spent, before = 0.0, 0.0
    for up_to, multiple in tranches.items():
        spent += multiple * max(min(share, up_to) - before, 0.0)
        before = up_to
    return spent / share if share else 0.0


@cache
def anchor_factor() -> float:
    """What the anchored multiples are times, so that a Chinese stop costs what the study says."""
    anchor = src.assumptions()["anchor"]
    loss = src.fact(anchor["loss_bn_yen"]) * 1e9 / src.assumptions()["yen_per_dollar"]
    unscaled = 0.0
    for material in src.assumptions()["materials"]:
        use, bought = use_class(material), purchases(material)
        if use.get("anchored") and "CHN" in bought.flows:
            whole = total_use(material)
            share = min(bought.flows["CHN"].tonnes / whole, 1.0)
            lost = share * whole * anchor["months"] / 12
            unscaled += lost * reference_price(material) * mean_multiple(use["shortage"], share)
    return loss / unscaled


def total_use(material: str) -> float:
    """Tonnes a year used, feed of plants at home included."""
    spec = src.assumptions()["materials"][material]
    feed = src.assumptions()["facts"].get(spec.get("given", ""), {}).get("feed")
    return need(material) / (1 - feed["share"]) if feed else need(material)


def records() -> list[Record]:
    """Rows of shortage.csv."""
    out: list[Record] = []
    for material, spec in src.assumptions()["materials"].items():
        use = use_class(material)
        factor = anchor_factor() if use.get("anchored") else 1.0
        text = f"judgement by use ({spec['use']}; half to twice)"
        if use.get("anchored"):
            text = f"{factor:.3g} x {{:g}} x price: scaled to the Nomura Research Institute's three months (P048)"
        for up_to, multiple in use["shortage"].items():
            out.append(
                {
                    "material": material,
                    "up_to": up_to,
                    "cost": reference_price(material) * multiple * factor,
                    "basis": "assumed",
                    "source": text.format(multiple) if use.get("anchored") else f"{multiple:g} x price, {text}",
                }
            )
    return out
