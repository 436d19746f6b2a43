"""The grammar of lifecycle expressions: a parser that returns programs, and explains syntax errors."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from layertrace.timeline.event import KINDS
from layertrace.timeline.lifecycle.automaton import Automaton, Program, Step, either, repeated

if TYPE_CHECKING:
    from lark import Lark, Token
    from lark.exceptions import UnexpectedInput

__all__ = ["Fault", "diagnose", "parser"]

MOST_INSTRUCTIONS = 10_000
MOST_NESTING = 100  # matching recurses where the expression nests, and Python allows 1000 frames

# The character before the bracket distinguishes INSIDE from GROUP. A bracket right after ")" or a
# quantifier is INSIDE, too, which is allowed nowhere: `call+(build)` is rejected, not guessed.
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


@cache
def parser() -> Lark:
    """Return the parser, which turns an expression into a program."""
    from lark import Lark  # here, so that importing layertrace does not import lark

    return Lark(_GRAMMAR, parser="lalr", start="choice", transformer=_Assembler())


class _Assembler:
    """Builds programs from what the parser finds: a method for each rule of the grammar.

    The parser calls them from the inside out while it reads, so deep brackets do not recurse.
    """

    def event(self, parts: list[Any]) -> Program:
        kind, *nested = parts
        if not nested:
            return (Step(str(kind)),)
        bracket, *inside = nested
        automaton = Automaton(inside[0] if inside else ())
        if automaton.depth >= MOST_NESTING:
            problem = f"brackets are nested more than {MOST_NESTING} deep"
            raise Fault(f"{problem}; remove those that are not needed", bracket)
        return (Step(str(kind), automaton),)

    def group(self, parts: list[Any]) -> Program:
        program: Program = parts[1]
        return program

    def signed(self, parts: list[Any]) -> Program:
        program, sign = parts
        return self._repeated(program, *_SIGNS[sign], sign)

    def counted(self, parts: list[Any]) -> Program:
        program, brace, low, comma, high = parts
        if low is None and high is None:
            raise Fault(_COUNT, brace)
        least = int(low or 0)
        most = int(high) if high else None if comma else least
        if most is not None and most < least:
            problem = f"{{{least},{most}}} asks for at least {least} and at most {most}"
            raise Fault(f"{problem}; write {{{most},{least}}}", brace)
        return self._repeated(program, least, most, brace)

    def sequence(self, parts: list[Any]) -> Program:
        return tuple(chain(*parts))

    def choice(self, parts: list[Any]) -> Program:
        return either(parts)

    def _repeated(self, program: Program, least: int, most: int | None, quantifier: Token) -> Program:
        # Repetitions are written out, and multiply when nested. An empty part takes space, too.
        size = max(len(program), 1) * (most or least)
        if size > MOST_INSTRUCTIONS:
            problem = f"this repetition needs {size:,} steps, and the maximum is {MOST_INSTRUCTIONS:,}"
            raise Fault(f"{problem}; use '*' or '+' if the number does not matter", quantifier)
        return repeated(program, least, most)


# Faults: messages for the position where parsing stops

_COUNT = "a count is written {m}, {m,}, {,n} or {m,n}, with whole numbers"
_QUANTIFIERS = frozenset("*+?{")


class Fault(Exception):
    """A problem and its position, without the expression."""

    def __init__(self, problem: str, place: int | Token) -> None:
        self.problem = problem
        self.position: int = place if isinstance(place, int) else place.start_pos or 0


def diagnose(error: UnexpectedInput, text: str) -> Fault:
    """Return the fault that the text before and after the position of the parser indicates."""
    at_end = getattr(getattr(error, "token", None), "type", None) == "$END"
    place = len(text) if at_end else error.pos_in_stream or 0
    unclosed = _unclosed(error)
    if unclosed == "{":
        return Fault(_COUNT, unclosed if at_end else place)
    word = re.match(r"[\w-]+", text[place:])
    if word:
        return Fault(_unknown_word(word[0]), place)
    character = text[place : place + 1]
    missing = _missing_part(text[:place].rstrip(), character, place)
    if missing:
        return missing
    if unclosed and at_end:
        return Fault("this bracket is never closed; put a ')' where it ends", unclosed)
    return Fault(_misplaced_character(character), place)


def _unclosed(error: UnexpectedInput) -> Token | None:
    """Return the innermost open bracket at the position where the parser stopped."""
    brackets: list[Token] = []
    for part in error.interactive_parser.parser_state.value_stack:
        if part in ("(", "{"):
            brackets.append(part)
        elif part in (")", "}"):  # read, but its group is not reduced yet
            brackets.pop()
    return brackets[-1] if brackets else None


def _unknown_word(word: str) -> str:
    if word.isdecimal():
        return f"a count needs braces, right after what it repeats: {{{word}}}"
    close = get_close_matches(word.lower(), KINDS, n=1)
    hint = f"did you mean {close[0]!r}? The" if close else "the"
    return f"unknown kind {word!r}; {hint} kinds are {', '.join(KINDS)}, and '.' for any"


def _missing_part(before: str, character: str, place: int) -> Fault | None:
    """Return a fault if a kind or group is missing between these two."""
    last = before[-1:]
    if last not in ("", "(", "|"):
        last = "something"
    if character in _QUANTIFIERS and last != "something":
        problem = f"{character!r} has nothing before it to repeat"
        return Fault(f"{problem}; put a kind there ('.' is any event)", place)
    if (character == "|" and last != "something") or (last == "|" and character in ("", ")")):
        problem = "one side of '|' is empty; put a kind there, or make a group optional"
        return Fault(f"{problem}: (init | build)?", place if character == "|" else len(before) - 1)
    if last == "(" and character == ")":
        problem = "this group is empty; right after a kind, '()' means that nothing is inside"
        return Fault(f"{problem}: build()", len(before) - 1)
    if last == character == "":
        example = "write what should happen, such as 'init build call+'"
        return Fault(f"the expression is empty; {example}", 0)
    return None


def _misplaced_character(character: str) -> str:
    if character in (")", "}"):
        opening = {")": "(", "}": "{"}[character]
        return f"this {character!r} closes nothing; remove it, or put a {opening!r} where it begins"
    if character in _QUANTIFIERS:
        return f"{character!r} follows another quantifier; put what it repeats in brackets: (call+)?"
    if character == "(":
        return "'(' must follow a kind, as in 'call(build)+', or a space, where it begins a group"
    return f"{character!r} is not allowed; an expression has only kinds, spaces, ( ), |, *, +, ? and {{m,n}}"
