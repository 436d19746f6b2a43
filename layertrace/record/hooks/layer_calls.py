"""What a hook does when a method of a layer begins, ends, or fails."""

from __future__ import annotations

import inspect
import re
import time
from collections.abc import Iterable
from types import FrameType
from typing import Any

from layertrace.errors import CulpritError
from layertrace.record.describe import source_lines
from layertrace.record.describe.modes import Mode, current_mode
from layertrace.record.describe.values import defer, eager_shape
from layertrace.record.frameworks.host import Host
from layertrace.record.hooks.observer import Call
from layertrace.record.hub import hub, threads
from layertrace.record.layers import FUNCTIONAL, SEQUENTIAL, LayerRecord, register_layer
from layertrace.record.process import safe
from layertrace.record.process.guard import report_internal_error
from layertrace.record.python_state.watch import after_call, before_call, forget_call
from layertrace.record.spans import DTYPE, LAYER, METHOD, MODE, PARENT, PLACE, THREAD, HookedMethod
from layertrace.timeline.event import Location, Structure
from layertrace.timeline.registry import live_layers

__all__ = [
    "ErrorNote",
    "begin",
    "end",
    "error_note",
    "fail",
    "finish",
    "first_argument",
    "hide",
    "nearest_layer",
    "now",
    "raised_in",
    "start",
    "strategy",
    "subject_of",
]

now = time.perf_counter_ns
_FRAMES = 6  # functions named of a traceback
_MESSAGE = 4000  # characters kept of an exception's message
_AUTOGRAPH = "tensorflow.python.autograph."
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")

ErrorNote = tuple[str, str, "Location | None", bool, tuple[str, ...], "LayerRecord | None"]


def begin(call: Call) -> tuple[Any, ...] | None:
    """Note that a method of a layer begins; None where that is no event of its own."""
    method, subject, values, extra, keywords, caller = call
    thread = threads.state
    parent = thread.span
    try:
        layer = live_layers.by_id.get(id(subject))
        if layer is None:
            layer = _meet(method, subject, parent)
        if layer is None or layer.is_framework_internal or _is_super_call(method, layer, parent):
            return None
        if _is_formality(method, subject, keywords):
            return None
        detail = _arguments(method, values, extra, keywords)
        mode = current_mode(Host.tf)
        span = start(method, layer, detail, mode, caller)
        if method.kind == "call":
            if span[PLACE] is not None and (
                method.frames_to_caller == 1
                or (mode is not None and _is_behind_autograph(caller, method.frames_to_caller))
            ):
                detail.flags |= {"direct"}
            if any(safe.framework_attribute(v, "_keras_mask") is not None for v in (*values, *extra)):
                detail.flags |= {"masked"}
            if mode is None:
                live_layers.fast_path_layers[id(subject)] = layer
            else:
                before_call(span, subject)
        elif method.kind == "init":
            detail.strategy = strategy()
            if _is_from_config(caller):
                detail.flags |= {"from config"}
    except CulpritError:  # which `trace(fail_on=…)` asked for
        raise
    except Exception:  # promise 1: the traced program never sees a fault of ours
        thread.span = parent  # nobody will end what has begun
        report_internal_error(f"record a {method.kind}")
        return None
    return span


class Arguments(dict[str, Structure]):
    """The arguments of a method by name, and what else is to be told of it."""

    __slots__ = ("flags", "strategy")

    def __init__(self, given: Iterable[tuple[str, Any]]) -> None:
        super().__init__(given)
        self.flags: frozenset[Any] = frozenset()
        self.strategy: str | None = None


def strategy() -> str | None:
    """Name the class of the `tf.distribute` strategy in whose scope this runs; None outside of any."""
    distribute = Host.tf.distribute
    return safe.class_name(distribute.get_strategy()) if distribute.has_strategy() else None


def _is_behind_autograph(caller: FrameType | None, distance: int) -> bool:
    """Tell whether nothing but AutoGraph stands between a hook and the user's line that it was called from.

    Args:
        caller: The frame that called the hooked method.
        distance: How many frames above the method that line is.
    """
    frame = caller
    for _ in range(distance - 1):
        if frame is None or not frame.f_globals.get("__name__", "").startswith(_AUTOGRAPH):
            return False
        frame = frame.f_back
    return True


def _is_from_config(caller: FrameType | None) -> bool:
    """Tell whether a `from_config` is making the layer."""
    frame = caller
    for _ in range(3):  # `Layer.__new__` and decorators of `__init__` may lie between
        if frame is None:
            return False
        if frame.f_code.co_name == "from_config":
            return True
        frame = frame.f_back
    return False


def _meet(method: HookedMethod, subject: Any, parent: tuple[Any, ...] | None) -> LayerRecord | None:
    """Get to know a layer.

    A Sequential of Keras 3 keeps a Functional inside, as a part of its own: one call is told, not two.
    """
    layer = register_layer(subject, nearest_layer(parent))
    if layer is not None and parent is not None and parent[METHOD].uses_callers_location:
        layer.is_framework_internal = method.kind == "init" and layer.facts.bases[0] == FUNCTIONAL
        if parent[LAYER].facts.bases[0] == SEQUENTIAL:
            container = safe.instance_dict(parent[LAYER].reference())
            layer.is_framework_internal |= container.get("_functional") is subject
    return layer


def start(
    method: HookedMethod, layer: LayerRecord | None, detail: Any, mode: Mode | None, caller: FrameType | None
) -> tuple[Any, ...]:
    """Open a span in this thread.

    Args:
        method: The hooked method.
        layer: Whom it happens to.
        detail: What came in.
        mode: Where it runs; None for eagerly.
        caller: The frame that called the method.
    """
    thread = threads.state
    parent = thread.span
    if parent is not None and parent[METHOD].uses_callers_location:
        place = None
    else:
        place = source_lines.caller(method, caller)
    span = (method, layer, parent, thread, now(), mode, place, detail, None)
    thread.runs_for = None  # what runs were counted are so no more
    if hub.begun is not None:
        hub.begun(span)
    thread.span = span  # last, so that nothing that goes wrong leaves a span open
    return span


def _is_super_call(method: HookedMethod, layer: LayerRecord, parent: tuple[Any, ...] | None) -> bool:
    """Tell `super().call()` from a layer that calls itself: the first enters by another class's hook."""
    return (
        parent is not None
        and parent[LAYER] is layer
        and parent[METHOD].kind == method.kind
        and parent[METHOD] is not method
    )


def _is_formality(method: HookedMethod, subject: Any, keywords: Any) -> bool:
    """Tell two calls that tf_keras makes for its own sake (`base_layer.py` and `training.py`, 2.16 to 2.21).

    It marks a layer as built by `Layer.build(layer, shape)` once the layer's own `build` is done, and
    makes a functional model with `skip_init=True` before Python makes it again.
    """
    if method.kind == "build" and method.is_default:
        resolved = safe.class_attribute(type(subject), "build")
        return not safe.instance_dict(resolved).get("_is_default", False)
    return method.kind == "init" and bool(keywords) and keywords.get("skip_init") is True


def nearest_layer(span: tuple[Any, ...] | None) -> LayerRecord | None:
    """Return the layer that is busy: the innermost one around, also from inside a traced function."""
    while span is not None and span[LAYER] is None:
        span = span[PARENT]
    return None if span is None else span[LAYER]


def _arguments(
    method: HookedMethod, values: tuple[Any, ...], extra: tuple[Any, ...], keywords: Any
) -> Arguments:
    """Describe the arguments that are not at their defaults, by name."""
    names = method.names[len(values) :]
    given = {
        name: value
        for name, value, default in zip(method.names, values, method.defaults, strict=False)
        if value is not default
    }
    defaults = dict(zip(method.names, method.defaults, strict=False))
    behind = {**dict(zip(names, extra, strict=False)), **(keywords or {})}
    given.update((n, v) for n, v in behind.items() if n not in defaults or v is not defaults[n])
    left = extra[len(names) :]
    if left:
        given[method.variadic[0] or "args"] = left
    return Arguments((name, defer(value)) for name, value in given.items())


def end(span: tuple[Any, ...], result: Any, subject: Any) -> None:
    """Note that a method of a layer has returned."""
    ended = now()
    span[THREAD].span = span[PARENT]
    try:
        kind = span[METHOD].kind
        if kind == "call":
            if span[MODE] is not None:
                after_call(span, subject)
            _returned(span, ended, result)
        else:
            if kind == "init":
                span[LAYER].made(subject)
            span[LAYER].refresh(subject)  # the layer has a name now, or a path
            finish(span, ended)
    except Exception:  # promise 1, as above
        report_internal_error(f"record the end of a {span[METHOD].kind}")


def _returned(span: tuple[Any, ...], ended: int, result: Any) -> None:
    if type(result) is hub.tensor_type and span[MODE] is None:
        if hub.emit is not None:
            hub.emit((span, ended, eager_shape(result), hub.dtype_number(result), None))
            if len(hub.records) >= hub.most:
                hub.fill()
        return
    finish(span, ended, output=defer(result), mode=_corrected(span))


def _corrected(span: tuple[Any, ...]) -> Mode | None:
    """Return the mode of a call after all, if the short way of the hook took it for an eager one.

    It goes by the input, and a constant may have come into somebody's graph.
    """
    return None if span[DTYPE] is None else current_mode(Host.tf)


def finish(
    span: tuple[Any, ...],
    ended: int,
    output: Any = None,
    error: ErrorNote | None = None,
    mode: Mode | None = None,
) -> None:
    """Hand what has ended to those who listen."""
    emit = hub.emit
    if emit is not None:
        emit((span, ended, output, mode, error))
        if len(hub.records) >= hub.most:
            hub.fill()


def fail(span: tuple[Any, ...], error: BaseException) -> None:
    """Note that an exception leaves a span. Keeps words of it, never the exception."""
    ended = now()
    thread = span[THREAD]
    thread.span = span[PARENT]
    try:
        forget_call(span)
        chain = frozenset(map(id, _chain(error)))
        known, failed = thread.failing
        passes_through = failed is not None and failed[PARENT] is span and not known.isdisjoint(chain)
        thread.failing = (chain, span)
        thread.failed_at = ended
        words = error_note(error, origin=not passes_through)
        finish(span, ended, error=words, mode=_corrected(span))
    except Exception:  # promise 1, as above
        report_internal_error(f"record the failure of a {span[METHOD].kind}")


def error_note(error: BaseException, *, origin: bool) -> ErrorNote:
    """Put an exception into words: its type, message, the line it was raised in, whether it arose here."""
    place = source_lines.raised_at(safe.traceback_of(error)) if origin else None
    inner = raised_in(error) if origin else ()
    subject = subject_of(error) if origin else None
    return safe.class_name(error), _message(error), place, origin, inner, subject


def subject_of(error: BaseException) -> LayerRecord | None:
    """Return the layer whose method is the innermost that an exception came through."""
    found = None
    trace = safe.traceback_of(error)
    while trace is not None:
        subject = None if source_lines.is_ours(trace.tb_frame.f_code) else first_argument(trace.tb_frame)
        if subject is not None:
            found = live_layers.by_id.get(id(subject)) or found
        trace = trace.tb_next
    return found


def first_argument(frame: FrameType) -> Any:
    """Return what a running function was given first: a method's `self`.

    Keras hides its own frames from a traceback but for the handler that does so, which takes `*args`
    (`utils/traceback_utils.py` of Keras 3 and of tf_keras).
    """
    code = frame.f_code
    if code.co_argcount:
        return frame.f_locals.get(code.co_varnames[0])
    if code.co_flags & inspect.CO_VARARGS:
        given = frame.f_locals.get(code.co_varnames[code.co_kwonlyargcount])
        return given[0] if type(given) is tuple and given else None
    return None


def raised_in(error: BaseException) -> tuple[str, ...]:
    """Name the innermost functions that an exception came through, innermost first, without ours."""
    found: list[str] = []
    trace = safe.traceback_of(error)
    while trace is not None:
        frame = trace.tb_frame
        if not source_lines.is_ours(frame.f_code):
            found.append(f"{frame.f_globals.get('__name__', '?')}:{frame.f_code.co_name}")
        trace = trace.tb_next
    return tuple(found[: -_FRAMES - 1 : -1])


def hide(error: BaseException) -> None:
    """Take our own frames, in which an exception is being handled, out of its traceback.

    AutoGraph writes tracebacks into messages, and nobody looks for their bug here. (A bare `raise` leaves
    the frame out from Python 3.11 on; 3.10 puts it back.)
    """
    trace = safe.traceback_of(error)
    while trace is not None and source_lines.is_ours(trace.tb_frame.f_code):
        trace = trace.tb_next
    BaseException.with_traceback(error, trace)  # the class may not let attributes be set


def _chain(error: BaseException | None) -> list[BaseException]:
    """Return an exception and those it came from; Keras and AutoGraph rebuild what they pass on."""
    found: list[BaseException] = []
    todo = [error]
    while todo and len(found) < 64:
        one = todo.pop()
        if one is not None and all(one is not other for other in found):
            found.append(one)
            todo += safe.origins_of(one)
    return found


def _message(error: BaseException) -> str:
    try:
        return _ANSI.sub("", safe.message_of(error))[:_MESSAGE]
    except Exception:  # arguments of the program, whose own __str__ fails
        return "(its message cannot be shown)"
