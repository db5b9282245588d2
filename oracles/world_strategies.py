"""Hypothesis strategies for small random models that the reader accepts; for policies see `oracles.policy_strategies`.

A description is plain data, ``{"model": model.yaml, "tables": {name: rows}}``, so that a failing example
prints as something a person can read and keep.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

Description = dict[str, Any]

BUYER = "JPN"
COUNTRIES = ("JPN", "CHN", "COD", "AUS", "CHL")
GROUPS = {"CHN": "rivals", "COD": "mines;rivals", "AUS": "mines;partners", "CHL": "partners"}
ROUTES = ("strait", "canal")
PERIODS_PER_YEAR = {"month": 12, "quarter": 4, "year": 1}
START_YEAR = 2026


def write_model(description: Description, folder: Path) -> Path:
    """Writes model.yaml and the tables; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.yaml").write_text(yaml.safe_dump(description["model"], sort_keys=False), encoding="utf-8")
    for name, rows in description["tables"].items():
        if not rows:
            continue
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, columns)
            writer.writeheader()
            writer.writerows(rows)
    return folder


@st.composite
def small_models(draw: st.DrawFn, crises: bool | None = None) -> Description:
    """A small model without policies.

    Args:
        crises: True for at least one crisis, False for none, None for either.
    """
    resolution = draw(st.sampled_from(["year", "quarter", "month"]))
    model: dict[str, Any] = {
        "model": "small",
        "buyer": BUYER,
        "start": f"{START_YEAR}-{draw(st.sampled_from([1, 4, 11])):02d}",
        "periods": draw(st.integers(3, 8)),
        "resolution": resolution,
        "discount_rate": draw(st.sampled_from([0.0, 0.03, 0.1])),
    }
    tables: dict[str, list[dict[str, Any]]] = {"countries": _country_rows()}
    tables["materials"] = [draw(_material_rows(f"m{i}")) for i in range(1, draw(st.integers(1, 3)) + 1)]
    materials = [row["material"] for row in tables["materials"]]
    with_demand = [materials[0], *(m for m in materials[1:] if draw(st.booleans()))]
    tables["demand"] = [row for m in with_demand for row in draw(_demand_rows(m, model))]
    tables["suppliers"] = draw(_supplier_tables(materials))
    tables["projects"] = draw(_project_tables(materials))
    sources = [*tables["suppliers"], *tables["projects"]]
    tables["origins"] = [row for source in sources for row in draw(_origin_rows(source))]
    tables["substitution"] = [row for m in with_demand for row in draw(_substitution_rows(m))]
    _limit_storage(draw, tables)
    model["events"] = draw(_events(tables, model))
    model["crises"] = draw(_crises(tables, model, crises))
    return {"model": model, "tables": tables}


# Tables


def _maybe(*values: Any) -> st.SearchStrategy[Any]:
    """One of the values, or zero about half of the time."""
    return st.one_of(st.just(0), st.sampled_from(values))


def _country_rows() -> list[dict[str, Any]]:
    return [{"country": code, "name": code, "groups": GROUPS.get(code, "")} for code in COUNTRIES]


@st.composite
def _material_rows(draw: st.DrawFn, material: str) -> dict[str, Any]:
    price = draw(st.integers(10, 300))
    row = {
        "material": material,
        "reference_price": price,
        "storage_cost_rate": draw(_maybe(0.01, 0.05)),
        "loss_rate": draw(_maybe(0.02, 0.2)),
        "haircut": draw(_maybe(0.1, 0.5, 1.0)),
        "opening_stock_t": draw(_maybe(20, 75, 150)),
        "shortage_cost": price * draw(st.sampled_from([1, 3, 8, 20])),
    }
    if draw(st.integers(0, 3)) == 0:
        row["release_rate_t_per_day"] = draw(st.sampled_from([0.1, 0.5, 2]))
    return row


@st.composite
def _demand_rows(draw: st.DrawFn, material: str, model: dict[str, Any]) -> list[dict[str, Any]]:
    """Demand for every year that a period can begin in; rarely there is a year without any."""
    years = 1 + math.ceil(model["periods"] / PERIODS_PER_YEAR[model["resolution"]])
    tonnes = st.one_of(st.integers(50, 500), st.integers(50, 500), st.just(0))
    first = draw(st.integers(50, 500))
    later = [draw(tonnes) for _ in range(years - 1)]
    return [{"material": material, "year": START_YEAR + i, "tonnes": t} for i, t in enumerate([first, *later])]


@st.composite
def _supplier_tables(draw: st.DrawFn, materials: list[str]) -> list[dict[str, Any]]:
    """Two to six suppliers from up to five countries, each material with at least one."""
    countries = draw(st.lists(st.sampled_from(COUNTRIES), min_size=2, max_size=5, unique=True))
    rows = []
    for i in range(draw(st.integers(max(2, len(materials)), 6))):
        row = {
            "supplier": f"s{i + 1}",
            "material": materials[i] if i < len(materials) else draw(st.sampled_from(materials)),
            "country": draw(st.sampled_from(countries)),
            "kind": draw(st.sampled_from(["spot", "spot", "contract"])),
            "capacity_t": draw(st.integers(500, 1000) if i < len(materials) else st.integers(50, 1000)),
            "price": draw(st.integers(5, 300)),
            "freight": draw(_maybe(1, 12.5)),
            "tariff_rate": draw(_maybe(0.05, 0.25)),
            "route": draw(st.sampled_from(["", *ROUTES])),
        }
        if row["kind"] == "spot":
            row["lead_periods"] = draw(st.integers(0, 2))
            row["in_transit_t"] = draw(_maybe(5, 20)) if row["lead_periods"] else 0
        rows.append(row)
    return rows


@st.composite
def _project_tables(draw: st.DrawFn, materials: list[str]) -> list[dict[str, Any]]:
    """Up to three projects; a refinery feeds on another material where there is one."""
    rows = []
    for i in range(draw(st.integers(0, 3))):
        material = draw(st.sampled_from(materials))
        inputs = [other for other in materials if other != material]
        kinds = ["recycling", "mine-stake", "sea-bed"] + ["refinery"] * (3 if inputs else 0)
        row = {
            "project": f"p{i + 1}",
            "material": material,
            "kind": draw(st.sampled_from(kinds)),
            "country": draw(st.sampled_from(COUNTRIES)),
            "existing_t": draw(_maybe(50, 300)),
            "max_build_t": draw(_maybe(100, 500)),
            "capex": draw(st.integers(1, 200)),
            "subsidy_rate": draw(_maybe(0.3, 0.5)),
            "running_cost": draw(st.integers(1, 150)),
            "build_periods": draw(st.integers(0, 2)),
            "lead_periods": draw(st.sampled_from([0, 0, 1, 2])),
            "route": draw(st.sampled_from(["", *ROUTES])),
        }
        if row["kind"] == "refinery":
            row["input_material"] = draw(st.sampled_from(inputs))
            row["input_per_output"] = draw(st.sampled_from([0.5, 1.2, 4]))
        rows.append(row)
    return rows


@st.composite
def _origin_rows(draw: st.DrawFn, source: dict[str, Any]) -> list[dict[str, Any]]:
    """No row half of the time; else one or two countries with less than (or just) all of the feed."""
    if draw(st.booleans()):
        return []
    countries = draw(st.lists(st.sampled_from(COUNTRIES), min_size=1, max_size=2, unique=True))
    shares = draw(st.sampled_from([(0.7, 0.3), (0.4, 0.35), (0.25, 0.5)]))
    name = source.get("supplier") or source["project"]
    return [{"supplier": name, "country": c, "share": s} for c, s in zip(countries, shares, strict=False)]


@st.composite
def _substitution_rows(draw: st.DrawFn, material: str) -> list[dict[str, Any]]:
    return [
        {
            "material": material,
            "tranche": f"x{i}",
            "max_share": draw(st.sampled_from([0.1, 0.2, 0.4])),
            "cost": draw(st.integers(100, 1000)),
            "delay_periods": draw(st.integers(0, 2)),
        }
        for i in range(draw(st.integers(0, 2)))
    ]


def _limit_storage(draw: st.DrawFn, tables: dict[str, list[dict[str, Any]]]) -> None:
    """Some limits on storage, each with room for what is in stock and under way at the start."""
    for row in tables["materials"]:
        if draw(st.integers(0, 3)) == 0:
            under_way = sum(
                s.get("in_transit_t", 0) * s.get("lead_periods", 0)
                for s in tables["suppliers"]
                if s["material"] == row["material"]
            )
            row["storage_limit_t"] = row["opening_stock_t"] + under_way + draw(st.sampled_from([10, 100, 500]))


# Events and crises


@st.composite
def _effects(draw: st.DrawFn, tables: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """What an effect hits (one or two selectors that narrow each other, or all) and how hard."""
    sources = [row.get("supplier") or row["project"] for row in [*tables["suppliers"], *tables["projects"]]]
    routes = sorted({row["route"] for row in [*tables["suppliers"], *tables["projects"]]} - {""})
    choices = {
        "countries": [*COUNTRIES, "rivals", "mines", "partners"],
        "suppliers": sources,
        "materials": [row["material"] for row in tables["materials"]],
    }
    if routes:
        choices["routes"] = routes
    effect: dict[str, Any] = {}
    for selector in draw(st.lists(st.sampled_from([*choices, "all"]), min_size=1, max_size=2, unique=True)):
        if selector == "all":
            effect["all"] = True
        else:
            effect[selector] = draw(st.lists(st.sampled_from(choices[selector]), min_size=1, max_size=2, unique=True))
    strengths = {"loss": [0.3, 0.8, 1.0], "demand_factor": [0.0, 0.7, 1.5], "price_factor": [0.5, 1.5, 3]}
    hits = draw(st.lists(st.sampled_from(["loss", "loss", *strengths]), min_size=1, max_size=3, unique=True))
    return {**effect, **{hit: draw(st.sampled_from(strengths[hit])) for hit in hits}}


@st.composite
def _timed_effects(draw: st.DrawFn, tables: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    effect = draw(_effects(tables))
    effect["start"] = draw(st.integers(0, 2))
    effect["return_over"] = draw(st.integers(0, 3))
    if draw(st.booleans()):
        effect["duration"] = draw(st.integers(1, 3))
    return effect


@st.composite
def _events(draw: st.DrawFn, tables: dict[str, list[dict[str, Any]]], model: dict[str, Any]) -> dict[str, Any]:
    """Up to two events, each of which overlaps the horizon."""
    months = 12 // PERIODS_PER_YEAR[model["resolution"]] * model["periods"]
    events = {}
    for i in range(draw(st.integers(0, 2))):
        begins = draw(st.integers(0, months - 1))
        events[f"event-{i + 1}"] = {
            "from": month_after(model, begins),
            "to": month_after(model, begins + draw(st.integers(0, months))),
            "effects": draw(st.lists(_effects(tables), min_size=1, max_size=2)),
        }
    return events


@st.composite
def _crises(
    draw: st.DrawFn, tables: dict[str, list[dict[str, Any]]], model: dict[str, Any], wanted: bool | None
) -> dict[str, Any]:
    """Up to three crises; the listed probabilities leave the plan a positive weight in every period."""
    periods = model["periods"]
    count = 0 if wanted is False else draw(st.integers(1 if wanted else 0, 3))
    crises: dict[str, Any] = {}
    for i in range(count):
        crisis: dict[str, Any] = {
            "duration": draw(st.integers(1, 3)),
            "recovery": draw(st.sampled_from([0, 1, 2, "to-end"])),
            "effects": draw(st.lists(_timed_effects(tables), min_size=1, max_size=3)),
        }
        if draw(st.booleans()):
            crisis["annual_probability"] = draw(st.sampled_from([0.02, 0.1, 0.3]))
            crisis["onset_every"] = draw(st.integers(2, 6))
            if draw(st.booleans()):
                crisis["first_onset"] = draw(st.integers(1, periods))
        else:
            crisis["onsets"] = [
                {"period": period, "probability": draw(st.sampled_from([0.05, 0.2, 0.5]))}
                for period in draw(st.lists(st.integers(1, periods), min_size=1, max_size=3, unique=True))
            ]
        crises[f"crisis-{i + 1}"] = crisis
    _scale_listed(crises, model)
    return crises


def _scale_listed(crises: dict[str, Any], model: dict[str, Any]) -> None:
    """Scales listed probabilities to what the yearly ones are certain to leave over.

    A crisis at rate r a year with windows of D years takes at most r * (horizon + D) in all.
    """
    per_year = PERIODS_PER_YEAR[model["resolution"]]
    left = 0.95
    for crisis in crises.values():
        if "annual_probability" in crisis:
            rate = -math.log(1.0 - crisis["annual_probability"])
            left -= rate * (model["periods"] + crisis["onset_every"]) / per_year
    onsets = [onset for crisis in crises.values() for onset in crisis.get("onsets", [])]
    listed = sum(onset["probability"] for onset in onsets)
    scale = max(left, 0.0) / listed if listed > max(left, 0.0) else 1.0
    for onset in onsets:
        onset["probability"] = math.floor(onset["probability"] * scale * 1e4) / 1e4


def month_after(model: dict[str, Any], after: int) -> str:
    """The month some months after the start."""
    year, month = (int(part) for part in model["start"].split("-"))
    index = year * 12 + month - 1 + after
    return f"{index // 12:04d}-{index % 12 + 1:02d}"
