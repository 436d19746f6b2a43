"""Run a program under trace, and tell what is wrong with its layers."""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path

import click
from rich.console import Console

import layertrace
from layertrace.errors import RuleError
from layertrace.render.findings import findings, tally
from layertrace.render.page import terminal_width

__all__ = ["check"]


def _codes(_: click.Context, __: click.Parameter, given: str | None) -> list[str] | None:
    return None if given is None else [code.strip() for code in given.split(",") if code.strip()]


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("program", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("--select", callback=_codes, metavar="CODES", help="Only these findings: LT101,LT2.")
@click.option("--ignore", callback=_codes, metavar="CODES", help="All but these findings.")
def check(
    program: Path, arguments: tuple[str, ...], select: list[str] | None, ignore: list[str] | None
) -> None:
    """Run a PROGRAM with its arguments under trace, and tell what is wrong.

    The findings go to standard error. The exit status is 1 if one of them is an error or the program failed.

    Example: layertrace check --ignore LT3 train.py --epochs 1
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's start-up notes
    try:
        layertrace.diagnose(layertrace.Timeline(), select=select, ignore=ignore)
    except RuleError as error:
        raise click.UsageError(str(error)) from error
    sys.argv = [str(program), *arguments]
    sys.path[0] = str(program.parent.resolve())
    failed: BaseException | None = None
    with layertrace.trace(report=False) as timeline:
        try:
            # What it returns keeps the program's layers alive until the recording has looked at them.
            _ = runpy.run_path(str(program), run_name="__main__")
        except SystemExit as leaving:
            failed = leaving if leaving.code else None
        except Exception as error:  # the program's own; its traceback is printed below
            failed = error
    found = timeline.findings(select=select, ignore=ignore)
    console = Console(stderr=True)
    if not console.is_terminal:
        console = Console(stderr=True, width=terminal_width())
    console.print(findings(found))
    console.print(f"\n{tally(found)} in {len(timeline):,} events of {len(timeline.layers):,} layers")
    if isinstance(failed, SystemExit):
        raise failed
    if failed is not None:
        raise failed
    sys.exit(any(finding.severity == "error" for finding in found))
