"""What each lever of the Japan model buys: as it is, at list prices, with longer recoveries, and in two other cases.

    python -m trials.japan_levers --write                  # all of it: an hour and more on two cores
    python -m trials.japan_levers --case as-is -s today    # one solve

Each solve is stored in ``trials/results/japan_levers.json`` as it comes, so that the next call goes on from there; the
tables in models/japan/README.md are written from that file by ``python -m trials.japan_tables --write``.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from bichiku.model.world import World
from bichiku.program import ALL
from bichiku.reading.model import Model, read_model
from bichiku.result.manifest import input_digests, sha256
from bichiku.result.pipeline import run_strategy
from bichiku.result.run import Run
from trials.results import RESULTS, WriteOption

MODELS = Path(__file__).parents[1] / "models"
PROBABILITIES = MODELS.parent / "data" / "japan" / "crisis_probabilities.csv"
STORED = RESULTS / "japan_levers.json"
FOLLOWED = ("today", "reserve-60", "building", "stock-free")
MAIN = ("today", "reserve-60-high-risk", "reserve-180-high-risk", "reserve-60", "stock-free", "recycling", "stakes")
BESIDE = ("today", "reserve-60", "building", "all")
CASES: dict[str, tuple[str, tuple[str, ...]]] = {
    "as-is": ("japan", ()),
    "list-prices": ("japan", (*MAIN, "building", "all")),
    "recovery-12": ("japan", FOLLOWED),
    "recovery-18": ("japan", ("stock-free",)),
    "record-rates": ("japan", ("today", "reserve-60", "reserve-180", "stock-free")),
    "long-halts": ("japan", ("today", "reserve-60", "reserve-120", "reserve-180")),
    "batteries": ("japan-batteries", BESIDE),
    "january-2026": ("japan-january-2026", BESIDE),
}
"""By name the model that is solved, and the strategies; all of them where none is named."""

TOLD = (
    "nation_cost_per_year",
    "expected_damage_per_year",
    "expected_damage_on_plan_per_year",
    "shortage_per_year",
    "paid_by_state_per_year",
    "paid_by_industry_per_year",
    "worst_crisis_damage",
    "cvar_damage",
)

CaseOption = Annotated[list[str], typer.Option("--case", help="One of the cases; all when left out.")]
StrategyOption = Annotated[list[str], typer.Option("--strategy", "-s", help="One strategy; all when left out.")]


def model_of_case(case: str) -> Model:
    """The model of a case, with its recoveries where they differ."""
    model = read_model(MODELS / CASES[case][0])
    if case == "long-halts":
        halts = [name for name in read_crises(model) if name.startswith("china-")]
        return model.changed({f"crises.{name}.duration": {3: 0.25, 12: 0.75} for name in halts})
    changes: dict[str, object] = {}
    if case.startswith("recovery-"):
        changes = {f"crises.{name}.recovery": int(case.removeprefix("recovery-")) for name in read_crises(model)}
    if case in ("record-rates", "recovery-18"):  # at the rates of the regime so long a recovery leaves no calm at all
        changes |= {f"crises.{name}.annual_probability": rate for name, rate in record_rates().items()}
    return model.changed(changes) if changes else model


def record_rates() -> dict[str, float]:
    """Probabilities of the crises whose rate is that of a shorter regime, by the same rule over the whole record."""
    rows = pd.read_csv(PROBABILITIES).set_index("crisis")
    record = rows["years_observed"].max()
    short = rows[rows["years_observed"] < record]
    rates = (short["count"] + 0.5) / record * short["severity_share"]
    return {str(name): round(1 - math.exp(-rate), 4) for name, rate in rates.items()}


def read_crises(model: Model) -> list[str]:
    """Names of a model's crises."""
    return list(next(iter(model.worlds.values())).settings.crises)


def found(run: Run) -> dict[str, Any]:
    """What is stored of a solve: money a year, and by material damage, days held and days short."""
    summary = run.tables["summary"]
    whole = summary[summary["material"] == ALL].drop_duplicates("metric").set_index("metric")["value"]
    each = summary[summary["material"] != ALL]

    def by_material(metric: str) -> dict[str, float]:
        mine = each[each["metric"] == metric].set_index("material")["value"]
        return {name: round(value, 3) for name, value in mine.items() if value > 1e-6}

    years = summary[(summary["metric"] == "expected_damage_of_onset_year") & (summary["material"] == ALL)]
    crises = run.tables["crises"]
    projects = run.tables["projects"]
    built = projects[projects["built_t_per_year"] > 1e-6].groupby("project")["built_t_per_year"].sum()
    by_crisis = (crises["damage"] * crises["probability"]).groupby(crises["crisis"]).sum()
    futures = crises.groupby(["crisis", "month", "length"])["damage"].sum()
    return {
        **{name: float(whole[name]) for name in TOLD},
        "damage_by_onset_year": dict(zip(years["detail"].astype(str), years["value"], strict=True)),
        "damage_by_crisis": {str(name): float(value) for name, value in by_crisis.items()},
        "damage_of_future": {" ".join(map(str, at)): float(value) for at, value in futures.items()},
        "damage_by_material": by_material("expected_damage_per_year"),
        "days_held": by_material("cover_days_at_end"),
        "short_days_on_plan": by_material("short_days_on_plan"),
        "built": {str(name): float(value) for name, value in built.items()},
    }


def solved(world: World, case: str) -> dict[str, Any]:
    """One strategy of a case."""
    return found(run_strategy(world.at_list_prices() if case == "list-prices" else world, prices=False))


def inputs_of(model: Model, strategy: str) -> str:
    """What stands for the inputs of a solve: all but the ranges of doubt, which change no plan."""
    tables = {name: digest for name, digest in input_digests(model).items() if name.endswith(".csv")}
    solved_from = {Path(name).name: digest for name, digest in tables.items() if "uncertainty" not in name}
    content = {"model": {**model.resolved[strategy], "tables": "."}, "tables": solved_from}
    return sha256(json.dumps(content, sort_keys=True, default=str).encode())[:8]


def stored() -> dict[str, Any]:
    """All solves so far, by case and strategy."""
    content: dict[str, Any] = json.loads(STORED.read_text(encoding="utf-8")) if STORED.is_file() else {}
    return content


def main(case: CaseOption = [], strategy: StrategyOption = [], write: WriteOption = False) -> None:  # noqa: B006
    """Solves what is not stored yet, or was solved of other inputs."""
    for name in case or CASES:
        model = model_of_case(name)
        wanted = [one for one in strategy or CASES[name][1] or model.worlds if one in model.worlds]
        for one in wanted:
            inputs = inputs_of(model, one)
            kept = stored().get(name, {}).get(one, {})
            if kept.get("inputs") == inputs and not strategy:
                continue
            result = {"inputs": inputs, **solved(model.worlds[one], name)}
            damage = result["expected_damage_per_year"] / 1e6
            typer.echo(f"{name} {one}: {result['nation_cost_per_year'] / 1e6:,.0f} m a year, damage {damage:,.0f} m")
            if write:
                everything = stored()
                everything.setdefault(name, {})[one] = result
                STORED.write_text(json.dumps(everything, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
