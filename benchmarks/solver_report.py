"""The comparison of solvers as Markdown and as single figures."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Sequence
from importlib.metadata import version

from agreement import Answer, Case

from bichiku.solving import Status
from bichiku.solving.certificate import Certificate

PACKAGES = ("highspy", "pyscipopt", "swiglpk", "hypothesis", "numpy", "scipy")
VERDICTS = (Status.OPTIMAL, Status.INFEASIBLE, Status.UNBOUNDED, Status.TIME_LIMIT)


def report(cases: Sequence[Case]) -> str:
    """One table of all solvers, one of the strategies."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    head = f"{os.cpu_count()} cores, Python {platform.python_version()}, {versions}."
    return "\n".join([head, "", *_by_solver(cases), "", *_by_strategy([c for c in cases if c.group == "Japan"])])


def figures(cases: Sequence[Case]) -> dict[str, float]:
    """What can be said in single numbers."""
    found: dict[str, float] = {}
    for group in dict.fromkeys(case.group for case in cases):
        mine = [case for case in cases if case.group == group]
        found[f"{group}: programs"] = len(mine)
        for verdict in VERDICTS[:3]:
            found[f"{group}: {verdict.value}"] = sum(case.first.status is verdict for case in mine)
        others = [(case, solver) for case in mine for solver in case.answers]
        found[f"{group}: verdicts that differ"] = sum(
            case.answers[solver].status is not case.first.status for case, solver in others
        )
        found[f"{group}: largest disagreement"] = max(case.apart(solver) for case, solver in others)
        answers = [case.answers[solver] for case, solver in others]
        found[f"{group}: largest violation of a row or bound"] = _worst(answers, lambda c: c.primal)
        found[f"{group}: largest duality gap"] = _worst(answers, lambda c: c.gap)
    return found


def _by_solver(cases: Sequence[Case]) -> list[str]:
    verdicts = [verdict.value for verdict in VERDICTS]
    worst = ["off the cost", "row or bound", "wrong price", "gap"]
    lines = _header(["programs", "solver", *verdicts, *worst, "CPU, s", "CPU / HiGHS simplex"], words=2)
    for group in dict.fromkeys(case.group for case in cases):
        mine = [case for case in cases if case.group == group]
        ours = sum(case.first.cpu_seconds for case in mine)
        for solver in mine[0].answers:
            answers = [case.answers[solver] for case in mine]
            seconds = sum(answer.cpu_seconds for answer in answers)
            counts = [sum(answer.status is verdict for answer in answers) for verdict in VERDICTS]
            numbers = [
                max(case.apart(solver) for case in mine),
                _worst(answers, lambda c: c.primal),
                _worst(answers, lambda c: c.dual),
                _worst(answers, lambda c: c.gap),
            ]
            cells = [str(count) for count in counts] + [_small(number) for number in numbers]
            lines.append(_row([group, solver, *cells, f"{seconds:.1f}", f"{seconds / ours:.2f}"]))
    return lines


def _by_strategy(cases: Sequence[Case]) -> list[str]:
    others = list(cases[0].answers)[1:]
    lines = _header(["strategy", "rows", "columns", "optimal cost", *others], words=1)
    for case in cases:
        size = [f"{number:,}" for number in case.shape]
        apart = [
            _small(case.apart(solver)) if case.answers[solver].certificate else case.answers[solver].status.value
            for solver in others
        ]
        lines.append(_row([case.name, *size, f"{case.first.objective:,.3f}", *apart]))
    return lines


def _worst(answers: Sequence[Answer], of: Callable[[Certificate], float]) -> float:
    return max((of(answer.certificate) for answer in answers if answer.certificate), default=0.0)


def _small(number: float) -> str:
    return f"{number:.0e}" if number else "0"


def _header(names: list[str], words: int) -> list[str]:
    return [_row(names), _row(["---" if i < words else "---:" for i in range(len(names))])]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
