"""YAML files: the scalars of YAML 1.2, line numbers, and files that are broken or hostile."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from bichiku.model.faults import Fault, ModelFaults
from bichiku.reading.document import Document, parse_document, parse_value, read_document


def _parse(text: str) -> Document:
    return parse_document(text, "model.yaml")


def _fault(text: str) -> Fault:
    with pytest.raises(ModelFaults) as caught:
        _parse(text)
    assert len(caught.value.faults) == 1, caught.value.faults
    return caught.value.faults[0]


# Scalars: the core schema of YAML 1.2.2, section 10.3.2


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("060", 60),  # octal 48 in YAML 1.1
        ("-7", -7),
        ("1e-3", 0.001),  # a text in YAML 1.1, which wants 1.0e-3
        ("1e3", 1000.0),
        (".5", 0.5),
        ("2.", 2.0),
        ("1_000", "1_000"),  # 1000 in YAML 1.1
        ("12:30", "12:30"),  # 750, base 60, in YAML 1.1
        ("no", "no"),  # false in YAML 1.1
        ("on", "on"),
        ("y", "y"),
        ("NO", "NO"),  # the country code of Norway
        ("true", True),
        ("False", False),
        ("2026-01", "2026-01"),
        ("2026-01-31", "2026-01-31"),  # a date in YAML 1.1
        ("~", None),
        ("null", None),
        ("'60'", "60"),
        ('"null"', "null"),
    ],
)
def test_scalars_follow_yaml_1_2(text: str, value: Any) -> None:
    found = _parse(f"key: {text}\n").data["key"]
    assert found == value
    assert type(found) is type(value)


def test_a_value_on_the_command_line_is_read_by_the_same_rules() -> None:
    assert [parse_value(text, "--set") for text in ("060", "1e-3", "no", "[1, 2]", "{2026: 0.5}")] == [
        60,
        0.001,
        "no",
        [1, 2],
        {2026: 0.5},
    ]


def test_a_value_on_the_command_line_cannot_carry_other_keys() -> None:
    with pytest.raises(ModelFaults):
        parse_value("0.5\nother: 3", "--set")


# Where things stand


def test_every_key_and_list_entry_knows_its_line() -> None:
    document = _parse("# comment\na: 1\n\nb:\n  c: [1,\n      2]\n  d:\n    - x: 1\n    - x: 2\n")
    lines = {path: document.place(path)[1] for path in [("a",), ("b",), ("b", "c", 1), ("b", "d", 1, "x")]}
    assert lines == {("a",): 2, ("b",): 4, ("b", "c", 1): 6, ("b", "d", 1, "x"): 9}


def test_a_key_that_is_missing_stands_where_its_holder_does() -> None:
    assert _parse("a: 1\nb:\n  c: 1\n").place(("b", "missing", "deeper")) == ("model.yaml", 2)


def test_a_fault_reads_like_a_path_typed_by_a_user() -> None:
    fault = _parse("a:\n  - max: {2030: 1}\n").fault(("a", 0, "max", 2030), "is wrong", "mend it")
    assert str(fault) == "model.yaml:2: a[0].max.2030: is wrong (mend it)"


# Broken files


def test_a_key_given_twice_is_named_with_its_second_line() -> None:
    assert str(_fault("policies:\n  x: 1\n  y: 2\n  x: 3\n")) == "model.yaml:4: policies.x: appears twice"


def test_keys_that_differ_only_in_spelling_of_a_number_are_the_same() -> None:
    assert "appears twice" in str(_fault("a: {2030: 1, 02030: 2}\n"))


@pytest.mark.parametrize("key", ["true", "1.5", "null", "[a, b]"])
def test_only_texts_and_whole_numbers_can_be_keys(key: str) -> None:
    assert "cannot be a key" in str(_fault(f"a: 1\n? {key}\n: 2\n"))


@pytest.mark.parametrize("text", ["", "# nothing but a comment\n", "- a\n- b\n", "just words\n", "---\n"])
def test_the_top_must_be_a_mapping(text: str) -> None:
    assert "must be a mapping" in _fault(text).message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb:\n\tc: 1\n", 3),  # a tab
        ("a: 1\nb: [1, 2\nc: 3\n", 3),  # a bracket not closed shows on the next line
        ("a: 1\nb: c: d\n", 2),
        ("a: 1\n---\nb: 2\n", 2),  # two documents
        ("a: 1\nb: *unknown\n", 2),
    ],
)
def test_what_is_not_yaml_is_named_with_its_line(text: str, line: int) -> None:
    fault = _fault(text)
    assert fault.message.startswith("is not YAML")
    assert fault.line == line


def test_a_file_that_is_not_utf_8_is_named_with_the_line_of_the_first_bad_byte(tmp_path: Path) -> None:
    file = tmp_path / "model.yaml"
    file.write_bytes("model: x\ncurrency: £\n".encode("latin-1"))
    with pytest.raises(ModelFaults) as caught:
        read_document(file, "model.yaml")
    assert (
        str(caught.value)
        == "model.yaml:2: is not UTF-8 text (it looks like Windows-1252, of Western Europe; save it as UTF-8)"
    )


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    file = tmp_path / "model.yaml"
    file.write_bytes(b"\xef\xbb\xbfmodel: x\n")
    assert read_document(file, "model.yaml").data == {"model": "x"}


def test_a_control_character_makes_one_line_of_message() -> None:
    fault = _fault("model: a\x00b\n")
    assert fault.message.startswith("is not YAML")
    assert "\n" not in str(fault)


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ModelFaults, match="No such file"):
        read_document(tmp_path / "model.yaml", "model.yaml")


# Hostile files


def _in_time(text: str, seconds: float = 30.0) -> Fault:
    """What blows up takes hours or all memory; no bound on the time of what does not."""
    start = time.perf_counter()
    fault = _fault(text)
    assert time.perf_counter() - start < seconds
    return fault


def test_aliases_that_blow_up_are_refused_with_one_fault() -> None:
    # nine levels of nine aliases each hold 9^10, three thousand million, texts
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10)]
    assert "holds too much" in _in_time("\n".join(levels)).message


def test_an_alias_of_itself_is_refused() -> None:
    assert "nests too deep" in _in_time("a: &a [*a, *a]\n").message


@pytest.mark.parametrize("depth", [60, 500, 20_000])
def test_deep_nesting_is_refused_with_its_line(depth: int) -> None:
    fault = _in_time(f"a: 1\nb: {'[' * depth}{']' * depth}\n")
    assert "nests too deep" in fault.message
    assert fault.line == 2


@pytest.mark.parametrize(
    "value",
    [
        "!!python/object/apply:os.system [ls]",
        "!!python/object:os.PathLike {a: 1}",
        "!!python/name:os.system",
        "!!set {a, b}",
        "!mine 3",
        "!!str 60",
        "!!float 3",
    ],
)
def test_tags_are_refused(value: str) -> None:
    assert "type that a model cannot hold" in _fault(f"a: 1\nb: {value}\n").message


def test_a_number_too_long_to_read_is_not_repeated_in_full() -> None:
    assert len(str(_fault(f"a: {'1' * 5000}\n"))) < 300


@pytest.mark.parametrize("value", ["60", "null", "1e3", "[1, {a: b}]"])
def test_an_alias_means_what_its_anchor_means(value: str) -> None:
    data = _parse(f"a: &x {value}\nb: *x\n").data
    assert data["a"] == data["b"]


@pytest.mark.parametrize("value", ['"\\ud800"', '"\\UFFFFFFFF"'])
def test_an_escape_that_is_no_character_is_refused(value: str) -> None:
    assert _fault(f"a: {value}\n").message


# Merging


def _merged(base: str, changes: str) -> Document:
    return _parse(base).merged(parse_document(changes, "--set"))


def test_mappings_merge_and_all_else_is_replaced() -> None:
    merged = _merged("a: {b: 1, c: 2}\nd: [1, 2, 3]\ne: 5\n", "a: {c: 3, f: 4}\nd: [9]\ne: {g: 1}\n")
    assert merged.data == {"a": {"b": 1, "c": 3, "f": 4}, "d": [9], "e": {"g": 1}}


def test_null_removes_a_key() -> None:
    assert _merged("a: {b: 1, c: 2}\nd: 3\n", "a: {b: null}\nd: ~\n").data == {"a": {"c": 2}}


def test_null_where_there_is_nothing_to_remove_changes_nothing() -> None:
    assert _merged("a: {b: 1}\n", "c: null\n").data == {"a": {"b": 1}}


def test_merging_leaves_both_documents_as_they_were() -> None:
    base, changes = _parse("a: {b: [1]}\n"), _parse("a: {c: [2]}\n")
    merged = base.merged(changes)
    merged.data["a"]["b"].append(9)
    merged.data["a"]["c"].append(9)
    assert (base.data, changes.data) == ({"a": {"b": [1]}}, {"a": {"c": [2]}})


def test_places_follow_what_was_merged_in() -> None:
    merged = _merged("a:\n  b: 1\n  c: [1, 2]\n", "a:\n  c: [9]\n")
    assert merged.place(("a", "b")) == ("model.yaml", 2)
    assert merged.place(("a", "c", 0)) == ("--set", 2)
    assert merged.place(("a", "c", 1)) == ("--set", 2)  # not line 3 of the base, which is gone


@pytest.mark.parametrize("text", ["1e-999", "-1e-310", "0." + "0" * 400 + "1", "9" * 5000])
def test_a_number_that_a_float_cannot_stand_for_is_refused(text: str) -> None:
    assert "has too many digits or is too small to be told from zero" in _fault(f"a: {text}\n").message


@pytest.mark.parametrize("text", ["0e999", "-0.0", "1e-299"])
def test_zero_and_small_numbers_are_numbers(text: str) -> None:
    assert _parse(f"a: {text}\n").data["a"] == float(text)


def test_a_merge_key_is_refused() -> None:
    assert _fault("a: &a {x: 1}\nb: {<<: *a}\n") == Fault(
        "model.yaml", 2, "b.<<", "merge keys are not part of YAML 1.2; write the keys out"
    )
