"""Tell what is wrong in a recording, or with the layers of a program."""

from __future__ import annotations

import sys
from pathlib import Path

import click

import layertrace
from layertrace.cli import program as programs
from layertrace.cli.selecting import codes
from layertrace.cli.showing import console_of, has_error, printed
from layertrace.diagnosis import diagnose
from layertrace.render.findings import findings, tally
from layertrace.timeline import Timeline
from layertrace.timeline.storage import SUFFIXES

__all__ = ["check"]


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("target", metavar="FILE|PROGRAM")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("--select", callback=codes, metavar="CODES", help="Only these findings: LT101,LT2.")
@click.option("--ignore", callback=codes, metavar="CODES", help="All but these findings.")
def check(
    target: str, arguments: tuple[str, ...], select: list[str] | None, ignore: list[str] | None
) -> None:
    """Tell what is wrong in a recording (FILE), or run a PROGRAM with its arguments under trace and tell.

    The findings of a file go to the standard output, those of a program to standard error. The exit status is
    1 if one of them is an error, and else that of the program.

    \b
    Examples:
        layertrace check run.layertrace --select LT1
        layertrace check --ignore LT3 train.py --epochs 1
    """
    diagnose(Timeline(), select=select, ignore=ignore)  # a wrong code is told before anything runs
    if Path(target).suffix in SUFFIXES:
        timeline = Timeline.load(target)
        sys.exit(_tell(timeline, select, ignore, stderr=False))
    program = programs.of_arguments(None, None, (target, *arguments))
    program.check()
    tracer = layertrace.trace(report=False)
    timeline = tracer.start(wait=True)
    raised, alive = programs.run(program)
    error = raised if isinstance(raised, Exception) else None
    tracer.__exit__(type(error) if error else None, error, None)
    del alive  # until the recording had looked at the program's layers
    programs.show(raised)
    programs.leave(raised, _tell(timeline, select, ignore, stderr=True))


def _tell(timeline: Timeline, select: list[str] | None, ignore: list[str] | None, *, stderr: bool) -> bool:
    found = timeline.findings(select=select, ignore=ignore)
    counted = f"{tally(found)} in {len(timeline):,} events of {len(timeline.layers):,} layers"
    printed(console_of(stderr=stderr), findings(found), counted)
    return has_error(found)
