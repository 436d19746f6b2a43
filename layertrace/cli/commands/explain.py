"""Print the page of a rule: what the mistake is, why it is bad, and what to write instead."""

from __future__ import annotations

import click
from rich.text import Text

from layertrace.cli import completion
from layertrace.cli.console import console_of, print_parts
from layertrace.diagnosis import all_rules
from layertrace.diagnosis.selection import chosen
from layertrace.errors import RuleError
from layertrace.render.rule_page import RulePage
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
            for line in Text(rule.summary, QUIET).wrap(console, console.width - 7):
                console.print(" " * 7, line, sep="")
        return
    try:
        rules = [rule for code in codes for rule in chosen([code], ())]
    except RuleError as error:
        raise click.UsageError(str(error)) from error
    print_parts(console, *map(RulePage, rules))
