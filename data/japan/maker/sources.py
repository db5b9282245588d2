"""Reads the source files as they are and answers questions about them.

Units: tonnes, US dollars per tonne, kilometres; shares are 0 to 1.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).resolve().parents[2]
ASSUMPTIONS = Path(__file__).resolve().parents[1] / "assumptions.yaml"

PRICE_YEAR = 2025
FLOW_YEAR = 2024
USGS_NAMES = {"graphite_natural": "graphite", "rare_earths": "rare earths", "magnesium_metal": "magnesium"}
FACTS = {
    "P": "public-facts/public_facts.csv",
    "W": "press-facts/web_facts.csv",
    "S": "seed-documents/seed_facts.csv",
}

Row = dict[str, str]


@dataclass(frozen=True)
class Flow:
    """What one country ships: tonnes per year and value in US dollars per year."""

    tonnes: float
    usd: float

    @property
    def unit_value(self) -> float:
        """US dollars per tonne."""
        return self.usd / self.tonnes if self.tonnes else 0.0


@cache
def assumptions() -> dict[str, Any]:
    """Every assumed number, from assumptions.yaml."""
    with ASSUMPTIONS.open(encoding="utf-8") as file:
        held: dict[str, Any] = yaml.safe_load(file)
        return held


@cache
def rows(path: str) -> tuple[Row, ...]:
    """All rows of one source file, `path` relative to `data/`."""
    with (DATA / path).open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def number(text: str) -> float:
    """A number, with an empty field read as zero."""
    return float(text) if text else 0.0


# ----------------------------------------------------------------- trade (BACI)


def imports_h92(code: str, years: list[int]) -> dict[str, Flow]:
    """Japan's imports of one HS92 code by exporter, mean of the years.

    A flow without weight would be free of tonnes but not of value, so it is left out.
    """
    tonnes: dict[str, float] = defaultdict(float)
    usd: dict[str, float] = defaultdict(float)
    for row in rows("cepii-baci/baci_japan_imports_hs92_2005_2024.csv"):
        if row["hs6"] == code and int(row["year"]) in years and row["qty_t"]:
            tonnes[row["exporter_iso3"]] += number(row["qty_t"]) / len(years)
            usd[row["exporter_iso3"]] += number(row["value_kusd"]) * 1000 / len(years)
    return {c: Flow(tonnes[c], usd[c]) for c in sorted(tonnes)}


def imports_h17(code: str) -> dict[str, Flow]:
    """Japan's imports of one HS17 code by exporter; only 2024 has weights of all flows."""
    flows: dict[str, Flow] = {}
    for row in rows("cepii-baci/baci_japan_imports_hs17_2017_2024.csv"):
        all_flows = row["coverage"] == "all flows" and int(row["year"]) == FLOW_YEAR
        if row["hs6"] == code and all_flows and row["qty_t"]:
            flows[row["exporter_iso3"]] = Flow(number(row["qty_t"]), number(row["value_kusd"]) * 1000)
    return dict(sorted(flows.items()))


def trade_totals(code: str, years: list[int]) -> tuple[float, float]:
    """Japan's imports and exports of one HS92 code in tonnes, means of the years."""
    found = [
        row
        for row in rows("cepii-baci/baci_japan_trade_totals_hs92_1995_2024.csv")
        if row["hs6"] == code and int(row["year"]) in years
    ]
    if len(found) != len(years):
        raise ValueError(f"trade totals of {code}: wanted {years}, found {len(found)} rows")
    bought = sum(number(row["import_t"]) for row in found) / len(years)
    sold = sum(number(row["export_t"]) for row in found) / len(years)
    return bought, sold


def unit_value(code: str) -> float:
    """Mean unit value of Japan's imports of a code in 2024, USD per tonne (FOB)."""
    flows = imports_h92(code, [FLOW_YEAR]) or imports_h17(code)
    return total(flows).unit_value


def total(flows: dict[str, Flow]) -> Flow:
    """The sum of flows."""
    return Flow(sum(f.tonnes for f in flows.values()), sum(f.usd for f in flows.values()))


def add(*parts: dict[str, Flow]) -> dict[str, Flow]:
    """Flows of several codes added by country."""
    out: dict[str, Flow] = {}
    for part in parts:
        for country, flow in part.items():
            old = out.get(country, Flow(0.0, 0.0))
            out[country] = Flow(old.tonnes + flow.tonnes, old.usd + flow.usd)
    return dict(sorted(out.items()))


def world_exports(code: str) -> dict[str, tuple[Flow, float]]:
    """World exports in 2024 by exporter, and the tonnes of it that went to Japan."""
    out: dict[str, tuple[Flow, float]] = {}
    for row in rows("cepii-baci/baci_world_exporters_hs92_2022_2024.csv"):
        if row["hs6"] == code and int(row["year"]) == FLOW_YEAR:
            flow = Flow(number(row["export_t"]), number(row["export_kusd"]) * 1000)
            out[row["exporter_iso3"]] = (flow, number(row["to_japan_t"]))
    return dict(sorted(out.items()))


def bought_by(importer: str, code: str) -> dict[str, float]:
    """What a country imported under a code in 2024: shares of value by exporter."""
    value = {
        row["exporter"]: number(row["value_kusd"])
        for row in rows("cepii-baci/baci_bilateral_rare_earths_2024.csv")
        if row["importer"] == importer and row["hs6"] == code
    }
    if not value:
        raise ValueError(f"no imports of {code} by {importer}")
    return {country: usd / sum(value.values()) for country, usd in sorted(value.items())}


# ---------------------------------------------------------- output (USGS, IEA)


def usgs_output(mineral: str, stage: str, product: str | None = None) -> dict[str, float]:
    """Output by country in 2024, tonnes; the world row and 'other countries' too."""
    out: dict[str, float] = {}
    for row in rows("usgs-mcs/usgs_mcs_world_production.csv"):
        same = row["mineral"] == mineral and row["stage"] == stage and int(row["year"]) == FLOW_YEAR
        if same and (product is None or row["product"] == product) and row["value_t"]:
            if row["iso3"] in out:
                raise ValueError(f"USGS {mineral} {stage}: {row['iso3']} twice; name a product")
            out[row["iso3"]] = number(row["value_t"])
    if not out:
        raise ValueError(f"USGS has no {mineral} {stage} {product or ''}")
    return out


@cache
def largest_mine_share(country: str, minerals: frozenset[str]) -> float:
    """A country's largest share of the world's mine output of 2024 among minerals; zero where USGS lists none."""
    shares = [
        number(row["share_of_world_pct"]) / 100
        for row in rows("usgs-mcs/usgs_mcs_world_production.csv")
        if row["iso3"] == country
        and row["stage"] == "mine"
        and int(row["year"]) == FLOW_YEAR
        and USGS_NAMES.get(row["mineral"], row["mineral"]) in minerals
    ]
    return max(shares, default=0.0)


def iea_output(mineral: str, stage: str, year: int = FLOW_YEAR) -> dict[str, float]:
    """Mine or refined output by country from the IEA base case, tonnes."""
    out = {
        row["iso3"]: number(row["value"]) * 1000
        for row in rows("iea-critical-minerals/iea_critical_minerals_2025.csv")
        if row["table"] == "supply"
        and row["mineral"] == mineral
        and row["stage"] == stage
        and int(row["year"]) == year
        and row["unit"] == "kt"
        and row["iso3"]
    }
    if not out:
        raise ValueError(f"IEA has no {mineral} {stage} in {year}")
    return out


def usgs_price(mineral: str, series: str, year: int = PRICE_YEAR) -> float:
    """Price of the one USGS series whose name holds `series`, USD per tonne."""
    found = {
        row["price_series"]: number(row["usd_per_t"])
        for row in rows("usgs-mcs/usgs_mcs_prices.csv")
        if row["mineral"] == mineral and series in row["price_series"] and int(row["year"]) == year
    }
    if len(found) != 1:
        raise ValueError(f"USGS price {mineral} '{series}' {year}: {len(found)} series fit")
    return next(iter(found.values()))


def mean_price(mineral: str, series: str, years: list[int]) -> float:
    """Mean over years of a USGS price, USD per tonne."""
    return sum(usgs_price(mineral, series, year) for year in years) / len(years)


# ----------------------------------------------------------------- other facts


@cache
def fact(name: str) -> float:
    """The value of one cited fact (P... from public-facts, W... from press-facts, S... from seed-documents)."""
    for row in rows(FACTS[name[0]]):
        if row["fact_id"] == name:
            return float(row["value"])
    raise KeyError(name)


def eu_recycling_rate(mineral: str) -> float:
    """European end-of-life input rate; only where both compilations agree."""
    for row in rows("eu-recycling/eu_eol_rir_2023.csv"):
        if row["mineral"] == mineral:
            if row["agreement"] != "both agree":
                raise ValueError(f"recycling rate of {mineral}: {row['agreement']}")
            return number(row["eol_rir_compilation_a"])
    raise KeyError(mineral)


@cache
def sea(country: str) -> tuple[float, tuple[str, ...], bool]:
    """Sea kilometres to Yokohama, the passages on the way, and whether the port is abroad."""
    name = assumptions()["shipping"]["distance_proxy"].get(country, country)
    for row in rows("sea-distances/sea_distance_to_japan.csv"):
        if row["iso3"] == name:
            passages = tuple(p for p in row["passages"].split("|") if p)
            return number(row["sea_km_to_yokohama"]), passages, bool(row["gateway_note"])
    raise KeyError(f"no sea distance for {country}")


def governance(country: str) -> float | None:
    """Mean of the six governance estimates of the chosen year and release, or None."""
    rule = assumptions()["countries"]
    found = [
        number(row["estimate"])
        for row in rows("world-bank-wgi/wgi_governance.csv")
        if row["iso3"] == country
        and int(row["year"]) == rule["wgi_year"]
        and row["release"] == rule["wgi_release"]
        and row["estimate"]
    ]
    return sum(found) / 6 if len(found) == 6 else None


def country_name(country: str) -> str:
    """The English name of a country code."""
    given: dict[str, str] = assumptions()["countries"]["names"]
    if country in given:
        return given[country]
    for row in rows("world-bank-wgi/wgi_governance.csv"):
        if row["iso3"] == country:
            return row["country"]
    return country
