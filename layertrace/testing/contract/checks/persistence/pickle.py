"""A layer can be pickled."""

from __future__ import annotations

import pickle
import sys
from functools import reduce
from typing import Any

from layertrace.testing.contract.check import check
from layertrace.testing.contract.outcome import Broken, NotApplicable
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.subject import Subject
from layertrace.testing.contract.values import difference, perturb


@check("persistence", "pickle", after=["instances-share-nothing", "keras-file", "clone-model"])
def pickle_(subject: Subject) -> None:
    """A layer that was pickled and loaded has the same weights and outputs.

    ## Why
    Processes, caches and libraries for tuning pass layers and models on with `pickle`.

    ## Known limits
    It is loaded in the same process. Keras cannot pickle a layer that has weights and no `build`, or whose
    class cannot be imported (Keras 3.15). tf_keras does not promise it.
    """
    if subject.framework.is_legacy:
        raise NotApplicable("tf_keras does not pickle layers")
    layer = subject.built()
    if layer.weights and not subject.framework.overrides(layer, "build"):
        raise NotApplicable("Keras pickles only layers with a build of their own")
    if not _can_be_imported(type(layer)):
        raise NotApplicable("its class cannot be imported by its name")
    perturb(layer)
    line = method_line(layer, "__reduce__")
    with subject.doing("pickling it", line=line), subject.framework.custom_objects(layer):
        copy = pickle.loads(pickle.dumps(layer))  # noqa: S301  # it was pickled here
    expected, restored = layer.get_weights(), copy.get_weights()
    out, again = (subject.arrays(subject.call(layer, training=False)) for _ in range(2))
    with subject.doing("calling the layer that was pickled", line=line):
        loaded = subject.arrays(subject.call(copy, training=False))
    # A layer that is restored without weights creates them in its first call.
    others = difference(expected, restored or copy.get_weights())
    if others:
        raise Broken(
            f"{subject.class_name} has other weights after it was pickled and loaded: {others}",
            line,
        )
    differs = "" if difference(out, again) else difference(out, loaded)
    if differs:
        raise Broken(
            f"{subject.class_name} gives other outputs after it was pickled and loaded: {differs}", line
        )


def _can_be_imported(cls: type) -> bool:
    """Return whether `pickle` finds a class again."""
    module: Any = sys.modules.get(cls.__module__)
    return reduce(lambda value, name: getattr(value, name, None), cls.__qualname__.split("."), module) is cls
