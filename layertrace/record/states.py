"""Tell how layers are when a recording ends: built or not, what they hold, what their classes define."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from layertrace.record import places
from layertrace.record.describe import describe, dtype_name, spec
from layertrace.record.host import Host
from layertrace.record.hub import code_behind
from layertrace.record.layers import LayerRecord, meet
from layertrace.record.own_attributes import set_by_hosts
from layertrace.record.reads import is_hosts
from layertrace.record.variables import number_of
from layertrace.timeline.event import LayerRef, Location, Structure, TensorSpec
from layertrace.timeline.query import layer_numbers
from layertrace.timeline.surroundings import LayerState

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
T = TypeVar("T")


def states_of(records: Iterable[LayerRecord]) -> dict[int, LayerState]:
    """Return the state of each layer, and of all layers inside of them, by number."""
    found: dict[int, LayerState] = {}
    todo = list(records)
    while todo:
        record = todo.pop()
        if record.number in found or record.is_inner:
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
        inside = [one for one in map(_known, _flattened(layer)) if one is not None and not one.is_inner]
        found[record.number] = _state(record, record.ref(), layer, inside)
        todo += inside
    return dict(sorted(found.items()))


def _state(record: LayerRecord, ref: LayerRef, layer: Any, inside: list[LayerRecord]) -> LayerState:
    return LayerState(
        layer=ref,
        initialized=record.initialized,
        built_by_init=record.built_by_init,
        built=_asked(lambda: bool(layer.built), None),
        trainable=_asked(lambda: bool(layer.trainable), None),
        methods=_methods(type(layer)),
        children=tuple(one.number for one in inside),
        held=_held(layer),
        variables=_asked(lambda: tuple(map(number_of, layer.variables)), ()),
        tensors=_tensors(layer),
        supports_masking=_asked(lambda: bool(layer.supports_masking), None),
        makes_mask=bool(getattr(layer, "mask_zero", False)) or _MASKING in ref.bases,
        compute_dtype=_asked(lambda: str(dtype_name(layer.compute_dtype)), None),
        declared=_asked(lambda: _declared(layer), None),
        masked=_asked(lambda: _masked(layer), None),
        accepted=tuple(getattr(type(layer), "_layertrace_accepted", ())),
    )


def _asked(question: Callable[[], T], otherwise: T) -> T:
    """Ask a layer something; a property of the user's may fail, and then that is not known."""
    try:
        return question()
    except Exception:  # whatever a stranger's property raises: the state is told without it
        return otherwise


def _known(layer: Any) -> LayerRecord | None:
    return layer_numbers.get(layer) or meet(layer, None)


def _flattened(layer: Any) -> list[Any]:
    """Return the layers inside; both Keras have the method (Keras 3.0 to 3.15), and no public equivalent."""
    return _asked(lambda: [one for one in layer._flatten_layers() if one is not layer], [])


def _held(layer: Any) -> Mapping[int, str]:
    """Return under which attribute each known layer is to be found, also in a list or dict."""
    cls: type = type(layer)
    base = set_by_hosts(cls)
    found: dict[int, str] = {}
    # `_self_…` is where tf_keras keeps what has a name of its own, or is held by a number only.
    named = [item for item in list(vars(layer).items()) if not item[0].startswith("_self_")]
    for name, value in sorted(named, key=lambda item: item[0].startswith("_")):
        if name in base:
            continue
        if isinstance(value, Mapping):
            inside = [(f"{name}[{key!r}]", one) for key, one in list(value.items())]
        elif isinstance(value, (list, tuple)):
            inside = [(f"{name}[{number}]", one) for number, one in enumerate(list(value))]
        else:
            inside = [(name, value)]
        for path, one in inside:
            record = layer_numbers.get(one)
            if record is not None:
                found.setdefault(record.number, path)
    return found


def _methods(cls: type) -> Mapping[str, Location]:
    """Return where the methods are defined that are the user's."""
    found = {}
    for name in _METHODS:
        owner = next((one for one in cls.__mro__ if name in vars(one)), object)
        if owner is object or is_hosts(owner):
            continue
        code = code_behind(inspect.unwrap(getattr(owner, name)))
        if code is not None:
            found[name] = places.location(code, -1)
    return found


def _tensors(layer: Any) -> Mapping[str, Structure]:
    """Return the attributes that hold an eager tensor or a raw variable."""
    kinds = (Host.tf.Variable, Host.tf.__internal__.EagerTensor)
    return {name: describe(value) for name, value in list(vars(layer).items()) if isinstance(value, kinds)}


def _node(layer: Any) -> Any:
    """Return the one place of a layer in functional models (`_inbound_nodes` of Keras 3.0 to 3.15)."""
    nodes: Any = vars(layer).get("_inbound_nodes") or ()
    return nodes[0] if len(nodes) == 1 else None


def _declared(layer: Any) -> TensorSpec | None:
    outputs = _node(layer).output_tensors
    return spec(outputs[0]) if len(outputs) == 1 else None


def _masked(layer: Any) -> tuple[bool, bool] | None:
    node = _node(layer)
    return any(map(_has_mask, node.input_tensors)), any(map(_has_mask, node.output_tensors))


def _has_mask(tensor: Any) -> bool:
    return getattr(tensor, "_keras_mask", None) is not None
