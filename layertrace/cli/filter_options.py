"""Options that choose which events and findings to show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import Any, TypeVar

import click

from layertrace.cli import completion
from layertrace.errors import UnknownLayerError
from layertrace.timeline import Timeline
from layertrace.timeline.event import KINDS, LayerRef
from layertrace.timeline.query import inside_of, listed

__all__ = ["event_filters", "filtered", "finding_filters"]

F = TypeVar("F", bound=Callable[..., Any])


def event_filters(command: F) -> F:
    """Add `--only`, `--class`, `--kinds`, `--depth`, `--lines` and `--all` to a command."""
    for option in (
        click.option("--all", "everything", is_flag=True, help="Show every event, without folding."),
        click.option(
            "--lines",
            "max_lines",
            type=click.IntRange(min=1),
            metavar="N",
            help="Show up to N lines instead of one screen.",
        ),
        click.option(
            "--depth", type=click.IntRange(min=1), metavar="N", help="Show N levels of nested events."
        ),
        click.option(
            "--kinds",
            callback=_kinds,
            metavar="KINDS",
            shell_complete=completion.kinds,
            help=f"Show only these kinds of events: {','.join(KINDS)}.",
        ),
        click.option(
            "--class",
            "classes",
            multiple=True,
            metavar="GLOB",
            help="Show only layers of this class or its subclasses.",
        ),
        click.option(
            "--only",
            multiple=True,
            metavar="GLOB",
            help="Show only layers with this name or path, and what is inside them.",
        ),
    ):
        command = option(command)
    return command


def _kinds(_: click.Context, __: click.Parameter, text: str | None) -> list[str]:
    """Parse a list of kinds: `init,build`."""
    kinds = [kind.strip() for kind in (text or "").split(",") if kind.strip()]
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        raise click.BadParameter(f"unknown kind {unknown[0]!r}; choose from {', '.join(KINDS)}")
    return kinds


def finding_filters(command: F) -> F:
    """Add `--select` and `--ignore`, which take codes of findings, to a command."""
    for name, help_text in (
        ("--ignore", "Skip these findings, for example LT3."),
        ("--select", "Report only these findings, for example LT101,LT2."),
    ):
        option = click.option(
            name, callback=_codes, shell_complete=completion.codes, metavar="CODES", help=help_text
        )
        command = option(command)
    return command


def _codes(_: click.Context, __: click.Parameter, text: str | None) -> list[str] | None:
    """Parse a list of codes: `LT101,LT2`."""
    return None if text is None else [code.strip() for code in text.split(",") if code.strip()]


def _layers_of_class(timeline: Timeline, glob: str) -> list[LayerRef]:
    """Return the layers whose class, or one of its base classes, matches a glob."""
    layers = [layer for layer in timeline.layers if any(fnmatchcase(name, glob) for name in _classes(layer))]
    if not layers:
        classes = listed(layer.class_name for layer in timeline.layers)
        existing = f"the classes are {classes}" if classes else "the recording has no layers"
        raise UnknownLayerError(f"no layer has a class that matches {glob!r}; {existing}")
    return layers


def _classes(layer: LayerRef) -> list[str]:
    return [layer.class_name, *(base.rpartition(".")[2] for base in layer.bases)]


def filtered(
    timeline: Timeline, only: Sequence[str], classes: Sequence[str], kinds: Sequence[str]
) -> Timeline:
    """Return the events that the options choose; a layer of `only` includes everything inside it.

    Raises:
        UnknownLayerError: If a glob matches no layer; the message lists what there is.
    """
    if only or classes:
        chosen = [layer for glob in only for layer in timeline.of(glob).layers]
        inside = inside_of(timeline, chosen)
        ids = {layer.id for glob in classes for layer in _layers_of_class(timeline, glob)}
        timeline = timeline.where(
            lambda event: event.seq in inside or (event.layer is not None and event.layer.id in ids)
        )
    if kinds:
        timeline = timeline.where(lambda event: event.kind in kinds)
    return timeline
