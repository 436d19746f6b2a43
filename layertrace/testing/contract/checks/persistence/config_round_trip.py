"""A layer can be created again from its config."""

from __future__ import annotations

import json
from typing import Any

from layertrace.testing.contract.check import check
from layertrace.testing.contract.evidence import reference, same
from layertrace.testing.contract.outcome import Broken
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.subject import Subject, brief
from layertrace.testing.contract.values import copy_weights, difference, outputs_of, sides_of
from layertrace.timeline import Event, Timeline

_UNTOUCHED = ("name", "trainable", "dtype", "seed")


@check("persistence", "config-round-trip", after=["weight-order"])
def config_round_trip(subject: Subject) -> None:
    """A layer from `get_config`, through JSON and back, has the same arguments, weights and outputs.

    ## Why
    Keras saves the config and calls `__init__` with it. An argument that it lacks has its default value
    after loading, silently.

    ## Known limits
    Of the arguments, numbers are compared. Layer classes are found by their names, as with `custom_objects`.
    """
    tf, saving = subject.tf, subject.framework.keras.saving
    with subject.watch() as timeline:
        layer = subject.original()
    line = method_line(layer, "get_config")
    with subject.doing("writing its config", "return plain values and serialized objects from get_config"):
        config = saving.serialize_keras_object(layer)
        config.pop("build_config", None)  # which the check keras-file tries
        text = json.dumps(config)
    with subject.watch() as later, subject.framework.custom_objects(layer):
        try:
            copy = saving.deserialize_keras_object(json.loads(text), safe_mode=False)
        except Exception as error:
            raise Broken(
                f"{subject.class_name} cannot be created from its config: {_cause(error)}",
                line,
                "return in get_config what __init__ takes",
            ) from error
    _compare_arguments(_init(timeline, layer), _init(later, copy), subject, layer)
    with subject.doing("calling the layer and its copy"):
        subject.call(layer, training=False)
        subject.call(copy, training=False)
    theirs, ours = ([weight.shape for weight in item.get_weights()] for item in (copy, layer))
    if theirs != ours:
        raise Broken(
            f"the copy of {subject.class_name} from its config has weights of other shapes: "
            f"{theirs}, not {ours}",
            line,
        )
    copy_weights(layer, copy)
    first, again, second = (
        outputs_of(tf, subject.call(item, training=False)) for item in (layer, layer, copy)
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


def _has_other_state(subject: Subject, layer: Any, outputs: list[Any]) -> bool:
    """Return whether a layer that is created alike also differs, by state that is not among its weights."""
    if subject.is_given:
        return False
    twin = subject.built()
    copy_weights(layer, twin)
    return bool(difference(outputs, outputs_of(subject.tf, subject.call(twin, training=False))))


def _cause(error: BaseException) -> str:
    text = str(error)
    marker = "Error encountered during deserialization: "
    if marker in text:
        return text.partition(marker)[2].strip().splitlines()[0]
    return brief(error)


def _init(timeline: Timeline, layer: object) -> Event | None:
    try:
        ref = reference(timeline, layer)
    except LookupError:  # it was given, so that its init was not seen
        return None
    return next((event for event in timeline if event.kind == "init" and same(event.layer, ref)), None)


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
                f'"{name}": self.{name}',
                sides=[("the layer", _shown(first, name)), ("its copy", _shown(second, name))],
            )


def _shown(init: Event, name: str) -> str:
    """Return the creation of a layer with one of its arguments."""
    class_name = "" if init.layer is None else init.layer.class_name
    if name not in init.arguments:
        return f"{class_name}(), with the default of {name}"
    return f"{class_name}({name}={init.arguments[name]})"
