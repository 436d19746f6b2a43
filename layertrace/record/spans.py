"""What hooks write down: spans when something begins, records when it ends.

Both are plain tuples: they are made in the path of every layer call, where a tuple costs a fifth of an object
(`tests/benchmarks/pieces.py` shows the shares). They hold no layer and no tensor, and become events when
someone reads them (`layertrace.record.recording.materialize`).
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType, FunctionType, MethodType
from typing import Any, Literal, NamedTuple

from layertrace.record.layers import LayerRecord
from layertrace.record.process import safe

Emit = Callable[[tuple[Any, ...]], object]
Kind = Literal["init", "build", "call", "variable", "trace", "run", "watch"]


class HookedMethod:
    """What all events of one hooked method have in common.

    It holds the method's code, never the method: a function may close over layers. `frames_to_caller` is how
    far away the user's code was last time, `known_call_sites` are the lines of it that were met there
    (`source_lines.caller`), and `last` is the last of these. What is only watched, such as an update by an
    optimizer, has the kind `watch`.
    """

    __slots__ = (
        "code",
        "defaults",
        "frames_to_caller",
        "is_default",
        "kind",
        "known_call_sites",
        "last",
        "names",
        "uses_callers_location",
        "variadic",
    )  # fmt: skip

    def __init__(
        self,
        kind: Kind,
        names: tuple[str, ...] = (),
        defaults: tuple[object, ...] = (),
        variadic: tuple[str | None, str | None] = (None, None),
        uses_callers_location: bool = False,
    ) -> None:
        self.kind = kind
        self.code: CodeType | None = None
        self.is_default = False
        self.names = names
        self.defaults = defaults
        self.variadic = variadic
        self.uses_callers_location = uses_callers_location
        self.frames_to_caller = 0
        self.known_call_sites: dict[int, tuple[CodeType, int]] = {}
        self.last: tuple[CodeType | None, int] = (None, -1)

    def __reduce__(self) -> Any:
        """Pickle no more than makes another: `cloudpickle` writes the functions of a script's classes."""
        return HookedMethod, (self.kind, self.names, (), self.variadic, self.uses_callers_location)

    def stand_for(self, original: Any) -> None:
        """Note where the method is defined, below its decorators, and whether it is Keras's default."""
        self.code = code_behind(original)
        self.is_default = bool(safe.truth(safe.instance_dict(original).get("_is_default")))


def code_behind(function: Any) -> CodeType | None:
    """Return the code of a function, method or callable object, below its decorators."""
    bare = safe.unwrap(function)
    kind: type = type(bare)
    if kind is MethodType or kind is staticmethod or kind is classmethod:
        bare = safe.unwrap(bare.__func__)
    if type(bare) is not FunctionType:
        bare = safe.unwrap(safe.class_attribute(type(bare), "__call__"))
    return bare.__code__ if type(bare) is FunctionType else None


class Span(NamedTuple):
    """Something that has begun. Hooks write it as a plain tuple; this names the places.

    `place` is code and instruction of the user's code, None where that of the parent holds. `detail`
    is the shape of the one tensor that came in, with its dtype in `dtype`; or, with `dtype` None,
    whatever the kind of event needs: arguments, a variable, a trace.
    """

    method: HookedMethod
    layer: LayerRecord | None
    parent: tuple[Any, ...] | None
    thread: ThreadState
    start: int
    mode: Any
    place: tuple[CodeType, int] | None
    detail: Any
    dtype: Any


class Record(NamedTuple):
    """Something that has ended, with what came out: an output's shape and dtype, or a structure.

    Where `output` is a structure, `dtype` may be the mode, if the span did not know better than `eager`.
    """

    span: tuple[Any, ...]
    end: int | None
    output: Any
    dtype: Any
    error: Any


class ThreadState:
    """What is running in one thread.

    Attributes:
        span: The innermost span that has begun and not ended.
        failing: The exception on its way out: its identity and those of what it was raised from,
            and the span that it left last.
        failed_at, traced_until: When an exception last left a span, and when the last trace ended.
        replica: Which replica of a `tf.distribute` strategy the thread serves; None where it serves none.
        runs: The runs of functions that are being counted.
        runs_for: Who listens to them; None as soon as anything else begins in the thread.
        skips: How many calls are under way that are not events, of code that often is one.
    """

    __slots__ = (
        "__weakref__", "failed_at", "failing", "name", "replica", "runs", "runs_for", "skips", "span",
        "traced_until",
    )  # fmt: skip

    def __init__(self, name: str, replica: int | None) -> None:
        self.name = name
        self.replica = replica
        self.failed_at = 0
        self.skips = 0
        self.traced_until = 0
        self.runs: dict[Any, Any] = {}
        self.runs_for: Emit | None = None
        self.span: tuple[Any, ...] | None = None
        self.failing: tuple[frozenset[int], tuple[Any, ...] | None] = (frozenset(), None)


METHOD, LAYER, PARENT, THREAD, START, MODE, PLACE, DETAIL, DTYPE = range(9)


def parent_of(span: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """Return the span around a span; for the first one in a replica's thread, the trace it serves."""
    parent: tuple[Any, ...] | None = span[PARENT]
    if parent is None and span[MODE] is not None:
        trace: tuple[Any, ...] | None = span[MODE].span
        return None if trace is span else trace
    return parent
