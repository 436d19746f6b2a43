"""Show what changed between two recordings."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from layertrace.cli.console import console_of, print_parts
from layertrace.compare.diff import diff as compare
from layertrace.render.tables.diff import differences
from layertrace.render.wording.file_names import tails
from layertrace.timeline import Timeline
from layertrace.timeline.collecting import collecting_paused

__all__ = ["diff"]


@click.command(short_help="Show what changed between two recordings.")
@click.argument("before", metavar="A", type=click.Path(path_type=Path))
@click.argument("after", metavar="B", type=click.Path(path_type=Path))
@click.option("--all", "everything", is_flag=True, help="Also list every difference of every layer.")
@collecting_paused()
def diff(before: Path, after: Path, everything: bool) -> None:
    """Show what changed between recordings A and B, such as why a function retraces now.

    Each change is listed once, with what follows from it in other layers. The exit status is 1 if anything
    changed.

    \b
    Examples:
        layertrace diff yesterday.layertrace today.layertrace
        layertrace diff yesterday.layertrace today.layertrace --all
    """
    a, b = Timeline.load(before), Timeline.load(after)
    changes = compare(a, b)
    names = tails([str(before.absolute()), str(after.absolute())])  # the shortest ends that differ
    name_a, name_b = (names[str(path.absolute())].removesuffix(".layertrace") for path in (before, after))
    print_parts(console_of(), differences(changes, before=name_a, now=name_b, everything=everything))
    sys.exit(bool(changes))
