"""Lifecycle expressions: regular expressions over events, which can look inside them.

    init build(variable*) call+     created, built with only variables inside, then called
    init (build | call(build))      built on its own, or inside the first call
    trace(.{1,20}) run*             a function traced once, with up to 20 events inside, then run

    init, build … run               one event of this kind, with whatever is inside it
    .                               one event of any kind, with whatever is inside it
    build(variable*)  build()       one event with exactly this inside it, or nothing
    init build                      one after the other
    init | build                    one or the other; `|` has the lowest precedence
    (init build)                    a group
    * + ? {m} {m,} {,n} {m,n}       the kind or group before it, repeated

White space distinguishes the two uses of brackets: a bracket right after a kind describes the inside
of the event, a bracket after white space begins a group. `call(build)` is one event, `call (build)`
two. Everywhere else white space only separates.

The whole timeline must match: the expression describes its roots, the brackets after a kind the
children of that event.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from layertrace.errors import ExpressionError
from layertrace.timeline.event import Event
from layertrace.timeline.lifecycle.automaton import ANY, Automaton, Nested, Program, either
from layertrace.timeline.lifecycle.grammar import Fault, diagnose, parser

__all__ = ["Expression", "Mismatch", "Nested", "compile"]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """The first event that no reading of the expression allows, and what it allows there.

    Attributes:
        event: The event that does not match; None if the events ended too early.
        parent: The parent of that event; None at the top.
        expected: The kinds that would have matched, as the expression writes them (`.` for any).
        may_end: Whether the events could also have ended there.
    """

    event: Event | None
    parent: Event | None
    expected: tuple[str, ...]
    may_end: bool

    def __str__(self) -> str:
        kinds = ("any event",) if ANY in self.expected else self.expected
        expected = " or ".join((*kinds, "the end") if self.may_end else kinds)
        inside = "" if self.parent is None else f"inside {_label(self.parent)}, "
        actual = "the end" if self.event is None else _label(self.event)
        return f"{inside}expected {expected}, got {actual}"


def _label(event: Event) -> str:
    return f"event {event.seq} ({event.kind})"


class Expression:
    """A lifecycle expression, ready to match timelines. Created by `compile`."""

    def __init__(self, text: str, automaton: Automaton) -> None:
        self.text = text
        self._automaton = automaton

    def __repr__(self) -> str:
        return f"<Expression: {self.text}>"

    def matches(self, timeline: Nested) -> bool:
        """Return whether the whole timeline matches, in time linear in its events."""
        return self._automaton.matches(timeline.roots, timeline)

    def mismatch(self, timeline: Nested) -> Mismatch | None:
        """Return the first event that does not match, and the kinds that would; None if all match.

        If the kind of an event matches and its inside does not, the mismatch is inside that event.
        """
        automaton, events, parent = self._automaton, timeline.roots, None
        while True:
            event, steps, may_end = automaton.follow(events, timeline)
            if event is None and may_end:
                return None
            insides = [step.inside for step in steps if event and step.inside and step.names(event)]
            if event is None or not insides:
                expected = tuple(dict.fromkeys(step.kind for step in steps))
                return Mismatch(event, parent, expected, may_end)
            # None of these matches, so neither does "one of these"; the position where that fails
            # is the furthest that any of them gets.
            automaton = Automaton(either([inside.program for inside in insides]))
            events, parent = timeline.children(event), event


def compile(text: str) -> Expression:
    """Return a lifecycle expression that can be matched against many timelines.

    Each expression is parsed only once. The module's docstring is its grammar.

    Args:
        text: The expression, such as `"init build(variable*) call+"`.

    Raises:
        ExpressionError: If it is invalid; the message points at the position and suggests a fix.

    Example:
        >>> from layertrace.timeline import Event, Timeline
        >>> timeline = Timeline([Event(seq=0, kind="init"), Event(seq=1, kind="call")])
        >>> compile("init call*").matches(timeline)
        True
        >>> print(compile("init build call*").mismatch(timeline))
        expected build, got event 1 (call)
    """
    if isinstance(text, str):
        return _compile(text)
    # The value itself is not shown: the repr of a tensor may be very long.
    name = type(text).__name__
    problem = f"a lifecycle expression is a string such as 'init build call+', not {name}"
    raise ExpressionError(problem, f"<{name}>", 0)


@lru_cache(maxsize=256)
def _compile(text: str) -> Expression:
    from lark.exceptions import UnexpectedInput

    try:
        # lark's types do not know that with a transformer, parse() returns its result.
        program: Program = parser().parse(text)  # type: ignore[assignment]
        return Expression(text, Automaton(program))
    except UnexpectedInput as error:
        fault = diagnose(error, text)
    except Fault as error:
        fault = error
    # A line break or tab in the expression would move the caret away from its position.
    raise ExpressionError(fault.problem, re.sub(r"\s", " ", text), fault.position)
