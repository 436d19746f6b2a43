"""A layer can be created again from its config."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from layertrace.testing.contract.check import check
from layertrace.testing.contract.config_fixes import (
    KEYWORDS,
    with_argument,
    with_config_of_keras,
    with_keywords_of_keras,
)
from layertrace.testing.contract.evidence import creation, variables
from layertrace.testing.contract.outcome import Broken
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.subject import Subject, brief
from layertrace.testing.contract.values import copy_weights, difference, sides_of
from layertrace.timeline import Event, Timeline

_UNTOUCHED = ("name", "trainable", "dtype", "seed")


@check("persistence", "config-round-trip", after=["weight-order"])
def config_round_trip(subject: Subject) -> None:
    """A layer from `get_config`, through JSON and back, has its name, arguments, weights, losses and outputs.

    ## Why
    Keras saves the config and calls `__init__` with it. An argument that it lacks has its default value
    after loading, silently: a constraint is gone, and `get_layer` does not find the layer by its name.

    ## Known limits
    Of the arguments, numbers are compared, and of initializers and constraints of weights the classes. Layer
    classes are found by their names, as with `custom_objects`.
    """
    saving = subject.framework.keras.saving
    with subject.watch() as timeline:
        layer = subject.original()
    line = method_line(layer, "get_config")
    if subject.framework.overrides(layer, "get_build_config"):
        # In the guide of Keras to saving, `LayerWithCustomBuild` has a build config only after `build`.
        with subject.doing("calling it"):
            subject.call(layer, training=False)
    with subject.doing("writing its config", "return plain values and serialized objects from get_config"):
        config = saving.serialize_keras_object(layer)
        config.pop("build_config", None)  # which the check keras-file tries
        text = json.dumps(config)
    with subject.watch() as copying, subject.framework.custom_objects(layer):
        try:
            copy = saving.deserialize_keras_object(json.loads(text), safe_mode=False)
        except Exception as error:
            raise _broken_creation(subject, layer, _cause(error)) from error
    _compare_arguments(creation(timeline, layer), creation(copying, copy), subject, layer)
    _compare_names(subject, layer, copy, config)
    with subject.doing("calling the layer and its copy"):
        with subject.watch() as first_call:
            subject.call(layer, training=False)
        with subject.watch() as first_call_of_copy:
            subject.call(copy, training=False)
    theirs, ours = ([weight.shape for weight in item.get_weights()] for item in (copy, layer))
    if theirs != ours:
        raise Broken(
            f"the copy of {subject.class_name} from its config has weights of other shapes: "
            f"{theirs}, not {ours}",
            line,
        )
    _compare_constraints(subject, layer, copy)
    _compare_initializers(subject, layer, (timeline, first_call), (copying, first_call_of_copy))
    copy_weights(layer, copy)
    first, again, second = (
        subject.arrays(subject.call(item, training=False)) for item in (layer, layer, copy)
    )
    is_undecided = difference(first, again) or _has_other_state(subject, layer, first)
    differs = "" if is_undecided else difference(first, second)
    if differs:
        raise Broken(
            f"the copy of {subject.class_name} from its config gives other outputs with the same "
            f"weights: {differs}",
            line,
            "return in get_config every argument of __init__",
            sides=sides_of(differs, "the layer", "its copy"),
        )
    _compare_losses(subject)


def _broken_creation(subject: Subject, layer: Any, cause: str) -> Broken:
    """Return why a layer cannot be created from its config, and what to change."""
    unexpected = re.search(r"unexpected keyword argument '(\w+)'", cause)
    keywords = with_keywords_of_keras(layer) if unexpected and unexpected[1] in KEYWORDS else ""
    return Broken(
        f"{subject.class_name} cannot be created from its config: {cause}",
        method_line(layer, "__init__" if keywords else "get_config"),
        keywords or "return in get_config what __init__ takes",
    )


def _compare_losses(subject: Subject) -> None:
    """Raise `Broken` if a layer has more or fewer losses than a copy from its config, after one call each."""
    layer = subject.built()
    with subject.doing("calling it in training"):
        subject.call(layer, training=True)
    if not layer.losses:
        return
    with subject.doing("calling its copy in training"), subject.framework.custom_objects(layer):
        copy = type(layer).from_config(layer.get_config())
        for training in (None, True):
            subject.call(copy, training=training)
    if len(copy.losses) != len(layer.losses):
        raise Broken(
            f"{subject.class_name} has {len(layer.losses)} losses, and a copy of it from its config "
            f"{len(copy.losses)}",
            method_line(layer, "get_config"),
            "return in get_config every argument of __init__",
        )


def _has_other_state(subject: Subject, layer: Any, outputs: list[Any]) -> bool:
    """Return whether a layer that is created alike also differs, by state that is not among its weights."""
    if subject.is_given:
        return False
    twin = subject.built()
    copy_weights(layer, twin)
    return bool(difference(outputs, subject.arrays(subject.call(twin, training=False))))


def _cause(error: BaseException) -> str:
    for marker in ("Error encountered during deserialization: ", "Exception encountered: "):
        cause = str(error).rpartition(marker)[2].strip()
        if marker in str(error) and cause:
            return cause.splitlines()[0]
    return brief(error)


def _compare_arguments(first: Event | None, second: Event | None, subject: Subject, layer: Any) -> None:
    if first is None or second is None:
        return
    for name, value in first.arguments.items():
        if name in _UNTOUCHED or not isinstance(value, int | float) or name in first.at_default:
            continue
        copied = second.arguments.get(name)
        if (name not in second.arguments and "kwargs" not in second.arguments) or (
            isinstance(copied, int | float) and copied != value
        ):
            shown = f"has {name}={copied}" if name in second.arguments else f"is created without {name}"
            raise Broken(
                f"the copy of {subject.class_name} from its config {shown}, the layer has {name}={value}",
                method_line(layer, "get_config"),
                with_argument(layer, name),
                sides=[("the layer", _shown(first, name)), ("its copy", _shown(second, name))],
            )


def _compare_names(subject: Subject, layer: Any, copy: Any, config: Any) -> None:
    # Without a get_config, Keras 3 leaves out a name that it has generated.
    if copy.name == layer.name or not subject.framework.overrides(layer, "get_config"):
        return
    is_in_config = "name" in config["config"]
    raise Broken(
        f"the copy of {subject.class_name} from its config is called {copy.name!r}, "
        f"and the layer {layer.name!r}",
        method_line(layer, "__init__" if is_in_config else "get_config"),
        with_keywords_of_keras(layer) if is_in_config else with_config_of_keras(layer),
    )


def _compare_constraints(subject: Subject, layer: Any, copy: Any) -> None:
    for ours, theirs in zip(layer.weights, copy.weights, strict=True):
        constraint, copied = (_class_of(getattr(each, "constraint", None)) for each in (ours, theirs))
        if constraint != copied:
            raise _broken_weight(subject, layer, ours.name, "constraint", constraint, copied)


def _compare_initializers(
    subject: Subject, layer: Any, ours: Iterable[Timeline], theirs: Iterable[Timeline]
) -> None:
    """Raise `Broken` if weights of one name and shape are created with initializers of two classes."""
    first, second = (
        Counter(
            (each.variable.name, str(each.variable), str(each.variable.initializer))
            for timeline in timelines
            for each in variables(timeline)
            if each.variable is not None
        )
        for timelines in (ours, theirs)
    )
    # A layer that was built before, or inside a built layer of the config, creates them at another time.
    if Counter(key[:2] for key in first.elements()) != Counter(key[:2] for key in second.elements()):
        return
    for name, spec, initializer in first - second:
        copied = next(other for *same, other in second - first if same == [name, spec])
        raise _broken_weight(subject, layer, name, "initializer", initializer, copied)


def _broken_weight(subject: Subject, layer: Any, name: str, what: str, ours: str, theirs: str) -> Broken:
    weight = name.removesuffix(":0").rpartition("/")[2]
    return Broken(
        f"the weight {weight!r} of the copy of {subject.class_name} from its config has the {what} {theirs}, "
        f"and that of the layer {ours}",
        method_line(layer, "get_config"),
        "return in get_config every argument of __init__",
        sides=[("the layer", f"{what} {ours}"), ("its copy", f"{what} {theirs}")],
    )


def _class_of(value: object) -> str:
    return "None" if value is None else type(value).__name__


def _shown(init: Event, name: str) -> str:
    """Return the creation of a layer with one of its arguments."""
    class_name = "" if init.layer is None else init.layer.class_name
    if name not in init.arguments:
        return f"{class_name}(), with the default of {name}"
    return f"{class_name}({name}={init.arguments[name]})"
