"""What a shell offers while a command is typed."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from layertrace.diagnosis import all_rules
from layertrace.timeline.event import KINDS

__all__ = ["codes", "files", "kinds"]


def files(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer files, as the shell itself finds them."""
    return [CompletionItem(incomplete, type="file")]


def codes(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer codes of findings, with their names."""
    known = [CompletionItem(one.code, help=one.name) for one in all_rules()]
    return [one for one in known if one.value.startswith(incomplete.upper())]


def kinds(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer kinds of events, the next one after a comma."""
    before, comma, beginning = incomplete.rpartition(",")
    return [CompletionItem(before + comma + kind) for kind in KINDS if kind.startswith(beginning)]
