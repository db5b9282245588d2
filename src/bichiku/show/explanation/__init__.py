"""An explanation as a user reads it, and as plain data."""

from __future__ import annotations

from bichiku.show.explanation.change_words import change_words
from bichiku.show.explanation.record import as_record
from bichiku.show.explanation.text import text_of

__all__ = ["as_record", "change_words", "text_of"]
