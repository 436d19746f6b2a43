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
    """Write one event in one line, indented by how many events are running.

    A beginning tells what came in and from where, an end what came out and how long it took; a
    variable, which takes no time, is told once.

    Args:
        event: The event, as far as it is known.
        depth: How many events are running; None for the event's own `depth`.
        ends: Whether it has just ended, else it has just begun.
        encoding: What the text must be encodable in.

    Returns:
        A text for rich to print; its `plain` for everybody else.

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
    """Write a whole event in one line, without its number, its place and its time.

    Example:
        >>> print(event_line(Event(seq=3, kind="call", call_index=1)).plain)
        call 1  eager
    """
    glyphs = glyphs_for(encoding)
    cells = [_what(event, glyphs)]
    if event.kind == "call":
        cells += [_named(event, glyphs), event_phrases.shapes(event, glyphs)]
        cells += [Text(event_phrases.settings(event, None, glyphs)), inked(event.mode, MODES[event.mode])]
    else:
        cells += _came(event, glyphs)
    if event.times > 1:
        cells.append(Text(formatting.counted(event.times, "time")))
    if event.variable is None and event.error is not None and event.error.origin:
        cells.append(event_phrases.trouble(event, glyphs))
    return Text("  ").join(cell for cell in cells if cell)


def _what(event: Event, glyphs: Glyphs) -> Text:
    number = event.trace if event.kind == "trace" else event.call_index
    said = inked(f"{event.kind} {number or ''}".strip(), KINDS[event.kind])
    if event.function is not None and event.kind in ("trace", "run"):
        said.append(" of " if event.kind == "trace" else " ")
        said.append(glyphs.user(event.function.name), NAME)
    return said


def _mode(event: Event, glyphs: Glyphs) -> Text:
    # Lines further out have told which trace it is, and when Keras began to infer shapes.
    inner = event.depth > 0 and event.mode != "eager" and event.kind != "trace"
    said = event.mode if inner else ran_where(event, None, glyphs)
    return inked(said, MODES[event.mode])


def _who(event: Event, glyphs: Glyphs) -> Text:
    subject = event.variable or event.layer
    return inked("" if subject is None else glyphs.user(subject.name), NAME)


def _named(event: Event, glyphs: Glyphs) -> Text:
    who = _who(event, glyphs)
    if event.layer is not None and event.variable is None:
        who.append(f" ({glyphs.user(event.layer.class_name)})", CLASS)
    return who


def _came(event: Event, glyphs: Glyphs) -> Iterator[Text]:
    """Write whom an event is about, and what came in."""
    yield _named(event, glyphs)
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
    yield from _came(event, glyphs)
    yield _mode(event, glyphs)
    if event.thread != "MainThread":
        yield inked(f"in thread {glyphs.user(event.thread)}", QUIET)
    if event.location is not None:
        place = Places([event.location], "").short(event.location)
        yield inked(glyphs.user(place), QUIET)


def _end(event: Event, glyphs: Glyphs) -> Iterator[Text]:
    yield _who(event, glyphs)
    if event.error is not None and event.error.origin:
        yield event_phrases.trouble(event, glyphs)
    elif event.error is not None:
        yield inked(glyphs.cross, ERROR)
    elif event.kind == "call" and event.outputs is not None:
        yield Text(f"{glyphs.arrow} {formatting.structure(event.outputs, glyphs)}")
    if event.duration_ns is not None:
        yield inked(formatting.duration(event.duration_ns, glyphs), QUIET)
