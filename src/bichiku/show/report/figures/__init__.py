"""The pictures of a report, one file each."""

import logging

logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it speaks of font caches on standard error
