"""Record each compilation of a function by `torch.compile`: its number, its cause, and its graph breaks.

dynamo, torch's compiler of Python, reports to a list of callbacks when a compilation begins and ends.
Hooks observe the methods that call them: the list itself belongs to the program, and `torch._dynamo.reset()`
empties it. What is compiled and why is read from the frame of dynamo that waits meanwhile.
"""

from __future__ import annotations

import contextlib
import re
import sys
import threading
import weakref
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import CellType, CodeType, FrameType
from typing import Any

from layertrace.record.backends.modes import Mode
from layertrace.record.describe import source_lines
from layertrace.record.describe.dynamo_guards import arguments_of, cause_of_guards, first_words
from layertrace.record.describe.keras_functions import compiled_step
from layertrace.record.describe.last_batches import explained_by_batch
from layertrace.record.describe.traced_functions import FunctionRecord
from layertrace.record.describe.values import describe
from layertrace.record.frameworks import torch_private
from layertrace.record.hooks.layer_calls import fail, finish, now, start
from layertrace.record.hooks.observer import Call, watching
from layertrace.record.hooks.traces import TraceNote
from layertrace.record.layers import layer_name
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded
from layertrace.record.spans import PARENT, THREAD, Span, trace_note
from layertrace.timeline.cause import Cause
from layertrace.timeline.event import FunctionRef, GraphBreak, GraphSpec, Location, Opaque, Structure
from layertrace.timeline.ownership import is_keras_file
from layertrace.timeline.registry import Register, live_layers

__all__ = ["BEGINS", "ENDS", "MEASURED"]

_DEEPEST = 24  # frames between dynamo's own and the report that it begins; 6 in torch 2.13
_LIMIT = "Dynamo recompile limit exceeded"
_SOFT = ("Unsupported", "UserError")
"""The exceptions of `torch._dynamo.exc` after which a function runs eagerly, unless it must be one graph."""

_UNKNOWN = Cause(reason="unknown", detail="its arguments do not show why")
_FAILED = Cause(reason="failed before", detail="compiled again because the compilation before failed")
_RESET = Cause(reason="context", detail="compiled again because torch forgot its compilations (reset)")


class _History:
    """The compilations of one function.

    Attributes:
        record: Its number and name, and how many there were.
        known: The number and the arguments of each, by torch's id.
        last: The last of them.
    """

    __slots__ = ("__weakref__", "known", "last", "record")

    def __init__(self) -> None:
        self.record = FunctionRecord()
        self.known: dict[str, tuple[int, Mapping[str, Structure]]] = {}
        self.last: TraceNote | None = None


_histories: Register[dict[int | None, _History]] = Register()
"""The histories of each code object: one, or one for each model whose step it is."""

_by_frame: weakref.WeakValueDictionary[str, _History] = weakref.WeakValueDictionary()
"""The history that was last seen for each number that torch gives to code."""


class _Current(threading.local):
    """What the current thread compiles.

    Attributes:
        span: The compilation.
        outer_error: The exception that was being handled when it began.
        breaks: How many graph breaks torch knew then.
        must_be_one_graph: Whether `fullgraph=True` was passed.
        measured: The note of what was compiled last, and torch's id.
    """

    span: Span | None = None
    outer_error: BaseException | None = None
    breaks = 0
    must_be_one_graph = False
    measured: tuple[str, TraceNote] | None = None


_current = _Current()


def _begin(call: Call) -> None:
    """Record that dynamo begins: `CompilationCallbackHandler.run_start_callbacks(self, args)`, torch 2.13."""
    frame = _compiling(call.caller)
    if frame is None:  # a backend compiles the backward pass when it first runs
        return
    with guarded("record a compilation"):
        given = frame.f_locals
        if not _is_recorded(given["code"]):
            return
        note = _note(given)
        if note.function.role is not None:
            note.cause = explained_by_batch(note.cause, None, frame)
        _current.outer_error = sys.exc_info()[1]
        _current.breaks = len(torch_private.find("graph_breaks") or ())
        _current.must_be_one_graph = given.get("one_graph") is True
        mode = Mode("graph", note.function, note.index)
        _current.span = start(call.method, None, note, mode, frame)
        _current.measured = str(given["compile_id"]), note


def _compiling(frame: FrameType | None) -> FrameType | None:
    """Return the frame of dynamo that compiles a function."""
    compiles: CodeType = torch_private.find("compile_frame").__code__
    for _ in range(_DEEPEST):
        if frame is None or frame.f_code is compiles:
            return frame
        frame = frame.f_back
    return None


def _is_recorded(code: CodeType) -> bool:
    """Return whether code belongs to the program or Keras; dynamo compiles that of Python and torch, too."""
    return is_keras_file(code.co_filename) or not source_lines.is_internal(code.co_filename)


def _note(given: Mapping[str, Any]) -> TraceNote:
    """Describe a compilation that begins.

    Args:
        given: The variables of `_compile(code, globals, locals, builtins, closure, …, compile_id)`.
    """
    code: CodeType = given["code"]
    compile_id = str(given["compile_id"])
    frame_number, _, attempt = compile_id.rpartition("/")
    cells = _contents(code, given.get("closure") or ())
    history = _history(code, given["globals"], cells, int(attempt))
    _by_frame[frame_number] = history
    record = history.record
    inputs = arguments_of(code, given["locals"])
    index = record.earlier + len(record.kept) + record.failed + 1
    function = record.identify(_name(code), code)
    cause = _cause(history, given, inputs, cells)
    if attempt == "0":
        history.known.clear()  # torch has forgotten all before
    history.known[compile_id] = index, inputs
    history.last = TraceNote(
        record=record,
        function=function,
        index=index,
        inputs=inputs,
        cause=cause,
        code=None if function.role is None else code,
        defined=code,
        instance=None,
        graph=GraphSpec(),
    )
    return history.last


def _name(code: CodeType) -> str:
    """Return the name of a function, with the class that it is a method of (from Python 3.11 on)."""
    name: str = getattr(code, "co_qualname", code.co_name)
    return name.rpartition("<locals>.")[2]


def _history(code: CodeType, home: Mapping[str, Any], cells: Mapping[str, object], attempt: int) -> _History:
    """Return what is known of a function; at first, how often it was compiled before the recording."""
    step = compiled_step(code, home, cells)
    layer = None if step is None else live_layers.get(step.model)
    model = None if layer is None else layer.number
    of_code = _histories.get(code) or _histories.add(code, {})
    history = of_code.get(model)
    if history is None:
        history = of_code[model] = _History()
        record = history.record
        if step is None:
            record.earlier = attempt
        else:
            record.model = model
            record.ref = FunctionRef(
                record.number, code.co_name, step.role, layer_name(step.model), step.step
            )
    return history


def _cause(
    history: _History,
    given: Mapping[str, Any],
    inputs: Mapping[str, Structure],
    cells: Mapping[str, object],
) -> Cause | None:
    """Return why a function is compiled; None for the first time."""
    record = history.record
    reasons = given.get(torch_private.PARTS["failed_guards"].name)
    if not record.earlier + len(record.kept) + record.failed:
        return None
    if type(reasons) is list and reasons:

        def value_at(path: str) -> Structure:
            return _value_at(path, given, cells)

        return cause_of_guards(reasons, inputs, history.known.get, value_at)
    if str(given["compile_id"]).endswith("/0"):
        return _RESET
    return _UNKNOWN if record.kept else _FAILED


_STEP = re.compile(r"\.([^\W\d]\w*)|\[(?:'([^']*)'|\"([^\"]*)\"|(\d+))\]")


def _value_at(path: str, given: Mapping[str, Any], cells: Mapping[str, object]) -> Structure:
    """Return what stands at a path such as `self.scale` or `G['config'].rate`; an `Opaque` if unknown."""
    value: object
    name = re.split(r"[.\[]", path, maxsplit=1)[0]
    steps = list(_STEP.finditer(path, len(name)))
    if name + "".join(step[0] for step in steps) != path:
        return _UNREADABLE
    if name == "G":
        value = given["globals"]
    elif name in given["locals"]:
        value = given["locals"][name]
    elif name in cells:
        value = cells[name]
    else:
        return _UNREADABLE
    for attribute, key, other_key, number in (step.groups() for step in steps):
        if attribute is not None:
            value = safe.instance_dict(value).get(attribute, safe.MISSING)
        elif number is None:
            value = value.get(key or other_key, safe.MISSING) if type(value) is dict else safe.MISSING
        else:
            items = value[int(number) :] if type(value) is list or type(value) is tuple else ()
            value = items[0] if items else safe.MISSING
    return _UNREADABLE if value is safe.MISSING else describe(value)


_UNREADABLE = Opaque("?")


def _contents(code: CodeType, closure: tuple[CellType, ...]) -> dict[str, object]:
    """Return the variables that a function takes from the functions around it, by name."""
    contents = {}
    for name, cell in zip(code.co_freevars, closure, strict=False):
        with contextlib.suppress(ValueError):  # it is empty
            contents[name] = cell.cell_contents
    return contents


def _end(_: Call) -> None:
    """Record that dynamo has compiled a function, or failed; the exception is being handled then."""
    span, outer_error = _current.span, _current.outer_error
    if span is None:
        return
    ended = now()
    span[THREAD].span = span[PARENT]
    _current.span = _current.outer_error = None
    error = sys.exc_info()[1]
    with guarded("record the end of a compilation"):
        note = trace_note(span)
        if note is not None:
            _finish(span, note, ended, None if error is outer_error else error)


def _finish(span: Span, note: TraceNote, ended: int, error: BaseException | None) -> None:
    breaks = list(_new_breaks(_current.breaks))
    is_soft = error is not None and _is_soft(error)
    is_suppressed = is_soft or getattr(sys.modules["torch._dynamo.config"], "suppress_errors", False)
    is_skipped = is_suppressed and not _current.must_be_one_graph
    if error is not None and (is_soft or is_skipped):
        breaks.append(_break(str(error), getattr(error, "real_stack", None) or (), skips=is_skipped))
    if is_skipped:
        error = None
    compiled = _backend_ns()
    note.graph = replace(note.graph, breaks=tuple(breaks), compile_ns=compiled or None)
    if error is None:
        note.record.kept.append(note.index)
        finish(span, ended - compiled)
    else:
        note.record.failed += 1
        fail(span, error)


def _new_breaks(known: int) -> Iterator[GraphBreak]:
    """Yield the graph breaks that torch has noted since it knew so many."""
    reasons = torch_private.find("graph_breaks") or []
    for noted in reasons[known:]:
        yield _break(str(noted.reason), noted.user_stack or ())


def _break(reason: str, stack: Iterable[Any], *, skips: bool = False) -> GraphBreak:
    """Describe a graph break, by the innermost line of the program that led to it."""
    lines = [Location(line.filename, line.lineno or 0, line.name) for line in stack]
    own = [line for line in lines if not source_lines.is_internal(line.file)]
    place = next(reversed(own or lines), None)
    return GraphBreak(reason=first_words(reason), location=place, skips=skips)


def _is_soft(error: BaseException) -> bool:
    """Return whether an exception means that dynamo cannot compile a function."""
    return any(
        cls.__name__ in _SOFT and safe.module_of(cls) == "torch._dynamo.exc" for cls in safe.mro(type(error))
    )


def _backend_ns() -> int:
    """Return how long the backend took in the compilation that is about to end."""
    context = torch_private.find("metrics_context")
    metrics = {} if context is None else safe.instance_dict(context()).get("_metrics", {})
    microseconds = metrics.get(torch_private.PARTS["backend_time"].name, 0)
    return microseconds * 1000 if type(microseconds) is int else 0


def _measured(call: Call) -> None:
    """Note what torch counted: `add_compilation_metrics_to_chromium(c)`, torch 2.13."""
    metrics: Any = call.subject
    with guarded("record the metrics of a compilation"):
        compile_id = metrics.compile_id
        if _current.measured is not None and _current.measured[0] == compile_id:
            note = _current.measured[1]
            note.graph = replace(note.graph, ops=metrics.graph_op_count)
            _current.measured = None
        elif type(compile_id) is str and (metrics.fail_reason or "").startswith(_LIMIT):
            history = _by_frame.get(compile_id.rpartition("/")[0])
            if history is not None and history.last is not None:
                given_up = GraphBreak(reason=_LIMIT, skips=True)
                graph = history.last.graph
                history.last.graph = replace(graph, breaks=(*graph.breaks, given_up))


BEGINS = watching(_begin)
"""Observes the report of dynamo that it begins to compile."""

ENDS = watching(_end)
"""Observes the report that it has ended."""

MEASURED = watching(_measured)
"""Observes where torch passes on what it measured."""
