"""How it was solved, and how to repeat it."""

from __future__ import annotations

from typing import Any

from bichiku.result.run import Run
from bichiku.show.numbers import NO_NUMBER, page_money
from bichiku.show.report.data import ReportData
from bichiku.show.report.elements import Element, Note, PageCell, PageTable, Section, Terms


def section(report: ReportData) -> Section:
    """Solver, sizes, certificate, versions and the inputs' fingerprints."""
    elements: list[Element] = [
        Note(
            "One linear program for each strategy: what to buy from whom, what to build and how much to hold, over a "
            "calm plan and every crisis that can break off from it, at least expected discounted cost within the "
            "strategy's limits. A certificate checks each answer against the program with its own arithmetic: how far "
            "a limit is broken, how far a reduced cost has the wrong sign, and the gap between cost and bound."
        )
    ]
    known = [run for run in report.runs if run.manifest]
    if known:
        elements += [_solves(report), Terms(_fingerprints(known))]
    else:
        elements.append(Note("These runs are not written to disk, so they have no manifest to quote."))
    return Section("solving", "How it was solved", elements)


def _solves(report: ReportData) -> PageTable:
    rows = []
    for run in report.runs:
        solver, size, proof = (run.manifest.get(key, {}) for key in ("solver", "size", "certificate"))
        rows.append(
            [
                PageCell(run.strategy),
                PageCell(f"{solver.get('name', NO_NUMBER)}, {solver.get('method', NO_NUMBER)}"),
                PageCell(str(solver.get("status", NO_NUMBER))),
                *(PageCell(_count(size.get(key))) for key in ("rows", "columns", "non_zeros", "nodes", "futures")),
                PageCell(_count(solver.get("parts"))),
                PageCell(page_money(float(solver.get("objective", "nan")), run.world.settings.currency)),
                *(PageCell(_error(proof.get(key))) for key in ("primal", "dual", "gap")),
            ]
        )
    for strategy, reason in report.failed.items():
        rows.append([PageCell(strategy), PageCell(reason, shade="failed", span=12)])
    headings = ["Strategy", "Solver", "Status", "Rows", "Columns", "Non-zeros", "Nodes", "Futures", "Parts"]
    headings += ["Least cost\nwhole horizon", "Primal error", "Dual error", "Gap"]
    return PageTable(
        caption="Programs and certificates; errors are relative, and below 1e-6 an answer holds",
        headings=headings,
        rows=rows,
        text=(0, 1, 2),
        style="dense",
        source="manifest.json",
    )


def _fingerprints(runs: list[Run]) -> list[tuple[str, list[str]]]:
    first = runs[0].manifest
    versions = ", ".join(f"{name} {version}" for name, version in first.get("versions", {}).items())
    hashes: dict[str, str] = {}
    for run in runs:
        hashes.update(run.manifest.get("inputs_sha256", {}))
    folders = [run.folder.name for run in runs if run.folder]
    items = [
        ("Versions", [versions]),
        ("Revision of the model's repository", [str(first.get("git_revision") or "not under git")]),
        ("Inputs, SHA-256", [f"{name} {digest[:16]}…" for name, digest in hashes.items()]),
        ("Run folders", folders),
        ("To repeat", ["Each run folder holds its inputs: bichiku run RUN/inputs solves the same program again."]),
    ]
    return [(term, texts) for term, texts in items if texts]


def _count(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else NO_NUMBER


def _error(value: Any) -> str:
    return f"{value:.0e}" if isinstance(value, int | float) else NO_NUMBER
