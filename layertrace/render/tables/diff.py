"""Show in what two recordings differ: one sentence, then what was and what is, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from layertrace.compare.diff import Contrast, Difference, FunctionDifference, LayerDifference
from layertrace.render.event_line import event_line
from layertrace.render.tables.diff_summary import Labels, sentence, together
from layertrace.render.wording import formatting
from layertrace.render.wording.glyphs import Glyphs, glyphs_of
from layertrace.render.wording.styles import CLASS, ERROR, NAME, NOTE, QUIET, TITLE, inked
from layertrace.render.wording.wrapping import wrapped
from layertrace.timeline.event import Event

__all__ = ["DifferenceView", "differences"]

MOST_ROWS = 200
MOST_VALUES = 3
MOST_TRACES = 4
MOST_OUTSIDE = 8
WIDEST_SENTENCE = 110
ADDED, REMOVED = "green", "red"


@dataclass(frozen=True)
class DifferenceView:
    """What differs, ready for `rich` to print in any width, encoding and number of colours."""

    found: Difference
    before: str
    now: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        glyphs = glyphs_of(options)
        labels = Labels(self.found, glyphs)
        said = Text(sentence(self.found, labels, self.before, self.now, glyphs), TITLE)
        yield from wrapped(said, console, min(options.max_width, WIDEST_SENTENCE))
        rows = list(self._rows(labels, glyphs))
        if rows:
            yield Text()
            yield self._table(rows, glyphs)
        for line in self._beside(glyphs):
            yield Text()
            yield from wrapped(line, console, options.max_width)

    def _rows(self, labels: Labels, glyphs: Glyphs) -> Iterator[_Row]:
        for function in sorted(self.found.functions, key=lambda function: function.is_of_tf_data):
            yield from _of_function(function, glyphs)
        yield from _of_layers(self.found.layers, labels, glyphs)
        outside = Text("outside of layers")
        yield from _side_by_side(outside, self.found.outside[:MOST_OUTSIDE], glyphs)
        yield from _more(outside, len(self.found.outside) - MOST_OUTSIDE, glyphs)

    def _table(self, rows: Sequence[_Row], glyphs: Glyphs) -> Table:
        shown = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0))
        shown.add_column("", overflow="fold")
        shown.add_column("what", overflow="fold")
        shown.add_column(Text(glyphs.user(self.before)), overflow="fold")
        shown.add_column(Text(glyphs.user(self.now)), overflow="fold")
        last = Text()
        for row in rows[:MOST_ROWS]:
            shown.add_row(Text() if row.who == last else row.who, row.what, row.before, row.now)
            last = row.who
        if len(rows) > MOST_ROWS:
            shown.caption = inked(f"{glyphs.dots} {len(rows) - MOST_ROWS:,} lines more", QUIET)
        return shown

    def _beside(self, glyphs: Glyphs) -> Iterator[Text]:
        if self.found.parting is not None:
            was, is_ = self.found.parting
            line = inked("They part where ", QUIET)
            line.append(glyphs.user(self.before), NAME).append(" has ").append_text(_event(was, glyphs))
            line.append(" and ", QUIET)
            line.append(glyphs.user(self.now), NAME).append(" has ").append_text(_event(is_, glyphs))
            yield line
        for one in self.found.versions:
            before, now = (_values(side, (), glyphs).plain for side in (one.before, one.now))
            yield inked(glyphs.user(f"{one.what}: {now or 'none'}, was {before or 'none'}"), QUIET)


def differences(found: Difference, *, before: str = "a", now: str = "b") -> DifferenceView:
    """Show what `diff` found, for `rich` to print.

    Args:
        found: What differs.
        before: What to call the first recording, its file for one.
        now: What to call the second.

    Example:
        >>> from rich import print
        >>> print(differences(diff(yesterday, today)))  # doctest: +SKIP
    """
    return DifferenceView(found, before, now)


@dataclass(frozen=True, slots=True)
class _Row:
    who: Text
    what: Text
    before: Text
    now: Text


def _of_function(one: FunctionDifference, glyphs: Glyphs) -> Iterator[_Row]:
    who = inked(glyphs.user(one.name), NAME).append(" function", CLASS)
    if not one.before:
        yield _Row(who, inked("appeared", ADDED), Text(), inked(_runs(one.traces[1], one.runs[1]), ADDED))
    if not one.now:
        yield _Row(who, inked("vanished", REMOVED), inked(_runs(one.traces[0], one.runs[0]), REMOVED), Text())
    yield from _side_by_side(who, one.contrasts, glyphs)
    for event in one.gone[:MOST_TRACES]:
        yield _Row(who, inked("trace gone", REMOVED), _traced(event, glyphs), Text())
    yield from _more(who, len(one.gone) - MOST_TRACES, glyphs)
    for event in one.new[:MOST_TRACES]:
        yield _Row(who, inked("new trace", ADDED), Text(), _traced(event, glyphs))
    yield from _more(who, len(one.new) - MOST_TRACES, glyphs)


def _more(who: Text, count: int, glyphs: Glyphs) -> Iterator[_Row]:
    if count > 0:
        yield _Row(who, inked(f"{glyphs.dots} {count:,} more", QUIET), Text(), Text())


def _runs(traces: int, runs: int) -> str:
    ran = f", ran {formatting.counted(runs, 'time')}" if runs else ""
    return f"traced {formatting.counted(traces, 'time')}{ran}"


def _traced(event: Event, glyphs: Glyphs) -> Text:
    """Say why a trace was made; of the first of a function, what for."""
    if event.cause is not None:
        return inked(glyphs.user(str(event.cause) or event.cause.reason), NOTE)
    return Text(formatting.tensors(event.inputs, glyphs) if event.inputs else "without arguments")


def _of_layers(found: Iterable[LayerDifference], labels: Labels, glyphs: Glyphs) -> Iterator[_Row]:
    for members in together(found):
        who, one = labels.of(members), members[0]
        if one.before is not None and one.now is not None:
            yield from _side_by_side(who, one.contrasts, glyphs)
        elif one.before is None:
            yield _Row(who, inked("appeared", ADDED), Text(), inked(_life(one, one.calls[1]), ADDED))
        else:
            yield _Row(who, inked("vanished", REMOVED), inked(_life(one, one.calls[0]), REMOVED), Text())


def _life(one: LayerDifference, calls: int) -> str:
    called = f"called {formatting.counted(calls, 'time')}" if calls else "never called"
    return called + (f", {formatting.counted(one.inside, 'layer')} inside" if one.inside else "")


def _side_by_side(who: Text, found: Iterable[Contrast], glyphs: Glyphs) -> Iterator[_Row]:
    for one in found:
        style = ERROR if one.what in ("raises", "failed traces", "ended by") else ""
        before = _values(one.before, one.now, glyphs)
        yield _Row(who, Text(glyphs.user(one.what), style), before, _values(one.now, one.before, glyphs))


def _values(values: Sequence[str], others: Sequence[str], glyphs: Glyphs) -> Text:
    """Write some values, those that the other side has not first where not all find room."""
    shown = list(values)
    if len(values) > MOST_VALUES:
        known = set(others)
        shown.sort(key=lambda value: value in known)
    said = Text(", ").join(
        Text(formatting.shortened(glyphs.user(value), 2 * formatting.WIDEST_VALUE, glyphs))
        for value in shown[:MOST_VALUES]
    )
    if len(values) > MOST_VALUES:
        said.append(f", {glyphs.dots} {len(values) - MOST_VALUES:,} more", QUIET)
    return said


def _event(event: Event | None, glyphs: Glyphs) -> Text:
    if event is None:
        return inked("ended", QUIET)
    return inked(f"event {event.seq}: ", QUIET).append_text(event_line(event, encoding=glyphs.encoding))
