"""What one event says: plain, frozen data that outlives the layer it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Union, get_args

import msgspec

Kind = Literal["init", "build", "call", "variable", "trace", "run"]
Mode = Literal["eager", "symbolic", "graph"]

KINDS: tuple[Kind, ...] = get_args(Kind)
MODES: tuple[Mode, ...] = get_args(Mode)

Difference = Literal["shape", "rank", "dtype", "encoding", "value", "structure", "object", "added", "removed"]
Flag = Literal["direct", "masked", "from config", "name by position"]
Reason = Literal[
    "signature",
    "second pass",
    "new function",
    "new instance",
    "context",
    "failed before",
    "run eagerly",
    "unknown",
]


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """A tensor's dtype and shape, without the tensor.

    `shape` is `None` where even the rank is unknown; a dimension is `None` where its size is.
    `encoding` tells sparse and ragged tensors from dense ones.
    """

    dtype: str
    shape: tuple[int | None, ...] | None
    encoding: Literal["dense", "sparse", "ragged"] = "dense"

    def __str__(self) -> str:
        prefix = "" if self.encoding == "dense" else f"{self.encoding} "
        if self.shape is None:
            return f"{prefix}{self.dtype}[...]"
        return f"{prefix}{self.dtype}[{', '.join(map(str, self.shape))}]"


@dataclass(frozen=True, slots=True)
class Opaque:
    """A value that is not kept, only described in a few words: `<GlorotUniform>`."""

    text: str

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__


Plain = Union[None, bool, int, float, complex, str, Opaque]
"""A value that can be kept as it is, or the description of one that cannot."""

Structure = Union[Plain, TensorSpec, tuple["Structure", ...], Mapping[str, "Structure"]]
"""Specs and plain values, nested as the arguments were; lists are kept as tuples."""


class Nothing(Mapping[Any, Any]):
    """A mapping without members that cannot get any, and, other than `MappingProxyType`, can be pickled."""

    __slots__ = ()

    def __getitem__(self, key: object) -> Any:
        raise KeyError(key)

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "{}"

    def __reduce__(self) -> str:
        return "NOTHING"  # the one there is


NOTHING: Mapping[Any, Any] = Nothing()


@dataclass(frozen=True, slots=True)
class Location:
    """A line of source code: `train.py:40 in main`."""

    file: str
    line: int
    function: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRef:
    """Who: one layer instance, told without holding it.

    `id` counts layers from 1 in the order layertrace met them, so two layers with one name
    stay two. `path` is Keras's where that names the layers around, else made of the names of the layers
    it was made in, or first called in. `bases` are the qualified names of its class
    and all classes above it, so that a saved timeline can still be asked for every `Dense`.
    """

    id: int
    class_name: str
    name: str
    path: str
    framework: Literal["keras", "tf_keras"] = "keras"
    bases: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name} ({self.class_name})"


@dataclass(frozen=True, slots=True)
class FunctionRef:
    """One `tf.function` object, by number and name: two models' `one_step_on_data` are two."""

    id: int
    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableSpec:
    """A variable as it was when it was made.

    `initializer` is the class name of the initializer, or the spec of the initial value.
    `deferred` says that Keras made it while inferring shapes and gave it a value later.
    `source` tells a Keras variable from a raw `tf.Variable`.
    """

    id: int
    name: str
    path: str
    dtype: str
    shape: tuple[int | None, ...] | None
    trainable: bool | None
    initializer: str | None
    source: Literal["keras", "tf_keras", "tf"] = "keras"
    deferred: bool = False

    def __str__(self) -> str:
        return f"{self.name} {TensorSpec(self.dtype, self.shape)}"

    @property
    def parameters(self) -> int:
        """How many numbers it holds; 0 while a dimension is unknown."""
        count = 1
        for size in (None,) if self.shape is None else self.shape:
            if size is None:
                return 0
            count *= size
        return count


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRef:
    """An exception that left this event.

    `origin` is true for the event it was raised in, false for those it passed through. `raised_in` names the
    innermost functions that it came through, innermost first, as `module:function`; the hosts' own are
    among them, where they do not hide themselves. `subject` is the layer whose method, hooked or not, was
    the innermost of them.
    """

    type: str
    message: str
    location: Location | None
    origin: bool
    raised_in: tuple[str, ...] = ()
    subject: LayerRef | None = None

    def __str__(self) -> str:
        return f"{self.type}: {self.message.strip().splitlines()[0] if self.message.strip() else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphSpec:
    """How a `tf.function` was traced, and into how large a graph.

    `ops` counts the operations of the graph itself, not those of functions it calls; None where the
    trace failed. `second_pass` says that TensorFlow traced once more because the first pass made variables.
    """

    ops: int | None = None
    jit_compile: bool = False
    reduce_retracing: bool = False
    second_pass: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What differs in one argument of a `tf.function` from an earlier trace.

    `argument` is its name, with the way into it where it is nested: `data[0]`, `config['alpha']`.
    `before` and `now` are the two values in words, None for an argument that was not there. `axes` are the
    dimensions that differ, if it is the shape.
    """

    argument: str
    what: Difference
    before: str | None
    now: str | None
    axes: tuple[int, ...] = ()

    def __str__(self) -> str:
        if self.what == "added":
            return f"{self.argument} is new: {self.now}"
        if self.what == "removed":
            return f"{self.argument} is gone, was {self.before}"
        equals = "=" if self.what == "value" else ": "
        which = ", ".join(map(str, self.axes))
        dimensions = f" (dimension{'s' * (len(self.axes) > 1)} {which})" if which else ""
        return f"{self.argument}{equals}{self.now}, was {self.before}{dimensions}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a `tf.function` was traced although it, or another of the same code, had been traced before.

    `changes` tells what differs from the earlier trace that is closest, whose number is `compared_with`.
    `detail` says in words what no argument shows.
    """

    reason: Reason
    changes: tuple[Change, ...] = ()
    compared_with: int | None = None
    detail: str = ""

    def __str__(self) -> str:
        said = "; ".join(map(str, self.changes[:3]))
        more = f"; {len(self.changes) - 3} more" if len(self.changes) > 3 else ""
        return said + more or self.detail


class Event(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One thing that happened to one layer, told without holding the layer.

    A field that does not apply is `None` (`arguments` is then empty). Events are structs of `msgspec`, since
    a recording may have a million, and a frozen dataclass takes seven times as long to make. `replace` and
    `asdict` for them are in `msgspec.structs`.

    Attributes:
        seq: Place in the timeline, from 0, by beginnings. It is kept by every selection, and so
            identifies the event.
        kind: What happened.
        layer: Whom it happened to; the owner, for a variable. None for a trace, and for a variable
            made outside of any layer.
        parent: The `seq` of the event that was running; None at the top.
        depth: How many events were running.
        start_ns: Nanoseconds from the beginning of the recording.
        duration_ns: Nanoseconds it took; None where it had not ended, and for a variable.
        thread: Name of the thread it ran in.
        mode: Where it ran. `symbolic` means that Keras was inferring shapes.
        function: The `tf.function` being traced around it (or by it, for a trace).
        trace: How-manyeth trace of this function, from 1; for a run, how many traces it had by then.
        inputs: Specs of the tensors that came in, nested as they were: of the one tensor argument
            of `call`, or by argument name where there are several.
        outputs: Specs of what `call` returned.
        arguments: The other arguments that were not left at their defaults.
        training: The `training` argument of a call; None where it was not given.
        mask: Whether a mask came in; None where the event is no call.
        variable: The variable that was made.
        error: The exception that left the event.
        location: The line of the user's code that caused it (not Keras's, not TensorFlow's).
        defined_at: Where the method, or the traced function, is defined.
        call_index: For a call: which call of this layer it is in this recording, from 1.
        cause: For a trace: why it was made; None for the first of a function.
        graph: For a trace: how it was made, and how large the graph came out.
        times: For a run: how many executions it stands for, one after the other with no other event
            between them.
        traced_before: For a run: how many traces of the function were made before the recording began.
        replica: Which replica of a `tf.distribute` strategy it ran in, from 0.
        strategy: For an init or a variable: the class of the `tf.distribute` strategy in whose scope it was.
        flags: `direct`: the user's code invoked `call` itself, past `Layer.__call__`. `masked`: a mask rode
            on a tensor that came in (looked for in symbolic and graph calls and in the first eager ones).
            `from config`: an init by `from_config`. `name by position`: `add_weight` got a name first.
    """

    seq: int
    kind: Kind
    layer: LayerRef | None = None
    parent: int | None = None
    depth: int = 0
    start_ns: int = 0
    duration_ns: int | None = None
    thread: str = "MainThread"
    mode: Mode = "eager"
    function: FunctionRef | None = None
    trace: int | None = None
    inputs: Structure = None
    outputs: Structure = None
    arguments: Mapping[str, Structure] = NOTHING
    training: bool | None = None
    mask: bool | None = None
    variable: VariableSpec | None = None
    error: ErrorRef | None = None
    location: Location | None = None
    defined_at: Location | None = None
    call_index: int | None = None
    cause: Cause | None = None
    graph: GraphSpec | None = None
    times: int = 1
    traced_before: int | None = None
    replica: int | None = None
    strategy: str | None = None
    flags: frozenset[Flag] = frozenset()


def by_beginning(start_ns: int, duration_ns: int | None) -> tuple[int, float]:
    """Return the key that sorts events by their beginnings.

    A coarse clock may show two beginnings at once; the event that ends later is then the outer one.

    Args:
        start_ns: When the event began.
        duration_ns: How long it took; None if it has not ended.
    """
    return start_ns, float("-inf") if duration_ns is None else -duration_ns
