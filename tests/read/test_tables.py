"""The tables: columns, cells, ids and what must fit together, each fault with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bichiku.reading.model import read_model
from oracles.models import MODEL, TABLES, faults_of, the_fault, with_line, world_of, write_model

SUPPLIERS = TABLES["suppliers"]
DEMAND = TABLES["demand"]
MATERIALS = TABLES["materials"]
ORIGINS = "supplier,country,share\n"
PROJECT = "project,material,country,kind,max_build_t,fixed_cost,input_material,input_per_output\n"


# Files and columns


def test_the_minimal_model_is_sound(tmp_path: Path) -> None:
    assert faults_of(write_model(tmp_path)) == []


@pytest.mark.parametrize("table", ["materials", "demand", "suppliers"])
def test_a_required_table_that_is_missing_is_named(tmp_path: Path, table: str) -> None:
    assert f"{table}.csv: is missing (every model needs this table)" in faults_of(
        write_model(tmp_path, **{table: None})
    )


def test_a_misspelt_table_comes_with_the_nearest_right_name(tmp_path: Path) -> None:
    assert faults_of(write_model(tmp_path, suppliers=None, supplier=SUPPLIERS)) == [
        "supplier.csv: is not a table of a model (did you mean 'suppliers.csv'?)",
        "suppliers.csv: is missing (every model needs this table)",
    ]


@pytest.mark.parametrize("name", ["projects.CSV", "Projects.csv"])
def test_a_table_under_a_name_that_is_not_read_is_not_passed_over_in_silence(tmp_path: Path, name: str) -> None:
    folder = write_model(tmp_path)
    (folder / name).write_text("project,material,country,kind\nnew,cobalt,JPN,recycling\n")
    assert name in the_fault(folder)


def test_an_unknown_column_comes_with_the_nearest(tmp_path: Path) -> None:
    text = SUPPLIERS.replace("capacity_t", "capacity")
    fault = the_fault(write_model(tmp_path, suppliers=text))
    assert fault == "suppliers.csv:1: capacity: unknown column 'capacity' (did you mean 'capacity_t'?)"


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    text = "supplier,material,country,capacity_t\ncobalt-cod,cobalt,COD,1000\n"
    assert the_fault(write_model(tmp_path, suppliers=text)) == "suppliers.csv:1: price: column 'price' is missing"


def test_a_column_given_twice_is_named(tmp_path: Path) -> None:
    text = "supplier,material,country,capacity_t,price,price\ncobalt-cod,cobalt,COD,1000,10,11\n"
    assert "column 'price' appears more than once" in faults_of(write_model(tmp_path, suppliers=text))[0]


def test_semicolons_between_columns_are_one_fault(tmp_path: Path) -> None:
    # what a spreadsheet saves in much of Europe
    faults = faults_of(write_model(tmp_path, suppliers=SUPPLIERS.replace(",", ";")))
    assert len(faults) == 1
    assert "comma" in faults[0]


def test_a_byte_order_mark_and_windows_line_ends_are_accepted(tmp_path: Path) -> None:
    raw = b"\xef\xbb\xbf" + SUPPLIERS.replace("\n", "\r\n").encode()
    assert faults_of(write_model(tmp_path, suppliers=raw)) == []


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n"])
def test_an_empty_file_is_told(tmp_path: Path, text: str) -> None:
    assert the_fault(write_model(tmp_path, suppliers=text)) == "suppliers.csv: is empty (give a header row)"


# Rows and cells


def _supplier(tmp_path: Path, cells: str) -> str:
    return the_fault(write_model(tmp_path, suppliers=f"{SUPPLIERS}{cells}\n"))


def test_an_empty_required_cell_is_named(tmp_path: Path) -> None:
    assert _supplier(tmp_path, "new,cobalt,CHN, ,10") == "suppliers.csv:3: capacity_t: is empty"


@pytest.mark.parametrize("number", ["abc", "-1", "nan", "inf", "1e400", "1_000", "١٢", "１２", "0x10", "1 000", "10%"])
def test_what_is_not_a_finite_number_of_zero_or_more_is_refused(tmp_path: Path, number: str) -> None:
    fault = _supplier(tmp_path, f"new,cobalt,CHN,{number},10")
    assert fault.startswith(f"suppliers.csv:3: capacity_t: '{number}' ")


@pytest.mark.parametrize(("number", "value"), [("1e3", 1000.0), ("+5", 5.0), (".5", 0.5), (" 7 ", 7.0), ("007", 7.0)])
def test_numbers_may_be_written_in_the_usual_ways(tmp_path: Path, number: str, value: float) -> None:
    write_model(tmp_path, suppliers=f"{SUPPLIERS}new,cobalt,CHN,{number},10\n")
    assert world_of(tmp_path).suppliers["new"].capacity_t == value


@pytest.mark.parametrize("year", ["26", "2026.0", "2027-01", "٢٠٢٧", "12027"])
def test_a_year_has_four_digits(tmp_path: Path, year: str) -> None:
    faults = faults_of(write_model(tmp_path, demand=with_line(DEMAND, ("cobalt,2027", f"cobalt,{year},100"))))
    assert f"demand.csv:3: year: '{year}' is not a year such as 2030" in faults


@pytest.mark.parametrize("periods", ["1.5", "-1", "two", "٢"])
def test_a_lead_time_is_a_whole_number_of_periods(tmp_path: Path, periods: str) -> None:
    text = f"supplier,material,country,capacity_t,price,lead_periods\nnew,cobalt,COD,1000,10,{periods}\n"
    fault = the_fault(write_model(tmp_path, suppliers=text))
    assert fault == f"suppliers.csv:2: lead_periods: '{periods}' is not a whole number of zero or more"


def test_a_share_over_one_is_refused(tmp_path: Path) -> None:
    fault = the_fault(write_model(tmp_path, origins=f"{ORIGINS}cobalt-cod,CHN,30\n"))
    assert fault == "origins.csv:2: share: '30' is a share over one"


def test_an_unknown_country_is_named_with_its_line(tmp_path: Path) -> None:
    fault = _supplier(tmp_path, "new,cobalt,ZAR,10,10")  # ZAR: Zaire, withdrawn from ISO 3166-1 in 1997
    assert fault.startswith("suppliers.csv:3: country: 'ZAR' is not a country code of ISO 3166-1 alpha-3")


@pytest.mark.parametrize(
    ("code", "meant"), [("DRC", "COD"), ("cod", "COD"), ("CD", "COD"), ("Congo", "COG"), ("UK", "GBR")]
)
def test_a_country_is_an_alpha_3_code_and_a_slip_gets_a_hint(tmp_path: Path, code: str, meant: str) -> None:
    fault = _supplier(tmp_path, f"new,cobalt,{code},10,10")
    assert fault.startswith("suppliers.csv:3: country:")
    assert f"(did you mean {meant} (" in fault


def test_an_unknown_kind_comes_with_the_kinds_there_are(tmp_path: Path) -> None:
    text = "supplier,material,country,capacity_t,price,kind\nnew,cobalt,COD,1000,10,contrct\n"
    fault = the_fault(write_model(tmp_path, suppliers=text))
    assert fault == "suppliers.csv:2: kind: 'contrct' is not one of spot or contract (did you mean 'contract'?)"


@pytest.mark.parametrize(
    ("cells", "told"),
    [("new,cobalt,CHN,10", "4 cells"), ("new", "1 cell"), ("new,cobalt,CHN,10,spot,spot", "6 cells")],
)
def test_a_row_with_too_few_or_too_many_cells_is_named(tmp_path: Path, cells: str, told: str) -> None:
    assert _supplier(tmp_path, cells) == f"suppliers.csv:3: has {told} where the header has 5"


def test_comment_lines_and_empty_lines_count_as_lines(tmp_path: Path) -> None:
    text = f"# made by hand\n\n{SUPPLIERS}# a Chinese one\n\nnew,cobalt,CHN,10,cheap\n"
    assert the_fault(write_model(tmp_path, suppliers=text)) == "suppliers.csv:7: price: 'cheap' is not a number"


def test_a_quoted_cell_may_hold_line_ends_and_keeps_all_its_lines(tmp_path: Path) -> None:
    text = 'material,reference_price,shortage_cost,source\ncobalt,10,100,"see\n# page 5\n\nthere"\nzinc,x,1,\n'
    folder = write_model(tmp_path, materials=text.replace("zinc,x,1,\n", ""))
    assert world_of(folder).materials["cobalt"].source == "see\n# page 5\n\nthere"
    assert the_fault(write_model(tmp_path, materials=text)).startswith("materials.csv:6: reference_price:")


def test_an_open_quote_is_named_with_the_line_it_opens_on(tmp_path: Path) -> None:
    assert _supplier(tmp_path, '"new,cobalt,CHN,10,10').startswith("suppliers.csv:3:")


@pytest.mark.parametrize("name", ["a;b", "a=b", "a|b", "[a]", "a\x00b", "a\x1bb"])
def test_ids_hold_no_signs_with_a_meaning(tmp_path: Path, name: str) -> None:
    assert "suppliers.csv:3: supplier:" in _supplier(tmp_path, f"{name},cobalt,CHN,10,10")


@pytest.mark.parametrize("name", ["all", "default"])
def test_no_material_is_called_by_a_word_that_stands_for_several(tmp_path: Path, name: str) -> None:
    # `all` in policies and in summary.csv, `default` in reserve_days
    fault = the_fault(write_model(tmp_path, materials=f"{MATERIALS}{name},10,100\n"))
    assert fault.startswith(f"materials.csv:3: material: '{name}' stands for")


# Ids and references


def test_an_id_given_twice_is_named_with_both_lines(tmp_path: Path) -> None:
    fault = _supplier(tmp_path, "cobalt-cod,cobalt,CHN,10,10")
    assert fault == "suppliers.csv:3: supplier: 'cobalt-cod' stands in line 2 already"


def test_two_demands_for_one_year_are_named_with_both_lines(tmp_path: Path) -> None:
    fault = the_fault(write_model(tmp_path, demand=f"{DEMAND}cobalt,2026,50\n"))
    assert fault == "demand.csv:4: material, year: 'cobalt, 2026' stands in line 2 already"


def test_an_unknown_material_comes_with_the_nearest(tmp_path: Path) -> None:
    assert _supplier(tmp_path, "new,cobolt,CHN,10,10") == (
        "suppliers.csv:3: material: unknown material 'cobolt' (did you mean 'cobalt'?)"
    )


def test_a_project_cannot_share_its_id_with_a_supplier(tmp_path: Path) -> None:
    fault = the_fault(write_model(tmp_path, projects=f"{PROJECT}cobalt-cod,cobalt,JPN,recycling,10,0,,\n"))
    assert fault == "projects.csv:2: project: 'cobalt-cod' is the id of a supplier already"


def test_an_input_needs_its_tonnes_and_cannot_be_the_output(tmp_path: Path) -> None:
    projects = f"{PROJECT}a,cobalt,JPN,refinery,10,0,,2\nb,cobalt,JPN,refinery,10,0,cobalt,1\n"
    first, second = faults_of(write_model(tmp_path, projects=projects))
    assert first == "projects.csv:2: input_per_output: input_material and input_per_output go together"
    assert second == "projects.csv:3: input_material: 'cobalt' is what the project makes"


def test_origins_of_one_supplier_sum_to_one_at_most(tmp_path: Path) -> None:
    origins = f"{ORIGINS}cobalt-cod,CHN,0.7\ncobalt-cod,ZMB,0.4\n"
    fault = the_fault(write_model(tmp_path, origins=origins))
    assert fault == "origins.csv:3: share: shares of 'cobalt-cod' sum to 1.1, over one"


def test_ten_tenths_are_one(tmp_path: Path) -> None:
    # 0.1 added ten times is 0.9999999999999999 or 1.0000000000000002, by the order of adding
    codes = ["AUS", "CHL", "CHN", "FIN", "IDN", "JPN", "KOR", "USA", "ZAF", "ZMB"]
    origins = ORIGINS + "".join(f"cobalt-cod,{code},0.1\n" for code in codes)
    assert faults_of(write_model(tmp_path, origins=origins)) == []


def test_what_origins_leave_out_is_the_suppliers_own_country(tmp_path: Path) -> None:
    world = world_of(write_model(tmp_path, origins=f"{ORIGINS}cobalt-cod,ZMB,0.3\n"))
    assert world.origins["cobalt-cod"] == pytest.approx({"ZMB": 0.3, "COD": 0.7})


# Demand


def test_demand_missing_in_one_year_is_an_error(tmp_path: Path) -> None:
    fault = the_fault(write_model(tmp_path, demand="material,year,tonnes\ncobalt,2026,100\n"))
    assert fault == "demand.csv: year: 'cobalt' has no demand for 2027"


def test_a_year_of_no_use_is_given_as_zero(tmp_path: Path) -> None:
    assert faults_of(write_model(tmp_path, demand=with_line(DEMAND, ("cobalt,2027", "cobalt,2027,0")))) == []


def test_years_outside_the_horizon_are_no_demand(tmp_path: Path) -> None:
    world = world_of(write_model(tmp_path, demand=f"{DEMAND}cobalt,2031,900\n"))
    assert world.demand == {"cobalt": {2026: 100.0, 2027: 100.0}}


def test_a_material_without_any_demand_is_fine_and_needs_no_shortage_cost(tmp_path: Path) -> None:
    world = world_of(write_model(tmp_path, materials=f"{MATERIALS}ore,3,\n"))
    assert list(world.demand) == ["cobalt"]


def test_demand_outside_the_horizon_needs_no_shortage_cost(tmp_path: Path) -> None:
    folder = write_model(tmp_path, materials=f"{MATERIALS}ore,3,\n", demand=f"{DEMAND}ore,2031,900\n")
    assert faults_of(folder) == []


def test_demand_needs_a_shortage_cost(tmp_path: Path) -> None:
    fault = the_fault(write_model(tmp_path, materials="material,reference_price\ncobalt,10\n"))
    assert fault.startswith("materials.csv:2: shortage_cost: 'cobalt' has demand but no shortage_cost")


# The folder of the tables


def test_tables_may_lie_in_a_folder_of_their_own(tmp_path: Path) -> None:
    folder = write_model(tmp_path, "tables: tables\n")
    (folder / "tables").mkdir()
    for file in folder.glob("*.csv"):
        file.rename(folder / "tables" / file.name)
    model = read_model(folder)
    assert sorted(model.files) == [
        "model.yaml",
        "tables/demand.csv",
        "tables/materials.csv",
        "tables/suppliers.csv",
    ]


@pytest.mark.parametrize(
    ("tables", "words"),
    [("..", "leaves the model's folder"), ("nowhere", "there is no folder 'nowhere'"), ("[5]", "is not a text")],
)
def test_the_folder_of_the_tables_lies_in_the_models(tmp_path: Path, tables: str, words: str) -> None:
    folder = write_model(tmp_path / "model", f"tables: {tables}\n")
    assert any(fault.startswith("model.yaml:6: tables:") and words in fault for fault in faults_of(folder))


# All at once


def test_all_faults_of_a_model_come_in_one_answer(tmp_path: Path) -> None:
    folder = write_model(
        tmp_path,
        whole=with_line(MODEL, ("buyer:", "buyer: JAP"))
        + "policy: {}\npolicies: {reserve_days: -1}\nstrategies: {a b: {}, c: {periods: 3}}\n",
        materials="material,reference_price\ncobalt,10\n",
        demand="material,year,tonnes\ncobalt,2026,lots\n",
        suppliers="supplier,material,country,capacity_t,price\ns,cobolt,COD,1,1\ns,cobalt,COD,1,1\nt,cobalt,XXX,1,1\n",
        origins="supplier,country,shares\ns,COD,1\n",
        project="",
    )
    text = "\n".join(faults_of(folder, sets=["discount_rate=x"]))
    for place in [
        "model.yaml:6: policy: unknown key",
        "model.yaml:7: policies.reserve_days: -1 is not a number of zero or more",
        "model.yaml:8: strategies.a b: 'a b' cannot name a strategy",
        "model.yaml:8: strategies.c.periods: cannot differ",
        "--set: discount_rate: 'x' is not a number",
        "demand.csv:2: tonnes: 'lots' is not a number",
        "suppliers.csv:2: material: unknown material 'cobolt'",
        "suppliers.csv:3: supplier: 's' stands in line 2 already",
        "suppliers.csv:4: country: 'XXX' is not a country code",
        "origins.csv:1: shares: unknown column 'shares'",
        "project.csv: is not a table of a model (did you mean 'projects.csv'?)",
    ]:
        assert place in text


def test_names_in_model_yaml_are_checked_although_a_key_is_wrong_elsewhere(tmp_path: Path) -> None:
    # so that mending a model is one round and not two
    whole = with_line(MODEL, ("buyer:", "buyer: JAP")) + "discount_rate: x\n"
    first, second = sorted(faults_of(write_model(tmp_path, whole=whole)))
    assert first.startswith("model.yaml:2: buyer: 'JAP' is not a country code")
    assert second.startswith("model.yaml:6: discount_rate:")


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ("materials", "material,reference_price,shortage_cost\ncobalt,ten,100\n"),
        ("materials", "material,reference_prise,shortage_cost\ncobalt,10,100\n"),
        ("materials", 'material,reference_price,shortage_cost\n"cobalt,10,100\n'),
        ("materials", "material,reference_price,shortage_cost\n"),
        ("demand", "material,year,tonnes\ncobalt,2026,lots\ncobalt,2027,100\n"),
        ("demand", "material,year,tonnes\ncobalt,26,100\ncobalt,2027,100\n"),
        ("suppliers", "supplier,material,country,capacity_t,price,route\ncobalt-cod,cobalt,COD,lots,1,strait\n"),
        ("countries", "country,groups,governance\nCHN,rivals,high\n"),
    ],
)
def test_a_faulty_row_brings_no_faults_that_only_follow_from_it(tmp_path: Path, table: str, text: str) -> None:
    crisis = "duration: 1, recovery: 1, onsets: [{period: 1, probability: 0.1}]"
    hit = "effects: [{suppliers: [cobalt-cod], routes: [strait], loss: 1}, {countries: [rivals], loss: 1}]"
    tables = {
        "suppliers": "supplier,material,country,capacity_t,price,route\ncobalt-cod,cobalt,COD,1,1,strait\n",
        "countries": "country,groups\nCHN,rivals\n",
        "origins": "supplier,country,share\ncobalt-cod,ZMB,0.1\n",
    }
    extra = f"crises: {{halt: {{{crisis}, {hit}}}}}\n"
    faults = faults_of(write_model(tmp_path, extra, **{**tables, table: text}))
    assert faults
    assert all(fault.startswith(f"{table}.csv:") for fault in faults), faults
    assert not any("unknown material" in fault or "has no demand" in fault for fault in faults), faults


def test_a_number_that_would_be_read_as_zero_is_refused(tmp_path: Path) -> None:
    materials = MATERIALS.replace(",10,", ",1e-999,")
    fault = "materials.csv:2: reference_price: '1e-999' is too small to be told from zero"
    assert fault in faults_of(write_model(tmp_path, materials=materials))


def test_a_misspelt_country_is_first_looked_for_in_its_own_table(tmp_path: Path) -> None:
    # one letter off CHN, which stands below it, as off CXR, from which nobody buys
    suppliers = "supplier,material,country,capacity_t,price\ns,cobalt,CHX,1,1\nt,cobalt,CHN,1,1\n"
    (fault,) = faults_of(write_model(tmp_path, suppliers=suppliers))
    assert fault.startswith("suppliers.csv:2: country: 'CHX' is not a country code")
    assert fault.endswith("(did you mean CHN (China)?)")
