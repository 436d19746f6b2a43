"""Describe an exception: where in the user's code it arose, in which layer's method, raised by what."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from types import FrameType, ModuleType
from typing import Any, NamedTuple

from layertrace.record.describe import source_lines
from layertrace.record.describe.keras_tensors import operation_of
from layertrace.record.frameworks.autograph import is_generated
from layertrace.record.layers import LayerRecord, class_facts, register_layer
from layertrace.record.process import safe
from layertrace.timeline.context import Failure
from layertrace.timeline.event import ErrorRef, LayerRef, Location
from layertrace.timeline.registry import live_layers

__all__ = [
    "ErrorNote",
    "error_note",
    "failure_of",
    "first_argument",
    "hide",
    "raised_at",
    "raised_in",
    "subject_of",
    "with_causes",
]

_FRAMES = 6  # functions named of a traceback
_MESSAGE = 4000  # characters kept of an exception's message
_CAUSES = 64  # exceptions followed behind one
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class ErrorNote(NamedTuple):
    """A description of an exception that left a span; it does not keep the exception.

    Attributes:
        type: The name of its class.
        message: Its message.
        location: The user's line that it was raised in.
        origin: Whether it arose in this span, not in a span inside it.
        raised_in: The innermost functions that it came through, innermost first.
        subject: The layer that owns the innermost layer method that it came through, or else the layer that
            made the symbolic tensor that was refused.
    """

    type: str
    message: str
    location: Location | None
    origin: bool
    raised_in: tuple[str, ...]
    subject: LayerRecord | None


def error_note(error: BaseException, *, origin: bool) -> ErrorNote:
    """Describe an exception without keeping it.

    Args:
        error: The exception.
        origin: Whether it arose in this span. One that only passes through was described where it arose.
    """
    return ErrorNote(
        type=safe.class_name(error),
        message=_message(error),
        location=raised_at(error) if origin else None,
        origin=origin,
        raised_in=raised_in(error) if origin else (),
        subject=subject_of(error) if origin else None,
    )


def failure_of(error: BaseException, thread: str) -> Failure:
    """Describe the exception that ended a recording, without keeping it."""
    note = error_note(error, origin=True)
    layer = _innermost_layer(error)
    source = None if layer is not None or note.subject is None else note.subject.ref()
    described = ErrorRef(
        type=note.type,
        message=note.message,
        location=note.location,
        origin=True,
        raised_in=note.raised_in,
        subject=layer or source,
    )
    lines = tuple(_user_lines(error))
    return Failure(
        error=described, layer=layer, lines=lines, thread=thread, missing=_missing_attribute(error)
    )


def _missing_attribute(error: BaseException) -> str | None:
    """Return the attribute that an object of Keras, a module of Keras or a string does not have."""
    if not safe.is_a(error, AttributeError):
        return None
    name, thing = (_ATTRIBUTE_ERROR[each].__get__(error) for each in ("name", "obj"))
    if type(name) is not str:
        return None
    if type(thing) is ModuleType:
        module = safe.instance_dict(thing).get("__name__")
        module = module.replace("keras._tf_keras.", "") if type(module) is str else ""
        return f"{module}.{name}" if module.startswith("keras.") else None
    if type(thing) is str:
        return f"str.{name}"
    names = [safe.name_of(cls) for cls in safe.mro(type(thing)) if safe.is_framework_class(cls)]
    kind = next((each for each in _KINDS if each in names), None)
    return f"{kind}.{name}" if kind else None


_ATTRIBUTE_ERROR: Any = safe.namespace(AttributeError)
_KINDS = ("Model", "Layer", "Metric", "Optimizer", "Variable")


def _frames(error: BaseException) -> Iterator[tuple[FrameType, int]]:
    """Yield the frames of an exception, without ours, each with its instruction, outermost first."""
    trace = safe.traceback_of(error)
    while trace is not None:
        if not source_lines.is_ours(trace.tb_frame.f_code):
            yield trace.tb_frame, trace.tb_lasti
        trace = trace.tb_next


def _user_lines(error: BaseException) -> Iterator[Location]:
    """Yield the lines of the user's code that an exception came through, outermost first."""
    for frame, instruction in _frames(error):
        line = source_lines.users(frame.f_code, instruction)
        if line is not None:
            yield line


def raised_at(error: BaseException) -> Location | None:
    """Return the innermost line of the user's code that an exception came through."""
    for frame, instruction in reversed(tuple(_frames(error))):
        line = source_lines.users(frame.f_code, instruction)
        if line is not None:
            return line
    return None


def raised_in(error: BaseException) -> tuple[str, ...]:
    """Return the names of the innermost functions that an exception came through, innermost first."""
    names = [f"{frame.f_globals.get('__name__', '?')}:{frame.f_code.co_name}" for frame, _ in _frames(error)]
    return tuple(names[: -_FRAMES - 1 : -1])


def subject_of(error: BaseException) -> LayerRecord | None:
    """Return the layer whose method is the innermost that an exception came through, if it is recorded."""
    subjects = (live_layers.get(first_argument(frame)) for frame, _ in _frames(error))
    return next(reversed([layer for layer in subjects if layer is not None]), None) or _source_of(error)


def _source_of(error: BaseException) -> LayerRecord | None:
    """Return the layer that made the symbolic tensor whose method raised an exception, if one did."""
    for frame, _ in reversed(tuple(_frames(error))):
        tensor = first_argument(frame)
        if safe.class_name(tensor) == "KerasTensor" and safe.is_framework_class(type(tensor)):
            return live_layers.get(operation_of(tensor))
    return None


def _innermost_layer(error: BaseException) -> LayerRef | None:
    """Return the layer whose method is the innermost that an exception came through, recorded or not."""
    for frame, _ in reversed(tuple(_frames(error))):
        layer = first_argument(frame)
        if layer is not None and class_facts(type(layer)) is not None:
            record = register_layer(layer)
            return None if record is None else record.ref()
    return None


def first_argument(frame: FrameType) -> object:
    """Return the first argument of a running function: a method's `self`.

    Keras hides its own frames from a traceback, except the handler that hides them, which takes `*args`
    (`utils/traceback_utils.py` of Keras 3 and of tf_keras).
    """
    code = frame.f_code
    if code.co_argcount:
        return None if _is_plain_function(frame) else frame.f_locals.get(code.co_varnames[0])
    if code.co_flags & inspect.CO_VARARGS:
        arguments = frame.f_locals.get(code.co_varnames[code.co_kwonlyargcount])
        return arguments[0] if type(arguments) is tuple and arguments else None
    return None


def _is_plain_function(frame: FrameType) -> bool:
    """Return whether a function of the program belongs to no class, so that its first argument is any object.

    AutoGraph recreates methods outside of their class. Python 3.10 knows only functions of modules.
    """
    code = frame.f_code
    is_method = code.co_varnames[:1] == ("self",)  # also of a decorator, or defined outside of its class
    if is_method or source_lines.users(code, frame.f_lasti) is None or is_generated(code.co_filename):
        return False
    name = getattr(code, "co_qualname", None)
    if name is None:
        function = safe.bare_function(frame.f_globals.get(code.co_name))
        return function is not None and function.__code__ is code
    return "." not in str(name).rpartition("<locals>.")[2]


def hide(error: BaseException) -> None:
    """Remove our own frames, in which an exception is being handled, from its traceback.

    AutoGraph writes tracebacks into messages, and users do not look for their mistake in our code. (A bare
    `raise` leaves the frame out since Python 3.11; 3.10 puts it back.)
    """
    trace = safe.traceback_of(error)
    while trace is not None and source_lines.is_ours(trace.tb_frame.f_code):
        trace = trace.tb_next
    BaseException.with_traceback(error, trace)  # the class may not let attributes be set


def with_causes(error: BaseException) -> list[BaseException]:
    """Return an exception and those it was raised from; Keras and AutoGraph rebuild what they pass on."""
    chain: list[BaseException] = []
    todo: list[BaseException | None] = [error]
    while todo and len(chain) < _CAUSES:
        cause = todo.pop()
        if cause is not None and all(cause is not other for other in chain):
            chain.append(cause)
            todo += safe.origins_of(cause)
    return chain


def _message(error: BaseException) -> str:
    try:
        message = _ANSI.sub("", safe.message_of(error))
    except Exception:  # arguments of the program, whose own __str__ fails
        return "(its message cannot be shown)"
    # TensorFlow writes long tracebacks before what went wrong, and Keras writes long arguments after it.
    if len(message) <= _MESSAGE:
        return message
    half = _MESSAGE // 2
    return f"{message[:half]}\n...\n{message[-half:]}"
