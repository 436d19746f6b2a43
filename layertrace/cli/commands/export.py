"""Convert a recording to a format that other tools read."""

from __future__ import annotations

from pathlib import Path

import click

from layertrace.render.exports import FORMATS
from layertrace.render.exports import export as write_export
from layertrace.render.lives.palette import Theme
from layertrace.render.wording.formatting import counted
from layertrace.timeline import Timeline
from layertrace.timeline.collecting import collecting_paused

__all__ = ["export"]


@click.command(short_help="Convert a recording to a web page or another format.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), metavar="OUT", help="Output file."
)
@click.option(
    "--format",
    "name",
    type=click.Choice([export_format.name for export_format in FORMATS]),
    help="Defaults to the suffix of OUT.",
)
@click.option("--light", "theme", flag_value="light", help="Draw a picture in light colours.")
@click.option("--dark", "theme", flag_value="dark", help="Draw a picture in dark colours.")
@collecting_paused()
def export(file: Path, output: Path, name: str | None, theme: Theme | None) -> None:
    """Convert the recording in FILE to a web page, a Perfetto trace, records, a picture, or text.

    The suffix of OUT chooses the format:

    \b
        .html            a page for the browser
        .svg             the report on one screen as a picture
        lives.svg        the life chart as a picture
        .perfetto.json   for ui.perfetto.dev
        .records.jsonl   a flat record for each event, for pandas and jq
        .txt             the tree as plain text

    \b
    Examples:
        layertrace export run.layertrace -o run.html
        layertrace export run.layertrace -o run.perfetto.json
        layertrace export run.layertrace -o lives.svg --dark
    """
    if output.resolve() == file.resolve():
        raise click.UsageError(
            f"{output} is the recording itself, and would be overwritten; choose another OUT"
        )
    timeline = Timeline.load(file)
    write_export(timeline, output, name, theme)
    message = f"Wrote {counted(len(timeline), 'event')} to {output}"
    click.echo(message, err=True)  # OUT may be /dev/stdout
