"""Report on a program that was run: its findings, its events, and the commands to use next."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console, RenderableType
from rich.text import Text

from layertrace.cli.console import console_of, print_message, print_parts
from layertrace.cli.run_options import RunOptions
from layertrace.diagnosis import Finding, diagnose, serious
from layertrace.errors import LayertraceError, UnknownLayerError
from layertrace.record.process.guard import report_internal_error
from layertrace.render import findings as rendered
from layertrace.render import overview, verdict
from layertrace.render.console import lines_taken
from layertrace.render.page import write_page
from layertrace.render.tables.crash_card import crash_card
from layertrace.render.tables.verdict import Verdict
from layertrace.render.trees.nothing_seen import NothingSeen
from layertrace.render.wording.glyphs import Adaptive
from layertrace.timeline import Timeline

__all__ = ["NOT_CHECKED", "exit_status", "print_report", "print_verdict"]

NOT_CHECKED = 2
"""The exit status of a check that cannot vouch for the whole program."""


def print_report(timeline: Timeline, options: RunOptions, children: Sequence[Path] = ()) -> int:
    """Print the report to standard error, write the page, and return an exit status.

    This never raises, since it runs at the end of the user's program, whose own status counts.

    Args:
        timeline: The recording of the program.
        options: What to report.
        children: The recordings of the processes that the program started.
    """
    try:
        return _print_and_write(timeline, options, children)
    except Exception:  # promise 1
        report_internal_error("report on the recording")
        return NOT_CHECKED if options.check else 0


def _print_and_write(timeline: Timeline, options: RunOptions, children: Sequence[Path]) -> int:
    findings = _diagnose(timeline)
    shown = None if findings is None else findings if options.check else serious(findings)
    judged = verdict(timeline, findings)
    console = console_of(stderr=True)
    parts = list(_parts(timeline, shown, judged, options))
    if not options.quiet and timeline:
        # The lines after it: an empty one and the next steps, and an empty one and the verdict.
        taken = lines_taken(console, *parts, judged) + len(_next_steps(options, children)) + 1
        parts.append(_overview(_filtered(timeline, options), shown, judged, options, taken))
    if parts:
        print_parts(console, *parts)
    if options.html is not None:
        try:
            write_page(timeline, options.html, findings=findings, check=False)
        except LayertraceError as error:
            print_message(error)
    if not options.quiet and (timeline or children):
        for line in _next_steps(options, children):
            console.print(Text(line), soft_wrap=True)  # so that it can be pasted
    if options.check or not options.quiet:
        print_verdict(console, judged, is_first=not parts)
    return exit_status(judged) if options.check else 0


def exit_status(judged: Verdict) -> int:
    """Return 1 for an error or a program that an exception ended, 2 if something was not checked, or 0."""
    if any(finding.severity == "error" for finding in judged.findings) or judged.is_failed:
        return 1
    return 0 if judged.is_checked and judged.is_complete else NOT_CHECKED


def print_verdict(console: Console, judged: Verdict, *, is_first: bool = False) -> None:
    """Print the verdict as the last block of a report.

    Args:
        console: Where to print.
        judged: The verdict.
        is_first: Whether nothing precedes it.
    """
    if not is_first:
        console.print()
    console.print(judged, crop=False)


def _diagnose(timeline: Timeline) -> Sequence[Finding] | None:
    try:
        return diagnose(timeline)
    except LayertraceError as error:  # for example, the program itself has changed pyproject.toml
        print_message(error)
        return None


def _parts(
    timeline: Timeline, findings: Sequence[Finding] | None, judged: Verdict, options: RunOptions
) -> Iterator[RenderableType]:
    """Yield the parts of the report before the events: the verdict if it is a warning, and the findings."""
    is_printed = options.check or not options.quiet
    if is_printed and timeline and not judged.is_complete:
        yield Adaptive(judged.last_line)
    card = crash_card(timeline, findings)
    if is_printed and card is not None:
        yield card
    if is_printed and findings:
        yield rendered(findings)
    if not options.quiet and not timeline and timeline.failure is None:
        yield NothingSeen(timeline, options.program)


def _overview(
    timeline: Timeline,
    findings: Sequence[Finding] | None,
    judged: Verdict,
    options: RunOptions,
    taken: int,
) -> RenderableType:
    return overview(
        timeline,
        findings=findings or (),
        verdict=judged,
        taken=taken,
        depth=options.depth,
        fold=not options.everything,
        max_lines=sys.maxsize if options.everything else options.max_lines,
    )


def _filtered(timeline: Timeline, options: RunOptions) -> Timeline:
    try:
        return options.filters.chosen(timeline)
    except UnknownLayerError as error:
        print_message(f"{error}; showing all layers instead")
        return timeline


def _next_steps(options: RunOptions, children: Sequence[Path]) -> Sequence[str]:
    """Return the commands that save the recording, show other views of it, or merge it with its children."""
    if options.save is None:
        return [f"\nTo save it:  layertrace run --save run.layertrace {shlex.join(options.arguments)}"]
    file = shlex.quote(str(options.save))
    steps = [
        f"\nMore views:  layertrace report {file} --depth 3 (or --all, --functions, --table, --variables)"
    ]
    if children:
        others = " ".join(shlex.quote(str(path)) for path in children)
        processes = "1 process" if len(children) == 1 else f"{len(children)} processes"
        steps.append(f"To add its {processes}: layertrace merge {file} {others} -o all.layertrace")
    return steps
