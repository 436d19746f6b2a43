"""The layers inside learn whether they are in training."""

from __future__ import annotations

import inspect
from typing import Any

from layertrace.testing.contract.check import check
from layertrace.testing.contract.evidence import reference, same
from layertrace.testing.contract.frameworks import layers_inside
from layertrace.testing.contract.outcome import Broken, NotApplicable
from layertrace.testing.contract.subject import Subject


@check("training", "training-reaches-children", after=["modes-agree", "deterministic-inference"])
def training_reaches_children(subject: Subject) -> None:
    """A layer inside that takes `training` gets what the layer got: True in training, False in inference.

    ## Why
    Dropout that never gets `training=True` drops nothing, and a `BatchNormalization` that always gets it
    normalizes by the batch in inference. Keras passes `training` on, but not to a direct call of `call`.

    ## Known limits
    A layer inside that is frozen may run in inference. A layer that calls a trainable one in inference on
    purpose breaks this.
    """
    layer = subject.built()
    children = [
        child
        for child in layers_inside(layer)
        if child is not layer and child.trainable and "training" in inspect.signature(child.call).parameters
    ]
    if not children:
        raise NotApplicable("no layer inside takes training")
    with subject.doing("calling it with keras.Input"):
        model = subject.functional(layer, subject.inputs.batch)
    for training in (True, False) if subject.takes_training else (True,):
        with subject.watch() as timeline, subject.doing(f"calling it with training={training}"):
            model(subject.feed(), training=training)
        for child in children:
            _compare(subject, timeline, child, training)


def _compare(subject: Subject, timeline: Any, child: Any, training: bool) -> None:
    try:
        ref = reference(timeline, child)
    except LookupError:  # it was not called
        return
    default = inspect.signature(child.call).parameters["training"].default
    for event in timeline:
        if event.kind != "call" or not same(event.layer, ref):
            continue
        got = default if event.training is None else event.training  # which is None for the default, too
        if bool(got) == training:
            continue
        called = f"{child.name} ({type(child).__name__})"
        raise Broken(
            f"{subject.class_name} calls {called} with training={bool(got)} when it is "
            f"called with training={training}",
            event.location,
            "call the layer itself, and pass training=training or nothing",
        )
