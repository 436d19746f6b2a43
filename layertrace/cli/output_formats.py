"""Add the option that chooses the format of a report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

__all__ = ["output_formats"]

F = TypeVar("F", bound=Callable[..., Any])


def output_formats(formats: Sequence[str], help_text: str) -> Callable[[F], F]:
    """Return a decorator that adds `--output-format` to a command, with `text` as its default.

    Args:
        formats: The other formats.
        help_text: What they are for.
    """
    return click.option(
        "--output-format",
        type=click.Choice(["text", *formats]),
        default="text",
        show_default=True,
        help=help_text,
    )
