"""Show an exception that no rule explains: who raised it, both lines, the call, and what came before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from layertrace.diagnosis import Finding
from layertrace.render.event_lines import event_line
from layertrace.render.wording import formatting
from layertrace.render.wording.crash import Crash, call_in_words, crash_of, is_explained
from layertrace.render.wording.file_names import Places, here
from layertrace.render.wording.glyphs import Glyphs, glyphs_of
from layertrace.render.wording.links import can_link
from layertrace.render.wording.source_frame import source_frame
from layertrace.render.wording.styles import ERROR, QUIET, TITLE, inked
from layertrace.render.wording.wrapping import wrapped
from layertrace.timeline import Timeline
from layertrace.timeline.chapters import statements_of
from layertrace.timeline.event import Event, Location

__all__ = ["CrashCard", "crash_card"]

INDENT = 2
WIDEST = 110
WIDEST_MESSAGE = 400


def crash_card(timeline: Timeline, findings: Sequence[Finding] | None) -> CrashCard | None:
    """Return the exception that ended a recording, for `rich` to print; None if a finding explains it."""
    crash = crash_of(timeline)
    if crash is None or is_explained(timeline, findings or ()):
        return None
    has_errors = any(finding.severity == "error" for finding in findings or ())
    return CrashCard(timeline, crash, has_errors)


@dataclass(frozen=True)
class CrashCard:
    """An exception, which `rich` can print in any width, encoding and number of colours.

    Attributes:
        timeline: What was recorded.
        crash: The exception.
        has_errors: Whether rules found errors, which may be the cause.
    """

    timeline: Timeline
    crash: Crash
    has_errors: bool = False

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        glyphs, width = glyphs_of(options), min(options.max_width, WIDEST)
        for text, indent in self._lines(glyphs, can_link(console), width):
            if indent is None:
                yield text
                continue
            for line in wrapped(text, console, width - indent):
                yield Text(" " * indent).append_text(line)

    def _lines(self, glyphs: Glyphs, links: bool, width: int) -> Iterator[tuple[Text, int | None]]:
        """Yield each line with its indentation; None for a line that is not wrapped."""
        crash = self.crash
        places = Places(self._locations(), here(), links=links)
        head = inked(glyphs.user(crash.error.type), ERROR)
        message = formatting.shortened(glyphs.user(crash.message), WIDEST_MESSAGE, glyphs)
        yield head.append(f": {message}" if message else "", TITLE), 0
        claim = "" if self.has_errors else " No rule explains it."
        yield Text(glyphs.user(f"{self._who()}{claim}")), INDENT
        for place in crash.called_at:
            is_call = place == crash.called_at[-1]
            line = places.linked(place, glyphs).append("  ")
            call = self._call(glyphs) if is_call else Text("called here")
            yield line.append_text(call), 2 * INDENT
            yield from self._frame(place, glyphs, width)
        if crash.raised_at is not None:
            line = places.linked(crash.raised_at, glyphs).append("  raised here")
            call = self._call(glyphs, without_values="")
            if not crash.called_at and call:
                line.append(", ").append_text(call)
            yield line.append_text(self._again(glyphs)), 2 * INDENT
            yield from self._frame(crash.raised_at, glyphs, width)
        if crash.facts:
            yield inked("what the recording shows", TITLE), INDENT
        for fact in crash.facts:
            line = Text() if fact.location is None else places.linked(fact.location, glyphs).append("  ")
            yield line.append(glyphs.user(fact.words)), 2 * INDENT
        if crash.before:
            yield inked("before that", TITLE), INDENT
        widest = max((len(str(event.seq)) for event in crash.before), default=0)
        for event in crash.before:
            number = inked(f"{str(event.seq).rjust(widest)}  ", QUIET)
            yield number.append_text(event_line(event, encoding=glyphs.encoding)), 2 * INDENT

    def _who(self) -> str:
        """Return a sentence about the event and the layer that raised it."""
        event, layer = self.crash.event, self.crash.layer
        if layer is None and event is None:
            return "It was raised outside of any layer."
        where = "" if event is None else f"{_name(event)} of "
        path = "" if layer is None or layer.path == layer.name else f", {layer.path}"
        if event is not None and event.layer is not None and event.layer != layer:
            return f"It was raised in a method of {layer}{path}, in {where}{event.layer}."
        if layer is None and event is not None and event.function is not None:
            return f"It was raised in {where}{event.function.name}, outside of any layer."
        return f"It was raised in {where}{layer or 'a layer'}{path}."

    def _call(self, glyphs: Glyphs, without_values: str = "called here") -> Text:
        """Return with what the layer was called."""
        event = self.crash.event
        if event is None:
            return Text(without_values)
        return Text(call_in_words(event, glyphs, without_values=without_values))

    def _again(self, glyphs: Glyphs) -> Text:
        """Return the later events that raised the exception, too."""
        again = self.crash.again
        if not again:
            return Text()
        names = ", ".join(_name(event) for event in again[:2])
        names += f", {glyphs.dots}" if len(again) > 2 else ""
        return Text(f", and again in {names}")

    def _frame(self, location: Location, glyphs: Glyphs, width: int) -> Iterator[tuple[Text, None]]:
        source = statements_of(self.timeline).at(location).line(location.line) or ""
        for line in source_frame(source, location, glyphs, width, ERROR):
            yield line, None

    def _locations(self) -> list[Location]:
        crash = self.crash
        places = (*crash.called_at, crash.raised_at, *(fact.location for fact in crash.facts))
        return [place for place in places if place is not None]


def _name(event: Event) -> str:
    number = event.trace if event.kind == "trace" else event.call_index
    return f"{event.kind} {number or ''}".strip()
