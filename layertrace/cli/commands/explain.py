"""Print the page of a rule: what the mistake is, why it is bad, and what to write instead."""

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


@click.command(short_help="Explain findings, or list all rules.")
@click.argument("codes", nargs=-1, metavar="[CODE]...", shell_complete=completion.codes)
def explain(codes: tuple[str, ...]) -> None:
    """Explain findings, by code, prefix of codes, or name; without arguments, list all rules.

    \b
    Examples:
        layertrace explain LT101
        layertrace explain LT2
    """
    console = console_of()
    if not codes:
        for rule in all_rules():
            console.print(Text(f"{rule.code}  {rule.severity:<8} {rule.name}", SEVERITIES[rule.severity]))
            console.print(Padding(Text(rule.summary, QUIET), (0, 0, 0, 7)))
        return
    try:
        rules = [rule for code in codes for rule in chosen([code], ())]
    except RuleError as error:
        raise click.UsageError(str(error)) from error
    for rule in rules:
        console.print(Text(f"{rule.code} {rule.name} ({rule.severity})\n", SEVERITIES[rule.severity]))
        console.print(Markdown(rule.page))
        if rule.link:
            console.print(f"\n{rule.link}", style=QUIET)
