"""What all tests share: drawn examples are the same on every run, a slow machine is no failure, Ctrl-C is heard.

With ``--hypothesis-profile=random`` the examples are others on each run, and what fails is told so that it can be
drawn again.
"""

import gc
import signal

from hypothesis import settings

settings.register_profile("same-everywhere", deadline=None, derandomize=True)
settings.register_profile("random", deadline=None, derandomize=False, database=None, print_blob=True)
settings.load_profile("same-everywhere")

# begun in the background of a shell, the tests and the commands they call would be deaf to Ctrl-C
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    # what is loaded by now stays: the collector, which parts that are taken apart call, need not look at it
    gc.collect()
    gc.freeze()
