"""The programs of all chains side by side, and the rows that couple them: budgets and risk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from bichiku.model.chains import Chain
from bichiku.program import ALL, ColumnBlock, CostLine, LinearProgram, Quantity, RowBlock, Structure


def assembled(parts: Sequence[LinearProgram]) -> LinearProgram:
    """Programs that share no row and no column as one."""
    rows = np.cumsum([0, *(part.shape[0] for part in parts)])
    columns = np.cumsum([0, *(part.shape[1] for part in parts)])
    matrix = sparse.block_diag([part.matrix for part in parts], format="csr")
    quantities = {}
    for part, offset in zip(parts, columns, strict=False):
        quantities.update({key: quantity.after(int(offset)) for key, quantity in part.quantities.items()})
    return LinearProgram(
        cost=np.concatenate([part.cost for part in parts]),
        constant=sum(part.constant for part in parts),
        matrix=sparse.csr_array(matrix),
        row_lower=np.concatenate([part.row_lower for part in parts]),
        row_upper=np.concatenate([part.row_upper for part in parts]),
        column_lower=np.concatenate([part.column_lower for part in parts]),
        column_upper=np.concatenate([part.column_upper for part in parts]),
        row_constant=np.concatenate([part.row_constant for part in parts]),
        preference=np.concatenate([part.preference for part in parts]),
        row_blocks=tuple(
            replace(block, first=block.first + int(offset))
            for part, offset in zip(parts, rows, strict=False)
            for block in part.row_blocks
        ),
        column_blocks=tuple(
            replace(block, first=block.first + int(offset))
            for part, offset in zip(parts, columns, strict=False)
            for block in part.column_blocks
        ),
        cost_lines=tuple(
            replace(line, money=line.money.after(int(offset)))
            for part, offset in zip(parts, columns, strict=False)
            for line in part.cost_lines
        ),
        quantities=quantities,
        structure=Structure.side_by_side([part.structure for part in parts if part.structure is not None]),
    )


@dataclass(frozen=True)
class CoupledFuture:
    """A future with the chains that its crisis touches.

    Attributes:
        crisis, onset, length, probability: see `bichiku.model.tree.Future`; alike in every chain.
        paths: numbers of the nodes that it runs through, by chain.
    """

    crisis: str
    onset: int
    length: int
    probability: float
    paths: Mapping[str, np.ndarray]


def coupled_futures(chains: Sequence[Chain]) -> list[CoupledFuture]:
    """The futures of all chains, those of one crisis, onset and length as one, in that order."""
    paths: dict[tuple[str, int, int], dict[str, np.ndarray]] = {}
    probability: dict[tuple[str, int, int], float] = {}
    for chain in chains:
        for future in chain.tree.futures:
            key = (future.crisis, future.onset, future.length)
            paths.setdefault(key, {})[chain.name] = future.path
            probability[key] = future.probability
    return [CoupledFuture(*key, probability[key], paths[key]) for key in sorted(paths)]


class Coupling:
    """Adds columns and rows over the quantities of all chains to a program."""

    def __init__(self, program: LinearProgram, chains: Sequence[Chain]) -> None:
        self.chains = tuple(chains)
        self.futures = coupled_futures(chains)
        self._program = program
        self._columns: list[ColumnBlock] = []
        self._cost: list[np.ndarray] = []
        self._lines: list[CostLine] = []
        self._rows: list[RowBlock] = []
        self._entries: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self._limits: list[np.ndarray] = []
        self._constants: list[np.ndarray] = []

    @property
    def _width(self) -> int:
        return self._program.shape[1] + sum(block.count for block in self._columns)

    @property
    def _height(self) -> int:
        return self._program.shape[0] + sum(len(block.keys) for block in self._rows)

    def quantities(self, name: str, chain: Chain) -> Iterator[Quantity]:
        """The quantities of a name and any index of a chain."""
        indices = [*chain.world.materials, chain.name]
        for index in dict.fromkeys(indices):
            found = self._program.quantities.get((name, index))
            if found is not None:
                yield found

    def variables(self, name: str, count: int, place: str) -> np.ndarray:
        """Columns of zero or more that belong to no chain; returns their numbers."""
        first = self._width
        self._columns.append(ColumnBlock(name, (ALL,), first, count, place))
        self._cost.append(np.zeros(count))
        return first + np.arange(count)

    def add_cost(self, line: str, columns: np.ndarray, money: np.ndarray, periods: np.ndarray) -> None:
        """Money per unit of some of these columns, each in a period."""
        own = np.concatenate(self._cost)
        np.add.at(own, columns - self._program.shape[1], money)
        edges = np.cumsum([block.count for block in self._columns])[:-1]
        self._cost = np.split(own, edges)
        shown = np.unique(periods)
        quantity = Quantity(np.searchsorted(shown, periods), columns, money, np.zeros(len(shown)))
        self._lines.append(CostLine(line, ALL, quantity, shown))

    def add_rows(
        self,
        family: str,
        keys: np.ndarray,
        terms: Sequence[Sequence[tuple[np.ndarray, np.ndarray, float]]],
        upper: np.ndarray,
        *,
        place: str,
        unit: str,
        policy: bool = False,
    ) -> None:
        """Rows of at most `upper`.

        Args:
            family: name of the family.
            keys: what each row is of, by `place`; shape (rows,).
            terms: for each row its terms: columns, coefficients, and a constant.
            upper: limits as a person set them; shape (rows,).
            place, unit, policy: see `RowBlock`.
        """
        first = self._height
        constants = np.array([sum(constant for *_, constant in row) for row in terms])
        for number, row in enumerate(terms):
            for columns, values, _ in row:
                self._entries.append((np.full(len(columns), first + number), columns, values))
        self._rows.append(RowBlock(family, (ALL,), first, keys, place, unit, policy))
        self._limits.append(upper - constants)
        self._constants.append(constants)

    def program(self) -> LinearProgram:
        """The program with all that was added."""
        if not self._rows and not self._columns:
            return self._program
        program, height, width = self._program, self._height, self._width
        base = program.matrix.tocoo()
        parts = [(base.coords[0], base.coords[1], base.data), *self._entries]
        rows, columns, values = (np.concatenate(part) for part in zip(*parts, strict=True))
        matrix = sparse.coo_array((values, (rows, columns)), shape=(height, width)).tocsr()
        more_rows, more_columns = height - program.shape[0], width - program.shape[1]
        return replace(
            program,
            cost=np.concatenate([program.cost, *self._cost]),
            matrix=matrix,
            row_lower=np.concatenate([program.row_lower, np.full(more_rows, -np.inf)]),
            row_upper=np.concatenate([program.row_upper, *self._limits]),
            column_lower=np.concatenate([program.column_lower, np.zeros(more_columns)]),
            column_upper=np.concatenate([program.column_upper, np.full(more_columns, np.inf)]),
            row_constant=np.concatenate([program.row_constant, *self._constants]),
            preference=np.concatenate([program.preference, np.zeros(more_columns)]),
            row_blocks=(*program.row_blocks, *self._rows),
            column_blocks=(*program.column_blocks, *self._columns),
            cost_lines=(*program.cost_lines, *self._lines),
            structure=None if program.structure is None else program.structure.with_plan(more_columns),
        )
