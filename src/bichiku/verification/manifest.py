"""manifest.json against the inputs, the tree and the cost table."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np

from bichiku.model.world import World
from bichiku.reading.files import MODEL_FILE, json_value
from bichiku.verification.chains import chain_of_material
from bichiku.verification.files import INPUTS, LEFT_OUT, MANIFEST, MAY_BE_LEFT_OUT, RunTable, tables_in
from bichiku.verification.tree import Nodes
from bichiku.verification.verdict import KEPT, Ledger, Place

NEEDED: dict[str, tuple[str, ...]] = {
    "inputs_sha256": (),
    "outputs_sha256": (),
    "resolved_model": (),
    "solver": ("status", "objective"),
    "size": ("chains", "nodes", "futures"),
    "certificate": ("primal", "dual", "gap", "holds"),
}


def read_manifest(folder: Path, ledger: Ledger) -> dict[str, Any] | None:
    """The manifest; None, with findings, where it cannot be read or a key is missing."""
    try:
        found = json_value((folder / MANIFEST).read_bytes())
    except (OSError, ValueError) as error:
        ledger.wrong("manifest.readable", MANIFEST, None, str(error), "a JSON object")
        return None
    missing = [key for key in NEEDED if not isinstance(found, dict) or not isinstance(found.get(key), dict)]
    missing += [
        f"{key}.{name}" for key in NEEDED if key not in missing for name in NEEDED[key] if name not in found[key]
    ]
    for key in missing:
        ledger.wrong("manifest.readable", MANIFEST, Place(key), "missing", "a value")
    ledger.right()
    return None if missing else found


def check_inputs(folder: Path, manifest: dict[str, Any], ledger: Ledger) -> None:
    """The tables that the run was made from are those that were hashed."""
    stated = {Path(name).name: digest for name, digest in manifest["inputs_sha256"].items() if name.endswith(".csv")}
    _check_digests("manifest.inputs", folder / INPUTS, f"{INPUTS}/", stated, ledger)


def check_outputs(folder: Path, manifest: dict[str, Any], ledger: Ledger) -> None:
    """The result tables are those that were hashed, to the last digit."""
    _check_digests("manifest.outputs", folder, "", manifest["outputs_sha256"], ledger)


def left_out_of(manifest: dict[str, Any] | None, ledger: Ledger) -> tuple[str, ...]:
    """The tables that the run goes without, as it was asked to."""
    stated = (manifest or {}).get(LEFT_OUT, [])
    if not isinstance(stated, list) or not set(map(str, stated)) <= set(MAY_BE_LEFT_OUT):
        ledger.wrong("manifest.readable", MANIFEST, Place(LEFT_OUT), str(stated), " or ".join(MAY_BE_LEFT_OUT))
        return ()
    return tuple(stated)


def _check_digests(rule: str, folder: Path, prefix: str, stated: dict[str, str], ledger: Ledger) -> None:
    actual = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in tables_in(folder)}
    for name in sorted({*stated, *actual}):
        said, found = stated.get(name, "no such file"), actual.get(name, "no such file")
        if said != found:
            ledger.wrong(rule, f"{prefix}{name}", None, said, found)
        ledger.right()


def check_model(model: dict[str, Any], manifest: dict[str, Any], ledger: Ledger) -> None:
    """inputs/model.yaml, as read, is the resolved model of the manifest but for where its tables are.

    The manifest's hash of model.yaml is that of the file before the strategy was merged in, which the run
    does not hold.
    """
    found, resolved = _plain(model), manifest["resolved_model"]
    if found.get("tables", ".") != ".":  # its own folder, whose tables alone are those that were hashed
        stated = str(found["tables"])
        ledger.wrong("manifest.model", f"{INPUTS}/{MODEL_FILE}", Place("tables"), stated, ".")
    for key in sorted({*found, *resolved} - {"tables"}):
        if found.get(key) != resolved.get(key):
            place = Place(key)
            ledger.wrong("manifest.model", f"{INPUTS}/{MODEL_FILE}", place, str(found.get(key)), str(resolved.get(key)))
        ledger.right()


def _plain(data: Any) -> Any:
    """As JSON would give it back: every key a text."""
    if isinstance(data, dict):
        return {str(key): _plain(value) for key, value in data.items()}
    return [_plain(value) for value in data] if isinstance(data, list) else data


def check_manifest(manifest: dict[str, Any], world: World, nodes: Nodes, costs: RunTable, ledger: Ledger) -> None:
    """Status, certificate, sizes and the objective."""
    solver, size = manifest["solver"], manifest["size"]
    check_solver(manifest, ledger)
    chain = chain_of_material(world)
    first = [int(np.flatnonzero(chain == number)[0]) for number in range(chain.max() + 1)]
    counts = {
        "chains": len(first),
        "nodes": int(nodes.exists[:, first].sum()),
        "futures": len(nodes.futures),
    }
    for key, count in counts.items():
        if size[key] != count:
            ledger.wrong("manifest.size", MANIFEST, Place(f"size.{key}"), str(size[key]), str(count))
        ledger.right()
    if not _is_number(solver["objective"]):
        ledger.wrong("manifest.objective", MANIFEST, Place("solver.objective"), str(solver["objective"]), "a number")
        return
    money = costs.numbers("value")
    ledger.equal(
        "manifest.objective",
        MANIFEST,
        solver["objective"],
        money.sum(),
        lambda _: Place("solver.objective"),
        np.abs(money).sum(),
        KEPT,
    )


def check_solver(manifest: dict[str, Any], ledger: Ledger) -> None:
    """What the manifest states of the solve: that it ended at an optimum, and held when it was made."""
    status = manifest["solver"]["status"]
    if status != "optimal":
        ledger.wrong("manifest.status", MANIFEST, Place("solver.status"), str(status), "optimal")
    ledger.right()
    check_certificate(manifest, "", ledger)


def check_certificate(solve: Any, of: str, ledger: Ledger) -> None:
    """The certificate of a solve holds, each of its figures within what it promises.

    Args:
        solve: what the manifest says of the solve.
        of: the key of it; empty for the run's own.
        ledger: takes the findings.
    """
    certificate = solve.get("certificate") if isinstance(solve, dict) else None
    found: dict[str, Any] = certificate if isinstance(certificate, dict) else {}
    where = f"{of}.certificate" if of else "certificate"
    if found.get("holds") is not True:
        ledger.wrong("manifest.certificate", MANIFEST, Place(f"{where}.holds"), str(found.get("holds")), "true")
    for key in ("primal", "dual", "gap"):
        value = found.get(key)
        if not _is_number(value) or not 0 <= value <= KEPT:
            ledger.wrong("manifest.certificate", MANIFEST, Place(f"{where}.{key}"), str(value), f"0 to {KEPT:g}")
        ledger.right()


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
