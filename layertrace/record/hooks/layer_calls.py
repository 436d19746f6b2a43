"""Record what the methods of a layer do: they begin, return or raise."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping
from types import FrameType

from layertrace.record.backends.modes import Mode
from layertrace.record.describe import source_lines
from layertrace.record.describe.exceptions import ErrorNote, error_note, with_causes
from layertrace.record.describe.values import Deferred, defer, look_at
from layertrace.record.frameworks import keras_private
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hooks.ignored_modes import look_at_mode, put_into_eval
from layertrace.record.hooks.jit_pairs import note_rows
from layertrace.record.hooks.left_tracers import note_call
from layertrace.record.hooks.observer import Call
from layertrace.record.hooks.tensor_paths import (
    Given,
    forget_inputs,
    note_input,
    note_inputs,
    note_output,
)
from layertrace.record.hub import hub, threads
from layertrace.record.layers import LayerRecord, register_layer
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded
from layertrace.record.python_state.late_binding import created
from layertrace.record.python_state.watch import after_call, before_call, forget_call
from layertrace.record.spans import (
    DTYPE,
    LAYER,
    METHOD,
    MODE,
    PARENT,
    PLACE,
    THREAD,
    Detail,
    HookedMethod,
    Span,
)
from layertrace.timeline.event import Flag
from layertrace.timeline.ownership import is_functional, is_sequential
from layertrace.timeline.registry import live_layers

__all__ = ["Arguments", "begin", "end", "fail", "finish", "nearest_layer", "now", "record_whole", "start"]

now = time.perf_counter_ns
_REFERENCE_MAKER = keras_private.KERAS_PARTS["reference_layers"].name
_AUTOGRAPH = "tensorflow.python.autograph."


class Arguments(dict[str, Deferred]):
    """The arguments of a method by name, with the flags and the distribution strategy of the call.

    Attributes:
        given: The tensors that calls inside this one were given, until it ends.
    """

    __slots__ = ("flags", "given", "strategy")

    def __init__(self, arguments: Iterable[tuple[str, Deferred]]) -> None:
        super().__init__(arguments)
        self.flags: frozenset[Flag] = frozenset()
        self.given: Given | None = None
        self.strategy: str | None = None


def begin(call: Call) -> Span | None:
    """Record that a method of a layer begins; return None if that is not an event of its own."""
    thread = threads.state
    parent = thread.span
    with guarded(f"record a {call.method.kind}"):
        try:
            return _begin(call, parent)
        except BaseException:
            thread.span = parent  # nothing will end what has begun
            raise
    return None


def _begin(call: Call, parent: Span | None) -> Span | None:
    method, subject, values, extra, keywords, caller = call
    layer = live_layers.by_id.get(id(subject)) or _register(method, subject, parent)
    if layer is None or layer.is_framework_internal or _is_super_call(method, layer, parent):
        return None
    if _is_formality(method, subject, keywords):
        return None
    arguments = _arguments(method, values, extra, keywords)
    mode = Loaded.backend.mode()
    span = start(method, layer, arguments, mode, caller)
    if method.kind == "call":
        if span[PLACE] is not None and (
            method.frames_to_caller == 1
            or (mode is not None and _is_behind_autograph(caller, method.frames_to_caller))
        ):
            arguments.flags |= {"direct"}
            if "training" in method.names and "training" not in arguments and _is_training(layer):
                arguments.flags |= {"training lost"}
        if any(safe.framework_attribute(v, "_keras_mask") is not None for v in (*values, *extra)):
            arguments.flags |= {"masked"}
        if mode is None:
            live_layers.fast_path_layers[id(subject)] = layer
        else:
            before_call(span, subject)
        if id(subject) in put_into_eval.by_id:
            look_at_mode(span, subject, has_training="training" in arguments)
        note_input(span, values[0] if values else None)
    elif method.kind == "init":
        arguments.strategy = Loaded.backend.strategy()
        if _is_called_in("from_config", caller):
            arguments.flags |= {"from config"}
        if _is_called_in(_REFERENCE_MAKER, caller):
            arguments.flags |= {"reference"}
    return span


def _is_training(layer: LayerRecord) -> bool:
    """Return whether the outermost call of Keras 3 around a layer was given `training=True`."""
    part = keras_private.KERAS_PARTS["call_context"]
    owner = sys.modules.get(part.module)
    if owner is None or layer.facts.framework != "keras":
        return False
    current = getattr(owner, part.name)(keras_private.KERAS_PARTS["current_call"].name)
    return safe.instance_dict(current).get("training") is True


def _is_behind_autograph(caller: FrameType | None, distance: int) -> bool:
    """Return whether only AutoGraph stands between a hook and the user's line that called it.

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


def _is_called_in(function: str, caller: FrameType | None) -> bool:
    """Return whether a function of this name is creating the layer."""
    frame = caller
    for _ in range(3):  # `Layer.__new__` and decorators of `__init__` may lie between
        if frame is None:
            return False
        if frame.f_code.co_name == function:
            return True
        frame = frame.f_back
    return False


def _register(method: HookedMethod, subject: object, parent: Span | None) -> LayerRecord | None:
    """Register a layer that was not seen before; return None if it is not a layer.

    A Sequential of Keras 3 keeps a Functional inside, as its own implementation: that is one call, not two.
    """
    layer = register_layer(subject, nearest_layer(parent))
    container = None if parent is None else parent[LAYER]
    if layer is not None and parent is not None and parent[METHOD].uses_callers_location:
        layer.is_framework_internal = method.kind == "init" and is_functional(layer.facts.bases[0], "keras")
        if container is not None and is_sequential(container.facts.bases[0], "keras"):
            held = safe.instance_dict(container.reference()).get("_functional")
            layer.is_framework_internal |= held is subject
        if layer.is_framework_internal:
            live_layers.internal_layers.add(id(subject))
    return layer


def start(
    method: HookedMethod,
    layer: LayerRecord | None,
    detail: Detail,
    mode: Mode | None,
    caller: FrameType | None,
) -> Span:
    """Open a span in this thread.

    Args:
        method: The hooked method.
        layer: The layer it happens to.
        detail: Arguments, a variable, a trace or runs.
        mode: Where it runs; None for eager mode.
        caller: The frame that called the method.
    """
    thread = threads.state
    parent = thread.span
    if parent is not None and parent[METHOD].uses_callers_location:
        place = None
    else:
        place = source_lines.caller(method, caller)
    span: Span = (method, layer, parent, thread, now(), mode, place, detail, None)
    thread.runs_for = None  # the runs that were being counted are complete
    if hub.begun is not None:
        hub.begun(span)
    thread.span = span  # last, so that a failure leaves no span open
    return span


def _is_super_call(method: HookedMethod, layer: LayerRecord, parent: Span | None) -> bool:
    """Return whether this is `super().call()`, which enters through the hook of another class.

    A layer that calls itself enters through the same hook again.
    """
    return (
        parent is not None
        and parent[LAYER] is layer
        and parent[METHOD].kind == method.kind
        and parent[METHOD] is not method
    )


def _is_formality(method: HookedMethod, subject: object, keywords: Mapping[str, object] | None) -> bool:
    """Return whether tf_keras calls a method for its own purposes.

    It marks a layer as built by `Layer.build(layer, shape)` once the layer's own `build` is done
    (`base_layer.py`), and creates a functional model with `skip_init=True` before Python creates it again
    (`training.py`; both tf_keras 2.16 to 2.21).
    """
    if method.kind == "build" and method.is_default:
        resolved = safe.class_attribute(type(subject), "build")
        return not safe.instance_dict(resolved).get("_is_default", False)
    return method.kind == "init" and keywords is not None and keywords.get("skip_init") is True


def nearest_layer(span: Span | None) -> LayerRecord | None:
    """Return the innermost layer that is running, also from inside a traced function."""
    while span is not None and span[LAYER] is None:
        span = span[PARENT]
    return None if span is None else span[LAYER]


def _arguments(
    method: HookedMethod,
    values: tuple[object, ...],
    extra: tuple[object, ...],
    keywords: Mapping[str, object] | None,
) -> Arguments:
    """Describe the arguments that are not at their defaults, by name."""
    names = method.names[len(values) :]
    arguments = {
        name: value
        for name, value, default in zip(method.names, values, method.defaults, strict=False)
        if value is not default
    }
    defaults = dict(zip(method.names, method.defaults, strict=False))
    others = {**dict(zip(names, extra, strict=False)), **(keywords or {})}
    arguments.update((n, v) for n, v in others.items() if n not in defaults or v is not defaults[n])
    rest = extra[len(names) :]
    if rest:
        arguments[method.variadic[0] or "args"] = rest
    return Arguments((name, defer(value)) for name, value in arguments.items())


def end(span: Span, result: object, subject: object) -> None:
    """Record that a method of a layer has returned."""
    ended = now()
    span[THREAD].span = span[PARENT]
    layer, kind = span[LAYER], span[METHOD].kind
    with guarded(f"record the end of a {kind}"):
        if kind == "call":
            if span[MODE] is not None:
                after_call(span, subject)
                if Loaded.tf is None:
                    note_call(span, subject)
                    note_rows(span, result)
                else:
                    note_output(span, result)
            note_inputs(span)
            _returned(span, ended, result)
        elif layer is not None:
            if kind == "init":
                layer.record_init(subject)
                created(span, subject, layer)
            layer.refresh(subject)  # the layer has a name now, or a path
            finish(span, ended)


def _returned(span: Span, ended: int, result: object) -> None:
    if type(result) is hub.tensor_type and span[MODE] is None:
        if hub.emit is not None:
            hub.emit((span, ended, *look_at(result), None))
            if len(hub.items) >= hub.most:
                hub.fill()
        return
    finish(span, ended, output=defer(result), mode=_corrected_mode(span))


def _corrected_mode(span: Span) -> Mode | None:
    """Return the mode of a call that took the fast path and was not eager; None if it was.

    The fast path looks at the input only, and a constant may be passed inside a graph.
    """
    return None if span[DTYPE] is None else Loaded.backend.mode()


def finish(
    span: Span,
    ended: int,
    output: Deferred = None,
    error: ErrorNote | None = None,
    mode: Mode | None = None,
) -> None:
    """Pass a record of what has ended to the listeners."""
    emit = hub.emit
    if emit is not None:
        emit((span, ended, output, mode, error))
        if len(hub.items) >= hub.most:
            hub.fill()


def record_whole(span: Span, ended: int, error: ErrorNote | None = None) -> None:
    """Pass to the listeners what was noticed only when it had ended."""
    if hub.begun is not None:
        hub.begun(span)
    if hub.emit is not None:
        hub.emit((span, ended, None, None, error))


def fail(span: Span, error: BaseException) -> None:
    """Record that an exception leaves a span; keep a description of it, never the exception."""
    ended = now()
    thread = span[THREAD]
    thread.span = span[PARENT]
    with guarded(f"record the failure of a {span[METHOD].kind}"):
        forget_call(span)
        forget_inputs(span)
        chain = frozenset(map(id, with_causes(error)))
        before, failed = thread.failing
        passes_through = failed is not None and failed[PARENT] is span and not before.isdisjoint(chain)
        thread.failing = (chain, span)
        thread.failed_at = ended
        note = error_note(error, origin=not passes_through)
        finish(span, ended, error=note, mode=_corrected_mode(span))
