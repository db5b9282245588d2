"""What is uncertain, and where a choice turns, in words."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from bichiku.model.uncertainty import CANNOT_BE
from bichiku.show.numbers import four_digits, money, percent

_ODDS = re.compile(r"crises\.([^.]+)\.annual_probability")
_LENGTH = re.compile(r"crises\.([^.]+)\.duration")
_OF_LENGTH = re.compile(r"crises\.([^.]+)\.duration(?:\.|\[)([0-9]+)\]?")
ANYTHING = "*"
SURE = 2.0  # standard errors from which two means are told apart
_CELL = re.compile(r"([a-z]+)\[([^\]]+)\]\.(.+)")


def turn_words(
    best: str, other: str, group: str, path: str, kind: str, numbers: tuple[float, float, float, float]
) -> str:
    """Where the order of two strategies turns, as a sentence without its full stop.

    Args:
        best: the strategy that costs less in the model's own world.
        other: the one that costs less beyond the turn.
        group: name of the group that moves, or the path of a number that moves alone.
        path: path of the number, the first of its group.
        kind: that of its range.
        numbers: the number at the turn, in the model, and at either end of its range.
    """
    value, base, *_ = numbers
    beyond = value > base
    as_percent = kind == "value" and bool(_ODDS.fullmatch(path) or _OF_LENGTH.fullmatch(path))
    shown = [f"{four_digits(100 * number)} %" if as_percent else four_digits(number) for number in numbers]
    what = _condition(group, path, kind, shown[0], beyond)
    own = "" if kind == "factor" else f"{shown[1]} in the model, "
    return f"{other} costs less than {best} once {what} ({own}{shown[2]} to {shown[3]} in its range)"


def _condition(group: str, path: str, kind: str, value: str, beyond: bool) -> str:
    odds, length = _ODDS.fullmatch(path), _LENGTH.fullmatch(path)
    alone = group == path
    if alone and odds and kind == "value":
        return f"{odds[1]} is {'likelier' if beyond else 'less likely'} than {value} a year"
    if alone and length and kind != "factor":
        return f"{length[1]} lasts {value} periods or {'more' if beyond else 'less'}"
    of_length = _OF_LENGTH.fullmatch(path)
    if alone and of_length:
        return f"{of_length[1]} lasts {of_length[2]} periods in {'more' if beyond else 'less'} than {value} of cases"
    what = number_words(path) if alone else group
    if kind == "factor":
        return f"{what} is {'more' if beyond else 'less'} than {value} times that of the model"
    if kind == "whole":
        return f"{what} is {value} or {'more' if beyond else 'less'}"
    return f"{what} is {'above' if beyond else 'below'} {value}"


def number_words(path: str) -> str:
    """A number by its path, as a noun: ``shortage cost of gallium``, ``annual probability of china-halt``.

    The name of a group stays as it is.
    """
    cell = _CELL.fullmatch(path)
    if cell:
        names = [part for part in cell[2].split("/") if part != ANYTHING]
        column = "demand" if cell[3] == "tonnes" else cell[3].removesuffix("_t").replace("_", " ")
        if cell[3] == "cost":
            column = f"{cell[1]} cost"
        return f"{column} of {' in '.join(names) or 'everything'}"
    of_length = _OF_LENGTH.fullmatch(path)
    if of_length:
        return f"probability that {of_length[1]} lasts {of_length[2]} periods"
    *where, last = path.split(".")
    if not where or where[0] not in ("crises", "events"):
        return path.replace("_", " ") if path.isidentifier() else path
    inside = [part for part in where[1:] if part != ANYTHING]
    return f"{last.replace('_', ' ')} of {' '.join(inside) or f'all {where[0]}'}"


def answer_words(tables: Mapping[str, pd.DataFrame], currency: str) -> list[str]:
    """The answer in a few sentences.

    Args:
        tables: `regret`, `switching`, `tornado` and `worlds` of a doubt.
        currency: the money.
    """
    regret, tornado = tables["regret"].set_index("strategy"), tables["tornado"]
    best, second = tornado["best"].iloc[0], tornado["second"].iloc[0]
    lead = money(float(tornado["at_base"].iloc[0]), currency)
    candidates = regret[regret["candidate"] == "yes"]
    often, kind = candidates["best_share"].idxmax(), counted_words(int(regret["worlds"].iloc[0]), tables)
    ahead = float(tornado["at_base"].iloc[0]) > 0.0
    text = f"In the model's own world {best} costs least, {f'{lead} less than' if ahead else 'the same as'} {second}"
    if often == best:
        text += f"; it is the best in {percent(candidates['best_share'][best])} of {kind}"
    else:
        shares = (f"{name} in {percent(candidates['best_share'][name])}" for name in (often, best))
        text += f"; of {kind}, {' and '.join(shares)} is the best"
    mean, worst = candidates["mean_regret"], candidates["worst_regret"]
    on_average, at_worst = str(mean.idxmin()), str(worst.idxmin())
    least = f"Least is regretted on average with {on_average}, {money(mean[on_average], currency)}"
    also = "with it too" if at_worst == on_average else f"with {at_worst}"
    least += f", and in the worst world {also}, {money(worst[at_worst], currency)}"
    turns = tables["switching"]
    groups = turns["group"].nunique()
    top = number_words(str(tornado["group"].iloc[0]))
    if (tornado["swing"] > 0.0).any():
        third = f"Between {best} and {second}, {top} moves the choice most"
    else:
        third = f"{best} and {second} cost the same whatever moves"
    if groups:
        third += f"; {groups} of {len(tornado)} uncertain numbers or groups can turn the order by themselves"
    else:
        third += "; none of the uncertain numbers or groups turns the order by itself"
    alike = _alike(candidates, on_average, currency)
    return [f"{sentence}." for sentence in (text, least, *alike, third, *_left_out(tables["worlds"]))]


def _alike(candidates: pd.DataFrame, least: str, currency: str) -> list[str]:
    """The candidates whose mean regret the draws do not tell from the least."""
    found = []
    for name, row in candidates.iterrows():
        more, error = float(row["mean_more"]), float(row["mean_error"])
        if more <= SURE * error:  # both are nothing where two are the same in every draw
            text = f"{name} is regretted by {money(more, currency)} more on average, with a standard error of"
            found.append(f"{text} {money(error, currency)}: these draws do not tell {name} and {least} apart")
    return found


def _left_out(worlds: pd.DataFrame) -> list[str]:
    """That some draws cannot be, and what that does to the shares."""
    drawn = worlds[worlds["world"].astype(str).str.startswith("draw ")]
    count = drawn.loc[drawn["status"] == CANNOT_BE, "world"].nunique()
    if not count:
        return []
    text = f"{count} of {drawn['world'].nunique()} draws cannot be, as crises of a chain have a probability over one"
    return [f"{text} together there; they are left out, and would have been those with the most crises"]


def counted_words(count: int, tables: Mapping[str, pd.DataFrame]) -> str:
    """The worlds that regret is counted over: ``500 draws``, or ``51 worlds, the base and the ends``."""
    drawn = tables["worlds"]["world"].astype(str).str.startswith("draw ").any()
    return f"{count} draws" if drawn else f"{count} worlds, the model's own and the ends of each range"
