"""One event: plain, frozen data that outlives the layer it describes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Union, get_args

import msgspec

from layertrace.timeline.cause import Cause

_MAPPED = re.compile(r"Dataset_(map|flat_map|interleave|filter|scan|reduce|take_while|group_by_window)_(\w+)")
"""The names that `tf.data` gives to the functions that it traces (TensorFlow 2.16 to 2.21)."""

_RESUMED = re.compile(r"(.*)\btorch_dynamo_resume_in_(.+)_at_(\d+)")
"""The names that `torch.compile` gives to what comes after a graph break (torch 2.13)."""

Kind = Literal["init", "build", "call", "variable", "trace", "run"]
Mode = Literal["eager", "symbolic", "graph"]

KINDS: tuple[Kind, ...] = get_args(Kind)
MODES: tuple[Mode, ...] = get_args(Mode)

Flag = Literal["direct", "masked", "training lost", "from config", "name by position", "reference"]
FunctionRole = Literal["train", "test", "predict"]
VariableRole = Literal["optimizer", "metric", "seed", "counter"]


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """A tensor's dtype and shape, without the tensor.

    `shape` is `None` if even the rank is unknown; a dimension is `None` if its size is unknown.
    `encoding` distinguishes sparse and ragged tensors from dense ones, and JAX's weakly typed ones: a Python
    number, whose dtype gives way to that of an array.
    """

    dtype: str
    shape: tuple[int | None, ...] | None
    encoding: Literal["dense", "sparse", "ragged", "weak"] = "dense"

    def __str__(self) -> str:
        prefix = "" if self.encoding == "dense" else f"{self.encoding} "
        if self.shape is None:
            return f"{prefix}{self.dtype}[...]"
        return f"{prefix}{self.dtype}[{', '.join(map(str, self.shape))}]"


@dataclass(frozen=True, slots=True)
class Opaque:
    """A short description in place of a value that is not kept: `<GlorotUniform>`."""

    text: str

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__


Plain = Union[None, bool, int, float, complex, str, Opaque]
"""A value that can be kept, or the description of one that cannot."""

Structure = Union[Plain, TensorSpec, tuple["Structure", ...], Mapping[str, "Structure"]]
"""Specs and plain values, nested like the arguments; lists become tuples."""


class FrozenEmptyMapping(Mapping[Any, Any]):
    """An empty, immutable mapping that, unlike `MappingProxyType`, can be pickled."""

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
        return "EMPTY_MAPPING"  # the only instance, by its name in this module


EMPTY_MAPPING: Mapping[Any, Any] = FrozenEmptyMapping()


@dataclass(frozen=True, slots=True)
class Location:
    """A line of source code: `train.py:40 in main`.

    `columns` are where the expression on that line begins and ends, in bytes of UTF-8; the end is None if
    the expression goes on in the next line. They are known since Python 3.11, and not compared.
    """

    file: str
    line: int
    function: str = ""
    columns: tuple[int, int | None] | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRef:
    """One layer instance, identified without a reference to it.

    `id` numbers layers from 1 in the order in which layertrace met them, so two layers with one name
    stay two. `path` is Keras's path if that includes the parents, otherwise the names of the layers that it
    was created in, or first called in. `bases` are the qualified names of its class and of all base classes,
    so that a saved timeline can still be queried for every `Dense`.
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
    """One `tf.function` object, by number and name: the `one_step_on_data` of two models are two.

    On JAX it is a function that is jitted, and on torch one that is compiled.

    `role` is what Keras created it for, if it did: to train, test or predict with the model of the name
    `model`. `step` means that it is the inner one, which handles one batch.
    """

    id: int
    name: str
    role: FunctionRole | None = None
    model: str | None = None
    step: bool = False

    def __str__(self) -> str:
        return self.label

    @property
    def is_mapped(self) -> bool:
        """Whether `tf.data` traces it, to map it over the elements of a dataset."""
        return self.name.startswith("Dataset_")

    @property
    def label(self) -> str:
        """The name for readers: `train of net`, `train step of net`; without a role, that of TensorFlow.

        Example:
            >>> FunctionRef(2, "Dataset_map_normalize").label
            'Dataset.map(normalize)'
        """
        if self.role is None:
            if resumed := _RESUMED.fullmatch(self.name):
                return f"{resumed[1]}{resumed[2]} after line {resumed[3]}"
            mapped = _MAPPED.fullmatch(self.name)
            return self.name if mapped is None else f"Dataset.{mapped[1]}({mapped[2]})"
        role = f"{self.role} step" if self.step else self.role
        return role if self.model is None else f"{role} of {self.model}"

    @property
    def kind(self) -> str:
        """The name in a sentence, without that of the model: `the train step`; or that of TensorFlow."""
        role = f"the {self.role} {'step' if self.step else 'function'}"
        return self.label if self.role is None else role


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableSpec:
    """A variable as it was created.

    `initializer` is the class name of the initializer, or the spec of the initial value.
    `deferred` means that Keras created it while inferring shapes and initialized it afterwards.
    `source` distinguishes a Keras variable from a raw `tf.Variable`. `role` is what a variable that no user
    wrote is for: the state of an `optimizer` or of a `metric`, the `seed` of a random generator, or a
    `counter` of steps in a model of tf_keras. `holder` is the name of the optimizer, metric or model; for a
    seed, that of the layer, or of the generator if it is in no layer. `device` is where TensorFlow keeps it,
    such as `GPU:1`, if that is not where it keeps variables by default.
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
    role: VariableRole | None = None
    holder: str | None = None
    device: str | None = None

    def __str__(self) -> str:
        return f"{self.name} {TensorSpec(self.dtype, self.shape)}"

    @property
    def parameters(self) -> int:
        """The number of its elements; 0 if a dimension is unknown."""
        count = 1
        for size in (None,) if self.shape is None else self.shape:
            if size is None:
                return 0
            count *= size
        return count


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRef:
    """An exception that left this event.

    `origin` is true for the event in which it was raised, false for those through which it passed.
    `raised_in` names the innermost functions that it passed through, innermost first, as `module:function`;
    these include the functions of Keras and TensorFlow that do not hide themselves from tracebacks. `subject`
    is the layer whose method, hooked or not, was the innermost of them.
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
class GraphBreak:
    """Where `torch.compile` ended a graph: what follows runs eagerly, up to the next graph.

    `reason` is torch's own. `skips` means that no graph was compiled, and all of the function runs eagerly.
    """

    reason: str
    location: Location | None = None
    skips: bool = False

    def __str__(self) -> str:
        where = "" if self.location is None else f" at {self.location}"
        return f"{'no graph' if self.skips else 'graph break'}{where}: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphSpec:
    """The options with which a function was traced, and the size of the graph.

    `ops` counts the operations of the graph itself, not those of functions that it calls; None if the
    trace failed. `second_pass` means that TensorFlow traced again because the first pass created variables.
    `compile_ns` is how long JAX took afterwards to lower the graph and compile it with XLA, or the backend of
    `torch.compile` to compile it, in nanoseconds; None if that was not seen. `breaks` are where
    `torch.compile` ended a graph.
    """

    ops: int | None = None
    jit_compile: bool = False
    reduce_retracing: bool = False
    second_pass: bool = False
    compile_ns: int | None = None
    breaks: tuple[GraphBreak, ...] = ()


class Event(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One thing that happened to one layer, recorded without a reference to the layer.

    A field that does not apply is `None` (`arguments` is then empty). Events are structs of `msgspec`, since
    a recording may have a million of them, and a frozen dataclass takes seven times as long to create.
    `msgspec.structs` has `replace` and `asdict` for them. The file format has all fields of this class.

    Attributes:
        seq: Position in the timeline, from 0, in the order of beginnings. Selections keep it, so it
            identifies the event.
        kind: What happened.
        layer: The layer that it happened to; for a variable, its owner. None for a trace, and for a variable
            that was created outside of any layer.
        parent: The `seq` of the event that was running; None at the top.
        depth: The number of events that were running.
        start_ns: Nanoseconds from the beginning of the recording.
        duration_ns: Nanoseconds it took; None if it had not ended, and for a variable.
        thread: Name of the thread that it ran in.
        mode: The mode it ran in. `symbolic` means that Keras was inferring shapes.
        function: The `tf.function` that was being traced (for a trace, the one that it traces).
        trace: 1-based index of the trace of this function; for a run, the number of traces so far.
        inputs: Specs of the input tensors, nested like the arguments: of the only tensor argument of `call`,
            or by argument name if there are several.
        outputs: Specs of what `call` returned.
        arguments: The other arguments, without those that are the very default of their parameter.
        at_default: For an init: the names of those among `arguments` that equal their default.
        training: The `training` argument of a call; None if it was not passed, or is the default.
        mask: Whether a mask was passed; None if the event is not a call.
        variable: The variable that was created.
        error: The exception that left the event.
        location: The line of the user's code that caused it (not of Keras or TensorFlow).
        defined_at: Where the method, or the traced function, is defined.
        call_index: For a call: 1-based index among the calls of this layer in this recording.
        cause: For a trace: why it happened; None for the first of a function.
        graph: For a trace: its options, and the size of the graph.
        times: For a run: the number of consecutive executions it represents, with no other event between.
        first_ns: For a run: nanoseconds that the first of these took.
        traced_before: For a run: the number of traces of the function before the recording began.
        replica: 0-based index of the replica of a `tf.distribute` strategy that it ran in.
        strategy: For an init or a variable: the class of the `tf.distribute` strategy in whose scope it was,
            or on JAX of the `keras.distribution` that was set.
        flags: `direct`: the user's code called `call` itself instead of the layer. `masked`: an input tensor
            carried a mask (checked in symbolic and graph calls and in the first eager ones). `training lost`:
            a direct call without `training`, inside a call with `training=True`. `from config`: an init by
            `from_config`. `name by position`: the first argument of `add_weight` was a name.
            `reference`: an init of a layer that Keras creates to compare others with while it saves or loads.
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
    arguments: Mapping[str, Structure] = EMPTY_MAPPING
    at_default: tuple[str, ...] = ()
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
    first_ns: int | None = None
    traced_before: int | None = None
    replica: int | None = None
    strategy: str | None = None
    flags: frozenset[Flag] = frozenset()

    @property
    def graph_breaks(self) -> tuple[GraphBreak, ...]:
        """Where `torch.compile` ended the graph of a trace; empty for any other event."""
        return () if self.graph is None else self.graph.breaks

    @property
    def compile_ns(self) -> int:
        """How long it took after a trace to compile its graph, in nanoseconds; 0 for any other event."""
        return 0 if self.graph is None else self.graph.compile_ns or 0


def by_beginning(start_ns: int, end_ns: int | None) -> tuple[int, float]:
    """Return the key that sorts events by their beginnings.

    A coarse clock may show two beginnings at once; the event that ends later, or has not ended, is then the
    outer one.
    """
    return start_ns, float("-inf") if end_ns is None else -end_ns
