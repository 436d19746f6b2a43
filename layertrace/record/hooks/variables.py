"""Record the creation of variables: by `add_weight`, as a `keras.Variable`, or as a raw `tf.Variable`."""

from __future__ import annotations

import contextlib
from typing import Literal, cast

from layertrace.record.describe.values import describe, dtype_name, spec, tensor_shape
from layertrace.record.describe.variable_holders import Holder, holder_of
from layertrace.record.describe.variable_values import raw_variable
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hooks.initial_values import draws_of, note_draw
from layertrace.record.hooks.layer_calls import fail, finish, nearest_layer, now, start
from layertrace.record.hooks.observer import Call, Observer
from layertrace.record.hub import threads
from layertrace.record.layers import LayerRecord, register_layer
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded
from layertrace.record.spans import DETAIL, METHOD, PARENT, THREAD, Span
from layertrace.timeline.event import Flag, Structure, TensorSpec, VariableSpec
from layertrace.timeline.registry import Register

__all__ = ["VariableNote", "creation_observer", "number_of", "variables_by_value"]

Source = Literal["keras", "tf_keras", "tf"]
"""Who creates a variable."""

_numbers: Register[VariableSpec] = Register()


def number_of(variable: object) -> int:
    """Return the number of a variable whose creation was recorded, otherwise 0."""
    spec = _numbers.get(variable)
    return 0 if spec is None else spec.id


def variables_by_value() -> dict[int, object]:
    """Return the variables whose creation was recorded, and that still exist, by the `id` of their value.

    On torch the value is a parameter of torch, which stays the same (`_value`, Keras 3.15).
    """
    return {id(safe.instance_dict(variable).get("_value")): variable for variable in _numbers.things()}


class VariableNote:
    """What is known of a variable while it is being created, and then what was created.

    Args:
        source: Who creates it.
        arguments: By name; they may hold tensors and are not kept.
        deferred: Whether Keras gives it a value later.
        holder: The optimizer, metric or random generator that it is part of.
    """

    __slots__ = (
        "deferred",
        "draws",
        "flags",
        "holder",
        "initializer",
        "number",
        "source",
        "spec",
        "strategy",
    )

    def __init__(self, source: Source, arguments: dict[str, object], deferred: bool, holder: Holder) -> None:
        self.source = source
        self.deferred = deferred
        self.holder = holder
        by_position: set[Flag] = {"name by position"} if arguments.pop(_BY_POSITION, False) else set()
        self.flags = frozenset(by_position)
        self.strategy = Loaded.backend.strategy()
        initial = arguments.get("initializer", arguments.get("initial_value"))
        self.initializer = _initializer(initial)
        self.draws = draws_of(initial)
        self.number = _numbers.next_number()
        self.spec = self._requested(arguments, describe(initial))

    def _requested(self, arguments: dict[str, object], initial: Structure) -> VariableSpec:
        """Describe the variable that was requested, which may never be created."""
        name = _text(arguments.get("name"))
        name = "Variable" if name is None else name
        shape, dtype = arguments.get("shape"), arguments.get("dtype")
        trainable = arguments.get("trainable")
        return VariableSpec(
            id=self.number,
            name=name,
            path=name,
            shape=_shape_of(initial) if shape is None else tensor_shape(shape),
            dtype=getattr(initial, "dtype", "float32") if dtype is None else dtype_name(dtype),
            trainable=None if trainable is None else safe.truth(trainable),
            initializer=self.initializer,
            source=self.source,
            deferred=self.deferred,
            role=self.holder.role,
            holder=self.holder.name,
        )

    def complete(self, variable: object) -> None:
        """Describe the variable that was created; what it does not have is taken from the request.

        TensorFlow's `PartitionedVariable` has no `trainable`, and a class of the program may define these
        properties itself.
        """
        full_name, path, shape, dtype, trainable = (
            _attribute(variable, name) for name in ("name", "path", "shape", "dtype", "trainable")
        )
        full = _text(full_name)
        full = self.spec.name if full is None else full.removesuffix(":0")
        self.spec = VariableSpec(
            id=self.number,
            name=full.rpartition("/")[2],
            path=full if (text := _text(path)) is None else text,
            shape=self.spec.shape if shape is None else tensor_shape(shape),
            dtype=self.spec.dtype if dtype is None else dtype_name(dtype),
            trainable=self.spec.trainable if trainable is None else safe.truth(trainable),
            initializer=self.initializer,
            source=self.source,
            deferred=self.deferred,
            role=self.holder.role,
            holder=self.holder.name,
            device=None if self.strategy else Loaded.backend.device_of(raw_variable(variable)),
        )
        note_draw(self.draws, self.spec)
        with contextlib.suppress(TypeError):  # one of a class with slots cannot be referred to weakly
            _numbers.add(variable, self.spec)


def _attribute(variable: object, name: str) -> object:
    """Return an attribute as Keras or TensorFlow define it, or as they keep it in the variable, or None."""
    value: object = safe.framework_attribute(variable, name, below=True)
    return safe.instance_dict(variable).get(f"_{name}") if value is None else value


def _text(value: object) -> str | None:
    """Return a string as one of `str` itself; None if the value is not a string."""
    return str.__str__(cast(str, value)) if safe.is_a(value, str) else None


def _shape_of(initial: Structure) -> tuple[int | None, ...] | None:
    """Return the shape that a variable gets from its initial value; None if that is not known."""
    if isinstance(initial, TensorSpec):
        return initial.shape
    if isinstance(initial, tuple):
        inner = _shape_of(initial[0]) if initial else ()
        return None if inner is None else (len(initial), *inner)
    return () if isinstance(initial, (bool, int, float, complex)) else None


def _initializer(initializer: object) -> str | None:
    """Return the name of an initializer: `GlorotUniform`, `zeros`, or the spec of an initial value."""
    if initializer is None or safe.is_a(initializer, str):
        return _text(initializer)
    if callable(initializer) and spec(initializer) is None:
        is_class = safe.is_a(initializer, type)
        name = safe.name_of(cast(type, initializer)) if is_class else safe.code_name(initializer)
        return name or safe.class_name(initializer)
    return str(describe(initializer))


def creation_observer(source: Source, subject_is_layer: bool = False) -> Observer[Span]:
    """Return the observer of a function that creates a variable.

    Args:
        source: Whose function it is.
        subject_is_layer: Whether its first argument is the layer that will own the variable
            (`add_weight`), rather than the variable or its class.
    """

    def begin(call: Call) -> Span | None:
        with guarded("record a variable"):
            arguments = _arguments(call, source)
            return _begin(call, source, arguments, call.subject if subject_is_layer else None)
        return None

    return Observer(begin, _end, fail)


def _arguments(call: Call, source: Source) -> dict[str, object]:
    """Return the arguments by name; `add_weight("kernel", …)` is the spelling of Keras 2."""
    positional, keywords = (*call.values, *call.extra), call.keywords or {}
    if source == "tf":
        return {"initial_value": positional[0], **keywords} if positional else dict(keywords)
    named: dict[str, object] = dict(zip(call.method.names, positional, strict=False))
    owner = named if "shape" in named else dict(keywords)
    if safe.is_a(owner.get("shape"), str):
        owner["name"] = owner.pop("shape")
        owner[_BY_POSITION] = True
    return {**owner, **keywords} if owner is named else {**named, **owner}


_BY_POSITION = "name by position"


def _begin(call: Call, source: Source, arguments: dict[str, object], owner: object) -> Span | None:
    """Open the span of a variable, unless it is a part of one that is being created.

    Args:
        call: The call of the function that creates it.
        source: The package of that function.
        arguments: The arguments by name.
        owner: The layer that will own it; None if that is not known yet.
    """
    parent = threads.state.span
    if parent is not None and parent[METHOD].kind == "variable":
        # add_weight creates a keras.Variable, which creates a tf.Variable: one event, and the inner calls
        # know more: Keras has chosen an initializer by now.
        if source == "keras":
            note = cast(VariableNote, parent[DETAIL])
            note.draws = draws_of(arguments.get("initializer"))
            note.initializer = _initializer(arguments.get("initializer"))
        return None
    if source == "tf" and ("initial_value" not in arguments or _is_part_of_another(call)):
        return None  # a handle on a variable that exists, or a part of one that is recorded already
    layer: LayerRecord | None = nearest_layer(parent)
    if owner is not None:
        layer = register_layer(owner, layer)
    mode = Loaded.backend.mode()
    deferred = source == "keras" and mode is not None and mode.name == "symbolic"
    holder = holder_of(owner, call.caller, layer)
    return start(call.method, layer, VariableNote(source, arguments, deferred, holder), mode, call.caller)


def _is_part_of_another(call: Call) -> bool:
    """Return whether Keras or TensorFlow creates this variable to implement one that was requested.

    Keras gives a value to a variable that it had deferred (`keras/src/backend/tensorflow/core.py`,
    `Variable._initialize`, Keras 3.0 to 3.15); TensorFlow creates what `tf.Variable` promises.
    """
    cls = call.subject
    caller = "" if call.caller is None else str(call.caller.f_globals.get("__name__"))
    if caller.startswith("keras.src.backend."):
        return True
    is_public = cls is Loaded.tf.Variable or cls is Loaded.tf.compat.v1.Variable
    return not is_public and caller.startswith("tensorflow.")


def _end(span: Span, result: object, subject: object) -> None:
    end = now()
    span[THREAD].span = span[PARENT]
    with guarded("record the end of a variable's creation"):
        # A constructor returns nothing: the variable is its subject then.
        cast(VariableNote, span[DETAIL]).complete(subject if result is None else result)
        finish(span, end)
