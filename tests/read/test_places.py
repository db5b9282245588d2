"""Where a model's files may lie: inside its folder, as regular files, whatever the links say."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bichiku.model.faults import ModelFaults
from bichiku.reading.model import read_model
from oracles.models import TABLES, the_fault, world_of, write_model

OTHER = "supplier,country,share\ncobalt-cod,ZAF,0.5\n"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    (tmp_path / "outside.csv").write_text(OTHER)
    return write_model(tmp_path / "model")


def test_a_table_may_be_a_link_to_a_file_of_the_model(model: Path) -> None:
    (model / "shared").mkdir()
    (model / "shared" / "origins").write_text(OTHER)
    (model / "origins.csv").symlink_to("shared/origins")
    assert world_of(model).origins["cobalt-cod"] == {"ZAF": 0.5, "COD": 0.5}
    assert read_model(model).files["origins.csv"] == OTHER.encode()


@pytest.mark.parametrize("target", ["../outside.csv", "/etc/passwd"])
def test_a_table_that_links_out_of_the_model_is_refused(model: Path, target: str) -> None:
    (model / "origins.csv").symlink_to(target)
    assert the_fault(model) == "origins.csv: is a link that leaves the model's folder (put a copy there)"


def test_a_model_file_that_links_out_of_the_folder_is_refused(model: Path) -> None:
    (model / "model.yaml").rename(model.parent / "elsewhere.yaml")
    (model / "model.yaml").symlink_to("../elsewhere.yaml")
    assert the_fault(model) == "model.yaml: is a link that leaves the model's folder (put a copy there)"


def test_a_link_on_the_command_line_is_the_users_own(model: Path) -> None:
    (model.parent / "link").symlink_to("model")
    assert read_model(model.parent / "link").name == "model"


MAKE = {
    "folder": Path.mkdir,
    "pipe": os.mkfifo,
    "device": lambda file: file.symlink_to("/dev/zero"),
    "loop": lambda file: file.symlink_to(file.name),
}


@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
@pytest.mark.parametrize("name", ["origins.csv", "suppliers.csv", "model.yaml"])
def test_what_is_no_regular_file_is_refused_at_once(model: Path, name: str, make) -> None:
    (model / name).unlink(missing_ok=True)
    make(model / name)
    assert the_fault(model) == f"{name}: is not a regular file"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("..", "leaves the model's folder"),
        ("../nowhere", "leaves the model's folder"),
        ("/etc", "leaves the model's folder"),
        ("out", "leaves the model's folder"),
        ("loop", "there is no folder 'loop'"),
        ('"a\\0b"', "there is no folder 'a\\x00b'"),
        ("a" * 300, "there is no folder 'aaa"),
        (r"C:\tables", r"there is no folder 'C:\\tables'"),
        (r"..\tables", r"there is no folder '..\\tables'"),
    ],
)
def test_a_tables_folder_elsewhere_is_refused(model: Path, given: str, words: str) -> None:
    (model / "out").symlink_to("/etc")
    (model / "loop").symlink_to("loop")
    with (model / "model.yaml").open("a") as stream:
        stream.write(f"tables: {given}\n")
    assert words in the_fault(model)


def test_a_path_that_is_too_long_is_a_fault(tmp_path: Path) -> None:
    assert "does not exist" in the_fault(tmp_path / ("a" * 300))


def test_a_folder_that_cannot_be_written_down_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFaults) as caught:
        read_model(write_model(tmp_path / "nasty\x1b[31m"))
    assert str(caught.value).endswith(
        "nasty\\x1b[31m/model.yaml: the folder's name holds what cannot be printed "
        "(runs are named after it; give it another)"
    )


def test_tables_are_all_there_without_links(model: Path) -> None:
    assert set(read_model(model).files) == {"model.yaml", *(f"{name}.csv" for name in TABLES)}
