"""Tell what is wrong in a recording, or with the layers of a program."""

from __future__ import annotations

import sys
from pathlib import Path

import click

import layertrace
from layertrace.cli import completion
from layertrace.cli.console import console_of, has_error, print_parts
from layertrace.cli.filter_options import choosing
from layertrace.cli.program import run as programs
from layertrace.cli.run_report import verdict
from layertrace.diagnosis import diagnose
from layertrace.record.api import is_disabled
from layertrace.record.process.guard import report_internal_error
from layertrace.render.tables.findings import findings
from layertrace.timeline import Timeline
from layertrace.timeline.storage import SUFFIXES, begins_a_recording

__all__ = ["check"]


class _Check(click.Command):
    """Takes options after the name of a recording, and leaves those after a program to it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        at = programs.first_argument(self, args)
        ctx.allow_interspersed_args = at < len(args) and _is_recording(Path(args[at]))
        return super().parse_args(ctx, args)


@click.command(cls=_Check)
@click.argument("target", metavar="FILE|PROGRAM", shell_complete=completion.files)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@choosing
def check(
    target: str, arguments: tuple[str, ...], select: list[str] | None, ignore: list[str] | None
) -> programs.Runs:
    """Tell what is wrong in a recording (FILE), or run a PROGRAM with its arguments under trace and tell.

    The findings of a file go to the standard output, those of a program to standard error. The exit status is
    1 if one of them is an error, and else that of the program.

    \b
    Examples:
        layertrace check run.layertrace --select LT1
        layertrace check --ignore LT3 train.py --epochs 1
    """
    diagnose(Timeline(), select=select, ignore=ignore)  # a wrong code is told before anything runs
    if _is_recording(Path(target)):
        if arguments:
            raise click.UsageError(
                f"one recording is checked at a time, so not {arguments[0]}: merge them first"
            )
        timeline = Timeline.load(target)
        sys.exit(_tell(timeline, select, ignore, stderr=False))
    if target in ("-m", "-c"):
        raise click.UsageError(f"a module or code is checked by layertrace run --check {target} ...")
    program = programs.of_arguments(None, None, (target, *arguments)).prepared()
    if is_disabled():
        raise click.UsageError("LAYERTRACE_DISABLED is set, so nothing would be recorded to check: unset it")
    tracer = layertrace.trace(report=False)
    timeline = tracer.start(wait=True)
    raised, alive = yield program
    programs.end_recording(tracer, raised)
    del alive  # until the recording had looked at the program's layers
    try:
        status = _tell(timeline, select, ignore, stderr=True)
    except Exception:  # promise 1: the program's own status counts
        report_internal_error("tell what was recorded")
        status = False
    programs.exit_like_python(raised, status)


def _is_recording(target: Path) -> bool:
    """Tell a recording from a program, by its name or else by how it begins."""
    return target.suffix in (*SUFFIXES, ".json", ".gz") or (
        target.is_file() and begins_a_recording(target)  # what comes through a pipe can be read but once
    )


def _tell(timeline: Timeline, select: list[str] | None, ignore: list[str] | None, *, stderr: bool) -> bool:
    found = timeline.findings(select=select, ignore=ignore)
    parts = [findings(found)] * bool(found)
    print_parts(console_of(stderr=stderr), *parts, verdict(timeline, found))
    return has_error(found)
