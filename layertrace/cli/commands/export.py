"""Turn a recording into a file that other tools read."""

from __future__ import annotations

from pathlib import Path

import click

from layertrace.render.exports import FORMATS
from layertrace.render.exports import export as exported
from layertrace.timeline import Timeline

__all__ = ["export"]


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), metavar="OUT", help="Where to."
)
@click.option(
    "--format",
    "name",
    type=click.Choice([one.name for one in FORMATS]),
    help="Else the end of OUT tells it.",
)
def export(file: Path, output: Path, name: str | None) -> None:
    """Turn the recording in FILE into a page, a trace for Perfetto, records, an image.

    \b
    Examples:
        layertrace export run.layertrace -o run.html
        layertrace export run.layertrace -o run.perfetto.json
    """
    if output.resolve() == file.resolve():
        raise click.UsageError(f"{output} is the recording itself, and would be lost: name another OUT")
    timeline = Timeline.load(file)
    exported(timeline, output, name)
    click.echo(f"{len(timeline):,} events are in {output}", err=True)  # OUT may be /dev/stdout
