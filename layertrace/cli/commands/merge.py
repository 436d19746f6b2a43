"""Put the recordings of several processes into one."""

from __future__ import annotations

from pathlib import Path

import click

from layertrace.render.wording.file_names import tails
from layertrace.timeline import Timeline
from layertrace.timeline.merge import merged

__all__ = ["merge"]


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), metavar="OUT", help="Where to."
)
def merge(files: tuple[Path, ...], output: Path) -> None:
    """Put the recordings in FILES, as those of `run --children`, into one, in the order of the clock.

    Example: layertrace merge run.layertrace run.*.layertrace -o all.layertrace
    """
    real = [path.resolve() for path in files]
    twice = [str(path) for number, path in enumerate(files) if real[number] in real[:number]]
    if twice:
        raise click.UsageError(f"{twice[0]} is given twice")
    if output.resolve() in real:
        raise click.UsageError(f"{output} is one of the recordings, and would be lost: name another OUT")
    names = tails(map(str, real))  # of two folders, files may have one name
    whole = merged({names[str(path)]: Timeline.load(file) for path, file in zip(real, files, strict=True)})
    whole.save(output)
    click.echo(f"{len(whole):,} events of {len(files)} recordings are in {output}")
