"""Print the page of a rule: what the mistake is, why it is one, and what to write instead."""

from __future__ import annotations

import click
from rich.console import Console
from rich.markdown import Markdown
from rich.text import Text

from layertrace.diagnosis import all_rules, rule_of
from layertrace.errors import RuleError
from layertrace.render.styles import QUIET, SEVERITIES

__all__ = ["explain"]


@click.command()
@click.argument("codes", nargs=-1, metavar="[CODE]...")
def explain(codes: tuple[str, ...]) -> None:
    """Explain findings, by code or name; without one, list them all.

    Example: layertrace explain LT101
    """
    console = Console()
    if not codes:
        for one in all_rules():
            console.print(Text(f"{one.code}  {one.severity:<8} {one.name}", SEVERITIES[one.severity]))
            console.print(Text(f"       {one.summary}", QUIET))
        return
    try:
        rules = [rule_of(code) for code in codes]
    except RuleError as error:
        raise click.UsageError(str(error)) from error
    for one in rules:
        console.print(Text(f"{one.code} {one.name} ({one.severity})\n", SEVERITIES[one.severity]))
        console.print(Markdown(one.page))
        if one.link:
            console.print(f"\n{one.link}", style=QUIET)
