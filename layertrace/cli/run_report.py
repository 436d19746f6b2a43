"""Report on a program that was run: its findings, its events, and the commands to use next."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import RenderableType
from rich.text import Text

from layertrace.cli.console import console_of, has_error, print_message, print_parts
from layertrace.cli.filter_options import filtered
from layertrace.diagnosis import Finding, diagnose
from layertrace.errors import LayertraceError, UnknownLayerError
from layertrace.record.process.guard import report_internal_error
from layertrace.render import findings as rendered
from layertrace.render import tree
from layertrace.render.page import write_page
from layertrace.render.tables.findings import tally
from layertrace.render.wording.formatting import counted
from layertrace.timeline import Timeline

__all__ = ["ReportOptions", "print_report", "verdict"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOptions:
    """What to report, and where; the fields are named as the options of `layertrace run`.

    Attributes:
        arguments: The command line after `layertrace run`, to be printed again.
    """

    arguments: Sequence[str]
    save: Path | None = None
    html: Path | None = None
    quiet: bool = False
    check: bool = False
    only: Sequence[str] = ()
    classes: Sequence[str] = ()
    kinds: Sequence[str] = ()
    depth: int | None = None


def print_report(timeline: Timeline, options: ReportOptions, children: Sequence[Path] = ()) -> int:
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
        return 0


def _print_and_write(timeline: Timeline, options: ReportOptions, children: Sequence[Path]) -> int:
    is_needed = options.check or options.html is not None or not options.quiet
    findings = _diagnose(timeline) if is_needed else ()
    parts = list(_parts(timeline, findings, options))
    if parts:
        print_parts(console_of(stderr=True), *parts)
    if options.html is not None:
        try:
            write_page(timeline, options.html, findings=findings, check=False)
        except LayertraceError as error:
            print_message(error)
    if not options.quiet and (timeline or children):
        for line in _next_steps(options, children):
            console_of(stderr=True).print(Text(line), soft_wrap=True)  # so that it can be pasted
    return int(options.check and (findings is None or has_error(findings)))


def verdict(timeline: Timeline, findings: Sequence[Finding] | None) -> str:
    """Return one sentence that counts the findings, and the events and layers that were checked.

    Args:
        timeline: What was recorded.
        findings: What the rules found; None if they did not run.

    Example:
        >>> verdict(Timeline(), [])
        'No layer was created, built or called, so there is nothing to check.'
    """
    if not len(timeline):
        return "No layer was created, built or called, so there is nothing to check."
    if findings is None:
        return "The rules did not run, so nothing was checked."
    events, layers = counted(len(timeline), "event"), counted(len(timeline.layers), "layer")
    return f"{tally(findings)} in {events} of {layers}"


def _diagnose(timeline: Timeline) -> Sequence[Finding] | None:
    try:
        return diagnose(timeline)
    except LayertraceError as error:  # for example, the program itself has changed pyproject.toml
        print_message(error)
        return None


def _parts(
    timeline: Timeline, findings: Sequence[Finding] | None, options: ReportOptions
) -> Sequence[RenderableType]:
    """Return the parts of the report: the findings, with `--check` the verdict, and the tree."""
    shown = [finding for finding in findings or () if options.check or finding.severity != "note"]
    is_printed = options.check or not options.quiet
    parts: list[RenderableType] = [rendered(shown)] * bool(shown and is_printed)
    if options.check:
        parts.append(verdict(timeline, findings))
    if not options.quiet and not timeline:
        first = "" if options.check else "layertrace: no layer was created, built or called"
        parts += [Text(line) for line in (first, *timeline.notes) if line]
    elif not options.quiet:
        parts.append(tree(_filtered(timeline, options), depth=options.depth, findings=shown))
    return parts


def _filtered(timeline: Timeline, options: ReportOptions) -> Timeline:
    try:
        return filtered(timeline, options.only, options.classes, options.kinds)
    except UnknownLayerError as error:
        print_message(f"{error}; showing all layers instead")
        return timeline


def _next_steps(options: ReportOptions, children: Sequence[Path]) -> Sequence[str]:
    """Return the commands that save the recording, show other views of it, or merge it with its children."""
    if options.save is None:
        return [f"\nTo save it:  layertrace run --save run.layertrace {shlex.join(options.arguments)}"]
    file = shlex.quote(str(options.save))
    steps = [f"\nMore views:  layertrace report {file} --functions (or --table, --variables)"]
    if children:
        others = " ".join(shlex.quote(str(path)) for path in children)
        processes = "1 process" if len(children) == 1 else f"{len(children)} processes"
        steps.append(f"To add its {processes}: layertrace merge {file} {others} -o all.layertrace")
    return steps
