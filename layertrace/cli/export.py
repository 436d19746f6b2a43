"""Turn a recording into a file that other tools read."""

from __future__ import annotations

from pathlib import Path

import click

from layertrace.render.exports import FORMATS
from layertrace.render.exports import export as exported
from layertrace.render.page_html import write_page
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
    metavar="FORMAT",
    help=f"One of html, {', '.join(one.name for one in FORMATS)}; else by OUT's end.",
)
def export(file: Path, output: Path, name: str | None) -> None:
    """Turn the recording in FILE into a page, a trace for Perfetto, records, an image.

    \b
    Examples:
        layertrace export run.layertrace -o run.html
        layertrace export run.layertrace -o run.perfetto.json
    """
    timeline = Timeline.load(file)
    if name == "html" or (name is None and output.suffix == ".html"):
        write_page(timeline, output)
    else:
        exported(timeline, output, name)
    click.echo(f"{len(timeline):,} events are in {output}")
