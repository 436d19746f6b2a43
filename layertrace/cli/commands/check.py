"""Report problems in a recording, or in a program that runs under trace."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import RenderableType

import layertrace
from layertrace.cli import completion
from layertrace.cli.console import console_of, print_parts
from layertrace.cli.filter_options import finding_filters
from layertrace.cli.program import run as programs
from layertrace.cli.run_report import NOT_CHECKED, exit_status, print_verdict
from layertrace.diagnosis import diagnose
from layertrace.record.api import is_disabled
from layertrace.record.process.guard import report_internal_error
from layertrace.render import findings as rendered
from layertrace.render import verdict
from layertrace.render.tables.crash_card import crash_card
from layertrace.render.trees.nothing_seen import NothingSeen
from layertrace.render.wording.glyphs import Adaptive
from layertrace.timeline import Timeline
from layertrace.timeline.storage import SUFFIXES, begins_a_recording

__all__ = ["check"]


class _Check(click.Command):
    """Accepts options after the name of a recording, and passes those after a program to the program."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        at = programs.first_argument(self, args, among="mc")
        word = args[at] if at < len(args) else ""
        if word.startswith("-") and word not in ("-", "--"):
            raise click.UsageError(
                "to check a module or code, use layertrace run --check -m MODULE or -c CODE"
            )
        ctx.allow_interspersed_args = at < len(args) and _is_recording(Path(args[at]))
        return super().parse_args(ctx, args)


@click.command(cls=_Check, short_help="Report problems in a recording or in a program.")
@click.argument("target", metavar="FILE|PROGRAM", shell_complete=completion.files)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@finding_filters
def check(
    target: str, arguments: tuple[str, ...], select: list[str] | None, ignore: list[str] | None
) -> programs.Runs:
    """Report problems in a recording, or run PROGRAM under trace and report its problems.

    Findings in a recording are printed to standard output, and those in a program to standard error. The
    exit status is 1 if any finding is an error or an exception ended the program, 2 if something was not
    checked (no layer was seen, a rule failed, or the recording is incomplete), and otherwise that of the
    program.

    \b
    Examples:
        layertrace check run.layertrace --select LT1
        layertrace check --ignore LT3 train.py --epochs 1
    """
    diagnose(Timeline(), select=select, ignore=ignore)  # report an unknown code before anything runs
    if _is_recording(Path(target)):
        if arguments:
            raise click.UsageError(
                f"check reads one recording, got {arguments[0]} as well; combine them with 'layertrace merge'"
            )
        timeline = Timeline.load(target)
        sys.exit(_print_findings(timeline, select, ignore))
    program = programs.of_arguments(None, None, (target, *arguments)).prepared()
    if is_disabled():
        raise click.UsageError("LAYERTRACE_DISABLED is set, so there would be nothing to check; unset it")
    tracer = layertrace.trace(report=False)
    timeline = tracer.start(wait=True)
    raised, alive = yield program
    programs.end_recording(tracer, raised)
    del alive  # the end of the recording has read the program's layers
    try:
        status = _print_findings(timeline, select, ignore, program=(target, *arguments))
    except Exception:  # promise 1: the program's own status counts
        report_internal_error("report on the recording")
        status = NOT_CHECKED
    programs.exit_like_python(raised, status)


def _is_recording(target: Path) -> bool:
    """Return whether a file is a recording, by its suffix or by how it begins."""
    return target.suffix in (*SUFFIXES, ".json", ".gz") or (
        target.is_file() and begins_a_recording(target)  # not a pipe, which can be read only once
    )


def _print_findings(
    timeline: Timeline,
    select: list[str] | None,
    ignore: list[str] | None,
    program: Sequence[str] | None = None,
) -> int:
    """Print the findings and the verdict, and return the exit status.

    Args:
        timeline: The recording.
        select: The codes of the rules to run.
        ignore: The codes of the rules not to run.
        program: The program that was recorded just now, with its arguments; None for a file.
    """
    findings = timeline.findings(select=select, ignore=ignore)
    judged, console = (
        verdict(timeline, findings, _rules(select, ignore)),
        console_of(stderr=program is not None),
    )
    parts: list[RenderableType] = [] if judged.is_complete else [Adaptive(judged.last_line)]
    card = crash_card(timeline, findings)
    parts += [] if card is None else [card]
    parts += [rendered(findings)] * bool(findings)
    is_empty = not timeline and timeline.failure is None
    if is_empty:
        parts = [NothingSeen(timeline, program)]
    is_first = not (findings or card is not None or is_empty)
    if not is_first:
        print_parts(console, *parts)
    print_verdict(console, judged, is_first=is_first)
    return exit_status(judged)


def _rules(select: list[str] | None, ignore: list[str] | None) -> str:
    """Return which rules the user chose, as the verdict states it."""
    parts = [f"by {', '.join(select)}"] if select else []
    parts += [f"without {', '.join(ignore)}"] if ignore else []
    return " ".join(parts)
