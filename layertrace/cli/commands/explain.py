"""Print the page of a rule: what the mistake is, why it is bad, and what to write instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click
from rich.text import Text

from layertrace.cli import completion
from layertrace.cli.console import console_of, print_parts
from layertrace.diagnosis import all_rules
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Violation
from layertrace.diagnosis.rule import Rule
from layertrace.diagnosis.selection import chosen
from layertrace.errors import RuleError
from layertrace.render.rule_page import RulePage
from layertrace.render.wording.styles import QUIET, SEVERITIES, TITLE
from layertrace.testing.contract.check import Check, all_checks

__all__ = ["explain"]


@click.command(short_help="Explain findings, or list all rules.")
@click.argument("codes", nargs=-1, metavar="[CODE]...", shell_complete=completion.codes)
def explain(codes: tuple[str, ...]) -> None:
    """Explain findings, by code, prefix of codes, or name; without arguments, list all rules.

    The checks of `layertrace check-layer` have pages, too, by their names; `checks` lists them.

    \b
    Examples:
        layertrace explain LT101
        layertrace explain LT2
        layertrace explain config-round-trip
    """
    console = console_of()
    if not codes:
        for rule in all_rules():
            console.print(Text(f"{rule.code}  {rule.severity:<8} {rule.name}", SEVERITIES[rule.severity]))
            for line in Text(rule.summary, QUIET).wrap(console, console.width - 7):
                console.print(" " * 7, line, sep="")
        return
    if codes == ("checks",):
        for item in all_checks():
            console.print(Text(f"{item.group:<12} {item.name}", TITLE))
            for line in Text(item.summary, QUIET).wrap(console, console.width - 13):
                console.print(" " * 13, line, sep="")
        return
    checks = {item.name: item for item in all_checks()}
    pages = [
        Rule("check", item.name, "error", _not_run(item))
        for item in map(checks.get, codes)
        if item is not None
    ]
    try:
        rules = [rule for code in codes if code not in checks for rule in chosen([code], ())]
    except RuleError as error:
        raise click.UsageError(str(error)) from error
    print_parts(console, *map(RulePage, [*pages, *rules]))


def _not_run(check: Check) -> Callable[[DiagnosisContext], Iterable[Violation]]:
    """Return a function with the page of a check, which looks like a rule for its page."""

    def nothing(_: DiagnosisContext) -> Iterable[Violation]:
        return ()

    nothing.__doc__ = check.page
    return nothing
