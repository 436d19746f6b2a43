"""Tell what differs between two recordings."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from layertrace.cli.console import console_of, print_parts
from layertrace.compare.diff import diff as compared
from layertrace.render.tables.diff import differences
from layertrace.render.wording.file_names import tails
from layertrace.timeline import Timeline

__all__ = ["diff"]


@click.command()
@click.argument("before", metavar="A", type=click.Path(path_type=Path))
@click.argument("after", metavar="B", type=click.Path(path_type=Path))
def diff(before: Path, after: Path) -> None:
    """Tell what the recording in B has otherwise than the one in A: why it retraces since yesterday, say.

    The exit status is 1 if they differ.

    Example: layertrace diff yesterday.layertrace today.layertrace
    """
    a, b = Timeline.load(before), Timeline.load(after)
    found = compared(a, b)
    names = tails([str(before.absolute()), str(after.absolute())])  # the ends that tell them apart
    was, is_ = (names[str(path.absolute())] for path in (before, after))
    print_parts(console_of(), differences(found, before=was, now=is_))
    sys.exit(bool(found))
