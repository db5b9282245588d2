"""Demand that is done without and not counted as short: what is left of a program when demand gives way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse

from bichiku.program import ColumnBlock, LinearProgram
from bichiku.result.outcome import Outcome

UNMET = "unmet"


def with_unmet(program: LinearProgram, outcome: Outcome) -> LinearProgram:
    """The program with a column ``unmet`` for each material with demand and each node, closed by a bound of nought.

    With what is short and saved it stays below demand. Rows and columns of the program keep their numbers.
    """
    rows, width = program.shape
    sizes = {name: outcome.of(name).tree.size for name in outcome.demand}
    count = sum(sizes.values())
    entries, limits, uppers, blocks = [], [], [], []
    balances = {block.material: block for block in program.blocks("balance")}
    together = {block.material: block for block in program.blocks("demand_limit")}
    first = width
    for name, nodes in sizes.items():
        each, ones = np.arange(nodes), np.ones(nodes)
        at = [balances[name].first + balances[name].keys]
        values = [-ones]
        if name in together:
            at.append(together[name].first + together[name].keys)
            values.append(ones)
        else:
            short = program.columns_of("short", name)
            columns = np.concatenate([np.arange(short.start, short.stop), first + each])
            shape = (nodes, width + count)
            limits.append(sparse.csr_array((np.ones(2 * nodes), (np.tile(each, 2), columns)), shape=shape))
            uppers.append(outcome.demand[name])
        where = (np.concatenate(at), np.tile(each, len(at)))
        entries.append(sparse.csr_array((np.concatenate(values), where), shape=(rows, nodes)))
        blocks.append(ColumnBlock(UNMET, (name,), first, nodes, "node", outcome.of(name).chain.name))
        first += nodes
    if not count:
        return program
    wider = program.extended(
        sparse.hstack(entries),
        np.zeros(count),
        np.zeros(count),
        sparse.vstack(limits) if limits else None,
        np.concatenate(uppers) if limits else None,
    )
    return replace(wider, column_blocks=(*program.column_blocks, *blocks))
