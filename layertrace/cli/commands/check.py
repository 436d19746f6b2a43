"""Report problems in a recording, or in a program that runs under trace."""

from __future__ import annotations

import errno
import sys
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import RenderableType

import layertrace
from layertrace.cli import completion
from layertrace.cli.console import console_of, print_message, print_parts
from layertrace.cli.document import Document
from layertrace.cli.filter_options import finding_filters
from layertrace.cli.output_formats import output_formats
from layertrace.cli.program import run as programs
from layertrace.cli.run_report import NOT_CHECKED, exit_status, print_verdict
from layertrace.diagnosis import Finding, diagnose
from layertrace.diagnosis.diagnose import rules_for
from layertrace.errors import LayertraceError
from layertrace.record.api import is_disabled
from layertrace.record.process.guard import report_internal_error
from layertrace.render import findings as rendered
from layertrace.render import verdict
from layertrace.render.formats.checked import checked
from layertrace.render.formats.choose import FORMATS
from layertrace.render.tables.crash_card import crash_card
from layertrace.render.tables.verdict import Verdict
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
@output_formats([*FORMATS], "Print what another program reads; what PROGRAM prints goes to standard error.")
@click.option(
    "--output-file",
    "-o",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write it to FILE instead, and print the text as well.",
)
def check(
    target: str,
    arguments: tuple[str, ...],
    select: list[str] | None,
    ignore: list[str] | None,
    output_format: str,
    output_file: Path | None,
) -> programs.Runs:
    """Report problems in a recording, or run PROGRAM under trace and report its problems.

    Findings in a recording are printed to standard output, and those in a program to standard error. The
    exit status is 1 if any finding is an error or an exception ended the program, 2 if something was not
    checked (no layer was seen, a rule failed, or the recording is incomplete), and otherwise that of the
    program. It is the same in each format.

    \b
    Examples:
        layertrace check run.layertrace --select LT1
        layertrace check --ignore LT3 train.py --epochs 1
        layertrace check --output-format github train.py
        layertrace check --output-format sarif -o found.sarif train.py
    """
    diagnose(Timeline(), select=select, ignore=ignore)  # report an unknown code before anything runs
    if output_format == "text" and output_file is not None:
        *others, last = FORMATS
        raise click.UsageError(f"--output-file needs --output-format {', '.join(others)} or {last}")
    if output_file is not None and output_file.resolve() == Path(target).resolve():
        raise click.UsageError(f"--output-file would overwrite {target}; name another file")
    document = None if output_format == "text" else Document(output_format, output_file, target)
    options = _Options(select=select, ignore=ignore, document=document)
    with nullcontext() if document is None else document.with_errors():
        if _is_recording(Path(target)):
            if arguments:
                raise click.UsageError(
                    f"check reads one recording, got {arguments[0]} as well; combine them with "
                    "'layertrace merge'"
                )
            sys.exit(_report(Timeline.load(target), options, target))
        program = programs.of_arguments(None, None, (target, *arguments)).prepared()
        if is_disabled():
            raise click.UsageError("LAYERTRACE_DISABLED is set, so there would be nothing to check; unset it")
        tracer = layertrace.trace(report=False)
        timeline = tracer.start(wait=True)
    raised, alive = yield program
    programs.end_recording(tracer, raised)
    del alive  # the end of the recording has read the program's layers
    status = _report_on_program(timeline, options, target, arguments)
    programs.exit_like_python(raised, status)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    """What to check, and where to write it.

    Attributes:
        select: The codes of the rules to run.
        ignore: The codes of the rules not to run.
        document: The document for another program; None to print a report.
    """

    select: list[str] | None
    ignore: list[str] | None
    document: Document | None

    @property
    def rules(self) -> str:
        """Return which rules the user chose, as the verdict states it."""
        parts = [f"by {', '.join(self.select)}"] if self.select else []
        parts += [f"without {', '.join(self.ignore)}"] if self.ignore else []
        return " ".join(parts)


def _is_recording(target: Path) -> bool:
    """Return whether a file is a recording, by its suffix or by how it begins."""
    return target.suffix in (*SUFFIXES, ".json", ".gz") or (
        target.is_file() and begins_a_recording(target)  # not a pipe, which can be read only once
    )


def _report_on_program(timeline: Timeline, options: _Options, target: str, arguments: Sequence[str]) -> int:
    """Report on a program that has ended, and return the exit status; this never raises.

    Promise 1: the program's own status counts.
    """
    try:
        return _report(timeline, options, target, (target, *arguments))
    except OSError as error:
        if error.errno != errno.EPIPE:  # the reader has closed the pipe, and expects no message
            print_message(f"the output cannot be written: {error.strerror or error}")
        return NOT_CHECKED
    except LayertraceError as error:  # for example, the program itself has changed pyproject.toml
        print_message(error)
        reason = str(error)
    except Exception:
        report_internal_error("report on the recording")
        reason = "layertrace could not report on the recording"
    if options.document is not None:
        with suppress(Exception):
            options.document.write_unchecked(reason)
    return NOT_CHECKED


def _report(timeline: Timeline, options: _Options, target: str, program: Sequence[str] | None = None) -> int:
    """Print the findings, write the document, and return the exit status.

    Args:
        timeline: The recording.
        options: What to check.
        target: The recording or the program, as the user named it.
        program: The program that was recorded just now, with its arguments; None for a file.
    """
    document = options.document
    rules = rules_for(timeline, select=options.select, ignore=options.ignore)
    findings = timeline.findings(select=options.select, ignore=options.ignore)
    judged = verdict(timeline, findings, options.rules)
    if document is None or document.is_file:
        _print_findings(timeline, findings, judged, program)
    if document is not None:
        document.write(
            checked(timeline, findings, judged, rules, target=target, folder=document.folder, program=program)
        )
    return exit_status(judged)


def _print_findings(
    timeline: Timeline, findings: Sequence[Finding], judged: Verdict, program: Sequence[str] | None
) -> None:
    """Print the findings and the verdict: of a program to standard error."""
    console = console_of(stderr=program is not None)
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
