"""How all pictures look, and how they become part of a page.

Colours are those of Okabe and Ito, which the colour-blind can tell apart; what carries meaning has a hatch, a
dash or a label besides, so that it survives a photocopier.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import matplotlib as mpl
import pandas as pd
from markupsafe import Markup, escape
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from bichiku.show.report.csv_link import csv_link
from bichiku.show.report.elements import Picture

BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, RED, PURPLE = (
    "#000000",
    "#e69f00",
    "#56b4e9",
    "#009e73",
    "#f0e442",
    "#0072b2",
    "#d55e00",
    "#cc79a7",
)
INK, SOFT, RULE, PALE = "#222222", "#666666", "#cccccc", "#e8e8e8"
LINES = ((INK, "-"), (BLUE, (0, (5, 1.5))), (RED, (0, (1.5, 1.2))))  # of the strategies shown: colour and dash
FILLS = ((SKY, ""), (YELLOW, "////"), (GREEN, "...."), (PURPLE, "xxxx"))
WIDTH = 11.0  # inches; the page scales a picture to its own width

SETTINGS = {
    "svg.fonttype": "none",
    "svg.hashsalt": "bichiku",
    "text.parse_math": False,
    "axes.unicode_minus": True,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Geneva"],
    "font.size": 8.5,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": RULE,
    "axes.linewidth": 0.6,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "grid.color": PALE,
    "grid.linewidth": 0.6,
    "hatch.linewidth": 0.5,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "figure.facecolor": "white",
}
NO_DATE = {"Date": None, "Creator": None, "Format": None, "Type": None}


def picture(
    *,
    key: str,
    title: str,
    units: str,
    source: str,
    alt: str,
    height: float,
    paint: Callable[[Figure], None],
    data: pd.DataFrame,
) -> Picture:
    """Draws a picture and puts beside it all that must stand there, with the link to its data.

    Args:
        key: id of the picture in the page, and name of the file of its data.
        title: what it shows.
        units: units of its axes or numbers.
        source: files its numbers are from.
        alt: the picture in words.
        height: in inches; the width is always the same.
        paint: draws on the empty figure it is given.
        data: the numbers shown.
    """
    return Picture(key, title, units, source, alt, _svg(key, alt, height, paint), csv_link(data, f"{key}.csv"))


def _svg(key: str, alt: str, height: float, paint: Callable[[Figure], None]) -> Markup:
    """The same picture gives the same text on each run; its ids begin with `key`, so that several share a page."""
    with mpl.rc_context(SETTINGS), warnings.catch_warnings():  # type: ignore[arg-type]
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")  # the reader's browser has it
        layout = ConstrainedLayoutEngine()
        figure = Figure(figsize=(WIDTH, height), layout=layout)
        FigureCanvasSVG(figure)
        paint(figure)
        layout.execute(figure)
        figure.set_layout_engine(None)  # else all is drawn once more, only to lay it out
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata=NO_DATE)
    return _for_page(buffer.getvalue(), key, alt)


def _for_page(text: str, key: str, alt: str) -> Markup:
    """The bare element: no prologue, comments or unused ids; labelled for those who cannot see it."""
    text = re.sub(r"<!--.*?-->", "", text[text.index("<svg") :], flags=re.DOTALL)
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    used = set(re.findall(r'url\(#([^)"]+)\)|href="#([^"]+)"', text))
    names = {first or second for first, second in used}

    def rename(found: re.Match[str]) -> str:
        return f' id="{key}-{found[1]}"' if found[1] in names else ""

    text = re.sub(r' id="([^"]*)"', rename, text)
    text = re.sub(r"url\(#", f"url(#{key}-", text)
    text = re.sub(r'href="#', f'href="#{key}-', text)
    text = re.sub(r"\n\s*", "\n", text).strip()
    view = re.search(r'viewBox="([^"]+)"', text)
    box = view[1] if view else "0 0 792 400"
    body = text[text.index(">") + 1 :]
    label = escape(alt)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="{box}"'
    return Markup(f'{head} role="img" aria-label="{label}">\n<title>{label}</title>{body}')


def bare(axes: Axes, *sides: str) -> None:
    """Takes away the frame's sides and their ticks."""
    for side in sides or ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(left=False, bottom=False)


def beside(axes: Axes, x: float, y: float, text: str, **look: Any) -> None:
    """A label just right of the end of a bar."""
    axes.annotate(text, (x, y), (3, 0), textcoords="offset points", va="center", **look)


def side_by_side(handles: Sequence[Artist]) -> int:
    """How many entries of a legend fit on one line."""
    widths = [45 + 5.0 * len(str(handle.get_label())) for handle in handles]  # points
    return len(handles) if sum(widths) <= 72 * WIDTH else max(1, int(72 * WIDTH / max(widths)))


def dashes(index: int) -> dict[str, Any]:
    """Colour and dash of the strategies shown, by their place."""
    colour, dash = LINES[index % len(LINES)]
    return {"color": colour, "linestyle": dash}
