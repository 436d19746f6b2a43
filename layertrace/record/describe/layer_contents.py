"""Find the layers and the variables inside a layer, as its Keras finds them.

Both Keras have methods and properties for this, which a layer may override and which call those of each layer
inside. So this module reads what they read: in `layers/layer.py` of Keras 3.0 to 3.15 `_flatten_layers`
and `variables`; in tf_keras 2.16 to 2.21 `_flatten_modules` and `weights` of `engine/base_layer.py`, and
`weights` of `engine/training.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any

from layertrace.record.layers import class_facts, is_metric
from layertrace.record.process import safe

__all__ = [
    "created_variables", "functional_inside", "layers_inside", "outputs_of", "own_variables", "seeds_of",
    "trainable_inside", "variables_inside",
]  # fmt: skip

_MOST = 100_000  # objects that are looked at inside one layer
_MODEL = "tf_keras.src.engine.training.Model"


def layers_inside(layer: object) -> list[object]:
    """Return all layers inside a layer, at any depth, each once."""
    facts = class_facts(type(layer))
    if facts is None:
        return []
    inside = _flat_layers(layer) if facts.framework == "keras" else _flat_modules(layer)
    return [child for child in inside if child is not layer and class_facts(type(child)) is not None]


def functional_inside(model: object) -> object:
    """Return the functional model that a Sequential of Keras 3 keeps; None without one.

    On torch, a module keeps those in its attributes in a dict of its own.
    """
    attributes = safe.instance_dict(model)
    modules = attributes.get("_modules")
    kept = modules.get("_functional") if type(modules) is dict else None
    return attributes.get("_functional", kept)


def outputs_of(model: object) -> list[Any]:
    """Return the first two output tensors of a functional or sequential model; none of another."""
    attributes = safe.instance_dict(model)
    functional = safe.instance_dict(functional_inside(model))
    named = (safe.unwrapped(functional.get(name, attributes.get(name))) for name in ("_outputs", "outputs"))
    outputs = next(filter(None, named), None)
    return [] if outputs is None else [tensor for _, tensor in safe.first_items(outputs, 2)]


def variables_inside(layer: object) -> list[object]:
    """Return all variables of a layer and of the layers inside it, each once."""
    facts = class_facts(type(layer))
    if facts is None:
        return []
    if facts.framework == "keras":
        return list(_keras_variables(layer, set()).values())
    trained, others = _weights(layer, set())
    return list({id(variable): variable for variable in (*trained, *others)}.values())


def trainable_inside(layer: object) -> list[object]:
    """Return the variables of a layer and of the layers inside it that an optimizer may update now."""
    facts = class_facts(type(layer))
    if facts is None:
        return []
    if facts.framework != "keras":
        return list({id(variable): variable for variable in _weights(layer, set())[0]}.values())
    if safe.truth(safe.instance_dict(layer).get("_trainable", True)) is False:
        return []
    # The setter of `trainable` passes it on to each layer and variable inside.
    return [variable for variable in variables_inside(layer) if _is_trainable(variable)]


def own_variables(layer: object) -> list[object]:
    """Return the trainable variables that a layer has created itself."""
    return [*_list(layer, "_trainable_variables"), *_list(layer, "_trainable_weights")]


def created_variables(layer: object) -> list[object]:
    """Return all variables that a layer has created itself."""
    others = [*_list(layer, "_non_trainable_variables"), *_list(layer, "_non_trainable_weights")]
    return [*own_variables(layer), *others]


def seeds_of(layer: object) -> list[object]:
    """Return the variables in which the seed generators of a layer of Keras 3 keep their state."""
    states = [safe.instance_dict(seeds).get("state") for seeds in _list(layer, "_seed_generators")]
    return [state for state in states if state is not None]


def _is_trainable(variable: object) -> bool:
    return safe.truth(safe.framework_attribute(variable, "_trainable")) is True


def _list(thing: object, name: str) -> list[object]:
    """Return the items of a list in an attribute."""
    inner = safe.unwrapped(safe.instance_dict(thing).get(name))
    return [] if inner is None else [item for _, item in safe.first_items(inner, _MOST)]


def _is_of_tensorflow(thing: object, name: str) -> bool:
    """Return whether an object is of a class of TensorFlow, which is loaded if there is a layer."""
    return safe.is_a(thing, getattr(sys.modules["tensorflow"], name))


# Keras 3


def _flat_layers(layer: object) -> Iterator[object]:
    seen: set[int] = set()
    todo = _list(layer, "_layers")
    while todo and len(seen) < _MOST:
        child = todo.pop(0)
        if id(child) not in seen:
            seen.add(id(child))
            yield child
            todo[:0] = reversed(_list(child, "_layers"))


def _keras_variables(layer: object, above: set[int]) -> dict[int, object]:
    """Return the variables of a layer by their identity.

    Args:
        layer: The layer.
        above: The identities of the layers around it, since one of these may be inside it again.
    """
    own = [*_list(layer, "_trainable_variables"), *_list(layer, "_non_trainable_variables")]
    own += seeds_of(layer)
    variables = {id(variable): variable for variable in own if variable is not None}
    for inner in _list(layer, "_layers"):
        if id(inner) not in above:
            for key, variable in _keras_variables(inner, above | {id(layer)}).items():
                variables.setdefault(key, variable)
    return variables


# tf_keras


def _flat_modules(layer: object) -> Iterator[object]:
    """Yield the modules inside a layer, at any depth."""
    return _modules(_list(layer, "_self_tracked_trackables"), inside=True)


def _modules(todo: list[object], *, inside: bool) -> Iterator[object]:
    """Yield modules, also those in data structures; with `inside` also the modules inside them."""
    seen: set[int] = set()
    while todo and len(seen) < _MOST:
        thing = todo.pop(0)
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if not _is_of_tensorflow(thing, "Module"):
            todo[:0] = _values(thing)
        elif not is_metric(type(thing)):
            yield thing
            if inside:
                todo[:0] = _list(thing, "_self_tracked_trackables")


def _values(structure: object) -> Iterable[object]:
    """Return the values in a data structure of TensorFlow; those of a dict in the order of its keys."""
    inner = safe.unwrapped(structure)
    if inner is None:
        return []
    items = safe.first_items(inner, _MOST)
    if safe.is_a(inner, dict) and all(type(key) is str for key, _ in items):
        items.sort(key=lambda item: item[0])
    return [item for _, item in items]


def _weights(module: object, above: set[int]) -> tuple[list[object], list[object]]:
    """Return the trainable variables of a layer and the others, with those of the layers inside it."""
    if class_facts(type(module)) is None:
        return _variables_of_module(module), []
    mine = safe.instance_dict(module)
    trained, others = _list(module, "_trainable_weights"), _list(module, "_non_trainable_weights")
    trained_inside: list[object] = []
    others_inside: list[object] = []
    for inner in _modules(_list(module, "_self_tracked_trackables"), inside=False):
        if id(inner) not in above:
            inside = _weights(inner, above | {id(module)})
            trained_inside += inside[0]
            others_inside += inside[1]
    facts = class_facts(type(module))
    if facts is not None and _MODEL in facts.bases:
        trained, others = trained_inside + trained, others_inside + others
    else:
        trained, others = trained + trained_inside, others + others_inside
    return (trained, others) if safe.truth(mine.get("_trainable", True)) else ([], trained + others)


def _variables_of_module(module: object) -> list[object]:
    """Return the variables of a `tf.Module` that is not a layer, and of modules and collections in it."""
    variables: list[object] = []
    seen: set[int] = set()
    todo = [module]
    while todo and len(seen) < _MOST:
        thing = todo.pop(0)
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if _is_of_tensorflow(thing, "Variable"):
            variables.append(thing)
        elif _is_of_tensorflow(thing, "Module"):
            mine = safe.instance_dict(thing)
            todo[:0] = [mine[name] for name in sorted(name for name in mine if type(name) is str)]
        else:
            todo[:0] = _values(thing)
    return variables
