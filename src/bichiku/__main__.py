"""`python -m bichiku` is the command `bichiku`."""

from bichiku.cli import main

main()
