"""A grammar of slips of the pen: sound models with one small mistake that leaves them looking valid.

A slip has a kind. Kinds that mean the same as before by a rule of docs/model-file.md or docs/tables.md, such as keys in
another order, name the rule.
"""

from __future__ import annotations

from random import Random

from trials.slip_models import Slip, sound_files
from trials.slip_tables import in_table
from trials.slip_typed import in_change
from trials.slip_yaml import in_model


def draw(random: Random) -> Slip:
    """A slip; one that finds no place in the model drawn is drawn again."""
    while True:
        base = random.choice(("strategies", "strategies", *sound_files()))
        slip = random.choice((in_model, in_model, in_table, in_table, in_change))(random, base)
        if slip is not None:
            return slip
