"""Write an event as it happens, while the program runs: `trace(echo=True)`."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from layertrace.render.wording import event_phrases, formatting
from layertrace.render.wording.file_names import Places
from layertrace.render.wording.glyphs import Glyphs, glyphs_for
from layertrace.render.wording.mode_phrases import ran_where
from layertrace.render.wording.styles import CLASS, ERROR, KINDS, MODES, NAME, QUIET, inked
from layertrace.timeline.event import Event

__all__ = ["echo_line", "event_line"]

DEEPEST = 20


def echo_line(event: Event, *, depth: int | None = None, ends: bool = False, encoding: str = "utf-8") -> Text:
    """Return one event as one line, indented by the number of running events.

    The line of a beginning shows inputs and location, that of an end outputs and duration. A variable
    takes no time and gets a single line.

    Args:
        event: The event, complete or running.
        depth: The number of running events; None for the event's own `depth`.
        ends: Whether the event has just ended; otherwise it has just begun.
        encoding: The encoding that the text must fit.

    Returns:
        A text for rich to print; its `plain` attribute is the line without styles.

    Example:
        >>> print(echo_line(Event(seq=3, kind="build"), depth=1).plain)
        │ ┌ 3 build
    """
    glyphs = glyphs_for(encoding)
    sign = glyphs.point if event.kind == "variable" else glyphs.end if ends else glyphs.begin
    running = min(event.depth if depth is None else depth, DEEPEST)
    line = inked(f"{glyphs.pipe} " * running + f"{sign} {event.seq} ", QUIET)
    cells = _end(event, glyphs) if ends else _beginning(event, glyphs)
    return line.append_text(Text("  ").join(cell for cell in (_what(event, glyphs), *cells) if cell))


def event_line(event: Event, *, encoding: str = "utf-8") -> Text:
    """Return a whole event as one line, without its number, location and time.

    Example:
        >>> print(event_line(Event(seq=3, kind="call", call_index=1)).plain)
        call 1  eager
    """
    glyphs = glyphs_for(encoding)
    cells = [_what(event, glyphs)]
    if event.kind == "call":
        cells += [_name_and_class(event, glyphs), event_phrases.shapes(event, glyphs, repeat=True)]
        cells += [Text(event_phrases.settings(event, None, glyphs)), inked(event.mode, MODES[event.mode])]
    else:
        cells += _inputs(event, glyphs)
    if event.times > 1:
        cells.append(Text(formatting.counted(event.times, "time")))
    if event.variable is None and event.error is not None and event.error.origin:
        cells.append(event_phrases.trouble(event, glyphs))
    return Text("  ").join(cell for cell in cells if cell)


def _what(event: Event, glyphs: Glyphs) -> Text:
    number = event.trace if event.kind == "trace" else event.call_index
    text = inked(f"{event.kind} {number or ''}".strip(), KINDS[event.kind])
    if event.function is not None and event.kind in ("trace", "run"):
        text.append(" of " if event.kind == "trace" else " ")
        text.append(glyphs.user(event.function.label), NAME)
    return text


def _mode(event: Event, glyphs: Glyphs) -> Text:
    # The lines of enclosing events show which trace it is, and when Keras began to infer shapes.
    is_nested = event.depth > 0 and event.mode != "eager" and event.kind != "trace"
    mode = event.mode if is_nested else ran_where(event, None, glyphs)
    return inked(mode, MODES[event.mode])


def _subject_name(event: Event, glyphs: Glyphs) -> Text:
    subject = event.variable or event.layer
    return inked("" if subject is None else glyphs.user(subject.name), NAME)


def _name_and_class(event: Event, glyphs: Glyphs) -> Text:
    name = _subject_name(event, glyphs)
    if event.layer is not None and event.variable is None:
        name.append(f" ({glyphs.user(event.layer.class_name)})", CLASS)
    return name


def _inputs(event: Event, glyphs: Glyphs) -> Iterator[Text]:
    """Yield what an event is about, and its inputs."""
    yield _name_and_class(event, glyphs)
    if event.variable is not None:
        yield Text(str(event_phrases.tensor(event.variable)))
        yield from event_phrases.usual_traits(event.variable, glyphs)
        yield from event_phrases.odd_traits(event.variable)
        yield event_phrases.trouble(event, glyphs)
    elif event.kind == "call":
        yield Text("" if event.inputs is None else formatting.tensors(event.inputs, glyphs))
        yield Text(event_phrases.settings(event, None, glyphs))
    else:
        yield Text(event_phrases.came_in(event, glyphs))


def _beginning(event: Event, glyphs: Glyphs) -> Iterator[Text]:
    yield from _inputs(event, glyphs)
    yield _mode(event, glyphs)
    if event.thread != "MainThread":
        yield inked(f"in thread {glyphs.user(event.thread)}", QUIET)
    if event.location is not None:
        place = Places([event.location], "").short(event.location)
        yield inked(glyphs.user(place), QUIET)


def _end(event: Event, glyphs: Glyphs) -> Iterator[Text]:
    yield _subject_name(event, glyphs)
    if event.error is not None and event.error.origin:
        yield event_phrases.trouble(event, glyphs)
    elif event.error is not None:
        yield inked(glyphs.cross, ERROR)
    elif event.kind == "call" and event.outputs is not None:
        yield Text(f"{glyphs.arrow} {formatting.structure(event.outputs, glyphs)}")
    if event.duration_ns is not None:
        yield inked(formatting.duration(event.duration_ns, glyphs), QUIET)
