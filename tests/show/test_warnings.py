"""How warnings are put on the screen: each once, many of a kind together, and silenced ones counted."""

from __future__ import annotations

from pathlib import Path

from bichiku.reading.model import read_model
from bichiku.show.warnings import MOST_APART, shown_warnings
from oracles.models import TABLES, the_fault, write_model

BASED = {
    "materials": "material,reference_price,shortage_cost,basis\ncobalt,10,100,sourced\n",
    "suppliers": "supplier,material,country,capacity_t,price,kind,in_transit_t,basis\n",
}
STRATEGIES = "strategies: {calm: {}, held: {policies: {reserve_days: 0}}, quiet: {silence: [W101]}}\n"


def contracts(folder: Path, count: int, extra: str = "") -> Path:
    """A model whose suppliers are contracts with goods in transit, each a warning W101."""
    rows = [f"c{i},cobalt,COD,1000,10,contract,5,sourced\n" for i in range(1, count + 1)]
    return write_model(folder, extra, **{**TABLES, **BASED, "suppliers": BASED["suppliers"] + "".join(rows)})


def test_a_few_of_a_kind_have_a_line_each(tmp_path: Path) -> None:
    lines = shown_warnings(read_model(contracts(tmp_path, MOST_APART)).worlds).lines
    assert [line.split(":")[1] for line in lines] == [" c1", " c2", " c3", " c4", " c5"]


def test_many_of_a_kind_share_a_line(tmp_path: Path) -> None:
    worlds = read_model(contracts(tmp_path, 7)).worlds
    (line,) = shown_warnings(worlds).lines
    assert line.startswith("W101: 7 contracts have a lead time or goods in transit, and neither is used: c1, c2, c3")
    assert line.endswith("c5 and 2 more (bichiku check --all shows each)")
    assert len(shown_warnings(worlds, every=True).lines) == 7


def test_what_strategies_share_is_told_once_and_the_rest_with_their_names(tmp_path: Path) -> None:
    told = shown_warnings(read_model(contracts(tmp_path, 1, STRATEGIES)).worlds)
    transit = "contracts deliver through the whole year; lead_periods and in_transit_t are not used"
    assert told.lines == (
        f"W101: c1: {transit} [calm, held]",
        "W201: policies.reserve_days: can never bind: it asks for 0 days of every material with demand [held]",
    )


def test_silenced_warnings_are_counted(tmp_path: Path) -> None:
    worlds = read_model(contracts(tmp_path, 7, "silence: [W101]\n")).worlds
    told = shown_warnings(worlds)
    assert (told.lines, told.silenced) == ((), {"W101": 7})
    worlds = read_model(contracts(tmp_path / "open", 7)).worlds
    assert shown_warnings(worlds, silence=["W101"]).silenced == {"W101": 7}


def test_a_code_that_does_not_exist_is_a_fault(tmp_path: Path) -> None:
    fault = the_fault(write_model(tmp_path, "silence: [W13]\n"))
    assert fault.startswith("model.yaml:6: silence: unknown warning 'W13' (did you mean 'W")
