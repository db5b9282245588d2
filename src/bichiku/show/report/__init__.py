"""One self-contained HTML page for a run or a comparison, and a comparison's table as markdown."""

from __future__ import annotations

from bichiku.show.report.answer import three_sentences
from bichiku.show.report.case import Axis, Frontier
from bichiku.show.report.markdown import comparison_markdown
from bichiku.show.report.page import render_report

__all__ = ["Axis", "Frontier", "comparison_markdown", "render_report", "three_sentences"]
