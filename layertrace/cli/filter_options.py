"""The options that choose what to show of a recording."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import Any, TypeVar

import click

from layertrace.cli import completion
from layertrace.errors import UnknownLayerError
from layertrace.timeline import Timeline
from layertrace.timeline.event import KINDS, LayerRef
from layertrace.timeline.query import listed

__all__ = ["choosing", "selected", "selecting"]

F = TypeVar("F", bound=Callable[..., Any])


def selecting(command: F) -> F:
    """Add `--only`, `--class`, `--kinds` and `--depth` to a command."""
    for option in (
        click.option("--depth", type=click.IntRange(min=1), metavar="N", help="Show N levels of events."),
        click.option(
            "--kinds",
            callback=_kinds,
            metavar="KINDS",
            shell_complete=completion.kinds,
            help=f"Only these: {','.join(KINDS)}.",
        ),
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


def choosing(command: F) -> F:
    """Add `--select` and `--ignore`, which take codes of findings, to a command."""
    for name, said in (
        ("--ignore", "All but these findings."),
        ("--select", "Only these findings: LT101,LT2."),
    ):
        option = click.option(
            name, callback=_codes, shell_complete=completion.codes, metavar="CODES", help=said
        )
        command = option(command)
    return command


def _codes(_: click.Context, __: click.Parameter, given: str | None) -> list[str] | None:
    """Read a list of codes: `LT101,LT2`."""
    return None if given is None else [code.strip() for code in given.split(",") if code.strip()]


def _of_class(timeline: Timeline, glob: str) -> list[LayerRef]:
    """Return the layers of classes that a glob names, and of those derived from these."""
    found = [layer for layer in timeline.layers if any(fnmatchcase(name, glob) for name in _classes(layer))]
    if not found:
        known = listed(layer.class_name for layer in timeline.layers) or "no layer at all"
        raise UnknownLayerError(f"no layer is of a class {glob!r}; there are {known}")
    return found


def _classes(layer: LayerRef) -> list[str]:
    return [layer.class_name, *(base.rpartition(".")[2] for base in layer.bases)]


def selected(
    timeline: Timeline, only: Sequence[str], classes: Sequence[str], kinds: Sequence[str]
) -> Timeline:
    """Return the events that the options choose.

    Raises:
        UnknownLayerError: If one of the globs names no layer; the message lists those there are.
    """
    if only or classes:
        wanted = {layer.id for glob in only for layer in timeline.of(glob).layers}
        wanted.update(layer.id for glob in classes for layer in _of_class(timeline, glob))
        timeline = timeline.where(lambda event: event.layer is not None and event.layer.id in wanted)
    if kinds:
        timeline = timeline.where(lambda event: event.kind in kinds)
    return timeline
