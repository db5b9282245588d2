"""The Japan model's tables are made from the sources, and from nothing else."""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SCRIPT_FOLDER = ROOT / "data" / "japan"
MODEL = ROOT / "models" / "japan"
if str(SCRIPT_FOLDER) not in sys.path:
    sys.path.insert(0, str(SCRIPT_FOLDER))

import make_tables  # noqa: E402  (the folder is put on the path first)
from maker import coverage, crises, projects, sources  # noqa: E402
from maker.suppliers import now_t  # noqa: E402
from maker.writing import short  # noqa: E402

from bichiku.reading.document import read_document  # noqa: E402

Table = dict[str, dict[str, str]]


def table(name: str, *keys: str) -> Table:
    with (MODEL / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {"/".join(row[key] for key in keys): row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def suppliers() -> Table:
    return table("suppliers", "supplier")


@pytest.fixture(scope="module")
def materials() -> Table:
    return table("materials", "material")


@pytest.fixture(scope="module")
def demand() -> Table:
    return table("demand", "material", "year")


@pytest.fixture(scope="module")
def built() -> Table:
    return table("projects", "project")


@pytest.fixture(scope="module")
def model() -> dict:
    return yaml.safe_load((MODEL / "model.yaml").read_text(encoding="utf-8"))


# ------------------------------------------------------------- made, byte by byte


def test_committed_tables_are_what_the_script_makes(tmp_path: Path) -> None:
    chances = tmp_path / "crisis_probabilities.csv"
    assert make_tables.main(["--quiet", "--tables", str(tmp_path), "--probabilities", str(chances)]) == 0
    made = {path.name: path.read_bytes() for path in tmp_path.glob("*.csv")}
    held = {path.name: path.read_bytes() for path in (MODEL / "tables").glob("*.csv")}
    held[chances.name] = make_tables.PROBABILITIES.read_bytes()
    assert made.keys() == held.keys()
    for name in made:
        assert made[name] == held[name], name


def test_check_says_where_a_table_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tables, chances = tmp_path / "tables", tmp_path / "crisis_probabilities.csv"
    where = ["--tables", str(tables), "--probabilities", str(chances)]
    make_tables.main(["--quiet", *where])
    assert make_tables.main(["--check", *where]) == 0
    path = tables / "demand.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("2027", "2028", 1), encoding="utf-8")
    (tables / "origins.csv").unlink()
    capsys.readouterr()
    assert make_tables.main(["--check", *where]) == 1
    said = capsys.readouterr().out
    assert "demand.csv line" in said
    assert "origins.csv: missing" in said


# ------------------------------------------------ numbers worked out by hand from a row


def test_lithium_carbonate_demand(demand: Table) -> None:
    # BACI totals 283691: net imports 17,423.756 (2023) and 12,639.800 (2024), mean 15,031.778;
    # IEA lithium 205 kt (2024), 455.48724 (2030): a third of the way in 2026 is 288.49575 kt
    assert float(demand["lithium-carbonate/2026"]["tonnes"]) == pytest.approx(15031.778 * 288.49575 / 205, rel=1e-5)
    assert float(demand["lithium-carbonate/2030"]["tonnes"]) == pytest.approx(15031.778 * 455.48724 / 205, rel=1e-5)


def test_manganese_ore_is_flat_and_priced_by_content(demand: Table, materials: Table) -> None:
    # BACI totals 260200: net imports 917,995.673 and 900,411.154; USGS 4.5 USD per unit x 100 x 0.44
    assert float(demand["manganese-ore/2031"]["tonnes"]) == pytest.approx((917995.673 + 900411.154) / 2, rel=1e-5)
    assert float(materials["manganese-ore"]["reference_price"]) == pytest.approx(198)


def test_tungsten_price_is_per_tonne_of_metal(materials: Table) -> None:
    # USGS 380 USD per unit of WO3 = 38,000 USD/t WO3; a unit holds 7.93 kg: 38,000 / 0.793
    assert float(materials["tungsten"]["reference_price"]) == pytest.approx(38000 / 0.793, rel=1e-4)


def test_lithium_hydroxide_price_follows_the_carbonate(materials: Table) -> None:
    # USGS carbonate 9,000; BACI 2024 unit values 16.579 (282520) over 17.788 (283691)
    assert float(materials["lithium-hydroxide"]["reference_price"]) == pytest.approx(9000 * 16.579 / 17.788, rel=2e-3)


def test_opening_stock_is_sixty_days(materials: Table, demand: Table) -> None:
    # W012: 60 days; BACI 811010, all flows of 2024: 4,489.468 t of antimony
    assert float(demand["antimony/2026"]["tonnes"]) == pytest.approx(4489.468, rel=1e-5)
    assert float(materials["antimony"]["opening_stock_t"]) == pytest.approx(4489.468 * 60 / 365, rel=1e-5)


def test_gallium_purchases(demand: Table) -> None:
    # W044 19.5 t from China are 85.0 % (S0-019) of imports; W043 adds 3 t made at home
    assert float(demand["gallium/2028"]["tonnes"]) == pytest.approx(19.5 / 0.85 + 3, rel=1e-5)
    assert now_t("gallium")["CHN"] == pytest.approx(19.5)


def test_germanium_demand(demand: Table) -> None:
    # W051 3,569 kg in nine months, W054 6,658 kg of dioxide in ten, 69.41 % germanium
    assert float(demand["germanium/2026"]["tonnes"]) == pytest.approx(
        3.569 * 12 / 9 + 6.658 * 12 / 10 * 0.6941, rel=1e-5
    )


def test_chinese_magnesium_is_split_in_two(suppliers: Table) -> None:
    # BACI 810411 in 2024: China 20,068.647, Israel 118.255 of 20,317.743 t; the other flows are
    # below 0.5 % and spread; half each by spot and contract, 5 % headroom
    china = 20068.647 / (20068.647 + 118.255) * 20317.743 / 2 * 1.05
    assert float(suppliers["magnesium-chn"]["capacity_t"]) == pytest.approx(china, rel=1e-5)
    assert float(suppliers["magnesium-chn-contract"]["capacity_t"]) == pytest.approx(china, rel=1e-5)


def test_more_chilean_hydroxide(suppliers: Table) -> None:
    # BACI 282520 in 2024: Chile sold 21,293 t, 1,784 of it to Japan; a quarter of the rest,
    # times the mean of the IEA lithium path 2026-2031 over 2024
    path = [288.49575, 330.24362, 371.99149, 413.73937, 455.48724, 503.30835]  # kt
    want = 0.25 * (21293 - 1784.3) * sum(path) / 6 / 205
    assert float(suppliers["lithium-hydroxide-chl-more"]["capacity_t"]) == pytest.approx(want, rel=1e-3)


def test_australian_freight_and_lead(suppliers: Table) -> None:
    # 8,504 km: in containers 0.004 x 8,504 + 60; 8,504 / 620 + 10 = 23.7 days, one month
    row = suppliers["nickel-aus"]
    assert float(row["freight"]) == pytest.approx(94.016)
    assert row["lead_periods"] == "1"
    assert row["route"] == "west-pacific"


def test_stoichiometry(built: Table) -> None:
    assert float(built["lithium-hydroxide-jpn-refinery"]["input_per_output"]) == pytest.approx(0.8805, abs=1e-4)
    assert float(built["rare-earth-metals-jpn-refinery"]["input_per_output"]) == pytest.approx(1.1664, abs=1e-4)


def test_olaroz_leaves_out_what_is_bought_already(built: Table, suppliers: Table) -> None:
    # S0-094 25 % of S0-096 42,500 t/yr
    bought = sum(float(suppliers[f"lithium-carbonate-arg{end}"]["capacity_t"]) for end in ("", "-contract"))
    assert float(built["lithium-carbonate-arg-olaroz"]["existing_t"]) == pytest.approx(10625 - bought, rel=1e-4)


def test_a_plant_pays_a_twenty_fifth_of_its_capex_a_year(built: Table) -> None:
    # a refinery costs 1.5 times the price of its product a tonne a year, and 4 % of that a year
    row = built["lithium-hydroxide-jpn-refinery"]
    assert float(row["fixed_cost"]) == pytest.approx(0.04 * float(row["capex"]), rel=1e-4)
    assert (row["life_years"], row["ramp_periods"]) == ("20", "12")


def test_capex_is_overnight_cost(built: Table, materials: Table) -> None:
    price = float(materials["lithium-hydroxide"]["reference_price"])
    assert float(built["lithium-hydroxide-jpn-refinery"]["capex"]) == pytest.approx(1.5 * price, rel=1e-4)


def test_recycling_rates_that_differ_are_refused() -> None:
    assert sources.eu_recycling_rate("tungsten") == 0.42
    with pytest.raises(ValueError, match="DISAGREE"):
        sources.eu_recycling_rate("vanadium")


def test_cobalt_feed_from_congo() -> None:
    # USGS 2024: 226,000 of the sum of all countries' rows; Belgium and Finland mine none that is listed
    world = sum(tonnes for country, tonnes in sources.usgs_output("cobalt", "mine").items() if country != "WLD")
    shares = table("origins", "supplier", "country")
    assert float(shares["cobalt-fin/COD"]["share"]) == pytest.approx(226000 / world, abs=1e-4)


def test_numbers_are_written_short() -> None:
    assert [short(v) for v in (9189.4638, 0.1 + 0.2, 1234567.0, 1e-5, 0.0, 3, None)] == [
        "9189.46", "0.3", "1234570", "0.00001", "0", "3", "",
    ]  # fmt: skip


# ------------------------------------------------------------------- tables as a whole


def test_every_row_says_where_it_comes_from() -> None:
    for path in sorted((MODEL / "tables").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                assert row["basis"] in ("sourced", "derived", "assumed"), (path.name, row)
                assert row["source"], (path.name, row)


def test_origin_shares_do_not_exceed_one() -> None:
    total: dict[str, float] = defaultdict(float)
    for row in table("origins", "supplier", "country").values():
        total[row["supplier"]] += float(row["share"])
    assert total
    assert max(total.values()) <= 1.0


def test_supply_covers_demand_with_china(suppliers: Table) -> None:
    peak: dict[str, float] = defaultdict(float)
    for row in table("demand", "material", "year").values():
        peak[row["material"]] = max(peak[row["material"]], float(row["tonnes"]))
    supply: dict[str, float] = defaultdict(float)
    for row in suppliers.values():
        supply[row["material"]] += float(row["capacity_t"])
    assert {m for m in peak if supply[m] < 1.15 * peak[m]} == set()


def test_shortage_costs_more_than_any_way_to_supply(materials: Table, suppliers: Table, built: Table) -> None:
    for row in suppliers.values():
        dearest = float(row["price"]) * 4.7 + float(row["freight"])  # the largest price factor of any crisis
        assert dearest < float(materials[row["material"]]["shortage_cost"]), row["supplier"]
    for row in built.values():
        assert float(row["running_cost"]) < float(materials[row["material"]]["shortage_cost"])
    for row in table("substitution", "material", "tranche").values():
        assert float(row["cost"]) < float(materials[row["material"]]["shortage_cost"])


def test_readme_shows_the_materials_as_they_are() -> None:
    from maker import suppliers as maker_suppliers

    lines = coverage.coverage(maker_suppliers.records(), projects.records())
    assert coverage.as_markdown(lines) in (MODEL / "README.md").read_text(encoding="utf-8")


# ------------------------------------------------------------------------ model.yaml


def test_crises_have_the_probabilities_of_the_rule(model: dict) -> None:
    # congo-cobalt-stop: one event in 16 years, (1 + 0.5) / 16 = 0.09375 a year
    rows = {row["crisis"]: row for row in crises.records()}
    assert rows["congo-cobalt-stop"]["annual_probability"] == pytest.approx(0.0895, abs=5e-5)
    assert {n: c["annual_probability"] for n, c in model["crises"].items()} == {
        n: row["annual_probability"] for n, row in rows.items()
    }


def test_cobalt_quota_follows_from_the_sources(model: dict) -> None:
    # E15: 96,600 t a year; USGS: 226,000 t mined in 2024
    mined = sources.usgs_output("cobalt", "mine")["COD"]
    loss = model["events"]["congo-cobalt-quota"]["effects"][0]["loss"]
    assert loss == pytest.approx(1 - 96600 / mined, abs=1e-4)


def test_every_lever_is_one_change_on_today_or_on_another_lever() -> None:
    strategies = read_document(MODEL / "model.yaml", "model.yaml").data["strategies"]  # YAML 1.1 reads on as true
    built = {name: strategy["on"] for name, strategy in strategies.items() if "on" in strategy}
    assert len(built) == len(strategies) - 2  # all but today and free
    assert built == dict.fromkeys(built, "today") | {"reserve-and-building": "reserve-180-high-risk"}
    assert all(len(strategies[name]["policies"]) == 1 for name in built)


def test_the_state_pays_the_national_part_of_the_scheme(model: dict) -> None:
    # W013 and W012: 42 of 60 days
    assert model["policies"]["reserve_days"] == {"default": 60, "state_share": 42 / 60}


def test_floors_have_capacity_behind_them(model: dict) -> None:
    """Every share floor stays below 0.9 of what the group could deliver in the largest year."""
    from maker import suppliers as maker_suppliers

    cover = {c.material: c for c in coverage.coverage(maker_suppliers.records(), projects.records())}
    for name, strategy in model["strategies"].items():
        for floor in (strategy.get("policies") or {}).get("share_floors", []):
            for material in floor["materials"]:
                line = cover[material]
                can = line.partners if floor["group"] == ["partners"] else line.projects
                assert max(floor["min"].values()) <= 0.9 * can, (name, floor["name"], material, can)
