"""Options that choose which events and findings to show."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import fields
from typing import Any, TypeVar, cast

import click

from layertrace.cli import completion
from layertrace.cli.filters import Filters
from layertrace.timeline.event import KINDS

__all__ = ["event_filters", "finding_filters"]

FILTERS = tuple(field.name for field in fields(Filters))
F = TypeVar("F", bound=Callable[..., Any])


def event_filters(command: F) -> F:
    """Add the options that choose events, which a command gets as `filters`, and how much of them to show."""

    @functools.wraps(command)
    def filtering(**options: Any) -> Any:
        given = {field: options.pop(field) for field in FILTERS}
        return command(filters=Filters(**given), **options)

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
            "--min-duration",
            type=click.FloatRange(min=0),
            metavar="MS",
            help="Show only events that took at least so many milliseconds.",
        ),
        click.option("--own", is_flag=True, help="Hide layers of installed packages, such as Keras."),
        click.option(
            "--exclude",
            multiple=True,
            metavar="GLOB",
            help="Hide layers with this name or path, and what is inside them. A class or module, such as "
            "keras.*, hides its own layers alone.",
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
        filtering = option(filtering)
    return cast(F, filtering)


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
