"""Read the state of layers when a recording ends: whether they are built, what they hold and define."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from layertrace.record.describe import source_lines
from layertrace.record.describe.alike_units import alike_units
from layertrace.record.describe.dropped_masks import dropped_mask, has_mask, node_of, tensors_of
from layertrace.record.describe.keras_tensors import operation_of
from layertrace.record.describe.late_settings import set_late
from layertrace.record.describe.layer_contents import (
    layers_inside,
    outputs_of,
    own_variables,
    variables_inside,
)
from layertrace.record.describe.replaced_attributes import replaced_attributes
from layertrace.record.describe.torch_modules import parameters_in_collections
from layertrace.record.describe.values import array_of, describe, dtype_name, spec
from layertrace.record.describe.variable_values import can_read_values, values_of
from layertrace.record.describe.weight_values import not_finite
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hooks.variables import number_of, variables_by_value
from layertrace.record.layers import LayerRecord, register_layer
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded
from layertrace.record.python_state.framework_attributes import set_by_framework
from layertrace.record.spans import code_behind
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import LayerRef, Location, Structure, TensorSpec
from layertrace.timeline.ownership import is_keras_layer
from layertrace.timeline.registry import live_layers

__all__ = ["states_of"]

_METHODS = (
    "__init__",
    "__call__",
    "build",
    "call",
    "compute_mask",
    "compute_output_shape",
    "from_config",
    "get_config",
    "load_assets",
    "load_own_variables",
    "train_step",
    "test_step",
    "predict_step",
)
_MASKING = "keras.src.layers.core.masking.Masking"
_MOST_BYTES = 4_000_000  # of an array that is compared with that of a copy of the layer
_NUMBERS = 1_000_000  # of the statistics of one layer
_OF_TORCH = "_modules"  # in which an `nn.Module` keeps the modules in its attributes, by name
_HELD = 4096  # items read of one collection: a layer may hold a vocabulary of millions


def states_of(records: Iterable[LayerRecord], *, is_trained: bool = False) -> dict[int, LayerState]:
    """Return the state of each layer, and of all layers inside it, by number.

    Args:
        records: The layers.
        is_trained: Whether an optimizer has updated weights, so that these are looked at.
    """
    states: dict[int, LayerState] = {}
    living: dict[int, object] = {}
    todo = list(records)
    while todo:
        record = todo.pop()
        if record.number in states or record.is_framework_internal:
            continue
        layer = record.reference()
        if layer is None:
            cls = record.type()
            states[record.number] = LayerState(
                layer=record.ref(),
                alive=False,
                methods={} if cls is None else _methods(cls),
                initialized=record.initialized,
                built_by_init=record.built_by_init,
            )
            continue
        # A layer that cannot be read costs its own state, not the recording.
        states[record.number] = LayerState(
            layer=record.ref(), initialized=record.initialized, built_by_init=record.built_by_init
        )
        with guarded(f"read the state of a layer of class {record.cls}"):
            registered = filter(None, map(register_layer, layers_inside(layer)))
            inside = [child for child in registered if not child.is_framework_internal]
            states[record.number] = _state(record, record.ref(), layer, inside)
            living[record.number] = layer
            todo += inside
    with guarded("look at the values of weights"):
        weights = not_finite(living.values()) if is_trained else {}
        alike = alike_units(living.values()) if is_trained else {}
        for number, layer in living.items():
            if id(layer) in weights:
                states[number] = replace(states[number], not_finite=weights[id(layer)])
            if id(layer) in alike:
                states[number] = replace(states[number], alike=alike[id(layer)])
    return dict(sorted(states.items()))


def _state(record: LayerRecord, ref: LayerRef, layer: object, inside: list[LayerRecord]) -> LayerState:
    attributes = safe.instance_dict(layer)
    supports = safe.plain_attribute(
        layer, "supports_masking", attributes.get("_supports_masking", safe.MISSING)
    )
    return LayerState(
        layer=ref,
        initialized=record.initialized,
        built_by_init=record.built_by_init,
        built=safe.truth(attributes.get("built", safe.MISSING)),
        trainable=safe.truth(attributes.get("_trainable", safe.MISSING)),
        methods=_methods(type(layer)),
        children=tuple(child.number for child in inside),
        held=_held(layer),
        variables=tuple(map(number_of, variables_inside(layer))),
        tensors=_tensors(layer),
        supports_masking=safe.truth(supports),
        makes_mask=bool(safe.truth(safe.plain_attribute(layer, "mask_zero"))) or _MASKING in ref.bases,
        compute_dtype=_compute_dtype(layer, record),
        declared=_declared(layer),
        masked=_masked(layer),
        accepted=_accepted(type(layer)),
        regularized=_regularized(layer),
        adapted=_is_adapted(layer, ref),
        statistics=_statistics(layer, ref),
        output_layer=_output_layer(layer),
        arrays=_arrays(layer),
        activation=safe.code_name(attributes.get("activation")) if "activation" in attributes else None,
        repeated=_repeated(layer),
        set_late=set_late(layer),
        parameters=_parameters(layer),
        mask_dropped=dropped_mask(layer),
        replaced=replaced_attributes(layer),
        with_gradient=tuple(map(number_of, filter(_has_gradient, own_variables(layer)))),
    )


def _output_layer(layer: object) -> int | None:
    """Return the number of the layer that computes the only output of a functional or sequential model.

    An operation that is not a layer has no number.
    """
    tensors = outputs_of(layer)
    record = live_layers.get(operation_of(tensors[0])) if len(tensors) == 1 else None
    return None if record is None else record.number


def _regularized(layer: object) -> tuple[str, ...]:
    """Return the names of a layer's own weights that Keras 3 adds a loss for; tf_keras calls `add_loss`."""
    weights = own_variables(layer)
    decayed = [weight for weight in weights if safe.framework_attribute(weight, "_regularizer") is not None]
    return tuple(str(safe.framework_attribute(weight, "name")) for weight in decayed)


def _is_adapted(layer: object, ref: LayerRef) -> bool | None:
    """Return whether a `Normalization` has another mean and variance than the 0 and 1 that it begins with."""
    attributes = safe.instance_dict(layer)
    mean, variance = attributes.get("adapt_mean"), attributes.get("adapt_variance")
    is_one = is_keras_layer(ref, _NORMALIZATION)
    if not is_one or mean is None or variance is None or not can_read_values():
        return None
    if not (safe.is_library_class(type(mean)) and safe.is_library_class(type(variance))):
        return None
    means, variances = values_of(mean, _NUMBERS), values_of(variance, _NUMBERS)
    if means is None or variances is None:
        return None
    return bool(means.any() or (variances != 1).any())


def _statistics(layer: object, ref: LayerRef) -> str | None:
    """Return whether the moving mean and variance of a batch normalization have moved, or are impossible."""
    attributes = safe.instance_dict(layer)
    mean, variance = attributes.get("moving_mean"), attributes.get("moving_variance")
    is_one = is_keras_layer(ref, "BatchNormalization")
    if not is_one or mean is None or variance is None or not can_read_values():
        return None
    if not (safe.is_library_class(type(mean)) and safe.is_library_class(type(variance))):
        return None
    means, variances = values_of(mean, _NUMBERS), values_of(variance, _NUMBERS)
    if means is None or variances is None:
        return None
    if (variances < 0).any():
        return "negative variance"
    return "moved" if means.any() or (variances != 1).any() else "initial"


_NORMALIZATION = "layers.preprocessing.normalization.Normalization"


def _accepted(cls: type) -> tuple[str, ...]:
    codes = safe.class_attribute(cls, "_layertrace_accepted", ())
    return tuple(codes) if type(codes) in (tuple, list, set, frozenset) else ()


def _compute_dtype(layer: object, record: LayerRecord) -> str | None:
    """Return the dtype a layer computes in: that of its policy, unless Keras has other rules for the layer.

    `IndexLookup` and `TextVectorization` of Keras 3.0 to 3.15 do; a `DTypePolicyMap` has policies by path.
    """
    policy = safe.instance_dict(layer).get("_dtype_policy")
    home = next((cls for cls in safe.mro(type(layer)) if "compute_dtype" in safe.namespace(cls)), object)
    if safe.is_framework_class(home) and home.__name__ != "Layer":
        dtype = safe.framework_attribute(layer, "compute_dtype")
    else:
        is_map = safe.class_name(policy) == "DTypePolicyMap" and safe.is_framework_class(type(policy))
        if policy is not None and is_map and record.path:
            policy = policy[record.path]
        dtype = safe.framework_attribute(policy, "compute_dtype")
    return None if dtype is None else dtype_name(dtype)


def _held(layer: object) -> Mapping[int, str]:
    """Return the attribute that holds each registered layer, also in a list or dict."""
    paths: dict[int, str] = {}
    for name, items in _collections(layer):
        for key, item in items:
            record = live_layers.get(item)
            if record is not None:
                path = name if key is safe.MISSING else f"{name}[{safe.key_words(key)}]"
                if name == _OF_TORCH and type(key) is str:
                    path = key
                paths.setdefault(record.number, path)
    return paths


def _repeated(layer: object) -> tuple[tuple[int, int], ...]:
    """Return the layers that one list or dict in an attribute holds several times, and how often."""
    times: dict[int, int] = {}
    for _, items in _collections(layer):
        held = Counter(record.number for _, item in items if (record := live_layers.get(item)) is not None)
        times.update({number: count for number, count in held.items() if count > times.get(number, 1)})
    return tuple(times.items())


def _collections(layer: object) -> Iterator[tuple[str, list[tuple[object, object]]]]:
    """Yield the attributes of a layer, each with its items and their keys; a single value has no key."""
    cls: type = type(layer)
    base = set_by_framework(cls)
    # In `_self_…` tf_keras keeps layers that it also keeps under their own names, or that have only a number.
    items = list(safe.instance_dict(layer).items())
    named = [item for item in items if type(item[0]) is str and not item[0].startswith("_self_")]
    for name, value in sorted(named, key=lambda item: item[0].startswith("_")):
        if name not in base:
            inner = safe.unwrapped(value)
            yield name, [(safe.MISSING, value)] if inner is None else safe.first_items(inner, _HELD)


def _methods(cls: type) -> Mapping[str, Location]:
    """Return where the user's own methods are defined."""
    locations = {}
    for name in _METHODS:
        owner = next((base for base in safe.mro(cls) if name in safe.namespace(base)), object)
        if owner is object or safe.is_framework_class(owner):
            continue
        code = code_behind(safe.namespace(owner)[name])
        if code is not None:
            locations[name] = source_lines.location(code, -1)
    return locations


def _tensors(layer: object) -> Mapping[str, Structure]:
    """Return the attributes that hold an eager tensor or a raw variable."""
    items = list(safe.instance_dict(layer).items())
    return {name: describe(value) for name, value in items if type(name) is str and _is_raw(value)}


def _has_gradient(variable: object) -> bool:
    """Return whether torch has computed a gradient of a variable, which is not cleared."""
    value = safe.instance_dict(variable).get("_value")
    is_parameter = Loaded.backend.name == "torch" and Loaded.backend.is_raw_variable(value)
    return is_parameter and safe.framework_attribute(value, "grad") is not None


def _parameters(layer: object) -> Mapping[str, tuple[int, ...]]:
    """Return the parameters of torch that a layer keeps and Keras does not know, with their shapes.

    These are its attributes, which a module keeps apart, and those of modules in a list or dict. The values
    of Keras's variables are in a module of their own, `_torch_params` (Keras 3.15).
    """
    if Loaded.backend.name != "torch":
        return {}
    found = safe.instance_dict(layer).get("_parameters")
    items = list(found.items()) if type(found) is dict else []
    items += parameters_in_collections(layer, _collections(layer), variables_by_value)
    # That of an attribute comes first, and again as an item of `_parameters`.
    names: dict[int, str] = {}
    for name, value in items:
        if type(name) is str and Loaded.backend.is_raw_variable(value) and value.requires_grad:
            names.setdefault(id(value), name)
    return {name: tuple(value.shape) for name, value in items if names.get(id(value)) == name}


def _is_raw(value: object) -> bool:
    return Loaded.backend.is_eager_tensor(value) or Loaded.backend.is_raw_variable(value)


def _arrays(layer: object) -> Mapping[str, str]:
    """Return the attributes of a user's layer that hold an array or eager tensor: its spec and a digest."""
    if safe.is_framework_class(type(layer)):
        return {}
    digests = {}
    for name, value in list(safe.instance_dict(layer).items()):
        if type(name) is not str or name.startswith("_"):
            continue
        array = array_of(value)
        if array is not None and array.nbytes <= _MOST_BYTES and array.dtype.kind in "biufcSU":
            content = hashlib.blake2s(array.tobytes(), digest_size=8).hexdigest()
            digests[name] = f"{describe(array)} {content}"
    return digests


def _declared(layer: object) -> TensorSpec | None:
    outputs = tensors_of(node_of(layer), "output_tensors")
    return spec(outputs[0]) if len(outputs) == 1 else None


def _masked(layer: object) -> tuple[bool, bool] | None:
    node = node_of(layer)
    if node is None:
        return None
    inputs, outputs = (
        any(map(has_mask, tensors_of(node, name))) for name in ("input_tensors", "output_tensors")
    )
    return inputs, outputs
