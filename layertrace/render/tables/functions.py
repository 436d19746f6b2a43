"""Show for each traced function how often it was traced and run, how long tracing took, and why."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from rich import box
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from layertrace.render.console import Printable
from layertrace.render.wording import event_phrases, formatting
from layertrace.render.wording.file_names import Places, here
from layertrace.render.wording.glyphs import Adaptive, Glyphs
from layertrace.render.wording.styles import ERROR, KINDS, NAME, NOTE, QUIET, cause_style, inked
from layertrace.timeline import Timeline
from layertrace.timeline.functions import FunctionLife, with_steps
from layertrace.timeline.plumbing import origin_of

__all__ = ["function_table"]

MOST_CAUSES = 4

_UNSEEN = "?: runs of a function that the program jits itself cannot be counted: JAX runs it without Python"
_UNSEEN_ON_TORCH = "?: runs of what torch.compile has compiled cannot be counted: no hook sees them"


class _FunctionTable(Table, Printable):
    """A table that `print` can print, too."""


def function_table(timeline: Timeline) -> Table:
    """Return a table with a line for each traced function, in the order of their first traces or runs.

    `before` counts the traces before the recording began. `tracing` is the duration of the traces, including
    those of inner functions. The last column shows the causes of retraces, and graph breaks. One of Keras and
    its step share a row. Functions that TensorFlow and Keras trace for themselves are counted below it.

    Example:
        >>> from rich import print
        >>> print(function_table(timeline))  # doctest: +SKIP
    """
    lives = with_steps(timeline)
    own = [life for life in lives if not life.is_plumbing]
    places = Places((life.defined_at for life in own if life.defined_at is not None), here())
    shown = _FunctionTable(box=box.SIMPLE_HEAD, show_edge=False, padding=0)
    shown.add_column("function", overflow="fold")
    some_before = any(life.traced_before for life in own)
    if some_before:
        shown.add_column("before", header_style=KINDS["trace"], justify="right", no_wrap=True)
    shown.add_column("traces", header_style=KINDS["trace"], justify="right", no_wrap=True)
    shown.add_column("runs", header_style=KINDS["run"], justify="right", no_wrap=True)
    shown.add_column("tracing", justify="right", no_wrap=True)
    shown.add_column(" why again")
    for life in own:
        before = [_number(life.traced_before or 0)] * some_before
        shown.add_row(
            Padding(Adaptive(partial(_name, life, places)), (0, 1, 0, 0)),
            *before,
            _number(len(life.traces)),
            _number(life.runs) if timeline.surroundings.counts_runs_of(life.function) else Text(" ?", QUIET),
            Padding(Adaptive(partial(_time, life)), (0, 0, 0, 1)),
            Padding(Adaptive(partial(_why, life)), (0, 0, 0, 1)),
        )
    unseen = any(not timeline.surroundings.counts_runs_of(life.function) for life in own)
    unseen_words = _UNSEEN_ON_TORCH if timeline.surroundings.backend == "torch" else _UNSEEN
    caption = [_plumbing([life for life in lives if life.is_plumbing]), unseen_words * unseen]
    shown.caption = inked("\n".join(filter(None, caption)), QUIET)
    shown.caption_justify = "left"
    shown.min_width = max(line.cell_len for line in shown.caption.split(allow_blank=True))
    return shown


def _plumbing(lives: Sequence[FunctionLife]) -> str:
    """Return how many functions no user wrote: `and 12 functions of tf.data, traced 12 times in 0.2 s`."""
    if not lives:
        return ""
    origins = " and ".join(dict.fromkeys(origin_of(event) for life in lives for event in life.traces))
    traces = sum(len(life.traces) for life in lives)
    taken = formatting.duration(round(sum(life.seconds for life in lives) * 1e9))
    times = "once" if traces == 1 else f"{traces:,} times"
    return f"and {formatting.counted(len(lives), 'function')} of {origins}, traced {times} in {taken}"


def _number(number: int) -> Text:
    return Text(f" {number:,}", "" if number else QUIET)


def _name(life: FunctionLife, places: Places, glyphs: Glyphs) -> Text:
    text = inked(glyphs.user(life.label), NAME)
    if life.defined_at is not None and life.function.role is None:
        text.append(f" {glyphs.user(places.short(life.defined_at))}", QUIET)
    return text


def _time(life: FunctionLife, glyphs: Glyphs) -> Text:
    return Text(formatting.duration(round(life.seconds * 1e9), glyphs) if life.traces else "")


def _why(life: FunctionLife, glyphs: Glyphs) -> Text:
    causes = life.causes if len(life.causes) <= MOST_CAUSES else life.causes[: MOST_CAUSES - 1]
    text = Text("\n").join([inked(glyphs.user(str(cause)), cause_style(cause)) for cause in causes])
    if len(causes) < len(life.causes):
        text.append(f"\n{glyphs.dots} {len(life.causes) - len(causes):,} more", QUIET)
    breaks = (found for trace in life.traces for found in trace.graph_breaks)
    for words in event_phrases.graph_breaks(breaks, glyphs):
        text.append("\n" if text else "").append(words, NOTE)
    failed = len(life.traces) - life.traced
    if failed:
        text.append("\n" if text else "").append(f"{formatting.counted(failed, 'trace')} failed", ERROR)
    return text
