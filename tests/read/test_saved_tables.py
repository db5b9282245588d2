"""Tables as people's spreadsheets save them: one fault for each slip, which says how to save them."""

from __future__ import annotations

from pathlib import Path

import pytest

from oracles.models import TABLES, faults_of, the_fault, write_model

SUPPLIERS = TABLES["suppliers"]
MATERIALS = "material,name,reference_price,shortage_cost\ncobalt,{},10,100\n"


@pytest.mark.parametrize(
    ("encoding", "name", "told"),
    [
        ("cp932", "コバルト", "Shift-JIS"),
        ("cp932", "備蓄", "Shift-JIS"),
        ("euc_jp", "コバルト", "EUC-JP"),
        ("utf-16", "コバルト", "UTF-16"),
        ("utf-16-le", "cobalt", "UTF-16"),
        ("cp1252", "kobälté “métal”", "Windows-1252"),
        ("latin-1", "café", "Windows-1252"),
    ],
)
def test_another_encoding_is_told_by_its_name(tmp_path: Path, encoding: str, name: str, told: str) -> None:
    fault = the_fault(write_model(tmp_path, materials=MATERIALS.format(name).encode(encoding)))
    assert "is not UTF-8 text" in fault
    assert f"looks like {told}" in fault
    assert 'save it as UTF-8, in Excel as "CSV UTF-8 (comma delimited)"' in fault


@pytest.mark.parametrize(
    ("suppliers", "told"),
    [
        (SUPPLIERS.replace(",", ";").replace("10\n", "10,5\n"), "suppliers.csv:1: has semicolons between its columns"),
        (SUPPLIERS.replace(",", "\t"), "suppliers.csv:1: has tabs between its columns"),
        (f"sep=,\n{SUPPLIERS}", "suppliers.csv:1: 'sep=' is a line for a spreadsheet alone (delete it"),
        (f"sep=;\n{SUPPLIERS.replace(',', ';')}", "suppliers.csv:1: 'sep=;' is a line for a spreadsheet alone"),
        (f"{SUPPLIERS},,,,\n,,,,\n", "suppliers.csv:3: holds empty cells only; the same in line 4"),
        (SUPPLIERS.replace("\n", ",,\n"), "suppliers.csv:1: has a column without a name: the 6., 7."),
        (SUPPLIERS.replace("price\n", "price,\n"), "suppliers.csv:1: has a column without a name: the 6."),
        (SUPPLIERS.replace("10\n", "10,,\n"), "suppliers.csv:2: has 7 cells where the header has 5 (delete the commas"),
        (SUPPLIERS.replace("10\n", "10,5\n"), "suppliers.csv:2: has 6 cells where the header has 5 (is there a comma"),
        (SUPPLIERS.replace("10\n", '"10,5"\n'), "suppliers.csv:2: price: '10,5' is not a number (write 10.5)"),
        (SUPPLIERS.replace("1000", '"1,000"'), "suppliers.csv:2: capacity_t: '1,000' is not a number (write 1000)"),
        (SUPPLIERS.replace("1000", "1000 t"), "'1000 t' is not a number (write the number alone: 1000)"),
        (f"Suppliers 2026,,,,\n{SUPPLIERS}", "suppliers.csv:1: names none of the columns"),
        (SUPPLIERS.replace("country", "Country"), "unknown column 'Country' (did you mean 'country'?)"),
        (f"{SUPPLIERS}#REF!,cobalt,COD,10,10\n", "suppliers.csv:3: supplier: '#REF!' begins with '#'"),
    ],
)
def test_one_slip_is_one_fault(tmp_path: Path, suppliers: str, told: str) -> None:
    assert told in the_fault(write_model(tmp_path, suppliers=suppliers))


def test_the_same_slip_in_several_rows_is_one_fault(tmp_path: Path) -> None:
    rows = "".join(f"{name},cobalt,UK,1000,10\n" for name in "abc")
    fault = the_fault(write_model(tmp_path, suppliers=f"{SUPPLIERS.splitlines()[0]}\n{rows}"))
    assert fault == (
        "suppliers.csv:2: country: 'UK' is not a country code of ISO 3166-1 alpha-3; the same in lines 3, 4 "
        "(did you mean GBR (United Kingdom)?)"
    )


def test_a_column_for_each_year_is_one_fault(tmp_path: Path) -> None:
    fault = the_fault(write_model(tmp_path, demand="material,2026,2027\ncobalt,100,100\n"))
    assert "has a column for each year, 2026, 2027 (write a row for each material and year)" in fault


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_and_a_byte_order_mark_do_no_harm(tmp_path: Path, end: str) -> None:
    raw = SUPPLIERS.replace("\n", end).encode("utf-8-sig")
    assert faults_of(write_model(tmp_path, suppliers=raw)) == []
