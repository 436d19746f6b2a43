"""Assert which variables a layer makes, and which shapes go in and come out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Union

from layertrace.errors import ExpectationError, QueryError
from layertrace.testing.failure_message import Row, beside, failure
from layertrace.testing.subjects import events_of, named
from layertrace.timeline import Event, TensorSpec, Timeline
from layertrace.timeline.event import Structure
from layertrace.timeline.literals import words

__all__ = ["assert_shapes", "assert_variables"]

Shape = tuple[Union[int, None], ...]
Nest = Union[tuple["Expected", ...], list["Expected"], Mapping[str, "Expected"]]
Expected = Union[None, str, Shape, TensorSpec, Nest]
"""A shape, in which None fits any size; `"float32[2, 3]"`; or specs nested as the tensors are."""

MAKERS = ("init", "build", "call")


def assert_variables(
    subject: object, expected: Mapping[str, Expected], *, created_in: str | None = None
) -> None:
    """Assert which variables a layer made: those named, and no others.

    Args:
        subject: A timeline, a layer, a layer class, or a name or path glob.
        expected: The shape of each variable by its name, such as `{"kernel": (5, 10), "bias": (10,)}`. A None
            in a shape fits any size, None instead of a shape any shape.
        created_in: Where they all were made: in `init`, `build` or `call`; None does not ask.

    Raises:
        AssertionError: If one is missing, is more than expected, has another shape, or was made elsewhere.
        QueryError: If `created_in` is none of these.
        ExpectationError: If `expected` is no mapping of names to shapes.
        UnknownLayerError: If nothing was recorded of the layer.

    Example:
        >>> assert_variables(layer, {"kernel": (5, 10)}, created_in="build")  # doctest: +SKIP
    """
    __tracebackhide__ = True
    if not isinstance(expected, Mapping):
        kind = type(expected).__name__
        raise ExpectationError(f"variables are expected as a mapping of names to shapes, not as a {kind}")
    if created_in is not None and created_in not in MAKERS:
        raise QueryError(f"no variable is created in {created_in!r}; it is one of {', '.join(MAKERS)}")
    for shape in expected.values():
        _check(shape)
    timeline = events_of(subject)
    rows = list(_beside(timeline, expected, created_in))
    wrong = [row for row in rows if row.differs]
    if wrong:
        others = f"; {len(wrong) - 1} more differ" if len(wrong) > 1 else ""
        sentence = f"{named(timeline)} has other variables than expected: {_said(wrong[0])}{others}"
        raise failure(sentence, rows, timeline)


def _beside(timeline: Timeline, expected: Mapping[str, Expected], created_in: str | None) -> Iterator[Row]:
    """Put each variable beside the one expected by its name, then those that are missing."""
    missing = dict(expected)
    where = f"  in {created_in}" if created_in else ""
    for event in timeline.variables:
        made = event.variable
        if made is None or event.error is not None:
            continue
        name = _name(event)
        if name not in missing:
            yield beside("", event, differs=True)
            continue
        shape = missing.pop(name)
        around = timeline.parent(event)
        maker = "no layer" if around is None else around.kind
        row = beside(f"{name}  {_written(shape)}{where}", event)
        is_there = created_in in (None, maker)
        if not is_there:
            row = replace(row, found=f"{row.found}  in {maker}")
        yield replace(row, differs=not (is_there and _fits(shape, TensorSpec(made.dtype, made.shape))))
    for name, shape in missing.items():
        yield Row(f"{name}  {_written(shape)}{where}", "nothing", differs=True)


def _name(event: Event) -> str:
    """Return the name of a variable without what tf_keras puts around it."""
    name = "" if event.variable is None else event.variable.name
    return name.rpartition("/")[2].removesuffix(":0")


def _said(row: Row) -> str:
    if row.event is None:
        return f"{row.expected.split()[0]} was not made"
    name = _name(row.event)
    return f"{name} is not as expected" if row.expected else f"{name} was not expected"


class _Any:
    """Stands for whatever comes."""

    def __repr__(self) -> str:
        return "any"


ANYTHING: Any = _Any()


def assert_shapes(
    subject: object, inputs: Expected = ANYTHING, outputs: Expected = ANYTHING, *, mode: str | None = None
) -> None:
    """Assert what goes into each call, and what comes out.

    Args:
        subject: A timeline, a layer, a layer class, or a name or path glob.
        inputs: The shape of the tensor that comes in, in which None fits any size; with the dtype, as text:
            `"float32[2, 3]"`; nested as the tensors are; of several arguments, a mapping by name.
        outputs: The same of what comes out.
        mode: Calls in which mode to look at; None takes all.

    Raises:
        AssertionError: If a call that went well had others, or if there was none.
        ExpectationError: If a shape is none.
        QueryError: If there is no such mode.
        UnknownLayerError: If nothing was recorded of the layer.

    Example:
        >>> from layertrace import Event, Timeline
        >>> from layertrace.timeline import TensorSpec
        >>> x, y = TensorSpec("float32", (2, 3)), TensorSpec("float32", (2, 4))
        >>> called = Timeline([Event(seq=0, kind="call", inputs=x, outputs=y)])
        >>> assert_shapes(called, (None, 3), "float32[2, 4]")
    """
    __tracebackhide__ = True
    for shape in (inputs, outputs):
        if shape is not ANYTHING:
            _check(shape)
    timeline = events_of(subject)
    fields = {} if mode is None else {"mode": mode}
    calls = [event for event in timeline.where(kind="call", **fields) if event.error is None]
    expected = f"{_written(inputs)} -> {_written(outputs)}"
    rows = [
        beside(expected, one, differs=not (_fits(inputs, one.inputs) and _fits(outputs, one.outputs)))
        for one in calls
    ]
    if not rows:
        row = Row(expected, "no call", differs=True)
        raise failure(f"{named(timeline)} was never called", [row], timeline)
    wrong = [row for row in rows if row.differs]
    if wrong:
        sentence = (
            f"{named(timeline)} has other shapes than expected: {_call(wrong[0].event, inputs, outputs)}"
        )
        raise failure(sentence, rows, timeline)


def _call(event: Event | None, inputs: Expected, outputs: Expected) -> str:
    if event is None:
        return ""
    found = [] if _fits(inputs, event.inputs) else [f"got {words(event.inputs)}"]
    found += [] if _fits(outputs, event.outputs) else [f"returned {words(event.outputs)}"]
    return f"call {event.call_index} {' and '.join(found)}"


def _is_shape(expected: object) -> bool:
    return isinstance(expected, (tuple, list)) and all(
        one is None or (isinstance(one, int) and not isinstance(one, bool)) for one in expected
    )


def _check(expected: object) -> None:
    if expected is None or isinstance(expected, (str, TensorSpec)) or _is_shape(expected):
        return
    if isinstance(expected, Mapping):
        for one in expected.values():
            _check(one)
    elif isinstance(expected, (tuple, list)):
        for one in expected:
            _check(one)
    else:
        raise ExpectationError(
            f"a shape is expected as a tuple such as (None, 3), as text such as 'float32[2, 3]', or nested, "
            f"not as a {type(expected).__name__}"
        )


def _fits(expected: Expected, found: Structure) -> bool:
    if expected is ANYTHING or expected is None:
        return True
    if isinstance(expected, str):
        return words(found) == expected
    if isinstance(expected, TensorSpec):
        return found == expected
    if isinstance(expected, Mapping):
        both = isinstance(found, Mapping) and found.keys() == expected.keys()
        return both and all(_fits(one, found[name]) for name, one in expected.items())  # type: ignore[index, call-overload]  # a mapping, see above
    if isinstance(found, TensorSpec):
        return _is_shape(expected) and _has_shape(expected, found)
    both = isinstance(found, tuple) and len(found) == len(expected)
    return both and all(map(_fits, expected, found))  # type: ignore[arg-type]  # a tuple, see above


def _has_shape(expected: Any, found: TensorSpec) -> bool:
    if found.shape is None or len(found.shape) != len(expected):
        return False
    return all(a is None or a == b for a, b in zip(expected, found.shape, strict=True))


def _written(expected: Expected) -> str:
    return "any shape" if expected is None else str(expected)
