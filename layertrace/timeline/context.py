"""What a recording knows beside its events: how layers were in the end, and what was noticed on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from layertrace.timeline.event import NOTHING, ErrorRef, LayerRef, Location, Structure, TensorSpec

__all__ = ["Failure", "LayerState", "Observation", "ObservationKind", "RecordingContext"]

ObservationKind = Literal["update", "loss", "changed in call", "changed after trace", "kept tensor", "random"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """Something noticed during an event that is no event itself.

    Attributes:
        what: `update`: an optimizer was given gradients. `loss`: a layer called `add_loss`. `changed in
            call`: a Python attribute of a layer had another value after a traced `call` than before.
            `changed after trace`: it had another value when the graph ran than when it was traced.
            `kept tensor`: a layer holds a tensor of a graph after the `call` that was traced into it.
            `random`: a traced `call` drew from Python's or NumPy's generators, or from TensorFlow with a
            constant seed.
        during: The `seq` of the event it happened in; None outside of any.
        layer: Whose it is.
        name: Which attribute, with the way into it where it is nested: `config['rate']`. `class Scale.rate`
            is one of the class, `global RATE` a variable outside of it. Or which optimizer; which generator.
        before: What it was.
        now: What it is. For an update: the positions in `variables` of those whose gradient was None.
        variables: For an update: the ids of the variables it was for (`VariableSpec.id`), those made before
            the recording are 0.
        paths: The paths of these variables.
        without_gradient: The paths of those whose gradient was None.
        location: The line of the user's code.
        start_ns: Nanoseconds from the beginning of the recording.
        times: How often it was seen alike.
        thread: Name of the thread it was seen in.
    """

    what: ObservationKind
    during: int | None = None
    layer: LayerRef | None = None
    name: str = ""
    before: Structure = None
    now: Structure = None
    variables: tuple[int, ...] = ()
    paths: tuple[str, ...] = ()
    without_gradient: tuple[str, ...] = ()
    location: Location | None = None
    start_ns: int = 0
    times: int = 1
    thread: str = "MainThread"


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerState:
    """One layer as it was when the recording ended, or when it was read before.

    Of a layer that was gone by then, only what was noticed at the end of its `__init__` is known.

    Attributes:
        layer: Who.
        alive: Whether it was still there.
        initialized: Whether Keras's own `__init__` has run.
        built_by_init: Whether `built` was true when its `__init__` had ended.
        built: Whether it is built.
        trainable: Its `trainable`.
        methods: Where its class, or one above it that is not Keras's, defines `__init__`, `__call__`,
            `build`, `call`, `compute_output_shape`, `compute_mask`, `get_config` or `from_config`.
        children: The numbers of the layers that Keras knows inside it, however deep.
        held: The attributes that hold its layers, by number: `head`, `blocks[0]`.
        variables: The ids of the variables that Keras knows inside it; 0 for one made before the recording.
        tensors: Attributes that hold a tensor or a raw `tf.Variable`.
        supports_masking: Whether it hands on a mask that comes in.
        makes_mask: Whether it makes one, as `Embedding(mask_zero=True)` and `Masking` do.
        compute_dtype: In which dtype it computes.
        declared: What Keras says its one output is, where a functional model holds it.
        masked: Whether, in that model, a mask comes in, and whether one goes out.
        accepted: Codes of findings that its class accepts (`layertrace.accept`).
    """

    layer: LayerRef
    alive: bool = True
    initialized: bool | None = None
    built_by_init: bool | None = None
    built: bool | None = None
    trainable: bool | None = None
    methods: Mapping[str, Location] = field(default_factory=lambda: NOTHING)
    children: tuple[int, ...] = ()
    held: Mapping[int, str] = field(default_factory=lambda: NOTHING)
    variables: tuple[int, ...] = ()
    tensors: Mapping[str, Structure] = field(default_factory=lambda: NOTHING)
    supports_masking: bool | None = None
    makes_mask: bool | None = None
    compute_dtype: str | None = None
    declared: TensorSpec | None = None
    masked: tuple[bool, bool] | None = None
    accepted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """The exception that ended a recording.

    Attributes:
        error: What it was; its `location` is the innermost line of the user's code.
        layer: The innermost layer one of whose methods it came through, whether hooked or not.
        lines: The lines of the user's code that it came through, outermost first.
        thread: In which thread.
    """

    error: ErrorRef
    layer: LayerRef | None = None
    lines: tuple[Location, ...] = ()
    thread: str = "MainThread"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingContext:
    """All that a recording knows beside its events.

    Attributes:
        states: How layers were in the end, by number.
        observations: What was noticed on the way.
        failure: The exception that ended the recording.
        versions: Of TensorFlow and the Keras that were loaded.
        started_ns: When it began, in nanoseconds since 1970; None where that is not known.
        extras: Fields of events, by `seq`, that a newer layertrace wrote to the file that this is from.
        unknown: Lines of that file that this version does not know, as they stand there.
    """

    states: Mapping[int, LayerState] = field(default_factory=lambda: NOTHING)
    observations: tuple[Observation, ...] = ()
    failure: Failure | None = None
    versions: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    started_ns: int | None = None
    extras: Mapping[int, Mapping[str, Any]] = field(default_factory=lambda: NOTHING)
    unknown: tuple[bytes, ...] = ()
