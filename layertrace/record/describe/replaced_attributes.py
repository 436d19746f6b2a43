"""Find the attributes in which Keras 3 keeps what a layer holds, and that the program has replaced.

`Layer._initialize_tracker` gives five lists to a tracker and to these attributes (Keras 3.0 to 3.15). The
tracker goes on to fill its own lists, and Keras reads the attributes.
"""

from __future__ import annotations

from layertrace.record.layers import class_facts, layer_name
from layertrace.record.process import safe

__all__ = ["replaced_attributes"]

_STORES = {
    "_layers": "layers",
    "_metrics": "metrics",
    "_trainable_variables": "trainable_variables",
    "_non_trainable_variables": "non_trainable_variables",
    "_seed_generators": "seed_generators",
}
_VARIABLES = ("_trainable_variables", "_non_trainable_variables")
_MOST = 4096  # items of a list


def replaced_attributes(layer: object) -> dict[str, tuple[str, ...]]:
    """Return the attributes of Keras that a layer has something else in, by name.

    Returns:
        For each the names of the layers, variables, metrics or seed generators that Keras no longer finds;
        none for something that is not such a list. An attribute with another list of the same things is left
        out.
    """
    facts = class_facts(type(layer))
    if facts is None or facts.framework != "keras" or safe.is_library_class(type(layer)):
        return {}
    attributes = safe.instance_dict(layer)
    tracker = attributes.get("_tracker")
    config = safe.unwrapped(safe.instance_dict(tracker).get("config")) if tracker is not None else None
    stores = {} if config is None else dict(safe.first_items(config, len(_STORES)))
    variables = [each for name in _VARIABLES for each in _items(attributes.get(name))]
    replaced: dict[str, tuple[str, ...]] = {}
    for name, store in _STORES.items():
        kept = safe.unwrapped(stores.get(store))
        stored = _items(kept[1]) if type(kept) is tuple and len(kept) == 2 else []
        now = attributes.get(name)
        if safe.unwrapped(now) is None:
            continue  # a set, or an object of the program that may be iterated
        # A program may freeze weights of its own: tests/cases/clean/attributes_named_as_those_of_keras.py
        found = set(map(id, variables if name in _VARIABLES else _items(now)))
        lost = [each for each in stored if id(each) not in found]
        if name == "_metrics" and not _are_metrics(now):
            replaced[name] = ()
        elif lost:
            replaced[name] = tuple(map(_name_of, lost))
    if not _is_list(attributes.get("_losses", [])):
        replaced["_losses"] = ()
    if not safe.is_plain(attributes.get("_lock", False)):
        replaced["_lock"] = ()
    return replaced


def _is_list(value: object) -> bool:
    return safe.is_a(safe.unwrapped(value), list)


def _items(value: object) -> list[object]:
    """Return the items of a list or tuple; of a dict none, since Keras iterates over its keys."""
    inner = safe.unwrapped(value)
    is_sequence = safe.is_a(inner, list, tuple)
    return [item for _, item in safe.first_items(inner, _MOST)] if is_sequence else []


def _are_metrics(value: object) -> bool:
    """Return whether a value is a list of metrics of Keras."""
    return _is_list(value) and all(_has_base(each, "Metric") for each in _items(value))


def _has_base(thing: object, name: str) -> bool:
    """Return whether one of the classes of an object is a class of Keras with a name."""
    return any(safe.name_of(cls) == name and safe.is_framework_class(cls) for cls in safe.mro(type(thing)))


def _name_of(thing: object) -> str:
    name = layer_name(thing) or safe.framework_attribute(thing, "name")
    return name if type(name) is str else safe.class_name(thing)
