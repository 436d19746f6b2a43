"""The options that choose what to show of a recording."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from layertrace.timeline import Timeline
from layertrace.timeline.event import KINDS

__all__ = ["codes", "selected", "selecting"]

F = TypeVar("F", bound=Callable[..., Any])


def selecting(command: F) -> F:
    """Add `--only`, `--class`, `--kinds` and `--depth` to a command."""
    for option in (
        click.option("--depth", type=click.IntRange(min=1), metavar="N", help="Show N levels of events."),
        click.option("--kinds", callback=_kinds, metavar="KINDS", help=f"Only these: {','.join(KINDS)}."),
        click.option(
            "--class", "classes", multiple=True, metavar="GLOB", help="Only layers of these classes."
        ),
        click.option("--only", multiple=True, metavar="GLOB", help="Only these layers: a name or path."),
    ):
        command = option(command)
    return command


def _kinds(_: click.Context, __: click.Parameter, given: str | None) -> list[str]:
    found = [kind.strip() for kind in (given or "").split(",") if kind.strip()]
    wrong = [kind for kind in found if kind not in KINDS]
    if wrong:
        raise click.BadParameter(f"there is no kind {wrong[0]!r}; there are {', '.join(KINDS)}")
    return found


def codes(_: click.Context, __: click.Parameter, given: str | None) -> list[str] | None:
    """Read a list of codes: `LT101,LT2`."""
    return None if given is None else [code.strip() for code in given.split(",") if code.strip()]


def selected(
    timeline: Timeline, only: Sequence[str], classes: Sequence[str], kinds: Sequence[str]
) -> Timeline:
    """Return the events that the options choose.

    Raises:
        UnknownLayerError: If one of the globs names no layer.
    """
    globs = (*only, *classes)
    if globs:
        wanted: set[int] = set()
        for glob in globs:
            wanted.update(event.seq for event in timeline.of(glob))
        timeline = timeline.where(lambda event: event.seq in wanted)
    if kinds:
        timeline = timeline.where(lambda event: event.kind in kinds)
    return timeline
