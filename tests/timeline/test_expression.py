"""Lifecycle expressions match what they describe, and report where a timeline does not match."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import dedent
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layertrace.errors import ExpressionError
from layertrace.timeline import Event, Timeline
from layertrace.timeline.event import KINDS, Kind
from layertrace.timeline.lifecycle.expression import Mismatch, compile

Happened = str | tuple["Happened", ...]
"""A kind, or a kind followed by what happened inside the event: `("build", "variable")`."""


def timeline_of(*happened: Happened) -> Timeline:
    """Return a timeline of events written as kinds and nested tuples."""
    return Timeline(events_of(happened))


def events_of(happened: tuple[Happened, ...]) -> list[Event]:
    events: list[Event] = []

    def add(item: Happened, parent: int | None, depth: int) -> None:
        kind, *inside = [item] if isinstance(item, str) else item
        seq = len(events)
        events.append(Event(seq=seq, kind=cast(Kind, kind), parent=parent, depth=depth))
        for inner in inside:
            add(inner, seq, depth + 1)

    for item in happened:
        add(item, None, 0)
    return events


def chain_of(length: int) -> Timeline:
    """Return a timeline of calls, each inside the previous one."""
    parents = [None, *range(length - 1)]
    return Timeline(
        Event(seq=seq, kind="call", parent=parent, depth=seq) for seq, parent in enumerate(parents)
    )


# What an expression accepts


def test_kinds_stand_for_events_in_order() -> None:
    """Kinds separated by white space are events, one after the other."""
    expression = compile("init build call")

    assert expression.matches(timeline_of("init", "build", "call"))
    assert not expression.matches(timeline_of("init", "call", "build"))


def test_the_whole_timeline_has_to_match() -> None:
    """An expression that matches only the beginning or the end does not match."""
    assert not compile("init build").matches(timeline_of("init", "build", "call"))
    assert not compile("build call").matches(timeline_of("init", "build", "call"))


def test_a_kind_stands_for_the_event_with_all_inside_it() -> None:
    """Without brackets, it does not matter what happened inside an event."""
    expression = compile("build call")

    assert expression.matches(timeline_of("build", "call"))
    assert expression.matches(timeline_of(("build", "variable"), ("call", ("call", "build"))))


def test_brackets_describe_what_happened_inside() -> None:
    """Brackets right after a kind are matched against everything directly inside the event."""
    expression = compile("build(variable+)")

    assert expression.matches(timeline_of(("build", "variable", "variable")))
    assert not expression.matches(timeline_of("build"))
    assert not expression.matches(timeline_of(("build", "variable", "call")))
    assert not expression.matches(timeline_of("build", "variable"))


def test_empty_brackets_mean_that_nothing_is_inside() -> None:
    """`build()` is a build inside which nothing was recorded."""
    assert compile("build()").matches(timeline_of("build"))
    assert not compile("build( )").matches(timeline_of(("build", "variable")))


def test_brackets_nest() -> None:
    """An expression can describe events at any depth."""
    expression = compile("call(build(variable) call(call)*)")

    assert expression.matches(timeline_of(("call", ("build", "variable"), ("call", "call"))))
    assert not expression.matches(timeline_of(("call", ("build", "variable"), "call")))


def test_white_space_before_a_bracket_begins_a_group() -> None:
    """`call (build)` is a call and then a build; `call(build)` is a build inside a call."""
    one_in_the_other, one_after_the_other = (
        timeline_of(("call", "build")),
        timeline_of("call", "build"),
    )

    assert compile("call(build)").matches(one_in_the_other)
    assert not compile("call(build)").matches(one_after_the_other)
    assert compile("call (build)").matches(one_after_the_other)
    assert not compile("call (build)").matches(one_in_the_other)


def test_alternatives_bind_loosest() -> None:
    """`init build | call` is one of two sequences; a group makes the choice smaller."""
    assert compile("init build | call").matches(timeline_of("call"))
    assert not compile("init build | call").matches(timeline_of("init", "call"))
    assert compile("init (build | call)").matches(timeline_of("init", "call"))


def test_two_insides_of_one_kind_are_kept_apart() -> None:
    """Which alternative an event belongs to may be decided by what is inside it."""
    expression = compile("build(variable) call | build(variable*) run")

    assert expression.matches(timeline_of(("build", "variable"), "run"))
    assert not expression.matches(timeline_of(("build", "variable", "variable"), "call"))


def test_a_dot_is_an_event_of_any_kind() -> None:
    """`.` matches every event, and can have brackets."""
    assert all(compile(".").matches(timeline_of(kind)) for kind in KINDS)
    assert compile(".(variable) .*").matches(timeline_of(("trace", "variable"), "run", "run"))
    assert not compile(".(variable)").matches(timeline_of("build"))


@pytest.mark.parametrize(
    ("quantifier", "accepted"),
    [
        ("", {1}),
        ("*", {0, 1, 2, 3, 4, 5}),
        ("+", {1, 2, 3, 4, 5}),
        ("?", {0, 1}),
        ("{0}", {0}),
        ("{2}", {2}),
        ("{2,}", {2, 3, 4, 5}),
        ("{,2}", {0, 1, 2}),
        ("{2,4}", {2, 3, 4}),
        (" { 2 , 4 } ", {2, 3, 4}),
    ],
)
def test_quantifiers_mean_what_they_mean_in_regular_expressions(
    quantifier: str, accepted: set[int]
) -> None:
    """A quantifier repeats the kind or group before it."""
    kind, group = compile(f"call{quantifier}"), compile(f"(init | call(.*)){quantifier}")

    assert {n for n in range(6) if kind.matches(timeline_of(*["call"] * n))} == accepted
    assert {n for n in range(6) if group.matches(timeline_of(*["call"] * n))} == accepted


def test_an_expression_may_fill_several_lines() -> None:
    """Any white space separates, including line breaks."""
    expression = compile("""
        init
        build(
            variable*
        )
        call+
    """)

    assert expression.matches(timeline_of("init", ("build", "variable"), "call"))


def test_a_timeline_asks_by_itself() -> None:
    """`Timeline.matches` compiles the expression and matches it."""
    timeline = timeline_of("init", ("build", "variable", "variable"), "call", "call")

    assert timeline.matches("init build(variable*) call+")
    assert not timeline.matches("init build() call+")


def test_a_selection_matches_by_the_nesting_it_has_left() -> None:
    """An event whose parent was not selected belongs to its nearest selected ancestor."""
    timeline = timeline_of(("call", ("build", "variable"), "call"))

    assert timeline.matches("call(build(variable) call)")
    assert timeline.where(kind=["call", "variable"]).matches("call(variable call)")
    assert timeline.where(kind="variable").matches("variable")


# What an expression costs


def test_a_long_timeline_is_read_once() -> None:
    """Nested repetition does not backtrack: a backtracking matcher would never finish here."""
    calls = ["call"] * 100_000

    assert compile("(call*)* build").matches(timeline_of(*calls, "build"))
    assert not compile("(call*)* build").matches(timeline_of(*calls))


def test_a_deep_timeline_needs_no_deep_stack() -> None:
    """Matching recurses only as deep as the expression."""
    timeline = chain_of(2_000)

    assert compile("call").matches(timeline)
    assert compile("call(call(call))").matches(timeline)
    assert not compile("call(call(build))").matches(timeline)


def test_depth_does_not_multiply_the_work() -> None:
    """Each level of brackets is visited once, even if the innermost does not match."""
    expression = compile("call(" * 99 + "build" + ")" * 99)

    mismatch = expression.mismatch(chain_of(2_000))

    assert str(mismatch) == "inside event 98 (call), expected build, got event 99 (call)"


def test_groups_cost_no_stack() -> None:
    """Brackets that only group may nest at any depth."""
    assert compile("(" * 5_000 + "call" + ")+" * 5_000).matches(timeline_of("call", "call"))


def test_an_expression_is_read_once() -> None:
    """The same text gives the same compiled expression."""
    assert compile("init call*") is compile("init call*")


def test_lark_is_loaded_by_the_first_expression() -> None:
    """Importing the timeline does not import the parser library."""
    script = """
        import sys
        from layertrace.timeline import Timeline
        assert "lark" not in sys.modules
        Timeline().matches("call*")
        assert "lark" in sys.modules
    """

    subprocess.run([sys.executable, "-c", dedent(script)], check=True)


# Where a timeline leaves an expression


def test_a_mismatch_is_the_first_event_that_does_not_fit() -> None:
    """A mismatch has the parent of the event, and the kinds that would have matched."""
    timeline = timeline_of("init", ("build", "variable", "call"), "call")

    mismatch = compile("init build(variable{2} | variable run?) call").mismatch(timeline)

    assert mismatch == Mismatch(
        event=timeline[3], parent=timeline[1], expected=("variable", "run"), may_end=True
    )


def test_a_timeline_that_matches_has_no_mismatch() -> None:
    """`mismatch` returns None if the timeline matches."""
    assert compile("init call*").mismatch(timeline_of("init", "call")) is None


@pytest.mark.parametrize(
    ("expression", "happened", "message"),
    [
        ("init build", ("init", "call"), "expected build, got event 1 (call)"),
        ("init", ("init", "call"), "expected the end, got event 1 (call)"),
        (
            "init build?",
            ("init", "call"),
            "expected build or the end, got event 1 (call)",
        ),
        ("init build", ("init",), "expected build, got the end"),
        ("init .", ("init",), "expected any event, got the end"),
        ("call build | . run", ("init",), "expected run, got the end"),
        (
            "call{2} run | call* init",
            ("call",) * 2,
            "expected run or call or init, got the end",
        ),
        (
            "build(variable) call",
            (("build",), "call"),
            "inside event 0 (build), expected variable, got the end",
        ),
        (
            "build()",
            (("build", "variable"),),
            "inside event 0 (build), expected the end, got event 1 (variable)",
        ),
        (
            "build(variable) | build(variable{2} run)",
            (("build", "variable", "variable", "call"),),
            "inside event 0 (build), expected run, got event 3 (call)",
        ),
    ],
)
def test_a_mismatch_reads_as_a_sentence(
    expression: str, happened: tuple[Happened, ...], message: str
) -> None:
    """As text, a mismatch names the event that came, or the end, and what was expected."""
    assert str(compile(expression).mismatch(timeline_of(*happened))) == message


# Expressions that do not parse

KINDS_ARE = "kinds are init, build, call, variable, trace, run, and '.' for any"
ONE_SIDE = "one side of '|' is empty; put a kind there, or make a group optional: (init | build)?"
NO_END = "this bracket is never closed; put a ')' where it ends"
NO_BEGINNING = "this ')' closes nothing; remove it, or put a '(' where it begins"
NO_INSIDE = "'(' must follow a kind, as in 'call(build)+', or a space, where it begins a group"
NO_COUNT = "a count is written {m}, {m,}, {,n} or {m,n}, with whole numbers"
NO_MEANING = (
    "is not allowed; an expression has only kinds, spaces, ( ), |, *, +, ? and {m,n}"
)
EMPTY = "the expression is empty; write what should happen, such as 'init build call+'"
EMPTY_GROUP = "this group is empty; right after a kind, '()' means that nothing is inside: build()"


@pytest.mark.parametrize(
    ("expression", "caret", "problem"),
    [
        ("initt build", "^", f"unknown kind 'initt'; did you mean 'init'? The {KINDS_ARE}"),
        (
            "init Build",
            "     ^",
            f"unknown kind 'Build'; did you mean 'build'? The {KINDS_ARE}",
        ),
        ("re-init", "^", f"unknown kind 're-init'; did you mean 'init'? The {KINDS_ARE}"),
        ("call(fit)", "     ^", f"unknown kind 'fit'; the {KINDS_ARE}"),
        ("init xyz", "     ^", f"unknown kind 'xyz'; the {KINDS_ARE}"),
        ("", "^", EMPTY),
        ("  ", "^", EMPTY),
        ("init (build", "     ^", NO_END),
        ("build(variable*", "     ^", NO_END),
        ("trace((call) run", "     ^", NO_END),
        ("(init (call{2})", "^", NO_END),
        ("init(", "    ^", NO_END),
        ("init )", "     ^", NO_BEGINNING),
        ("build(variable))", "               ^", NO_BEGINNING),
        ("call}", "    ^", "this '}' closes nothing; remove it, or put a '{' where it begins"),
        ("init ()", "     ^", EMPTY_GROUP),
        ("(( ) call)", " ^", EMPTY_GROUP),
        ("init |", "     ^", ONE_SIDE),
        ("| init", "^", ONE_SIDE),
        ("init || build", "      ^", ONE_SIDE),
        ("(init |) build", "      ^", ONE_SIDE),
        ("build(|variable)", "      ^", ONE_SIDE),
        ("* init", "^", "'*' has nothing before it to repeat; put a kind there ('.' is any event)"),
        (
            "build(+)",
            "      ^",
            "'+' has nothing before it to repeat; put a kind there ('.' is any event)",
        ),
        (
            "init | ?",
            "       ^",
            "'?' has nothing before it to repeat; put a kind there ('.' is any event)",
        ),
        ("{2}", "^", "'{' has nothing before it to repeat; put a kind there ('.' is any event)"),
        (
            "call+?",
            "     ^",
            "'?' follows another quantifier; put what it repeats in brackets: (call+)?",
        ),
        (
            "call{2}{3}",
            "       ^",
            "'{' follows another quantifier; put what it repeats in brackets: (call+)?",
        ),
        ("call+(build)", "     ^", NO_INSIDE),
        ("(init)(build)", "      ^", NO_INSIDE),
        ("call{3,1}", "    ^", "{3,1} asks for at least 3 and at most 1; write {1,3}"),
        ("call{}", "    ^", NO_COUNT),
        ("call{,}", "    ^", NO_COUNT),
        ("call{3", "    ^", NO_COUNT),
        ("call{many}", "     ^", NO_COUNT),
        ("call{call}", "     ^", NO_COUNT),
        ("call{-1}", "     ^", NO_COUNT),
        ("call{1 2}", "       ^", NO_COUNT),
        ("call 3", "     ^", "a count needs braces, right after what it repeats: {3}"),
        ("init, build", "    ^", f"',' {NO_MEANING}"),
        ("init % build", "     ^", f"'%' {NO_MEANING}"),
        ("call{2} $", "        ^", f"'$' {NO_MEANING}"),
        (
            "call{20000}",
            "    ^",
            "this repetition needs 20,000 steps, and the maximum is 10,000; use '*' or '+' if the "
            "number does not matter",
        ),
        (
            "(call{0}){,9999999999}",
            "         ^",
            "this repetition needs 9,999,999,999 steps, and the maximum is 10,000; use '*' or '+' if "
            "the number does not matter",
        ),
        (
            "((call{100} run){50}){2}",
            "                     ^",
            "this repetition needs 10,100 steps, and the maximum is 10,000; use '*' or '+' if the "
            "number does not matter",
        ),
    ],
)
def test_a_bad_expression_is_refused_with_its_place(
    expression: str, caret: str, problem: str
) -> None:
    """The message explains the problem and the fix, and points at the position."""
    with pytest.raises(ExpressionError) as caught:
        compile(expression)

    assert str(caught.value) == f"{problem}\n    {expression}\n    {caret}"
    assert caught.value.position == len(caret) - 1


def test_the_caret_finds_its_place_behind_line_breaks() -> None:
    """The expression is shown on one line, so the caret stays below the fault."""
    with pytest.raises(ExpressionError) as caught:
        compile("init\n\tbiuld")

    assert str(caught.value) == (
        f"unknown kind 'biuld'; did you mean 'build'? The {KINDS_ARE}\n"
        "    init  biuld\n"
        "          ^"
    )


@pytest.mark.parametrize("value", [None, 3, b"init", ["init", "build"], {}])
def test_an_expression_must_be_a_string(value: Any) -> None:
    """An expression that is not a string raises the usual error, with its type."""
    with pytest.raises(ExpressionError) as caught:
        compile(value)

    name = type(value).__name__
    assert str(caught.value) == (
        f"a lifecycle expression is a string such as 'init build call+', not {name}\n"
        f"    <{name}>\n"
        "    ^"
    )


def test_nesting_has_a_limit() -> None:
    """Kinds can be nested a hundred levels deep, which fits on the stack."""
    with pytest.raises(ExpressionError, match="brackets are nested more than 100 deep"):
        compile("call(" * 101 + ")" * 101)

    assert compile("call(" * 100 + ")" * 100).mismatch(chain_of(100)) is None


@given(st.text("initbuldc .()|*+?{},0123", max_size=20) | st.text(max_size=10))
def test_any_text_is_an_expression_or_an_expression_error(text: str) -> None:
    """Every invalid text raises the same exception, and its position is inside the text."""
    try:
        compile(text)
    except ExpressionError as error:
        position = error.position
    else:
        position = 0

    assert 0 <= position <= max(len(text) - 1, 0)


# Compared with Python's regular expressions


@dataclass(frozen=True)
class Pair:
    """An expression written twice: as a lifecycle expression, and as a regular expression."""

    lifecycle: str
    regex: str


LETTERS: dict[str, str] = dict(zip(KINDS, "abcdef", strict=True))
COUNTS = ["*", "+", "?", "{0}", "{2}", "{1,}", "{,2}", "{1,3}"]


def pairs(steps: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    """Return a strategy that combines steps in all ways that an expression can."""
    return st.recursive(
        steps,
        lambda inner: st.one_of(
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: joined(parts, " ", "")),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: joined(parts, " | ", "|")),
            st.builds(repeated, inner, st.sampled_from(COUNTS)),
        ),
        max_leaves=6,
    )


def joined(parts: list[Pair], separator: str, regex_separator: str) -> Pair:
    lifecycle = separator.join(part.lifecycle for part in parts)
    regex = regex_separator.join(part.regex for part in parts)
    return Pair(f"({lifecycle})", f"(?:{regex})")


def repeated(part: Pair, count: str) -> Pair:
    return Pair(f"({part.lifecycle}){count}", f"(?:{part.regex}){count}")


def flat_steps() -> st.SearchStrategy[Pair]:
    kinds = st.sampled_from(["init", "build", "call"])
    return kinds.map(lambda kind: Pair(kind, LETTERS[kind])) | st.just(Pair(".", "."))


def sequences() -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(["init", "build", "call"]), max_size=8)


@settings(max_examples=300, deadline=None)
@given(pairs(flat_steps()), sequences())
def test_flat_expressions_are_regular_expressions(pair: Pair, kinds: list[str]) -> None:
    """Without nesting, an expression matches what `re` matches with letters for kinds."""
    match = re.fullmatch(pair.regex, "".join(LETTERS[kind] for kind in kinds))

    assert compile(pair.lifecycle).matches(timeline_of(*kinds)) == (match is not None)


@settings(max_examples=300, deadline=None)
@given(pairs(flat_steps()), sequences())
def test_what_was_expected_would_have_fitted(pair: Pair, kinds: list[str]) -> None:
    """Each expected kind gets further than the event that came, and no other kind does."""
    expression = compile(pair.lifecycle)
    mismatch = expression.mismatch(timeline_of(*kinds))

    assert (mismatch is None) == expression.matches(timeline_of(*kinds))
    if mismatch is not None:
        fitting = kinds if mismatch.event is None else kinds[: mismatch.event.seq]
        assert mismatch.may_end == expression.matches(timeline_of(*fitting))
        for kind in KINDS:
            then = expression.mismatch(timeline_of(*fitting, kind))
            goes_on = then is None or then.event is None
            assert goes_on == (kind in mismatch.expected or "." in mismatch.expected)


DEPTH = 3
ANYTHING = "<>"
for _ in range(DEPTH):
    ANYTHING = f"<(?:[a-f]{ANYTHING})*>"


def nested_steps(depth: int) -> st.SearchStrategy[Pair]:
    """Return a strategy for kinds, some with brackets, down to `depth`."""
    letters = {"build": "b", "call": "c", ".": "[a-f]"}
    whole = st.sampled_from(list(letters)).map(
        lambda kind: Pair(kind, f"{letters[kind]}{ANYTHING}")
    )
    if depth == 0:
        return whole

    def bracketed(kind: str, inside: Pair | None) -> Pair:
        lifecycle, regex = ("", "") if inside is None else (inside.lifecycle, inside.regex)
        return Pair(f"{kind}({lifecycle})", f"{letters[kind]}<{regex}>")

    inside = st.none() | pairs(nested_steps(depth - 1))
    return whole | st.builds(bracketed, st.sampled_from(list(letters)), inside)


def happenings(depth: int) -> st.SearchStrategy[list[Happened]]:
    kinds = st.sampled_from(["build", "call"])
    if depth == 0:
        return st.just([])
    events = st.builds(lambda kind, inside: (kind, *inside), kinds, happenings(depth - 1))
    return st.lists(events, max_size=3)


def written(timeline: Timeline, events: Sequence[Event]) -> str:
    """Write nested events as text: `b<c<>c<>>`."""
    return "".join(
        f"{LETTERS[event.kind]}<{written(timeline, timeline.children(event))}>" for event in events
    )


@settings(max_examples=300, deadline=None)
@given(pairs(nested_steps(2)), happenings(DEPTH))
def test_nested_expressions_are_regular_expressions_over_brackets(
    pair: Pair, happened: list[Happened]
) -> None:
    """With nesting, an expression matches what `re` matches on events written with brackets."""
    timeline = timeline_of(*happened)
    match = re.fullmatch(pair.regex, written(timeline, timeline.roots))

    assert compile(pair.lifecycle).matches(timeline) == (match is not None)
    assert (compile(pair.lifecycle).mismatch(timeline) is None) == (match is not None)
