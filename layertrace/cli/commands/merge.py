"""Merge the recordings of several processes into one."""

from __future__ import annotations

from pathlib import Path

import click

from layertrace.render.wording.file_names import tails
from layertrace.render.wording.formatting import counted
from layertrace.timeline import Timeline
from layertrace.timeline.merge import merged

__all__ = ["merge"]


@click.command(short_help="Merge several recordings into one.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), metavar="OUT", help="Output file."
)
def merge(files: tuple[Path, ...], output: Path) -> None:
    """Merge several recordings (for example from `run --children`) into one, ordered by time.

    Example: layertrace merge run.layertrace run.*.layertrace -o all.layertrace
    """
    paths = [file.resolve() for file in files]
    repeated = [str(file) for number, file in enumerate(files) if paths[number] in paths[:number]]
    if repeated:
        raise click.UsageError(f"{repeated[0]} is given twice; name each recording once")
    if output.resolve() in paths:
        raise click.UsageError(
            f"{output} is one of the recordings, and would be overwritten; choose another OUT"
        )
    names = tails(map(str, paths))  # files in different folders may have the same name
    timeline = merged(
        {names[str(path)]: Timeline.load(file) for path, file in zip(paths, files, strict=True)}
    )
    timeline.save(output)
    events, recordings = counted(len(timeline), "event"), counted(len(files), "recording")
    click.echo(f"Wrote {events} of {recordings} to {output}")
