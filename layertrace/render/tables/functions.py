"""Show for each `tf.function` how often it was traced and run, how long tracing took, and why."""

from __future__ import annotations

from functools import partial

from rich import box
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from layertrace.render.console import Printable
from layertrace.render.wording import formatting
from layertrace.render.wording.file_names import Places, here
from layertrace.render.wording.glyphs import Adaptive, Glyphs
from layertrace.render.wording.styles import ERROR, KINDS, NAME, NOTE, QUIET, inked
from layertrace.timeline import Timeline
from layertrace.timeline.functions import FunctionLife

__all__ = ["function_table"]

MOST_CAUSES = 4


class _FunctionTable(Table, Printable):
    """A table that `print` can print, too."""


def function_table(timeline: Timeline) -> Table:
    """Return a table with a line for each `tf.function`, in the order of their first traces or runs.

    `before` counts the traces before the recording began. `tracing` is the duration of the traces, including
    those of inner functions. The last column shows the causes of retraces.

    Example:
        >>> from rich import print
        >>> print(function_table(timeline))  # doctest: +SKIP
    """
    lives = timeline.functions
    places = Places((life.defined_at for life in lives if life.defined_at is not None), here())
    shown = _FunctionTable(box=box.SIMPLE_HEAD, show_edge=False, padding=0)
    shown.add_column("function", overflow="fold")
    some_before = any(life.traced_before for life in lives)
    if some_before:
        shown.add_column("before", header_style=KINDS["trace"], justify="right", no_wrap=True)
    shown.add_column("traces", header_style=KINDS["trace"], justify="right", no_wrap=True)
    shown.add_column("runs", header_style=KINDS["run"], justify="right", no_wrap=True)
    shown.add_column("tracing", justify="right", no_wrap=True)
    shown.add_column(" why it was traced again")
    own = [life for life in lives if not life.is_plumbing]
    if len(own) < len(lives):
        left_out = formatting.counted(len(lives) - len(own), "function")
        shown.caption = inked(f"not shown: {left_out} that tf.data traces and runs itself", QUIET)
    for life in own:
        before = [_number(life.traced_before or 0)] * some_before
        shown.add_row(
            Padding(Adaptive(partial(_name, life, places)), (0, 1, 0, 0)),
            *before,
            _number(len(life.traces)),
            _number(life.runs),
            Padding(Adaptive(partial(_time, life)), (0, 0, 0, 1)),
            Padding(Adaptive(partial(_why, life)), (0, 0, 0, 1)),
        )
    return shown


def _number(number: int) -> Text:
    return Text(f" {number:,}", "" if number else QUIET)


def _name(life: FunctionLife, places: Places, glyphs: Glyphs) -> Text:
    text = inked(glyphs.user(life.name), NAME)
    if life.defined_at is not None:
        text.append(f" {glyphs.user(places.short(life.defined_at))}", QUIET)
    return text


def _time(life: FunctionLife, glyphs: Glyphs) -> Text:
    return Text(formatting.duration(round(life.seconds * 1e9), glyphs) if life.traces else "")


def _why(life: FunctionLife, glyphs: Glyphs) -> Text:
    causes = life.causes if len(life.causes) <= MOST_CAUSES else life.causes[: MOST_CAUSES - 1]
    text = inked("\n".join(glyphs.user(str(cause)) for cause in causes), NOTE)
    if len(causes) < len(life.causes):
        text.append(f"\n{glyphs.dots} {len(life.causes) - len(causes):,} more", QUIET)
    failed = len(life.traces) - life.traced
    if failed:
        text.append("\n" if text else "").append(f"{formatting.counted(failed, 'trace')} failed", ERROR)
    return text
