"""Lifecycle expressions: regular expressions over events, which can look inside them.

    init build(variable*) call+     made, built with nothing but variables inside, then called
    init (build | call(build))      built on its own, or inside the first call
    trace(.{1,20}) run*             a function traced once, with up to 20 events inside, then run

    init, build … run               one event of this kind, with whatever is inside it
    .                               one event of any kind, with whatever is inside it
    build(variable*)  build()       one event, and what happened inside it: this, or nothing
    init build                      one after the other
    init | build                    one or the other; `|` binds loosest
    (init build)                    a group
    * + ? {m} {m,} {,n} {m,n}       the kind or group before it, repeated

White space decides between the two uses of brackets: a bracket right after a kind says what is
inside the event, a bracket after white space begins a group. `call(build)` is one event,
`call (build)` two. Everywhere else white space only separates.

The whole timeline has to match: the expression describes its roots, the brackets after a kind
the children of that event.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any, Protocol

from layertrace.errors import ExpressionError
from layertrace.timeline.event import KINDS, Event

if TYPE_CHECKING:
    from lark import Lark, Token
    from lark.exceptions import UnexpectedInput

__all__ = ["Expression", "Mismatch", "Nested", "compile"]

ANY = "."
MOST_INSTRUCTIONS = 10_000
MOST_NESTING = 100  # matching recurses where the expression nests, and Python allows 1000 frames

# INSIDE and GROUP are told apart by what stands right before them. A bracket right after ")" or a
# quantifier reads as INSIDE too, which fits nowhere: `call+(build)` is refused, not guessed.
_GRAMMAR = rf"""
    choice: sequence ("|" sequence)*
    sequence: repeated+
    ?repeated: item
        | item SIGN -> signed
        | item BRACE [COUNT] [COMMA [COUNT]] "}}" -> counted
    ?item: KIND -> event
        | KIND INSIDE choice? ")" -> event
        | GROUP choice ")" -> group

    KIND: /({"|".join(KINDS)})(?![\w-])|\./
    INSIDE: /(?<=[^\s(|])\(/
    GROUP: /(?<![^\s(|])\(/
    SIGN: /[*+?]/
    BRACE: "{{"
    COMMA: ","
    COUNT: /[0-9]{{1,99}}/
    %ignore /\s+/
"""

_SIGNS: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}


class Nested(Protocol):
    """What an expression is compared with: a `Timeline`, or anything nested as one is."""

    @property
    def roots(self) -> Sequence[Event]:
        """The events that lie inside no other."""

    def children(self, event: Event) -> Sequence[Event]:
        """The events directly inside `event`."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """The first event that no reading of the expression allows, and what it allows there.

    Attributes:
        event: The event that does not fit; None where events ended too early.
        parent: The event inside which that is; None at the top.
        expected: The kinds that would have fitted, as the expression writes them (`.` for any).
        may_end: Whether it would also have fitted that no further event came.
    """

    event: Event | None
    parent: Event | None
    expected: tuple[str, ...]
    may_end: bool

    def __str__(self) -> str:
        kinds = ("any event",) if ANY in self.expected else self.expected
        expected = " or ".join((*kinds, "the end") if self.may_end else kinds)
        around = "the timeline" if self.parent is None else _told(self.parent)
        if self.event is None:
            return f"{around} ended where {expected} was expected"
        inside = "" if self.parent is None else f" inside {around}"
        return f"{_told(self.event)} came{inside} where {expected} was expected"


def _told(event: Event) -> str:
    return f"event {event.seq} ({event.kind})"


class Expression:
    """A lifecycle expression, ready to be compared with timelines. Made by `compile`."""

    def __init__(self, text: str, automaton: _Automaton) -> None:
        self.text = text
        self._automaton = automaton

    def __repr__(self) -> str:
        return f"<Expression: {self.text}>"

    def matches(self, timeline: Nested) -> bool:
        """Tell whether the whole timeline has this shape, in time linear in its events."""
        return self._automaton.matches(timeline.roots, timeline)

    def mismatch(self, timeline: Nested) -> Mismatch | None:
        """Find the first event that does not fit, and the kinds that would have; None if all fit.

        Where a kind fits and what is inside the event does not, the place is inside that event.
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
            # None of these fits, so neither does "one of these"; and where that fails is the
            # furthest that any of them goes.
            automaton = _Automaton(_either([inside.program for inside in insides]))
            events, parent = timeline.children(event), event


def compile(text: str) -> Expression:
    """Read a lifecycle expression once, to compare it with many timelines.

    Each expression is read only the first time. The module's docstring is its grammar.

    Args:
        text: The expression, such as `"init build(variable*) call+"`.

    Raises:
        ExpressionError: If it does not parse; the message points at the place and says what to do.

    Example:
        >>> from layertrace.timeline import Event, Timeline
        >>> timeline = Timeline([Event(seq=0, kind="init"), Event(seq=1, kind="call")])
        >>> compile("init call*").matches(timeline)
        True
        >>> print(compile("init build call*").mismatch(timeline))
        event 1 (call) came where build was expected
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
        # lark's types do not know that with a transformer, parse() returns what that makes.
        program: _Program = _parser().parse(text)  # type: ignore[assignment]
        return Expression(text, _Automaton(program))
    except UnexpectedInput as error:
        fault = _diagnose(error, text)
    except _Fault as error:
        fault = error
    # A line break or tab in the expression would move the caret away from its place.
    raise ExpressionError(fault.problem, re.sub(r"\s", " ", text), fault.position)


@cache
def _parser() -> Lark:
    from lark import Lark  # here, so that importing layertrace does not import lark

    return Lark(_GRAMMAR, parser="lalr", start="choice", transformer=_Assembler())


# Programs: what an expression means, as instructions for an automaton


@dataclass(frozen=True, slots=True, eq=False)
class _Step:
    """An instruction that takes one event of this kind, if what is inside it fits too."""

    kind: str
    inside: _Automaton | None = None

    def names(self, event: Event) -> bool:
        return self.kind == event.kind or self.kind == ANY

    def takes(self, event: Event, timeline: Nested) -> bool:
        return self.names(event) and (
            self.inside is None or self.inside.matches(timeline.children(event), timeline)
        )


_Jump = tuple[int, ...]  # an instruction that goes on at all these places at once, counted from it
_Program = tuple[_Step | _Jump, ...]  # matches when its end is reached with the last event


def _either(programs: Sequence[_Program]) -> _Program:
    if len(programs) == 1:
        return programs[0]
    ends = list(accumulate(len(program) + 1 for program in programs))
    parts: list[_Program] = [((1, *(end + 1 for end in ends[:-1])),)]
    for program, end in zip(programs, ends, strict=True):
        parts += program, ((ends[-1] - end + 1,),)
    return tuple(chain(*parts))


def _repeated(program: _Program, least: int, most: int | None) -> _Program:
    size = len(program) + 1
    if most is None and least == 0:
        return ((1, size + 1), *program, (-size,))
    if most is None:
        return (*(program * least), (1 - size, 1))  # the last one again, or on
    optional = (((1, left * size), *program) for left in range(most - least, 0, -1))
    return program * least + tuple(chain(*optional))


class _Assembler:
    """Makes programs of what the parser finds: a method for each rule of the grammar.

    The parser calls them as it goes, from the inside out, so that no depth of brackets recurses.
    """

    def event(self, parts: list[Any]) -> _Program:
        kind, *nested = parts
        if not nested:
            return (_Step(str(kind)),)
        bracket, *inside = nested
        automaton = _Automaton(inside[0] if inside else ())
        if automaton.depth >= MOST_NESTING:
            problem = f"kinds lie inside each other more than {MOST_NESTING} deep"
            raise _Fault(f"{problem}; leave out the brackets that do not matter", bracket)
        return (_Step(str(kind), automaton),)

    def group(self, parts: list[Any]) -> _Program:
        program: _Program = parts[1]
        return program

    def signed(self, parts: list[Any]) -> _Program:
        program, sign = parts
        return self._repeated(program, *_SIGNS[sign], sign)

    def counted(self, parts: list[Any]) -> _Program:
        program, brace, low, comma, high = parts
        if low is None and high is None:
            raise _Fault(_COUNT, brace)
        least = int(low or 0)
        most = int(high) if high else None if comma else least
        if most is not None and most < least:
            problem = f"{{{least},{most}}} asks for at least {least} and at most {most}"
            raise _Fault(f"{problem}; write {{{most},{least}}}", brace)
        return self._repeated(program, least, most, brace)

    def sequence(self, parts: list[Any]) -> _Program:
        return tuple(chain(*parts))

    def choice(self, parts: list[Any]) -> _Program:
        return _either(parts)

    def _repeated(
        self, program: _Program, least: int, most: int | None, quantifier: Token
    ) -> _Program:
        # Counts are written out, and multiply where they nest. Nothing, repeated, still takes room.
        size = max(len(program), 1) * (most or least)
        if size > MOST_INSTRUCTIONS:
            problem = f"this count makes {size:,} instructions, more than {MOST_INSTRUCTIONS:,}"
            raise _Fault(f"{problem}; use '*' or '+' where the number does not matter", quantifier)
        return _repeated(program, least, most)


class _Automaton:
    """Runs a program over events, at all the places at once that they may have led to.

    That set of places is the only state (Thompson's construction), so nothing is ever tried again
    and time is linear in the events. Moves between sets are remembered, as a lazy DFA; only
    a few, because there can be exponentially many sets.
    """

    def __init__(self, program: _Program) -> None:
        self.program = program
        insides = (step.inside for step in program if isinstance(step, _Step))
        self.depth: int = max((1 + inside.depth for inside in insides if inside), default=0)
        self._start = self._reach([0])
        self._steps = lru_cache(maxsize=256)(self._find_steps)
        self._after = lru_cache(maxsize=256)(self._find_after)

    def matches(self, events: Iterable[Event], timeline: Nested) -> bool:
        """Tell whether the program reaches its end with the last event."""
        event, _, may_end = self.follow(events, timeline)
        return event is None and may_end

    def follow(
        self, events: Iterable[Event], timeline: Nested
    ) -> tuple[Event | None, tuple[_Step, ...], bool]:
        """Go as far as events fit.

        Returns:
            The event that does not fit, or None; the steps possible there; whether it may end.
        """
        places = self._start
        stopped = None
        for event in events:
            taken = tuple([s for s in self._steps(places) if s.takes(event, timeline)])
            if not taken:
                stopped = event
                break
            places = self._after(places, taken)
        return stopped, self._steps(places), len(self.program) in places

    def _find_steps(self, places: frozenset[int]) -> tuple[_Step, ...]:
        """Return the different steps at these places; repetitions share theirs."""
        found = (self.program[place] for place in sorted(places) if place < len(self.program))
        return tuple(dict.fromkeys(step for step in found if isinstance(step, _Step)))

    def _find_after(self, places: frozenset[int], taken: tuple[_Step, ...]) -> frozenset[int]:
        """Return where the program can be when these of the steps have taken an event."""
        going_on = (place for place in places if place < len(self.program))
        return self._reach([place + 1 for place in going_on if self.program[place] in taken])

    def _reach(self, waiting: list[int]) -> frozenset[int]:
        """Follow all jumps, to the steps, and perhaps the end, that they lead to."""
        seen: set[int] = set()
        reached = []
        while waiting:
            place = waiting.pop()
            if place in seen:
                continue
            seen.add(place)
            instruction = self.program[place] if place < len(self.program) else None
            if isinstance(instruction, tuple):
                waiting.extend(place + offset for offset in instruction)
            else:
                reached.append(place)
        return frozenset(reached)


# Faults: what to say where parsing stops

_COUNT = "a count is written {m}, {m,}, {,n} or {m,n}, with whole numbers"
_QUANTIFIERS = frozenset("*+?{")


class _Fault(Exception):
    """A problem and its place, before the expression is put beside it."""

    def __init__(self, problem: str, place: int | Token) -> None:
        self.problem = problem
        self.position: int = place if isinstance(place, int) else place.start_pos or 0


def _diagnose(error: UnexpectedInput, text: str) -> _Fault:
    """Find words for a fault in what stands before and after the place where the parser stopped."""
    at_end = getattr(getattr(error, "token", None), "type", None) == "$END"
    place = len(text) if at_end else error.pos_in_stream or 0
    unclosed = _unclosed(error)
    if unclosed == "{":
        return _Fault(_COUNT, unclosed if at_end else place)
    word = re.match(r"[\w-]+", text[place:])
    if word:
        return _Fault(_unknown(word[0]), place)
    found = text[place : place + 1]
    missing = _missing(text[:place].rstrip(), found, place)
    if missing:
        return missing
    if unclosed and at_end:
        return _Fault("this bracket is never closed; put a ')' where it ends", unclosed)
    return _Fault(_misplaced(found), place)


def _unclosed(error: UnexpectedInput) -> Token | None:
    """Return the innermost bracket that is open where the parser stopped."""
    brackets: list[Token] = []
    for part in error.interactive_parser.parser_state.value_stack:
        if part in ("(", "{"):
            brackets.append(part)
        elif part in (")", "}"):  # read, but what it closes was not put together yet
            brackets.pop()
    return brackets[-1] if brackets else None


def _unknown(word: str) -> str:
    if word.isdecimal():
        return f"a count stands in braces, right after what is repeated: {{{word}}}"
    close = get_close_matches(word.lower(), KINDS, n=1)
    hint = f"did you mean {close[0]!r}? kinds" if close else "kinds"
    return f"no event has the kind {word!r}; {hint} are {', '.join(KINDS)}, and '.' for any"


def _missing(before: str, found: str, place: int) -> _Fault | None:
    """Say that a kind or group is missing between these two, if that is what is wrong."""
    last = before[-1:]
    if last not in ("", "(", "|"):
        last = "something"
    if found in _QUANTIFIERS and last != "something":
        problem = f"{found!r} has nothing before it to repeat"
        return _Fault(f"{problem}; put a kind there ('.' is any event)", place)
    if (found == "|" and last != "something") or (last == "|" and found in ("", ")")):
        problem = "one side of '|' is empty; put a kind there, or make a group optional"
        return _Fault(f"{problem}: (init | build)?", place if found == "|" else len(before) - 1)
    if last == "(" and found == ")":
        problem = "this group is empty; right after a kind, '()' means that nothing is inside"
        return _Fault(f"{problem}: build()", len(before) - 1)
    if last == found == "":
        example = "write what should happen, such as 'init build call+'"
        return _Fault(f"the expression is empty; {example}", 0)
    return None


def _misplaced(found: str) -> str:
    if found in (")", "}"):
        opening = {")": "(", "}": "{"}[found]
        return f"this {found!r} closes nothing; remove it, or put a {opening!r} where it begins"
    if found in _QUANTIFIERS:
        return f"{found!r} follows another quantifier; put what it repeats in brackets: (call+)?"
    if found == "(":
        return "only a kind has an inside: write 'call(build)+', or a space to begin a group"
    return (
        f"{found!r} means nothing here; an expression is made of kinds, white space, ( ), |, "
        "*, +, ? and {m,n}"
    )
