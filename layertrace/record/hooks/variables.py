"""See every variable being made: by `add_weight`, as a `keras.Variable`, or as a raw `tf.Variable`."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from types import FrameType
from typing import Any

from layertrace.errors import CulpritError
from layertrace.record.describe.modes import current_mode
from layertrace.record.describe.values import describe, dtype_name, spec, tensor_shape
from layertrace.record.frameworks.host import Host
from layertrace.record.hooks.layer_calls import fail, finish, nearest_layer, now, start, strategy
from layertrace.record.hooks.observer import Call, Observer
from layertrace.record.hub import threads
from layertrace.record.layers import LayerRecord, register_layer
from layertrace.record.process import safe
from layertrace.record.process.guard import report_internal_error
from layertrace.record.spans import DETAIL, METHOD, PARENT, THREAD, HookedMethod
from layertrace.timeline.event import Structure, TensorSpec, VariableSpec
from layertrace.timeline.registry import Register, live_layers

__all__ = ["VariableNote", "creation_observer", "number_of"]

_numbers: Register[VariableSpec] = Register()


def number_of(variable: Any) -> int:
    """Return the number of a variable whose making was seen, else 0."""
    spec = _numbers.get(variable)
    return 0 if spec is None else spec.id


class VariableNote:
    """What is known of a variable while it is being made, and what it was when it was done.

    Args:
        source: `keras`, `tf_keras` or `tf`.
        asked: The arguments by name; they may hold tensors and are not kept.
        deferred: Whether Keras gives it a value later.
    """

    __slots__ = ("deferred", "flags", "initializer", "number", "source", "spec", "strategy")

    def __init__(self, source: Any, asked: dict[str, Any], deferred: bool) -> None:
        self.source = source
        self.deferred = deferred
        self.flags = frozenset({"name by position"} if asked.pop(_BY_POSITION, False) else ())
        self.strategy = strategy()
        initial = asked.get("initializer", asked.get("initial_value"))
        self.initializer = _initializer(initial)
        self.number = _numbers.next_number()
        self.spec = self._from_request(asked, describe(initial))

    def _from_request(self, asked: dict[str, Any], initial: Structure) -> VariableSpec:
        """Describe the variable that was asked for, which may never come to be."""
        name = asked.get("name")
        name = str.__str__(name) if safe.is_a(name, str) else "Variable"
        shape, dtype = asked.get("shape"), asked.get("dtype")
        return VariableSpec(
            id=self.number,
            name=name,
            path=name,
            shape=_shape_of(initial) if shape is None else tensor_shape(shape),
            dtype=getattr(initial, "dtype", "float32") if dtype is None else dtype_name(dtype),
            trainable=None if asked.get("trainable") is None else safe.truth(asked["trainable"]),
            initializer=self.initializer,
            source=self.source,
            deferred=self.deferred,
        )

    def made(self, variable: Any) -> None:
        """Describe the variable that was made, by what was asked for where that is not to be had.

        TensorFlow's `PartitionedVariable` has no `trainable`, and one of a class of the program may have
        properties of its own.
        """
        full, path, shape, dtype, trainable = (
            _known(variable, name) for name in ("name", "path", "shape", "dtype", "trainable")
        )
        full = str.__str__(full).removesuffix(":0") if safe.is_a(full, str) else self.spec.name
        self.spec = VariableSpec(
            id=self.number,
            name=full.rpartition("/")[2],
            path=str.__str__(path) if safe.is_a(path, str) else full,
            shape=self.spec.shape if shape is None else tensor_shape(shape),
            dtype=self.spec.dtype if dtype is None else dtype_name(dtype),
            trainable=self.spec.trainable if trainable is None else safe.truth(trainable),
            initializer=self.initializer,
            source=self.source,
            deferred=self.deferred,
        )
        with contextlib.suppress(TypeError):  # one of a class with slots cannot be referred to weakly
            _numbers.add(variable, self.spec)


def _known(variable: Any, name: str) -> Any:
    """Return what Keras or TensorFlow tell of a variable, or what it keeps for them; None where nothing."""
    found = safe.framework_attribute(variable, name, below=True)
    return safe.instance_dict(variable).get(f"_{name}") if found is None else found


def _shape_of(initial: Structure) -> tuple[int | None, ...] | None:
    """Return the shape that a variable gets from its initial value; None where that is not known."""
    if isinstance(initial, TensorSpec):
        return initial.shape
    if isinstance(initial, tuple):
        inner = _shape_of(initial[0]) if initial else ()
        return None if inner is None else (len(initial), *inner)
    return () if isinstance(initial, (bool, int, float, complex)) else None


def _initializer(initializer: Any) -> str | None:
    """Name an initializer: `GlorotUniform`, `zeros`, or the spec of an initial value."""
    if initializer is None or safe.is_a(initializer, str):
        return None if initializer is None else str.__str__(initializer)
    if callable(initializer) and spec(initializer) is None:
        is_class = safe.is_a(initializer, type)
        name = safe.name_of(initializer) if is_class else safe.code_name(initializer)
        return name or safe.class_name(initializer)
    return str(describe(initializer))


def creation_observer(source: str, subject_is_layer: bool = False) -> Observer:
    """Return what observes a function that creates a variable.

    Args:
        source: `keras`, `tf_keras` or `tf`.
        subject_is_layer: Whether its first argument is the layer that will own the variable
            (`add_weight`), rather than the variable or its class.
    """

    def begin(call: Call) -> tuple[Any, ...] | None:
        method, subject, values, extra, keywords, caller = call
        try:
            asked = _asked(method, source, (*values, *extra), keywords or {})
            return _begin(method, source, asked, subject, subject if subject_is_layer else None, caller)
        except CulpritError:  # which `trace(fail_on=…)` asked for
            raise
        except Exception:  # promise 1: the traced program never sees a fault of ours
            report_internal_error("record a variable")
            return None

    return Observer(begin, _end, fail)


def _asked(
    method: HookedMethod, source: str, positional: tuple[Any, ...], keywords: Mapping[str, Any]
) -> dict[str, Any]:
    """Name what was given by position; `add_weight("kernel", …)` is the spelling of Keras 2."""
    if source == "tf":
        return {"initial_value": positional[0], **keywords} if positional else dict(keywords)
    asked = dict(zip(method.names, positional, strict=False))
    given = asked if "shape" in asked else dict(keywords)
    if safe.is_a(given.get("shape"), str):
        given["name"] = given.pop("shape")
        given[_BY_POSITION] = True
    return {**given, **keywords} if given is asked else {**asked, **given}


_BY_POSITION = "name by position"


def _begin(
    method: HookedMethod,
    source: str,
    asked: dict[str, Any],
    subject: Any,
    owner: Any,
    caller: FrameType | None,
) -> tuple[Any, ...] | None:
    parent = threads.state.span
    if parent is not None and parent[METHOD].kind == "variable":
        # add_weight makes a keras.Variable, which makes a tf.Variable: one event, and the inner ones
        # know more: Keras has chosen an initializer by now.
        if source == "keras":
            parent[DETAIL].initializer = _initializer(asked.get("initializer"))
        return None
    if source == "tf" and ("initial_value" not in asked or _is_part_of_another(subject, caller)):
        return None  # a handle on a variable that exists, or a part of one that is told already
    layer: LayerRecord | None = nearest_layer(parent)
    if owner is not None:
        layer = live_layers.get(owner) or register_layer(owner, layer)
    mode = current_mode(Host.tf)
    deferred = source == "keras" and mode is not None and mode.name == "symbolic"
    return start(method, layer, VariableNote(source, asked, deferred), mode, caller)


def _is_part_of_another(cls: type, caller: FrameType | None) -> bool:
    """Tell whether Keras or TensorFlow makes this variable to stand behind one that was asked for.

    Keras gives a value to a variable that it had deferred (`keras/src/backend/tensorflow/core.py`,
    `Variable._initialize`, Keras 3.0 to 3.15); TensorFlow makes what `tf.Variable` promises.
    """
    asker = "" if caller is None else str(caller.f_globals.get("__name__"))
    if asker.startswith("keras.src.backend."):
        return True
    is_public = cls is Host.tf.Variable or cls is Host.tf.compat.v1.Variable
    return not is_public and asker.startswith("tensorflow.")


def _end(span: tuple[Any, ...], result: Any, subject: Any) -> None:
    end = now()
    span[THREAD].span = span[PARENT]
    try:
        # A constructor returns nothing: the variable is its subject then.
        span[DETAIL].made(subject if result is None else result)
        finish(span, end)
    except Exception:  # promise 1, as above
        report_internal_error("record the end of a variable's creation")
