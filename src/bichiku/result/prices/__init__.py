"""The price of security: what one unit more of each limit costs, and how far that holds."""

from __future__ import annotations

from bichiku.result.prices.table import prices_table

__all__ = ["prices_table"]
