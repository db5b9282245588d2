"""The tables of a doubt: what each world costs, regret, what turns the choice and what moves it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bichiku.api.doubt.run import Findings
from bichiku.api.doubt.turns import TIE, Turn, Turned
from bichiku.api.doubt.worlds import AT_HIGH, AT_LOW
from bichiku.model.rounding import difference
from bichiku.model.uncertainty import BASE
from bichiku.result.columns import Column, Kind, ResultTable, Role
from bichiku.result.operation import STOCK
from bichiku.show.doubt_words import turn_words

YES, NO = "yes", "no"

_MONEY = "expected discounted cost over the whole horizon"
_STRATEGY = Column("strategy", Kind.TEXT, "", "name of the strategy")
_UNIT = Column("unit", Kind.TEXT, "", "the currency", role=Role.GROUP)
_GROUP = Column("group", Kind.TEXT, "", "the group, or the path of a number that moves alone")
_BASIS = Column(
    "basis", Kind.TEXT, "", "basis of the range, of a group that of its first, or `not stated`", role=Role.NOTE
)

WORLDS = ResultTable(
    "worlds",
    "One row for each world and strategy.",
    (
        Column("world", Kind.TEXT, "", "`base`, `low` or `high` with a group, `draw` with a number"),
        _STRATEGY,
        Column(
            "status",
            Kind.TEXT,
            "",
            "`optimal`, or why there is no cost; `cannot be` in a draw whose crises are likelier than certain",
            role=Role.NOTE,
        ),
        Column("cost", Kind.NUMBER, "see `unit`", f"{_MONEY}; empty without a solution", optional=True),
        Column(
            "regret",
            Kind.NUMBER,
            "see `unit`",
            "cost less that of the best candidate in this world; a yardstick's may be below zero",
            optional=True,
        ),
        _UNIT,
        Column("gave_way", Kind.TEXT, "", "what of the plan could not be kept, and by how much", role=Role.WORDS),
    ),
    key=("world", "strategy"),
)

POSITIONS = ResultTable(
    "positions",
    "Where each group stands in each world; groups at their base have no row.",
    (
        Column("world", Kind.TEXT, "", "the world"),
        _GROUP,
        Column("position", Kind.NUMBER, "-1 to 1", "-1 is the low end, 1 the high end", zeros_left_out=True),
    ),
    key=("world", "group"),
)

REGRET = ResultTable(
    "regret",
    "One row for each strategy, over the draws; without draws over the base and the ends of each group.",
    (
        _STRATEGY,
        Column("candidate", Kind.TEXT, "", "`yes`, or `no` for a yardstick", role=Role.NOTE),
        Column("cost_base", Kind.NUMBER, "see `unit`", f"{_MONEY} in the model's own world"),
        Column("worlds", Kind.COUNT, "worlds", "worlds that are counted here; draws that cannot be are not"),
        Column("best_share", Kind.NUMBER, "share, 0 to 1", "worlds in which it is the best; shared where several are"),
        Column("mean_regret", Kind.NUMBER, "see `unit`", "mean of its regret", optional=True),
        Column(
            "mean_more",
            Kind.NUMBER,
            "see `unit`",
            "mean, draw by draw, of its regret less that of the candidate with the least mean; empty for that one "
            "itself, and without draws",
            optional=True,
        ),
        Column("mean_error", Kind.NUMBER, "see `unit`", "standard error of `mean_more`", optional=True),
        Column("p90_regret", Kind.NUMBER, "see `unit`", "regret exceeded in a tenth of the worlds", optional=True),
        Column("worst_regret", Kind.NUMBER, "see `unit`", "largest regret", optional=True),
        Column("worst_world", Kind.TEXT, "", "the world of the largest regret"),
        _UNIT,
        Column("no_plan", Kind.COUNT, "worlds", "worlds in which it has no solution, which the regret leaves out"),
        Column("gave_way", Kind.COUNT, "worlds", "worlds in which its plan could not be kept as it was"),
    ),
    key=("strategy",),
)

SWITCHING = ResultTable(
    "switching",
    "One row for each group and end at which another candidate costs less than the best of the base: the one that "
    "costs least there, and the second of the base if it is ahead there too.",
    (
        _GROUP,
        Column("end", Kind.TEXT, "", "`low` or `high`"),
        Column("best", Kind.TEXT, "", "the best candidate in the model's own world"),
        Column("other", Kind.TEXT, "", "the candidate that costs less beyond the value"),
        Column("path", Kind.TEXT, "", "path of the number; the first of a group"),
        Column("kind", Kind.TEXT, "", "`value`, `factor` or `whole`, as in uncertainty.csv", role=Role.NOTE),
        Column(
            "value",
            Kind.NUMBER,
            "see `kind`",
            "where the order turns; of whole numbers the first beyond it; empty where it could not be found",
            optional=True,
        ),
        Column("base", Kind.NUMBER, "see `kind`", "the number in the model; 1 for a factor"),
        Column("low", Kind.NUMBER, "see `kind`", "low end"),
        Column("high", Kind.NUMBER, "see `kind`", "high end"),
        Column("position", Kind.NUMBER, "-1 to 1", "where the whole group stands there", optional=True),
        Column("solves", Kind.COUNT, "worlds", "worlds looked into to find it, beside the ends"),
        _BASIS,
        Column("sentence", Kind.TEXT, "", "the same in words", role=Role.WORDS),
    ),
    key=("group", "end", "other"),
)

TORNADO = ResultTable(
    "tornado",
    "What moves the choice: one row for each group, the one that moves it most first.",
    (
        _GROUP,
        Column("best", Kind.TEXT, "", "the best candidate in the model's own world", role=Role.NOTE),
        Column("second", Kind.TEXT, "", "the second there", role=Role.NOTE),
        Column(
            "at_low",
            Kind.NUMBER,
            "see `unit`",
            "cost of the second less that of the best at the low end",
            optional=True,
        ),
        Column("at_base", Kind.NUMBER, "see `unit`", "the same in the model's own world"),
        Column(
            "at_high",
            Kind.NUMBER,
            "see `unit`",
            "the same at the high end; below zero the second leads",
            optional=True,
        ),
        Column("swing", Kind.NUMBER, "see `unit`", "from the smallest of the three to the largest"),
        _UNIT,
        _BASIS,
    ),
    key=("group",),
)

TABLES = (REGRET, SWITCHING, TORNADO, WORLDS, POSITIONS)


def tables_of(doubt: Findings) -> dict[str, pd.DataFrame]:
    """All tables by name."""
    worlds = _worlds(doubt)
    return {
        REGRET.name: _regret(doubt, worlds),
        SWITCHING.name: SWITCHING.from_rows(_switching(doubt, *pair) for pair in doubt.turns),
        TORNADO.name: _tornado(doubt),
        WORLDS.name: worlds,
        POSITIONS.name: _positions(doubt),
    }


def currency_of(doubt: Findings) -> str:
    """The money of the model."""
    return str(next(iter(doubt.inquiry.model.worlds.values())).settings.currency)


def _worlds(doubt: Findings) -> pd.DataFrame:
    rows = []
    for setting in doubt.settings:
        answer = doubt.answers[setting.name]
        solved = [answer[name].cost for name in doubt.candidates if answer[name].is_solved]
        least = min(solved, default=float("nan"))
        rows += [
            {
                "world": setting.name,
                "strategy": name,
                "status": found.status,
                "cost": found.cost,
                "regret": difference(found.cost, least, TIE),
                "unit": currency_of(doubt),
                "gave_way": "; ".join(map(_given_way, found.gave_way.items())),
            }
            for name, found in answer.items()
        ]
    return WORLDS.from_rows(rows)


def _given_way(item: tuple[str, float]) -> str:
    what, by = item
    return f"{what} {by:+.6g} {'t' if what.startswith(STOCK) else 't/year'}"


def _positions(doubt: Findings) -> pd.DataFrame:
    return POSITIONS.from_rows(
        {"world": setting.name, "group": group.name, "position": position}
        for setting in doubt.settings
        for group, position in zip(doubt.groups, setting.positions, strict=True)
        if position != BASE
    )


def _regret(doubt: Findings, worlds: pd.DataFrame) -> pd.DataFrame:
    names = doubt.counted
    inside = worlds[worlds["world"].isin(names)]
    cost = inside.set_index(["world", "strategy"])["cost"].unstack().loc[names]  # noqa: PD010, no two rows are one
    candidates = cost[doubt.candidates]
    least = candidates.min(axis=1)
    best = candidates.le(least + TIE * least.abs(), axis=0)
    shares = best.div(best.sum(axis=1).where(lambda count: count > 0, 1), axis=0)
    rows = []
    more = _more(doubt, inside)
    for name in doubt.strategies:
        mine = inside[inside["strategy"] == name].set_index("world")
        regret = mine["regret"].dropna()
        worst = str(regret.idxmax()) if len(regret) else ""
        rows.append(
            {
                "strategy": name,
                "candidate": YES if name in doubt.candidates else NO,
                "cost_base": doubt.own[name].cost,
                "worlds": len(names),
                "best_share": float(shares[name].mean()) if name in candidates else 0.0,
                "mean_regret": float(regret.mean()) if len(regret) else np.nan,
                "mean_more": float(more[name].mean()) if name in more else np.nan,
                "mean_error": float(more[name].sem()) if name in more else np.nan,
                "p90_regret": float(np.quantile(regret, 0.9)) if len(regret) else np.nan,
                "worst_regret": float(regret.max()) if len(regret) else np.nan,
                "worst_world": worst,
                "unit": currency_of(doubt),
                "no_plan": len(names) - len(regret),
                "gave_way": int((mine["gave_way"] != "").sum()),
            }
        )
    return REGRET.from_rows(rows)


def _more(doubt: Findings, inside: pd.DataFrame) -> dict[str, pd.Series]:
    """Of each strategy but the candidate with the least mean regret, its regret less that one's in each draw.

    Draws of a Latin hypercube vary less than independent ones, for which the standard error is that of a mean.
    """
    regret = {str(name): rows.set_index("world")["regret"] for name, rows in inside.groupby("strategy", observed=True)}
    means = {name: regret[name].mean() for name in doubt.candidates if regret[name].notna().any()}
    if not doubt.inquiry.draws or not means:
        return {}
    least = min(means, key=lambda name: means[name])
    return {name: mine - regret[least] for name, mine in regret.items() if name != least}


def _switching(doubt: Findings, turn: Turn, turned: Turned | None) -> dict[str, object]:
    first = turn.group.ranges[0]
    kind = first.row.kind
    path, own = next(iter(first.base.items()))
    base, low, high = 1.0 if kind == "factor" else own, first.row.low, first.row.high
    value, sentence = float("nan"), ""
    if turned is not None:
        at = first.at(path, turned.beyond if kind == "whole" else turned.position)
        value = at / own if kind == "factor" else at
        told = first.row.path if len(turn.group.ranges) == 1 else path
        sentence = turn_words(turn.ahead, turn.behind, turn.group.name, told, kind, (value, base, low, high))
    return {
        "group": turn.group.name,
        "end": AT_HIGH if turn.end > BASE else AT_LOW,
        "best": turn.ahead,
        "other": turn.behind,
        "path": first.row.path,
        "kind": kind,
        "value": value,
        "base": base,
        "low": low,
        "high": high,
        "position": float("nan") if turned is None else turned.position,
        "solves": 0 if turned is None else turned.solves,
        "basis": first.row.basis or "not stated",
        "sentence": sentence,
    }


def _tornado(doubt: Findings) -> pd.DataFrame:
    best, second = doubt.order[:2]

    def lead(world: str) -> float:
        return doubt.answers[world][second].cost - doubt.answers[world][best].cost

    rows: list[dict[str, object]] = []
    swings = []
    for group in doubt.groups:
        base, low, high = (lead(name) for name in ("base", f"{AT_LOW} {group.name}", f"{AT_HIGH} {group.name}"))
        known = [number for number in (base, low, high) if not np.isnan(number)]
        swings.append(max(known) - min(known))
        rows.append(
            {
                "group": group.name,
                "best": best,
                "second": second,
                "at_low": low,
                "at_base": base,
                "at_high": high,
                "swing": swings[-1],
                "unit": currency_of(doubt),
                "basis": group.ranges[0].row.basis or "not stated",
            }
        )
    return TORNADO.from_rows(rows[place] for place in np.argsort(-np.array(swings), kind="stable"))
