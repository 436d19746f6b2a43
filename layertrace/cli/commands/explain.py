"""Print the page of a rule: what the mistake is, why it is one, and what to write instead."""

from __future__ import annotations

import click
from rich.markdown import Markdown
from rich.padding import Padding
from rich.text import Text

from layertrace.cli import completion
from layertrace.cli.console import console_of
from layertrace.diagnosis import all_rules
from layertrace.diagnosis.selection import chosen
from layertrace.errors import RuleError
from layertrace.render.wording.styles import QUIET, SEVERITIES

__all__ = ["explain"]


@click.command()
@click.argument("codes", nargs=-1, metavar="[CODE]...", shell_complete=completion.codes)
def explain(codes: tuple[str, ...]) -> None:
    """Explain findings, by code, by the beginning of codes, or by name; without one, list them all.

    \b
    Examples:
        layertrace explain LT101
        layertrace explain LT2
    """
    console = console_of()
    if not codes:
        for one in all_rules():
            console.print(Text(f"{one.code}  {one.severity:<8} {one.name}", SEVERITIES[one.severity]))
            console.print(Padding(Text(one.summary, QUIET), (0, 0, 0, 7)))
        return
    try:
        rules = [one for code in codes for one in chosen([code], ())]
    except RuleError as error:
        raise click.UsageError(str(error)) from error
    for one in rules:
        console.print(Text(f"{one.code} {one.name} ({one.severity})\n", SEVERITIES[one.severity]))
        console.print(Markdown(one.page))
        if one.link:
            console.print(f"\n{one.link}", style=QUIET)
