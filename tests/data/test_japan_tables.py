"""The Japan model's tables are made from the sources, and from nothing else."""

from __future__ import annotations

import csv
import math
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
from maker import countries, coverage, crises, projects, shortage, sources  # noqa: E402
from maker import demand as maker_demand  # noqa: E402
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
    chances, folder = tmp_path / "crisis_probabilities.csv", tmp_path / "japan" / "tables"
    assert make_tables.main(["--quiet", "--tables", str(folder), "--probabilities", str(chances)]) == 0
    made = {path.name: path.read_bytes() for path in folder.glob("*.csv")}
    held = {path.name: path.read_bytes() for path in (MODEL / "tables").glob("*.csv")}
    assert made.keys() == held.keys()
    for name in made:
        assert made[name] == held[name], name
    assert chances.read_bytes() == make_tables.PROBABILITIES.read_bytes()
    assert (tmp_path / make_tables.BATTERIES).read_bytes() == (ROOT / "models" / make_tables.BATTERIES).read_bytes()


def test_check_says_where_a_table_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tables, chances = tmp_path / "japan" / "tables", tmp_path / "crisis_probabilities.csv"
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
    # BACI totals 283691: net imports 17,423.756 (2023) and 12,639.800 (2024), mean 15,031.778, less 2,850 t of feed
    assert float(demand["lithium-carbonate/2026"]["tonnes"]) == pytest.approx(15031.778 - 2850, rel=1e-5)
    assert demand["lithium-carbonate/2030"]["tonnes"] == demand["lithium-carbonate/2026"]["tonnes"]


def test_manganese_ore_is_flat_and_priced_by_content(demand: Table, materials: Table) -> None:
    # BACI totals 260200: net imports 917,995.673 and 900,411.154; USGS 4.5 USD per unit x 100 x 0.44
    assert float(demand["manganese-ore/2031"]["tonnes"]) == pytest.approx((917995.673 + 900411.154) / 2, rel=1e-5)
    assert float(materials["manganese-ore"]["reference_price"]) == pytest.approx(198)


def test_tungsten_price_is_per_tonne_of_metal_and_before_the_controls(materials: Table) -> None:
    # USGS 225, 275, 258 and 252 USD per unit of WO3 in 2021 to 2024; a unit holds 7.93 kg
    mean = (225 + 275 + 258 + 252) / 4
    assert float(materials["tungsten"]["reference_price"]) == pytest.approx(mean * 100 / 0.793, rel=5e-3)


def test_lithium_hydroxide_price_follows_the_carbonate(materials: Table) -> None:
    # USGS carbonate 9,000; BACI 2024 unit values 16.579 (282520) over 17.788 (283691)
    assert float(materials["lithium-hydroxide"]["reference_price"]) == pytest.approx(9000 * 16.579 / 17.788, rel=2e-3)


def test_only_metals_of_the_national_stock_open_with_any(materials: Table, demand: Table) -> None:
    # P030: 60 days; BACI 750210, all flows of 2024
    nickel = float(demand["nickel/2026"]["tonnes"])
    assert float(materials["nickel"]["opening_stock_t"]) == pytest.approx(nickel * 60 / 365, rel=1e-5)
    held = {name for name, row in materials.items() if float(row["opening_stock_t"]) > 0}
    assert held == {"nickel", "cobalt", "tungsten", "vanadium", "ferrochrome"}


def test_gallium_purchases(demand: Table, built: Table) -> None:
    # P023 167 t used, P024 96.5 t imported; of the other 70.5 t 3 t are primary metal (W043)
    assert float(demand["gallium/2028"]["tonnes"]) == pytest.approx(167)
    assert sum(now_t("gallium").values()) == pytest.approx(96.5)
    assert float(built["gallium-jpn-recycling"]["existing_t"]) == pytest.approx(67.5)


def test_neodymium_in_chinese_metals(suppliers: Table) -> None:
    # BACI 280530 in 2024: China 5,235.843 t at 11.835 USD/kg, Viet Nam at 60.325; mischmetal 5.45 (USGS): 0.1164 of it,
    # times 1.1664 t of oxide, half by contract, 5 % headroom
    oxide = (11.835 - 5.45) / (60.325 - 5.45) * 5235.843 * 1.1664
    assert float(suppliers["neodymium-praseodymium-chn"]["capacity_t"]) == pytest.approx(oxide / 2 * 1.05, rel=1e-3)


def test_the_lynas_contract_follows_the_market_above_its_floor(suppliers: Table, materials: Table) -> None:
    # P009: 110 USD/kg. At 4.2 times the mean price of 86.5 the market is 3.303 floors: 0.72 of the rise of 3.2
    row = suppliers["neodymium-praseodymium-lynas"]
    assert (float(row["minimum_t"]), float(row["capacity_t"])) == (5000, 7200)
    market = 4.2 * float(materials["neodymium-praseodymium"]["reference_price"]) / float(row["price"])
    assert float(row["index"]) == pytest.approx((market - 1) / 3.2, abs=5e-3)


def test_a_chinese_stop_of_three_months_costs_what_the_study_says(materials: Table) -> None:
    # P048: 660 bn yen at 155 a dollar. China's part of each rare earth, its quarter lost, each tonne in its tranche
    cost = table("shortage", "material", "up_to")
    lost = 0.0
    for material in ("neodymium-praseodymium", "dysprosium-terbium", "yttrium", "mischmetal", "cerium-compounds",
                     "permanent-magnets"):  # fmt: skip
        used = shortage.total_use(material)
        share, before = now_t(material)["CHN"] / used, 0.0
        for up_to in (0.1, 0.3, 1.0):
            lost += max(min(share, up_to) - before, 0.0) * used / 4 * float(cost[f"{material}/{up_to:g}"]["cost"])
            before = up_to
    assert lost == pytest.approx(660e9 / 155, rel=1e-4)


def test_who_is_a_partner() -> None:
    # Chile mines lithium, sells it, and is under no act: three of four, without being on a list; Indonesia banned ore
    assert countries.points("CHL") == {
        "resources": True, "economics": True, "export stability": True, "policy": False,
    }  # fmt: skip
    assert countries.is_partner("CHL")
    assert not countries.is_partner("IDN")
    assert not countries.is_partner("CHN")


def test_batteries_ask_for_more_than_twice_the_lithium() -> None:
    # P064: 100,000 t of carbonate equivalent over 12,182 t and 36,902 t of hydroxide (0.8805 each): 2.24 times
    found = {(row["material"], row["year"]): row["tonnes"] for row in maker_demand.battery_records()}
    assert found["lithium-hydroxide", 2030] / found["lithium-hydroxide", 2026] == pytest.approx(
        100000 / (12181.8 + 36902 * 0.8805), rel=1e-3
    )
    assert found["lithium-hydroxide", 2028] == pytest.approx(
        (found["lithium-hydroxide", 2026] + found["lithium-hydroxide", 2030]) / 2
    )


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


def test_more_chilean_hydroxide_takes_two_years_to_come(suppliers: Table) -> None:
    # BACI 282520 in 2024: Chile sold 21,293 t, 1,784 of it to Japan; a quarter of the rest
    row = suppliers["lithium-hydroxide-chl-more"]
    assert float(row["capacity_t"]) == pytest.approx(0.25 * (21293 - 1784.3), rel=1e-3)
    assert row["ramp_periods"] == "24"


def test_australian_freight_and_lead(suppliers: Table) -> None:
    # 8,504 km: in containers 0.004 x 8,504 + 60; 8,504 / 620 + 10 = 23.7 days, one month
    row = suppliers["nickel-aus"]
    assert float(row["freight"]) == pytest.approx(94.016)
    assert row["lead_periods"] == "1"
    assert row["route"] == "west-pacific"


def test_the_home_hydroxide_plant(built: Table) -> None:
    # P033 10,000 t/yr; P034 9,500 t of carbonate for it; P035 77.6 million USD
    row = built["lithium-hydroxide-jpn-refinery"]
    assert [float(row[name]) for name in ("existing_t", "input_per_output", "capex")] == [10000, 0.95, 7760]


def test_olaroz_leaves_out_what_is_bought_already(built: Table, suppliers: Table) -> None:
    # S0-094 25 % of P036 42,500 t/yr
    bought = sum(float(suppliers[f"lithium-carbonate-arg{end}"]["capacity_t"]) for end in ("", "-contract"))
    assert float(built["lithium-carbonate-arg-olaroz"]["existing_t"]) == pytest.approx(10625 - bought, rel=1e-4)


def test_a_plant_pays_a_twenty_fifth_of_its_capex_a_year(built: Table) -> None:
    row = built["lithium-hydroxide-jpn-refinery"]
    assert float(row["fixed_cost"]) == pytest.approx(0.04 * float(row["capex"]), rel=1e-4)
    assert (row["life_years"], row["ramp_periods"]) == ("20", "12")


def test_capex_without_a_source_is_a_multiple_of_the_price(built: Table, materials: Table) -> None:
    price = float(materials["nickel"]["reference_price"])
    assert float(built["nickel-jpn-refinery"]["capex"]) == pytest.approx(1.5 * price, rel=1e-4)


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


def test_supply_covers_use(suppliers: Table, built: Table) -> None:
    supply: dict[str, float] = defaultdict(float)
    for row in suppliers.values():
        supply[row["material"]] += float(row["capacity_t"])
    for row in built.values():
        supply[row["material"]] += float(row["existing_t"])
    assert {m for m in supply if supply[m] < 1.15 * shortage.total_use(m)} == set()


def test_the_last_tonne_short_costs_more_than_any_way_to_supply(suppliers: Table, built: Table) -> None:
    worst: dict[str, float] = defaultdict(float)
    for row in table("shortage", "material", "up_to").values():
        worst[row["material"]] = max(worst[row["material"]], float(row["cost"]))
    for row in suppliers.values():
        dearest = float(row["price"]) * 4.7 + float(row["freight"])  # the largest price factor of any crisis
        assert dearest < worst[row["material"]], row["supplier"]
    for row in built.values():
        assert float(row["running_cost"]) < worst[row["material"]]
    for row in table("substitution", "material", "tranche").values():
        assert float(row["cost"]) < worst[row["material"]]


def test_readme_shows_the_materials_as_they_are() -> None:
    from maker import suppliers as maker_suppliers

    lines = coverage.coverage(maker_suppliers.records(), projects.records())
    assert coverage.as_markdown(lines) in (MODEL / "README.md").read_text(encoding="utf-8")


# ------------------------------------------------------------------------ model.yaml


def test_crises_have_the_probabilities_of_the_rule(model: dict) -> None:
    # congo-cobalt-stop: one event in 16 years, (1 + 0.5) / 16 = 0.09375 a year; the heavy rare earths two in 2.5, a
    # third of them as hard: 0.33 a year
    rows = {row["crisis"]: row for row in crises.records()}
    assert rows["congo-cobalt-stop"]["annual_probability"] == pytest.approx(0.0895, abs=5e-5)
    assert rows["china-heavy-rare-earth-halt"]["annual_probability"] == pytest.approx(1 - math.exp(-0.33), abs=5e-5)
    assert {n: c["annual_probability"] for n, c in model["crises"].items()} == {
        n: row["annual_probability"] for n, row in rows.items()
    }
    assert all(row["low"] < row["annual_probability"] < row["high"] for row in rows.values())


def test_prices_under_controls_are_those_of_2025_over_those_before(model: dict) -> None:
    # USGS, USD/kg: germanium 4,100 over the mean of 1,187 and 1,294; antimony 55.116 over 11.707, 13.625 and 12.103;
    # tungsten 380 over 225, 275, 258 and 252 a unit; gallium 580 over 277 and 432
    before = {"germanium": 4100 / 1240.5, "antimony": 55.116 / 12.478, "tungsten": 380 / 252.5, "gallium": 580 / 354.5}
    effects = model["events"]["prices-under-controls"]["effects"]
    assert {e["materials"][0]: e["price_factor"] for e in effects} == pytest.approx(before, rel=5e-3)


def test_a_whole_halt_is_no_cheaper_than_its_parts(model: dict) -> None:
    factors = {
        name: {m: e["price_factor"] for e in crisis["effects"] for m in e.get("materials", ()) if "price_factor" in e}
        for name, crisis in model["crises"].items()
    }
    whole = factors["china-export-halt"]
    for name in model["crises"]:
        if name.startswith("china-") and name not in ("china-export-halt", "china-light-rare-earth-halt"):
            assert {m: whole[m] for m in factors[name]} == factors[name], name


def test_cobalt_quota_follows_from_the_sources(model: dict) -> None:
    # E15: 96,600 t a year; USGS: 226,000 t mined in 2024
    mined = sources.usgs_output("cobalt", "mine")["COD"]
    loss = model["events"]["congo-cobalt-quota"]["effects"][0]["loss"]
    assert loss == pytest.approx(1 - 96600 / mined, abs=1e-4)


def test_every_lever_is_one_change_on_today_or_on_another_lever() -> None:
    strategies = read_document(MODEL / "model.yaml", "model.yaml").data["strategies"]  # YAML 1.1 reads on as true
    built = {name: strategy["on"] for name, strategy in strategies.items() if "on" in strategy}
    assert len(built) == len(strategies) - 2  # all but today and free
    on_others = dict.fromkeys(("reserve-and-recycling", "reserve-and-stakes", "all"), "reserve-60")
    assert built == dict.fromkeys(built, "today") | on_others
    assert all(len(strategies[name]["policies"]) == 1 for name in built)


def test_the_state_pays_the_national_stock(model: dict) -> None:
    # P030: the target is the national stock alone
    assert model["policies"]["reserve_days"].pop("state_share") == 1.0
    assert set(model["policies"]["reserve_days"].values()) == {0, 60}


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
