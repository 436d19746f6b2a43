"""Assert the variables that a layer creates, and the shapes of its inputs and outputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, Union

from layertrace.errors import ExpectationError, QueryError
from layertrace.testing.counts import leaving_out
from layertrace.testing.failure_message import Row, event_row, failure
from layertrace.testing.subjects import events_of, named
from layertrace.timeline import Event, TensorSpec, Timeline
from layertrace.timeline.event import Structure
from layertrace.timeline.literals import words

__all__ = ["assert_shapes", "assert_variables"]

Shape = tuple[Union[int, None], ...]
Nest = Union[tuple["Expected", ...], list["Expected"], Mapping[str, "Expected"]]
Expected = Union[None, str, Shape, TensorSpec, Nest]
"""A shape, in which None matches any size; `"float32[2, 3]"`; or these nested as the tensors are."""

CREATORS = ("init", "build", "call")


def assert_variables(
    subject: object, expected: Mapping[str, Expected], *, created_in: str | None = None
) -> None:
    """Assert that a layer created exactly these variables.

    Args:
        subject: A timeline, a layer, a layer class, or a name or path glob.
        expected: The shape of each variable by its name, such as `{"kernel": (5, 10), "bias": (10,)}`. A None
            in a shape matches any size, and None instead of a shape matches any shape.
        created_in: The method that created them all: `init`, `build` or `call`; None allows any.

    Raises:
        AssertionError: If a variable is missing, not expected, of another shape, or created elsewhere.
        QueryError: If `created_in` has another value.
        ExpectationError: If `expected` is not a mapping of names to shapes.
        UnknownLayerError: If nothing was recorded of the layer.

    Example:
        >>> assert_variables(layer, {"kernel": (5, 10)}, created_in="build")  # doctest: +SKIP
    """
    __tracebackhide__ = True
    if not isinstance(expected, Mapping):
        kind = type(expected).__name__
        raise ExpectationError(f"expected must be a mapping of variable names to shapes, got {kind}")
    if created_in is not None and created_in not in CREATORS:
        raise QueryError(f"created_in must be one of {', '.join(CREATORS)}, got {created_in!r}")
    for shape in expected.values():
        _check_shape(shape)
    timeline = events_of(subject)
    rows = list(_variable_rows(timeline, expected, created_in))
    differing = [row for row in rows if row.differs]
    if differing:
        more = f" (and {len(differing) - 1} more)" if len(differing) > 1 else ""
        difference = _variable_difference(differing[0])
        sentence = f"{named(timeline)} does not have the expected variables: {difference}{more}"
        raise failure(sentence, rows, timeline)


def _variable_rows(
    timeline: Timeline, expected: Mapping[str, Expected], created_in: str | None
) -> Iterator[Row]:
    """Yield each variable next to the one expected by its name, then those that are missing."""
    missing = dict(expected)
    suffix = f"  in {created_in}" if created_in else ""
    for event in timeline.variables:
        variable = event.variable
        if variable is None or event.error is not None:
            continue
        name = _variable_name(event)
        if name not in missing:
            yield event_row("", event, differs=True)
            continue
        shape = missing.pop(name)
        parent = timeline.parent(event)
        creator = "no layer" if parent is None else parent.kind
        row = event_row(f"{name}  {_written(shape)}{suffix}", event)
        is_expected_creator = created_in in (None, creator)
        if not is_expected_creator:
            row = replace(row, found=f"{row.found}  in {creator}")
        has_shape = _matches(shape, TensorSpec(variable.dtype, variable.shape))
        yield replace(row, differs=not (is_expected_creator and has_shape))
    for name, shape in missing.items():
        yield Row(f"{name}  {_written(shape)}{suffix}", "nothing", differs=True)


def _variable_name(event: Event) -> str:
    """Return the name of a variable without the scopes and the `:0` that tf_keras adds."""
    name = "" if event.variable is None else event.variable.name
    return name.rpartition("/")[2].removesuffix(":0")


def _variable_difference(row: Row) -> str:
    if row.event is None:
        return f"{row.expected.split()[0]} was not created"
    name = _variable_name(row.event)
    return f"{name} differs" if row.expected else f"{name} was not expected"


class _Anything(str):
    """The default of `assert_shapes`, which matches any structure; a string, as expected shapes may be."""

    __slots__ = ()


ANYTHING: Final = _Anything("any")


def assert_shapes(
    subject: object, inputs: Expected = ANYTHING, outputs: Expected = ANYTHING, *, mode: str | None = None
) -> None:
    """Assert the shapes of the inputs and outputs of each call.

    Args:
        subject: A timeline, a layer, a layer class, or a name or path glob.
        inputs: The shape of the input tensor, in which None matches any size; as text if the dtype matters:
            `"float32[2, 3]"`; nested as the tensors are; for several arguments, a mapping by name.
        outputs: The same for the output.
        mode: Check only calls in this mode: `eager`, `symbolic` or `graph`.

    Raises:
        AssertionError: If a call that succeeded had other shapes, or if the layer was never called.
        ExpectationError: If an expected shape is not valid.
        QueryError: If the mode is unknown.
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
        _check_shape(shape)
    timeline = events_of(subject)
    fields = {} if mode is None else {"mode": mode}
    calls = [event for event in timeline.where(kind="call", **fields) if event.error is None]
    expected = f"{_written(inputs)} -> {_written(outputs)}"
    rows = [
        event_row(
            expected, call, differs=not (_matches(inputs, call.inputs) and _matches(outputs, call.outputs))
        )
        for call in calls
    ]
    if not rows:
        row = Row(expected, "no call", differs=True)
        raise failure(f"{named(timeline)} was never called", [row], timeline)
    differing = [call for call, row in zip(calls, rows, strict=True) if row.differs]
    if differing:
        difference = _call_difference(differing[0], inputs, outputs)
        modes = {call.mode for call in differing}
        sentence = f"{named(timeline)} does not have the expected shapes: {difference}"
        if mode is None:
            sentence += leaving_out(timeline, lambda other: other not in modes)
        raise failure(sentence, rows, timeline)


def _call_difference(call: Event, inputs: Expected, outputs: Expected) -> str:
    parts = [] if _matches(inputs, call.inputs) else [f"got {words(call.inputs)}"]
    parts += [] if _matches(outputs, call.outputs) else [f"returned {words(call.outputs)}"]
    return f"call {call.call_index} {' and '.join(parts)}"


def _is_shape(expected: object) -> bool:
    return isinstance(expected, (tuple, list)) and all(
        size is None or (isinstance(size, int) and not isinstance(size, bool)) for size in expected
    )


def _check_shape(expected: object) -> None:
    """Check an expected shape.

    Raises:
        ExpectationError: If it is not valid.
    """
    if expected is None or isinstance(expected, (str, TensorSpec)) or _is_shape(expected):
        return
    if isinstance(expected, Mapping):
        for inner in expected.values():
            _check_shape(inner)
    elif isinstance(expected, (tuple, list)):
        for inner in expected:
            _check_shape(inner)
    else:
        raise ExpectationError(
            "a shape must be a tuple such as (None, 3), text such as 'float32[2, 3]', or a nest of these, "
            f"got {type(expected).__name__}"
        )


def _matches(expected: Expected, found: Structure) -> bool:
    """Return whether a spec, or a structure of specs, has the expected shape."""
    if expected is ANYTHING or expected is None:
        return True
    if isinstance(expected, str):
        return words(found) == expected
    if isinstance(expected, TensorSpec):
        return found == expected
    if isinstance(expected, Mapping):
        both = isinstance(found, Mapping) and found.keys() == expected.keys()
        return both and all(_matches(inner, found[name]) for name, inner in expected.items())  # type: ignore[index, call-overload]  # a mapping, see above
    if isinstance(found, TensorSpec):
        return _is_shape(expected) and _has_shape(expected, found)
    both = isinstance(found, tuple) and len(found) == len(expected)
    return both and all(map(_matches, expected, found))  # type: ignore[arg-type]  # a tuple, see above


def _has_shape(expected: Sequence[object], found: TensorSpec) -> bool:
    if found.shape is None or len(found.shape) != len(expected):
        return False
    return all(size is None or size == actual for size, actual in zip(expected, found.shape, strict=True))


def _written(expected: Expected) -> str:
    return "any shape" if expected is None else str(expected)
