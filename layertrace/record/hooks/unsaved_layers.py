"""Notice a layer with a `_layers` of its own, which Keras passes over as it saves."""

from __future__ import annotations

from layertrace.record.describe import source_lines
from layertrace.record.describe.layer_contents import created_variables, layers_inside
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.hooks.observer import Call, watching
from layertrace.record.hub import hub
from layertrace.record.layers import class_facts, register_layer
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded

__all__ = ["SAVED_STATES"]

_NAME = "_layers"
_MOST = 4096  # layers in a list


def _begin(call: Call) -> None:
    """Record the layers in `_layers` of a layer, if the program has assigned it.

    `_save_state` walks over the attributes that a plain `Layer` does not have, and so passes over `_layers`
    (Keras 3.0 to 3.15; keras-team/keras#20260).
    """
    layer = call.subject
    if not hub.observers or _NAME not in safe.instance_dict(layer):
        return
    with guarded("look at what a saved layer holds"):
        facts = class_facts(type(layer))
        if facts is None or facts.framework != "keras" or safe.is_library_class(type(layer)):
            return
        if _saves_by_itself(type(layer)):
            return
        unsaved = _unsaved(layer)
        if unsaved:
            records = [record for each in unsaved if (record := register_layer(each)) is not None]
            add_observation(
                PendingObservation(
                    "not saved",
                    (id(layer),),
                    layer=register_layer(layer),
                    name=_NAME,
                    now=tuple(record.number for record in records),
                    paths=tuple(record.name or record.cls for record in records),
                    place=source_lines.caller(call.method, call.caller),
                )
            )


def _saves_by_itself(cls: type) -> bool:
    """Return whether Keras saves the layers of such a model by its graph, or the program writes them."""
    # tests/cases/clean/layers_saved_by_another_attribute.py
    return any(
        safe.name_of(owner) == "Functional"
        if safe.is_framework_class(owner)
        else "save_own_variables" in safe.namespace(owner)
        for owner in safe.mro(cls)
    )


def _unsaved(layer: object) -> list[object]:
    """Return the layers with weights that are in a `_layers` of the program's own."""
    attributes = safe.instance_dict(layer)
    listed = safe.unwrapped(attributes[_NAME])
    if listed is None or listed is _list_of_keras(attributes.get("_tracker")):
        return []
    items = [item for _, item in safe.first_items(listed, _MOST) if class_facts(type(item)) is not None]
    return list(filter(_has_weights, items))


def _has_weights(layer: object) -> bool:
    return any(created_variables(each) for each in (layer, *layers_inside(layer)))


def _list_of_keras(tracker: object) -> object:
    """Return the list in which Keras tracks the layers inside a layer."""
    config = None if tracker is None else safe.unwrapped(safe.instance_dict(tracker).get("config"))
    stores = {} if config is None else dict(safe.first_items(config, _MOST))
    kept = safe.unwrapped(stores.get("layers"))
    return safe.unwrapped(kept[1]) if type(kept) is tuple and len(kept) == 2 else None


SAVED_STATES = watching(_begin)
"""Observes that Keras saves the weights of a layer, or of what else it saves."""
