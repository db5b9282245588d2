"""One self-contained HTML page for a run or a comparison, and a comparison's table as markdown."""

from __future__ import annotations

from bichiku.report.answer import three_sentences
from bichiku.report.case import Axis, Frontier
from bichiku.report.markdown import comparison_markdown
from bichiku.report.page import render_report

__all__ = ["Axis", "Frontier", "comparison_markdown", "render_report", "three_sentences"]
