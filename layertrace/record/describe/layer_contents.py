"""Find the layers and the variables inside of a layer, as its Keras finds them.

Both Keras have methods and properties for this, which a layer may override and which ask each layer inside.
So this module reads what they read: in `layers/layer.py` of Keras 3.0 to 3.15 `_flatten_layers`
and `variables`; in tf_keras 2.16 to 2.21 `_flatten_modules` and `weights` of `engine/base_layer.py`, and
`weights` of `engine/training.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from layertrace.record.layers import class_facts, is_metric
from layertrace.record.process import safe

__all__ = ["layers_inside", "variables_inside"]

_MOST = 100_000  # things that are looked at inside of one layer
_MODEL = "tf_keras.src.engine.training.Model"


def layers_inside(layer: object) -> list[object]:
    """Return all layers inside of a layer, however deep, each once."""
    facts = class_facts(type(layer))
    if facts is None:
        return []
    inside = _flat_layers(layer) if facts.framework == "keras" else _flat_modules(layer)
    return [one for one in inside if one is not layer and class_facts(type(one)) is not None]


def variables_inside(layer: object) -> list[object]:
    """Return all variables of a layer and of the layers inside, each once."""
    facts = class_facts(type(layer))
    if facts is None:
        return []
    if facts.framework == "keras":
        return list(_keras_variables(layer, set()).values())
    trained, others = _weights(layer, set())
    return list({id(one): one for one in (*trained, *others)}.values())


def _list(thing: object, name: str) -> list[object]:
    """Return the items of a list that something keeps under a name."""
    inner = safe.unwrapped(safe.instance_dict(thing).get(name))
    return [] if inner is None else [item for _, item in safe.first_items(inner, _MOST)]


def _is_tensorflows(thing: object, name: str) -> bool:
    """Return whether something is of a class of TensorFlow, which is loaded wherever there is a layer."""
    return safe.is_a(thing, getattr(sys.modules["tensorflow"], name))


# Keras 3


def _flat_layers(layer: object) -> Iterator[object]:
    seen: set[int] = set()
    todo = _list(layer, "_layers")
    while todo and len(seen) < _MOST:
        one = todo.pop(0)
        if id(one) not in seen:
            seen.add(id(one))
            yield one
            todo[:0] = reversed(_list(one, "_layers"))


def _keras_variables(layer: object, above: set[int]) -> dict[int, object]:
    """Return the variables of a layer by their identity.

    Args:
        layer: The layer.
        above: The identities of the layers around it, one of which may be inside of it again.
    """
    own = [*_list(layer, "_trainable_variables"), *_list(layer, "_non_trainable_variables")]
    own += [safe.instance_dict(seeds).get("state") for seeds in _list(layer, "_seed_generators")]
    found = {id(one): one for one in own if one is not None}
    for inner in _list(layer, "_layers"):
        if id(inner) not in above:
            for key, one in _keras_variables(inner, above | {id(layer)}).items():
                found.setdefault(key, one)
    return found


# tf_keras


def _flat_modules(layer: object) -> Iterator[object]:
    """Yield the modules inside a layer, and those inside of them."""
    return _modules(_list(layer, "_self_tracked_trackables"), inside=True)


def _modules(todo: list[object], *, inside: bool) -> Iterator[object]:
    """Yield modules, those in data structures too; with `inside` also what is inside of modules."""
    seen: set[int] = set()
    while todo and len(seen) < _MOST:
        one = todo.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        if not _is_tensorflows(one, "Module"):
            todo[:0] = _values(one)
        elif not is_metric(type(one)):
            yield one
            if inside:
                todo[:0] = _list(one, "_self_tracked_trackables")


def _values(structure: object) -> Iterable[object]:
    """Return what a data structure of TensorFlow's holds; what a dict does in the order of its keys."""
    inner = safe.unwrapped(structure)
    if inner is None:
        return []
    items = safe.first_items(inner, _MOST)
    if safe.is_a(inner, dict) and all(type(key) is str for key, _ in items):
        items.sort(key=lambda item: item[0])
    return [item for _, item in items]


def _weights(module: object, above: set[int]) -> tuple[list[object], list[object]]:
    """Return the trainable variables of a layer and the others, of the layers inside too."""
    if class_facts(type(module)) is None:
        return _of_module(module), []
    mine = safe.instance_dict(module)
    trained, others = _list(module, "_trainable_weights"), _list(module, "_non_trainable_weights")
    trained_inside: list[object] = []
    others_inside: list[object] = []
    for one in _modules(_list(module, "_self_tracked_trackables"), inside=False):
        if id(one) not in above:
            inside = _weights(one, above | {id(module)})
            trained_inside += inside[0]
            others_inside += inside[1]
    facts = class_facts(type(module))
    if facts is not None and _MODEL in facts.bases:
        trained, others = trained_inside + trained, others_inside + others
    else:
        trained, others = trained + trained_inside, others + others_inside
    return (trained, others) if safe.truth(mine.get("_trainable", True)) else ([], trained + others)


def _of_module(module: object) -> list[object]:
    """Return the variables of a `tf.Module` that is not a layer, of modules and collections in it too."""
    found: list[object] = []
    seen: set[int] = set()
    todo = [module]
    while todo and len(seen) < _MOST:
        one = todo.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        if _is_tensorflows(one, "Variable"):
            found.append(one)
        elif _is_tensorflows(one, "Module"):
            mine = safe.instance_dict(one)
            todo[:0] = [mine[name] for name in sorted(name for name in mine if type(name) is str)]
        else:
            todo[:0] = _values(one)
    return found
