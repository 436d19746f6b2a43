"""Tell what came of a program that was run: what is wrong, what happened, and what to look at next."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import RenderableType
from rich.text import Text

from layertrace.cli.console import console_of, has_error, printed, say
from layertrace.cli.filter_options import selected
from layertrace.diagnosis import Finding, diagnose
from layertrace.errors import LayertraceError, UnknownLayerError
from layertrace.record.process.guard import step_aside
from layertrace.render import findings, tree
from layertrace.render.page import write_page
from layertrace.render.tables.findings import tally
from layertrace.render.wording.formatting import counted
from layertrace.timeline import Timeline

__all__ = ["Wishes", "tell", "verdict"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
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


def tell(timeline: Timeline, wishes: Wishes, children: Sequence[Path] = ()) -> int:
    """Print to standard error what was wished for, write the page, and return an exit status.

    Nothing here fails: it is the end of somebody's program, whose own status counts.

    Args:
        timeline: What was recorded.
        wishes: What to tell.
        children: The recordings of the processes that it started.
    """
    try:
        return _told(timeline, wishes, children)
    except Exception:  # promise 1
        step_aside("tell what was recorded")
        return 0


def _told(timeline: Timeline, wishes: Wishes, children: Sequence[Path]) -> int:
    found = _found(timeline) if wishes.check or not wishes.quiet else []
    parts = list(_parts(timeline, found, wishes))
    if parts:
        printed(console_of(stderr=True), *parts)
    if wishes.html is not None:
        try:
            write_page(timeline, wishes.html)
        except LayertraceError as fault:
            say(fault)
    if not wishes.quiet and (timeline or children):
        for line in _next_steps(wishes, children):
            console_of(stderr=True).print(Text(line), soft_wrap=True)  # as it can be pasted
    return int(wishes.check and has_error(found))


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
        say(fault)
        return []


def _parts(timeline: Timeline, found: Sequence[Finding], wishes: Wishes) -> Sequence[RenderableType]:
    """Return what `--check` found, and the tree of what was chosen."""
    told = [one for one in found if wishes.check or one.severity != "note"]
    parts: list[RenderableType] = [findings(told)] * bool(told)
    if wishes.check:
        parts.append(verdict(timeline, found))
    if not wishes.quiet and not timeline:
        said = "" if wishes.check else "layertrace: no layer was made, built or called"
        parts += [Text(line) for line in (said, *timeline.notes) if line]
    elif not wishes.quiet:
        parts.append(tree(_chosen(timeline, wishes), depth=wishes.depth, findings=told))
    return parts


def _chosen(timeline: Timeline, wishes: Wishes) -> Timeline:
    try:
        return selected(timeline, wishes.only, wishes.classes, wishes.kinds)
    except UnknownLayerError as fault:
        say(f"{fault}; here is everything")
        return timeline


def _next_steps(wishes: Wishes, children: Sequence[Path]) -> Sequence[str]:
    """Return the commands that show the same recording in another way."""
    if wishes.save is None:
        return [f"\nto keep it:  layertrace run --save run.layertrace {shlex.join(wishes.asked)}"]
    mine = shlex.quote(str(wishes.save))
    steps = [f"\nanother look: layertrace report {mine} --functions (or --table, --variables)"]
    if children:
        others = " ".join(shlex.quote(str(path)) for path in children)
        processes = "process" if len(children) == 1 else "processes"
        steps.append(
            f"with its {len(children)} {processes}: layertrace merge {mine} {others} -o all.layertrace"
        )
    return steps
