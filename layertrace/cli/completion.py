"""Complete arguments in the shell."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from layertrace.timeline.event import KINDS

__all__ = ["codes", "files", "kinds"]


def files(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return a request to complete file names, which the shell does itself."""
    return [CompletionItem(incomplete, type="file")]


def codes(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the codes of findings that begin so, with their names."""
    from layertrace.diagnosis import all_rules

    items = [CompletionItem(rule.code, help=rule.name) for rule in all_rules()]
    return [item for item in items if item.value.startswith(incomplete.upper())]


def kinds(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the kinds of events that complete a comma-separated list."""
    before, comma, beginning = incomplete.rpartition(",")
    return [CompletionItem(before + comma + kind) for kind in KINDS if kind.startswith(beginning)]
