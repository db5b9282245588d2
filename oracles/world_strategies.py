"""Hypothesis strategies for small random models that the reader accepts; for policies see `oracles.policy_strategies`.

A description is plain data, ``{"model": model.yaml, "tables": {name: rows}}``, so that a failing example
prints as something a person can read and keep. What a drawn model holds is told by `oracles.drawn_features`.
"""

from __future__ import annotations

import copy
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
        "format": 2,
        "model": "small",
        "buyer": BUYER,
        "start": f"{START_YEAR}-{draw(st.sampled_from([1, 4, 8, 11, 12])):02d}",
        "periods": draw(st.integers(3, 8)),
        "resolution": resolution,
        "discount_rate": draw(st.sampled_from([0.0, 0.03, 0.1])),
    }
    if draw(st.booleans()):
        model["refill_periods"] = draw(st.sampled_from([1, 2, 5, 12]))
    tables: dict[str, list[dict[str, Any]]] = {"countries": _country_rows()}
    tables["materials"] = [draw(_material_rows(f"m{i}")) for i in range(1, draw(st.integers(1, 3)) + 1)]
    materials = [row["material"] for row in tables["materials"]]
    tables["shortage"] = [row for material in tables["materials"] for row in draw(_shortage_rows(material))]
    with_demand = [materials[0], *(m for m in materials[1:] if draw(st.booleans()))]
    tables["demand"] = [row for m in with_demand for row in draw(_demand_rows(m, model))]
    tables["suppliers"] = draw(_supplier_tables(materials))
    tables["projects"] = draw(_project_tables(materials))
    sources = [*tables["suppliers"], *tables["projects"]]
    tables["origins"] = [row for source in sources for row in draw(_origin_rows(source))]
    tables["substitution"] = [row for m in with_demand for row in draw(_substitution_rows(m))]
    if draw(st.booleans()):
        _deliver_at_once(tables)
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
def _shortage_rows(draw: st.DrawFn, material: dict[str, Any]) -> list[dict[str, Any]]:
    """None mostly; else two or three tranches in place of the material's one."""
    ends = draw(st.sampled_from([(), (), (0.1, 1), (0.3, 1), (0.05, 0.25, 1)]))
    if not ends:
        return []
    cost = material.pop("shortage_cost")
    return [{"material": material["material"], "up_to": end, "cost": cost * 2**i} for i, end in enumerate(ends)]


@st.composite
def _demand_rows(draw: st.DrawFn, material: str, model: dict[str, Any]) -> list[dict[str, Any]]:
    """Demand for every year that a period can reach into; rarely there is a year without any."""
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
            row["ramp_periods"] = draw(st.sampled_from([0, 0, 1, 2, 4]))
            if row["ramp_periods"] and draw(st.booleans()):
                row["in_transit_t"] = draw(st.sampled_from(["", 5, 20]))
        else:
            row["minimum_t"] = row["capacity_t"] * draw(_maybe(0.1, 0.5, 1.0))
            row["index"] = draw(_maybe(0.5, 1.0))
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
            "fixed_cost": draw(_maybe(2, 30)),
            "life_years": draw(st.sampled_from(["", "", 0.5, 1.5, 3, 20])),
            "ramp_periods": draw(st.sampled_from([0, 0, 1, 2, 4])),
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
    lags = st.sampled_from([0, 1, 2])
    return [
        {"supplier": name, "country": c, "share": s, "lag_periods": draw(lags)}
        for c, s in zip(countries, shares, strict=False)
    ]


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


def _deliver_at_once(tables: dict[str, list[dict[str, Any]]]) -> None:
    """Takes leads and lags out, so that recoveries may be short."""
    for row in [*tables["suppliers"], *tables["projects"]]:
        row.update({key: 0 for key in ("lead_periods", "in_transit_t") if key in row})
    for row in tables["origins"]:
        row["lag_periods"] = 0


def _limit_storage(draw: st.DrawFn, tables: dict[str, list[dict[str, Any]]]) -> None:
    """Some limits on storage, each with room for what is in stock and under way at the start."""
    for row in tables["materials"]:
        if draw(st.integers(0, 3)) == 0:
            under_way = sum(
                (s.get("in_transit_t") or 0) * s.get("lead_periods", 0)
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
            effect = {"all": True}
            break
        effect[selector] = draw(st.lists(st.sampled_from(choices[selector]), min_size=1, max_size=2, unique=True))
    strengths = {"loss": [0.3, 0.8, 1.0], "demand_factor": [0.0, 0.7, 1.5], "price_factor": [0.5, 1.5, 3]}
    hits = draw(st.lists(st.sampled_from(["loss", "loss", *strengths]), min_size=1, max_size=3, unique=True))
    effect |= {hit: draw(st.sampled_from(strengths[hit])) for hit in hits}
    if "price_factor" in effect and draw(st.booleans()):
        effect["market"] = True
    return effect


@st.composite
def _timed_effects(draw: st.DrawFn, tables: dict[str, list[dict[str, Any]]], longest_return: int) -> dict[str, Any]:
    effect = draw(_effects(tables))
    effect["start"] = draw(st.integers(0, 2))
    effect["return_over"] = draw(st.integers(0, longest_return))
    if draw(st.booleans()):
        effect["duration"] = draw(st.integers(1, 3))
    return effect


@st.composite
def _events(draw: st.DrawFn, tables: dict[str, list[dict[str, Any]]], model: dict[str, Any]) -> dict[str, Any]:
    """Up to two events, each of which overlaps the horizon; perhaps two more that share a period between them."""
    long = 12 // PERIODS_PER_YEAR[model["resolution"]]
    months = long * model["periods"]
    events = {}
    for i in range(draw(st.integers(0, 2))):
        begins = draw(st.integers(0, months - 1))
        events[f"event-{i + 1}"] = {
            "from": month_after(model, begins),
            "to": month_after(model, begins + draw(st.integers(0, months))),
            "effects": draw(st.lists(_effects(tables), min_size=1, max_size=2)),
        }
    if long > 1 and draw(st.booleans()):
        begins = long * draw(st.integers(0, model["periods"] - 1))
        middle = begins + draw(st.integers(1, long - 1))
        effects = draw(st.lists(_effects(tables), min_size=1, max_size=1))
        for name, first, last in (("first-part", begins, middle - 1), ("second-part", middle, begins + long - 1)):
            found = {"from": month_after(model, first), "to": month_after(model, last), "effects": effects}
            events[name] = copy.deepcopy(found)
    return events


@st.composite
def _durations(draw: st.DrawFn) -> int | dict[int, float]:
    """A length, or two or three with their probabilities, the longest perhaps beyond the horizon."""
    if draw(st.booleans()):
        return draw(st.integers(1, 3))
    shares = draw(st.sampled_from([(0.5, 0.5), (0.7, 0.3), (0.5, 0.3, 0.2), (0.4, 0.6, 0.0)]))
    lengths = st.sampled_from([1, 2, 3, 4, 6, 9])
    found = draw(st.lists(lengths, min_size=len(shares), max_size=len(shares), unique=True))
    return dict(zip(found, shares, strict=True))


@st.composite
def _crises(
    draw: st.DrawFn, tables: dict[str, list[dict[str, Any]]], model: dict[str, Any], wanted: bool | None
) -> dict[str, Any]:
    """Up to three crises, in which every plan has a weight and every branch outlasts leads, lags and fading."""
    periods = model["periods"]
    count = 0 if wanted is False else draw(st.integers(1 if wanted else 0, 3))
    lead = max(row.get("lead_periods", 0) for row in [*tables["suppliers"], *tables["projects"]])
    lag = max((row["lag_periods"] for row in tables["origins"]), default=0)
    shortest = max(lead, lag)
    crises: dict[str, Any] = {}
    for i in range(count):
        crisis: dict[str, Any] = {"duration": draw(_durations())}
        last_of_all = draw(st.sampled_from([False, False, False, False, True]))
        if last_of_all:  # every branch is cut by the horizon: nothing has to be outlasted
            crisis["recovery"] = draw(st.sampled_from([0, 1]))
            longest_return = 3
        else:
            crisis["recovery"] = draw(st.sampled_from([*range(shortest, shortest + 3), "to-end"]))
            longest_return = 3 if crisis["recovery"] == "to-end" else crisis["recovery"] - lag
        crisis["effects"] = draw(st.lists(_timed_effects(tables, longest_return), min_size=1, max_size=3))
        if draw(st.sampled_from([False, False, False, True])):
            _make_dear_only(crisis)
        if last_of_all:
            first = max(periods - min(_lengths(crisis)) - crisis["recovery"] + 1, 1)
            onset = draw(st.integers(first, periods))
            crisis["onsets"] = [{"period": onset, "probability": draw(st.sampled_from([0.05, 0.2, 0.5]))}]
        elif draw(st.booleans()):
            crisis["annual_probability"] = draw(st.sampled_from([0.02, 0.1, 0.3]))
            crisis["onset_every"] = draw(st.integers(1, 6))
            if draw(st.booleans()):
                crisis["first_onset"] = draw(st.integers(1, periods))
        else:
            crisis["onsets"] = [
                {"period": period, "probability": draw(st.sampled_from([0.05, 0.2, 0.5]))}
                for period in draw(st.lists(st.integers(1, periods), min_size=1, max_size=3, unique=True))
            ]
        crises[f"crisis-{i + 1}"] = crisis
    _leave_a_plan(crises, model)
    return crises


def _make_dear_only(crisis: dict[str, Any]) -> None:
    """Leaves nothing but prices, for a crisis that puts nothing in an emergency."""
    for effect in crisis["effects"]:
        for key in ("loss", "demand_factor"):
            effect.pop(key, None)
        effect.setdefault("price_factor", 1.5)


MOST_YEARLY, MOST = 0.7, 0.95  # of the weight of a period, for branches of yearly crises and for all


def _leave_a_plan(crises: dict[str, Any], model: dict[str, Any]) -> None:
    """Lowers probabilities until the branches leave the plan a weight in every period."""
    yearly = [crisis for crisis in crises.values() if "annual_probability" in crisis]
    listed = [crisis for crisis in crises.values() if "onsets" in crisis]
    while max(taken := _taken(yearly, model)) > MOST_YEARLY:
        for crisis in yearly:
            crisis["annual_probability"] /= 2
    by_listed = _taken(listed, model)
    scale = min([1.0, *((MOST - y) / w for y, w in zip(taken, by_listed, strict=True) if w > 0)])
    for crisis in listed:
        for onset in crisis["onsets"]:
            onset["probability"] = math.floor(onset["probability"] * scale * 1e4) / 1e4


def _taken(crises: list[dict[str, Any]], model: dict[str, Any]) -> list[float]:
    """The weight of all branches of some crises in each period."""
    periods, per_year = model["periods"], PERIODS_PER_YEAR[model["resolution"]]
    weights = [0.0] * (periods + 1)
    for crisis in crises:
        if "onsets" in crisis:
            onsets = [(onset["period"], onset["probability"]) for onset in crisis["onsets"]]
        else:
            every = crisis["onset_every"]
            place = (crisis.get("first_onset", 1 + every // 2) - 1) % every
            window = 1.0 - (1.0 - crisis["annual_probability"]) ** (every / per_year)
            onsets = [(min(w + place, periods), window) for w in range(1, periods + 1, every)]
        recovery = periods if crisis["recovery"] == "to-end" else crisis["recovery"]
        for onset, probability in onsets:
            for length, share in _lengths(crisis).items():
                for period in range(onset, min(onset + length + recovery, periods + 1)):
                    weights[period] += probability * share
    return weights[1:]


def _lengths(crisis: dict[str, Any]) -> dict[int, float]:
    """Lengths of a crisis with their probabilities."""
    duration = crisis["duration"]
    return duration if isinstance(duration, dict) else {duration: 1.0}


def month_after(model: dict[str, Any], after: int) -> str:
    """The month some months after the start."""
    year, month = (int(part) for part in model["start"].split("-"))
    index = year * 12 + month - 1 + after
    return f"{index // 12:04d}-{index % 12 + 1:02d}"
