"""Tell how layers are when a recording ends: built or not, what they hold, what their classes define."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from layertrace.record.describe import source_lines
from layertrace.record.describe.layer_contents import layers_inside, variables_inside
from layertrace.record.describe.values import describe, dtype_name, spec
from layertrace.record.frameworks.host import Host
from layertrace.record.hooks.variables import number_of
from layertrace.record.layers import LayerRecord, register_layer
from layertrace.record.process import safe
from layertrace.record.process.guard import report_internal_error
from layertrace.record.python_state.bytecode import is_framework_class
from layertrace.record.python_state.framework_attributes import set_by_framework
from layertrace.record.spans import code_behind
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import LayerRef, Location, Structure, TensorSpec
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
    "train_step",
    "test_step",
    "predict_step",
)
_MASKING = "keras.src.layers.core.masking.Masking"
_HELD = 4096  # items of one collection that are looked at: a layer may hold a vocabulary of millions


def states_of(records: Iterable[LayerRecord]) -> dict[int, LayerState]:
    """Return the state of each layer, and of all layers inside of them, by number."""
    found: dict[int, LayerState] = {}
    todo = list(records)
    while todo:
        record = todo.pop()
        if record.number in found or record.is_framework_internal:
            continue
        layer = record.reference()
        if layer is None:
            found[record.number] = LayerState(
                layer=record.ref(),
                alive=False,
                methods={} if (cls := record.type()) is None else _methods(cls),
                initialized=record.initialized,
                built_by_init=record.built_by_init,
            )
            continue
        try:
            known = filter(None, map(_known, layers_inside(layer)))
            inside = [one for one in known if not one.is_framework_internal]
            found[record.number] = _state(record, record.ref(), layer, inside)
            todo += inside
        except Exception:  # one layer that cannot be read costs its own state, not the recording
            report_internal_error(f"read the state of a layer of class {record.cls}")
            found[record.number] = LayerState(
                layer=record.ref(), initialized=record.initialized, built_by_init=record.built_by_init
            )
    return dict(sorted(found.items()))


def _state(record: LayerRecord, ref: LayerRef, layer: Any, inside: list[LayerRecord]) -> LayerState:
    mine = safe.instance_dict(layer)
    supports = safe.plain_attribute(layer, "supports_masking", mine.get("_supports_masking", safe.MISSING))
    return LayerState(
        layer=ref,
        initialized=record.initialized,
        built_by_init=record.built_by_init,
        built=safe.truth(mine.get("built", safe.MISSING)),
        trainable=safe.truth(mine.get("_trainable", safe.MISSING)),
        methods=_methods(type(layer)),
        children=tuple(one.number for one in inside),
        held=_held(layer),
        variables=tuple(map(number_of, variables_inside(layer))),
        tensors=_tensors(layer),
        supports_masking=safe.truth(supports),
        makes_mask=bool(safe.truth(safe.plain_attribute(layer, "mask_zero"))) or _MASKING in ref.bases,
        compute_dtype=_compute_dtype(layer, record),
        declared=_declared(layer),
        masked=_masked(layer),
        accepted=_accepted(type(layer)),
    )


def _accepted(cls: type) -> tuple[str, ...]:
    codes = safe.class_attribute(cls, "_layertrace_accepted", ())
    return tuple(codes) if type(codes) in (tuple, list, set, frozenset) else ()


def _known(layer: Any) -> LayerRecord | None:
    return live_layers.get(layer) or register_layer(layer, None)


def _compute_dtype(layer: Any, record: LayerRecord) -> str | None:
    """Return in which dtype a layer computes, by its policy unless Keras itself has other rules for it.

    `IndexLookup` and `TextVectorization` of Keras 3.0 to 3.15 do; a `DTypePolicyMap` has policies by path.
    """
    mine = safe.instance_dict(layer)
    policy = mine.get("_dtype_policy")
    home = next((cls for cls in safe.mro(type(layer)) if "compute_dtype" in safe.namespace(cls)), object)
    if is_framework_class(home) and home.__name__ != "Layer":
        found = safe.framework_attribute(layer, "compute_dtype")
    else:
        is_map = safe.class_name(policy) == "DTypePolicyMap" and is_framework_class(type(policy))
        if policy is not None and is_map and record.path:
            policy = policy[record.path]
        found = safe.framework_attribute(policy, "compute_dtype")
    return None if found is None else dtype_name(found)


def _held(layer: Any) -> Mapping[int, str]:
    """Return under which attribute each known layer is to be found, also in a list or dict."""
    cls: type = type(layer)
    base = set_by_framework(cls)
    found: dict[int, str] = {}
    # `_self_…` is where tf_keras keeps what has a name of its own, or is held by a number only.
    items = list(safe.instance_dict(layer).items())
    named = [item for item in items if type(item[0]) is str and not item[0].startswith("_self_")]
    for name, value in sorted(named, key=lambda item: item[0].startswith("_")):
        if name in base:
            continue
        inner = safe.unwrapped(value)
        inside = [(safe.MISSING, value)] if inner is None else safe.first_items(inner, _HELD)
        for key, one in inside:
            record = live_layers.get(one)
            if record is not None:
                path = name if key is safe.MISSING else f"{name}[{safe.key_words(key)}]"
                found.setdefault(record.number, path)
    return found


def _methods(cls: type) -> Mapping[str, Location]:
    """Return where the methods are defined that are the user's."""
    found = {}
    for name in _METHODS:
        owner = next((one for one in safe.mro(cls) if name in safe.namespace(one)), object)
        if owner is object or is_framework_class(owner):
            continue
        code = code_behind(safe.namespace(owner)[name])
        if code is not None:
            found[name] = source_lines.location(code, -1)
    return found


def _tensors(layer: Any) -> Mapping[str, Structure]:
    """Return the attributes that hold an eager tensor or a raw variable."""
    kinds = (Host.tf.Variable, Host.tf.__internal__.EagerTensor)
    items = list(safe.instance_dict(layer).items())
    return {name: describe(value) for name, value in items if safe.is_a(value, *kinds) and type(name) is str}


def _node(layer: Any) -> Any:
    """Return the one place of a layer in functional models (`_inbound_nodes` of Keras 3.0 to 3.15)."""
    nodes = safe.unwrapped(safe.instance_dict(layer).get("_inbound_nodes"))
    found = [] if nodes is None else safe.first_items(nodes, 2)
    return found[0][1] if len(found) == 1 else None


def _ends(layer: Any, name: str) -> list[Any]:
    """Return the tensors that come into the one node of a layer, or go out."""
    tensors = safe.unwrapped(safe.framework_attribute(_node(layer), name))
    return [] if tensors is None else safe.last_items(tensors, safe.size_of(tensors))


def _declared(layer: Any) -> TensorSpec | None:
    outputs = _ends(layer, "output_tensors")
    return spec(outputs[0]) if len(outputs) == 1 else None


def _masked(layer: Any) -> tuple[bool, bool] | None:
    if _node(layer) is None:
        return None
    came, went = (any(map(_has_mask, _ends(layer, name))) for name in ("input_tensors", "output_tensors"))
    return came, went


def _has_mask(tensor: Any) -> bool:
    return safe.framework_attribute(tensor, "_keras_mask") is not None
