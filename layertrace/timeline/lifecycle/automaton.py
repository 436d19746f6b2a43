"""Programs of lifecycle expressions, and the automaton that runs them over events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, chain
from typing import Protocol

from layertrace.timeline.event import Event

__all__ = ["ANY", "Automaton", "Nested", "Program", "Step", "either", "repeated"]

ANY = "."


class Nested(Protocol):
    """A `Timeline`, or another nesting of events, to match an expression against."""

    @property
    def roots(self) -> Sequence[Event]:
        """The events that are not inside another event."""

    def children(self, event: Event) -> Sequence[Event]:
        """The events directly inside `event`."""


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """An instruction that consumes one event of this kind, if the events inside it match, too."""

    kind: str
    inside: Automaton | None = None

    def names(self, event: Event) -> bool:
        """Return whether the event is of this kind."""
        return self.kind == event.kind or self.kind == ANY

    def takes(self, event: Event, timeline: Nested) -> bool:
        """Return whether the event matches, with the events inside it."""
        return self.names(event) and (
            self.inside is None or self.inside.matches(timeline.children(event), timeline)
        )


Jump = tuple[int, ...]  # an instruction that continues at all these positions at once, relative to its own
Program = tuple[Step | Jump, ...]  # matches if it reaches its end with the last event


def either(programs: Sequence[Program]) -> Program:
    """Return the program that matches whatever one of these matches."""
    if len(programs) == 1:
        return programs[0]
    ends = list(accumulate(len(program) + 1 for program in programs))
    parts: list[Program] = [((1, *(end + 1 for end in ends[:-1])),)]
    for program, end in zip(programs, ends, strict=True):
        parts += program, ((ends[-1] - end + 1,),)
    return tuple(chain(*parts))


def repeated(program: Program, least: int, most: int | None) -> Program:
    """Return the program that matches `least` to `most` repetitions; None is unlimited."""
    size = len(program) + 1
    if most is None and least == 0:
        return ((1, size + 1), *program, (-size,))
    if most is None:
        return (*(program * least), (1 - size, 1))  # the last one again, or continue
    optional = (((1, left * size), *program) for left in range(most - least, 0, -1))
    return program * least + tuple(chain(*optional))


class Automaton:
    """Runs a program over events, at all positions at once that the events may have led to.

    That set of positions is the only state (Thompson's construction), so nothing is tried twice and the time
    is linear in the events. Transitions between sets are cached, as in a lazy DFA; only a few, because there
    can be exponentially many sets.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        insides = (step.inside for step in program if isinstance(step, Step))
        self.depth: int = max((1 + inside.depth for inside in insides if inside), default=0)
        self._start = self._reach([0])
        self._steps = lru_cache(maxsize=256)(self._find_steps)
        self._after = lru_cache(maxsize=256)(self._find_after)

    def matches(self, events: Iterable[Event], timeline: Nested) -> bool:
        """Return whether the program reaches its end with the last event."""
        event, _, may_end = self.follow(events, timeline)
        return event is None and may_end

    def follow(
        self, events: Iterable[Event], timeline: Nested
    ) -> tuple[Event | None, tuple[Step, ...], bool]:
        """Run the program until an event does not match.

        Returns:
            The event that does not match, or None; the steps possible there; whether it may end there.
        """
        places = self._start
        stopped = None
        for event in events:
            taken = tuple([step for step in self._steps(places) if step.takes(event, timeline)])
            if not taken:
                stopped = event
                break
            places = self._after(places, taken)
        return stopped, self._steps(places), len(self.program) in places

    def _find_steps(self, places: frozenset[int]) -> tuple[Step, ...]:
        """Return the distinct steps at these positions; repetitions share their steps."""
        instructions = (self.program[place] for place in sorted(places) if place < len(self.program))
        return tuple(dict.fromkeys(step for step in instructions if isinstance(step, Step)))

    def _find_after(self, places: frozenset[int], taken: tuple[Step, ...]) -> frozenset[int]:
        """Return the positions after these steps have consumed an event."""
        inner = (place for place in places if place < len(self.program))
        return self._reach([place + 1 for place in inner if self.program[place] in taken])

    def _reach(self, waiting: list[int]) -> frozenset[int]:
        """Follow all jumps, and return the steps that they lead to, which may include the end."""
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
