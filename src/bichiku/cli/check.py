"""`bichiku check`: read and validate a model, and show every fault at once."""

from __future__ import annotations

from typing import Annotated

import typer

from bichiku.cli.screen import ModelArgument, QuietOption, SetOption, SilenceOption, StrategyOption, print_advice


def check(
    model: ModelArgument,
    strategy: StrategyOption = None,
    changes: SetOption = None,
    silence: SilenceOption = None,
    every: Annotated[bool, typer.Option("--all", help="Show each warning, however many there are of a kind.")] = False,
    quiet: QuietOption = False,
) -> None:
    """Read and validate a model; show every fault at once."""
    from bichiku.api.doubt.run import check_ends
    from bichiku.build.coupling import coupled_futures
    from bichiku.model.tree import effective_annual_probability, starts
    from bichiku.reading.model import read_model
    from bichiku.result.pipeline import grow
    from bichiku.show.numbers import four_digits

    read = read_model(model, strategy or (), changes or ())
    groups = read.uncertain_groups()
    check_ends(read, groups)
    grown = [grow(world) for world in read.worlds.values()]
    told = print_advice(read, quiet, silence, every, checking=True)
    if told is None:
        return
    world, chains = next(iter(read.worlds.values())), grown[0]
    calendar = world.calendar
    typer.echo(f"{world.settings.model}: no faults")
    typer.echo(
        f"  {len(world.materials)} materials, {len(world.suppliers)} suppliers, {len(world.projects)} projects, "
        f"{len(world.tranches)} substitution tranches"
    )
    typer.echo(f"  {calendar.periods} periods from {calendar.label(1)}, reported to {calendar.last_reported_month}")
    futures = len(coupled_futures(chains))
    nodes = sum(chain.tree.size for chain in chains)
    typer.echo(f"  {len(world.settings.crises)} crises, {futures} futures, {len(chains)} chains, {nodes:,} nodes")
    for name, crisis in world.settings.crises.items():
        effective = effective_annual_probability(starts(name, crisis, calendar))
        typed = crisis.annual_probability
        said = "listed onsets" if typed is None else f"{four_digits(100 * typed)} % a year as typed"
        typer.echo(f"  {name}: {said}, {four_digits(100 * effective)} % a year by its branches")
    typer.echo(f"  strategies: {', '.join(read.worlds)}")
    if groups:
        typer.echo(f"  uncertain, for bichiku doubt: {', '.join(group.name for group in groups)}")
    if told.silenced:
        counts = (f"{code} ({count} warning{'s' if count > 1 else ''})" for code, count in told.silenced.items())
        typer.echo(f"  silenced: {', '.join(counts)}")
