"""Define what hooks write: spans when something begins, records when it ends.

Both are plain tuples: every layer call creates one of each, and a tuple costs a fifth of an object
(`tests/benchmarks/pieces.py` shows the shares). They hold no layer and no tensor, and become events when
they are read (`layertrace.record.recording.materialize`).
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, cast

from layertrace.record.layers import LayerRecord
from layertrace.record.process import safe

if TYPE_CHECKING:  # what the rooms above put into a span; nothing of it is needed here at run time
    from layertrace.record.backends.modes import Mode
    from layertrace.record.describe.exceptions import ErrorNote
    from layertrace.record.describe.traced_functions import FunctionRecord
    from layertrace.record.describe.values import Deferred
    from layertrace.record.hooks.layer_calls import Arguments
    from layertrace.record.hooks.runs import RunNote
    from layertrace.record.hooks.traces import TraceNote
    from layertrace.record.hooks.variables import VariableNote

Kind = Literal["init", "build", "call", "variable", "trace", "run", "watch"]
Shape = tuple[int, ...]
CodePosition = tuple[CodeType, int]
"""A code object and the offset of an instruction in it."""

Detail: TypeAlias = "Shape | Arguments | VariableNote | TraceNote | RunNote | None"

Span: TypeAlias = (
    "tuple[HookedMethod, LayerRecord | None, Span | None, ThreadState, int, Mode | None,"
    " CodePosition | None, Detail, int | None]"
)
"""Something that has begun. The constants below name its items."""

METHOD: Final = 0
"""The hooked method."""
LAYER: Final = 1
"""The layer it happens to; None for a function."""
PARENT: Final = 2
"""The span that was open in the thread when this one began."""
THREAD: Final = 3
"""The state of the thread."""
START: Final = 4
"""When it began: nanoseconds of `time.perf_counter_ns`."""
MODE: Final = 5
"""Where it runs; None for eager mode."""
PLACE: Final = 6
"""The user's line; None if it is the parent's."""
DETAIL: Final = 7
"""What the kind of event needs: arguments, a variable, a trace, runs; or the shape of the only tensor."""
DTYPE: Final = 8
"""The number of the dtype of the tensor whose shape `DETAIL` is; None if `DETAIL` is not a shape."""

Record: TypeAlias = "tuple[Span, int | None, Deferred, int | Mode | None, ErrorNote | None]"
"""Something that has ended. The constants below name its items."""

SPAN: Final = 0
"""What has ended."""
END: Final = 1
"""When; None while it is still running."""
OUTPUT: Final = 2
"""What it returned: a structure, or the shape of a tensor."""
OUTPUT_DTYPE: Final = 3
"""The number of the dtype of the tensor whose shape `OUTPUT` is. If `OUTPUT` is a structure: the mode, should
the span be wrong about it."""
ERROR: Final = 4
"""The exception that left it."""

Emit = Callable[[Record], object]


class HookedMethod:
    """What all events of one hooked method have in common.

    It holds the method's code, never the method: a function may close over layers.

    Attributes:
        kind: The kind of its events; `watch` if it is only observed, such as an update by an optimizer.
        code: Where it is defined, below its decorators.
        is_default: Whether it is the `build` that Keras gives to a layer without one.
        names, defaults: Its parameters after the first.
        variadic: The names of `*args` and `**kwargs`.
        uses_callers_location: Whether events directly inside get its caller's line, as in a Sequential.
        frames_to_caller: The number of frames to the user's code in the last call.
        known_call_sites: The lines that called it from that distance (`source_lines.caller`).
        last: The line that called it last.
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
        self.known_call_sites: dict[int, CodePosition] = {}
        self.last = _NOWHERE

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        """Pickle only what creates another one: `cloudpickle` writes the functions of a script's classes."""
        return HookedMethod, (self.kind, self.names, (), self.variadic, self.uses_callers_location)

    def stand_for(self, original: object) -> None:
        """Note where the method is defined, below its decorators, and whether it is Keras's default."""
        self.code = code_behind(original)
        self.is_default = bool(safe.truth(safe.instance_dict(original).get("_is_default")))


_NOWHERE: CodePosition = (compile("", "<layertrace>", "exec"), -1)


def code_behind(function: object) -> CodeType | None:
    """Return the code of a function, method or callable object, below its decorators."""
    bare: Any = safe.unwrap(function)
    kind: type = type(bare)
    if kind is MethodType or kind is staticmethod or kind is classmethod:
        bare = safe.unwrap(bare.__func__)
    if type(bare) is not FunctionType:
        bare = safe.unwrap(safe.class_attribute(type(bare), "__call__"))
    return bare.__code__ if type(bare) is FunctionType else None


class ThreadState:
    """What is running in one thread.

    Attributes:
        span: The innermost open span.
        failing: The exception that is passing through: its identity and those of the exceptions it was raised
            from, and the span that it left last.
        failed_at, traced_until: When an exception last left a span, and when the last trace ended.
        replica: Which replica of a `tf.distribute` strategy runs in the thread; None without one.
        runs: The runs of functions that are being counted.
        runs_for: Who listens to them; None as soon as anything else begins in the thread.
        skips: How many running calls are not events, although their code is hooked.
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
        self.runs: dict[tuple[FunctionRecord | None, int], RunNote] = {}
        self.runs_for: Emit | None = None
        self.span: Span | None = None
        self.failing: tuple[frozenset[int], Span | None] = (frozenset(), None)


def parent_of(span: Span) -> Span | None:
    """Return the span around a span; for the first one in a replica's thread, the trace it belongs to."""
    parent, mode = span[PARENT], span[MODE]
    if parent is None and mode is not None:
        return None if mode.span is span else mode.span
    return parent


def trace_note(span: Span) -> TraceNote | None:
    """Return what is known of the trace that a span is; None if it is something else."""
    return cast("TraceNote", span[DETAIL]) if span[METHOD].kind == "trace" else None


def still_open(span: Span) -> Record:
    """Return the record of a span that has not ended."""
    return (span, None, None, None, None)
