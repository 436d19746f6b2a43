"""Show how two recordings differ: one sentence, then a table with both sides."""

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
    """The differences, which `rich` can print in any width, encoding and number of colours."""

    difference: Difference
    before: str
    now: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        glyphs = glyphs_of(options)
        labels = Labels(self.difference, glyphs)
        title = Text(sentence(self.difference, labels, self.before, self.now, glyphs), TITLE)
        yield from wrapped(title, console, min(options.max_width, WIDEST_SENTENCE))
        rows = list(self._rows(labels, glyphs))
        if rows:
            yield Text()
            yield self._table(rows, glyphs)
        for line in self._footnotes(glyphs):
            yield Text()
            yield from wrapped(line, console, options.max_width)

    def _rows(self, labels: Labels, glyphs: Glyphs) -> Iterator[_Row]:
        for function in sorted(self.difference.functions, key=lambda function: function.is_of_tf_data):
            yield from _of_function(function, glyphs)
        yield from _of_layers(self.difference.layers, labels, glyphs)
        outside = Text("outside of layers")
        yield from _side_by_side(outside, self.difference.outside[:MOST_OUTSIDE], glyphs)
        yield from _more(outside, len(self.difference.outside) - MOST_OUTSIDE, glyphs)

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
            shown.caption = inked(f"{glyphs.dots} {len(rows) - MOST_ROWS:,} more lines", QUIET)
        return shown

    def _footnotes(self, glyphs: Glyphs) -> Iterator[Text]:
        if self.difference.parting is not None:
            was, now = self.difference.parting
            line = inked("First difference: ", QUIET)
            line.append(glyphs.user(self.before), NAME).append(" has ").append_text(_event(was, glyphs))
            line.append(" and ", QUIET)
            line.append(glyphs.user(self.now), NAME).append(" has ").append_text(_event(now, glyphs))
            yield line
        for version in self.difference.versions:
            older, newer = (_values(side, (), glyphs).plain for side in (version.before, version.now))
            yield inked(glyphs.user(f"{version.what}: {newer or 'none'}, was {older or 'none'}"), QUIET)


def differences(difference: Difference, *, before: str = "a", now: str = "b") -> DifferenceView:
    """Return the result of `diff`, for `rich` to print.

    Args:
        difference: The differences.
        before: The name of the first recording, such as its file.
        now: The name of the second.

    Example:
        >>> from rich import print
        >>> print(differences(diff(yesterday, today)))  # doctest: +SKIP
    """
    return DifferenceView(difference, before, now)


@dataclass(frozen=True, slots=True)
class _Row:
    who: Text
    what: Text
    before: Text
    now: Text


def _of_function(function: FunctionDifference, glyphs: Glyphs) -> Iterator[_Row]:
    who = inked(glyphs.user(function.name), NAME).append(" function", CLASS)
    if not function.before:
        yield _Row(
            who, inked("added", ADDED), Text(), inked(_runs(function.traces[1], function.runs[1]), ADDED)
        )
    if not function.now:
        yield _Row(
            who,
            inked("removed", REMOVED),
            inked(_runs(function.traces[0], function.runs[0]), REMOVED),
            Text(),
        )
    yield from _side_by_side(who, function.contrasts, glyphs)
    for event in function.gone[:MOST_TRACES]:
        yield _Row(who, inked("removed trace", REMOVED), _traced(event, glyphs), Text())
    yield from _more(who, len(function.gone) - MOST_TRACES, glyphs)
    for event in function.new[:MOST_TRACES]:
        yield _Row(who, inked("new trace", ADDED), Text(), _traced(event, glyphs))
    yield from _more(who, len(function.new) - MOST_TRACES, glyphs)


def _more(who: Text, count: int, glyphs: Glyphs) -> Iterator[_Row]:
    if count > 0:
        yield _Row(who, inked(f"{glyphs.dots} {count:,} more", QUIET), Text(), Text())


def _runs(traces: int, runs: int) -> str:
    ran = f", ran {formatting.counted(runs, 'time')}" if runs else ""
    return f"traced {formatting.counted(traces, 'time')}{ran}"


def _traced(event: Event, glyphs: Glyphs) -> Text:
    """Return the cause of a trace; for the first trace of a function, its arguments."""
    if event.cause is not None:
        return inked(glyphs.user(str(event.cause) or event.cause.reason), NOTE)
    return Text(formatting.tensors(event.inputs, glyphs) if event.inputs else "without arguments")


def _of_layers(differences: Iterable[LayerDifference], labels: Labels, glyphs: Glyphs) -> Iterator[_Row]:
    for members in together(differences):
        who, difference = labels.of(members), members[0]
        if difference.before is not None and difference.now is not None:
            yield from _side_by_side(who, difference.contrasts, glyphs)
        elif difference.before is None:
            yield _Row(
                who, inked("added", ADDED), Text(), inked(_life(difference, difference.calls[1]), ADDED)
            )
        else:
            yield _Row(
                who, inked("removed", REMOVED), inked(_life(difference, difference.calls[0]), REMOVED), Text()
            )


def _life(difference: LayerDifference, calls: int) -> str:
    called = f"called {formatting.counted(calls, 'time')}" if calls else "never called"
    return called + (
        f", {formatting.counted(difference.inside, 'layer')} inside" if difference.inside else ""
    )


def _side_by_side(who: Text, contrasts: Iterable[Contrast], glyphs: Glyphs) -> Iterator[_Row]:
    for contrast in contrasts:
        style = ERROR if contrast.what in ("raises", "failed traces", "ended by") else ""
        before = _values(contrast.before, contrast.now, glyphs)
        yield _Row(
            who,
            Text(glyphs.user(contrast.what), style),
            before,
            _values(contrast.now, contrast.before, glyphs),
        )


def _values(values: Sequence[str], others: Sequence[str], glyphs: Glyphs) -> Text:
    """Return some values; if there are too many, those that the other side lacks come first."""
    shown = list(values)
    if len(values) > MOST_VALUES:
        on_other_side = set(others)
        shown.sort(key=lambda value: value in on_other_side)
    text = Text(", ").join(
        Text(formatting.shortened(glyphs.user(value), 2 * formatting.WIDEST_VALUE, glyphs))
        for value in shown[:MOST_VALUES]
    )
    if len(values) > MOST_VALUES:
        text.append(f", {glyphs.dots} {len(values) - MOST_VALUES:,} more", QUIET)
    return text


def _event(event: Event | None, glyphs: Glyphs) -> Text:
    if event is None:
        return inked("ended", QUIET)
    return inked(f"event {event.seq}: ", QUIET).append_text(event_line(event, encoding=glyphs.encoding))
