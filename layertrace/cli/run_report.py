"""Tell what came of a program that was run: what is wrong, what happened, and what to look at next."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import RenderableType
from rich.text import Text

from layertrace.cli.console import console_of, has_error, print_message, print_parts
from layertrace.cli.filter_options import selected
from layertrace.diagnosis import Finding, diagnose
from layertrace.errors import LayertraceError, UnknownLayerError
from layertrace.record.process.guard import report_internal_error
from layertrace.render import findings, tree
from layertrace.render.page import write_page
from layertrace.render.tables.findings import tally
from layertrace.render.wording.formatting import counted
from layertrace.timeline import Timeline

__all__ = ["ReportOptions", "print_report", "verdict"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOptions:
    """What to tell, and where; the names are those of the options of `layertrace run`."""

    asked: Sequence[str]
    save: Path | None = None
    html: Path | None = None
    quiet: bool = False
    check: bool = False
    only: Sequence[str] = ()
    classes: Sequence[str] = ()
    kinds: Sequence[str] = ()
    depth: int | None = None


def print_report(timeline: Timeline, options: ReportOptions, children: Sequence[Path] = ()) -> int:
    """Print to standard error what was wished for, write the page, and return an exit status.

    Nothing here fails: it is the end of somebody's program, whose own status counts.

    Args:
        timeline: What was recorded.
        options: What to tell.
        children: The recordings of the processes that it started.
    """
    try:
        return _told(timeline, options, children)
    except Exception:  # promise 1
        report_internal_error("tell what was recorded")
        return 0


def _told(timeline: Timeline, options: ReportOptions, children: Sequence[Path]) -> int:
    found = _found(timeline) if options.check or not options.quiet else []
    parts = list(_parts(timeline, found, options))
    if parts:
        print_parts(console_of(stderr=True), *parts)
    if options.html is not None:
        try:
            write_page(timeline, options.html)
        except LayertraceError as fault:
            print_message(fault)
    if not options.quiet and (timeline or children):
        for line in _next_steps(options, children):
            console_of(stderr=True).print(Text(line), soft_wrap=True)  # as it can be pasted
    return int(options.check and has_error(found))


def verdict(timeline: Timeline, found: Sequence[Finding]) -> str:
    """Say in one sentence how many findings there are, and in what they were looked for.

    Example:
        >>> verdict(Timeline(), [])
        'No layer was made, built or called: there was nothing to judge.'
    """
    if not len(timeline):
        return "No layer was made, built or called: there was nothing to judge."
    events, layers = counted(len(timeline), "event"), counted(len(timeline.layers), "layer")
    return f"{tally(found)} in {events} of {layers}"


def _found(timeline: Timeline) -> list[Finding]:
    try:
        return diagnose(timeline)
    except LayertraceError as fault:  # the program has written nonsense into its pyproject.toml, say
        print_message(fault)
        return []


def _parts(timeline: Timeline, found: Sequence[Finding], options: ReportOptions) -> Sequence[RenderableType]:
    """Return what `--check` found, and the tree of what was chosen."""
    told = [one for one in found if options.check or one.severity != "note"]
    parts: list[RenderableType] = [findings(told)] * bool(told)
    if options.check:
        parts.append(verdict(timeline, found))
    if not options.quiet and not timeline:
        said = "" if options.check else "layertrace: no layer was made, built or called"
        parts += [Text(line) for line in (said, *timeline.notes) if line]
    elif not options.quiet:
        parts.append(tree(_chosen(timeline, options), depth=options.depth, findings=told))
    return parts


def _chosen(timeline: Timeline, options: ReportOptions) -> Timeline:
    try:
        return selected(timeline, options.only, options.classes, options.kinds)
    except UnknownLayerError as fault:
        print_message(f"{fault}; here is everything")
        return timeline


def _next_steps(options: ReportOptions, children: Sequence[Path]) -> Sequence[str]:
    """Return the commands that show the same recording in another way."""
    if options.save is None:
        return [f"\nto keep it:  layertrace run --save run.layertrace {shlex.join(options.asked)}"]
    mine = shlex.quote(str(options.save))
    steps = [f"\nanother look: layertrace report {mine} --functions (or --table, --variables)"]
    if children:
        others = " ".join(shlex.quote(str(path)) for path in children)
        processes = "process" if len(children) == 1 else "processes"
        steps.append(
            f"with its {len(children)} {processes}: layertrace merge {mine} {others} -o all.layertrace"
        )
    return steps
