"""What all tests share: drawn examples are the same on every run, and a slow machine is no failure."""

from hypothesis import settings

settings.register_profile("same-everywhere", deadline=None, derandomize=True)
settings.load_profile("same-everywhere")
