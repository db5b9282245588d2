"""One self-contained HTML page for a run or a comparison, and a comparison's table as markdown."""

from __future__ import annotations

from bichiku.show.report.data import Axis, Frontier, ReportData
from bichiku.show.report.key_findings import key_findings
from bichiku.show.report.markdown import comparison_markdown
from bichiku.show.report.page import render_report

__all__ = ["Axis", "Frontier", "ReportData", "comparison_markdown", "key_findings", "render_report"]
