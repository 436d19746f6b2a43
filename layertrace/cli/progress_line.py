"""Describe in one line what a program under trace is doing."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.text import Text

from layertrace.record.recording.progress import Seen
from layertrace.render.event_lines import event_line
from layertrace.render.wording.formatting import counted, shortened
from layertrace.render.wording.glyphs import Glyphs
from layertrace.render.wording.styles import KINDS, MODES, NAME, QUIET, inked

__all__ = ["progress_line"]

_SHORTEST_NAME = 12
FRAMEWORKS = {"tensorflow": "TensorFlow", "keras": "Keras"}
VERBS = {
    "init": "creating",
    "build": "building",
    "call": "calling",
    "variable": "creating variable",
    "trace": "tracing",
    "run": "running",
}


def progress_line(now: Seen, width: int, glyphs: Glyphs) -> Text:
    """Return what is running now, and what was seen so far: `tracing step > dense     2 layers  1 trace`.

    If the line is too narrow, the middle of the path is left out first, then counts from the right.

    Args:
        now: The state of the recording.
        width: The width of the line.
        glyphs: The symbols that can be shown.
    """
    head = Text(f"layertrace  {now.seconds:.0f} s  ")
    counts = _counts(now)
    room = width - head.cell_len
    verb, path = _doing(now, glyphs)
    while len(counts) > 1 and room - _length(counts) < _shortest(verb, path):
        counts.pop()
    doing = _fitted(verb, path, room - _length(counts), glyphs)
    line = head.append_text(doing)
    tail = "  ".join(counts)
    line.append(" " * max(width - line.cell_len - len(tail), 2) if tail else "").append(tail, QUIET)
    line.truncate(width)
    line.no_wrap = True
    return line


def _length(counts: Sequence[str]) -> int:
    return sum(len(count) + 2 for count in counts) + 3 * bool(counts)


def _counts(now: Seen) -> list[str]:
    """Return the counts that are not zero, the most important first."""
    numbers = {"layer": now.layers, "call": now.kinds["call"], "trace": now.kinds["trace"], "run": now.runs}
    return [counted(number, noun) for noun, number in numbers.items() if number]


def _doing(now: Seen, glyphs: Glyphs) -> tuple[Text, list[str]]:
    """Return a verb, and the names of what it is about, outermost first."""
    if now.importing is not None:
        return Text("importing"), [FRAMEWORKS.get(now.importing, now.importing)]
    if now.open:
        return _running(now, glyphs)
    if now.running is not None:
        name, times = now.running
        return inked("running", KINDS["run"]), [f"{glyphs.user(name)} {glyphs.times}{times:,}"]
    if now.traced is not None:
        return inked("running", KINDS["run"]), [f"{glyphs.user(now.traced)} for the first time"]
    if now.last is not None:
        last = event_line(now.last, encoding=glyphs.encoding)
        return inked("no layer is running; last: ", QUIET).append_text(last), []
    if now.is_loaded:
        return Text("no layer was created yet"), []
    return Text("waiting for the program to import Keras"), []


def _running(now: Seen, glyphs: Glyphs) -> tuple[Text, list[str]]:
    outermost = now.open[0]
    inside = now.open
    if (
        outermost.kind == "trace"
    ):  # Keras's functions are traced inside each other, and only one is the user's
        functions = [span for span in now.open if span.kind == "trace"]
        inside = (outermost, *(span for span in now.open if span not in functions))
    verb = inked(VERBS[outermost.kind], KINDS[outermost.kind])
    if outermost.kind == "call" and outermost.is_symbolic:
        verb = inked("inferring shapes in", MODES["symbolic"])
    names = [glyphs.user(name) for name, _ in groupby(span.name for span in inside if span.name)]
    if now.variables:
        holders = [name.partition("/")[0] for name in now.variables]
        names.append(f"{glyphs.user(holders[-1])} variables {holders.count(holders[-1]):,}")
    return verb, names


def _shortest(verb: Text, path: Sequence[str]) -> int:
    """Return the width with only the first and the last name."""
    ends = [*path[:1], *path[1:][-1:]]
    return verb.cell_len + 1 + len("  ".join(ends)) + 4


def _fitted(verb: Text, path: Sequence[str], width: int, glyphs: Glyphs) -> Text:
    """Return the verb and the path, without names from its middle if it is too wide."""
    separator = f" {glyphs.inside} "
    names = list(path)
    middle = 1
    while len(names) > 2 and verb.cell_len + 1 + len(separator.join(names)) > width:
        names[middle : middle + (1 if names[middle] != glyphs.dots else 2)] = [glyphs.dots]
        if names[1:-1] == [glyphs.dots]:
            break
    for place in (0, -1) if names else ():  # the function, or the outermost layer, gives way first
        spare = verb.cell_len + 1 + len(separator.join(names)) - width
        if spare > 0:
            names[place] = shortened(names[place], max(len(names[place]) - spare, _SHORTEST_NAME), glyphs)
    text = verb.copy()
    for number, name in enumerate(names):
        text.append(separator if number else " ", QUIET).append(name, NAME)
    if text.cell_len > width:
        text.truncate(max(width - len(glyphs.dots), 0))
        text.append(glyphs.dots, QUIET)
    return text
