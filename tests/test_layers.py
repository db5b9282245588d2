"""Packages know only those below them, no modules need each other, and a class name says which class is meant.

The layers themselves stand in ``pyproject.toml``, under ``tool.importlinter``.
"""

from __future__ import annotations

import ast
import tomllib
from collections import Counter
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[1]
SETTINGS = ROOT / "pyproject.toml"
CONTRACTS = tomllib.loads(SETTINGS.read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]


@pytest.mark.parametrize("contract", [contract["id"] for contract in CONTRACTS])
def test_the_layers_are_kept(contract: str, capsys: pytest.CaptureFixture[str]) -> None:
    failed = lint_imports(str(SETTINGS), limit_to_contracts=(contract,), no_cache=True, no_logo=True)
    assert not failed, capsys.readouterr().out


def test_no_module_needs_itself() -> None:
    """Contracts see packages side by side; here a package and its own modules are looked at as well."""
    ignored = {text for contract in CONTRACTS for text in contract.get("ignore_imports", ())}
    graph = grimp.build_graph("bichiku", cache_dir=None)
    needs = {
        module: [
            needed
            for needed in graph.find_modules_directly_imported_by(module)
            if f"{module} -> {needed}" not in ignored
        ]
        for module in graph.modules
    }
    TopologicalSorter(needs).prepare()  # raises CycleError, which names the modules


def test_no_class_name_stands_twice() -> None:
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in (ROOT / "src").rglob("*.py")]
    names = Counter(node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    assert [name for name, count in names.items() if count > 1] == []
