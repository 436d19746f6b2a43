"""A model with the layer trains."""

from __future__ import annotations

from typing import Any

from layertrace.testing.contract.check import check
from layertrace.testing.contract.outcome import Broken, NotApplicable
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.randomness import draws_numbers
from layertrace.testing.contract.subject import Subject

_CALLS = 16
"""Some layers draw in Python, and change something only sometimes."""


@check("modes", "fit", after=["modes-agree", "output-shape"])
def fit(subject: Subject) -> None:
    """A model of the layer and a dense head trains in a graph, with the loss that an eager step has.

    ## Why
    `fit` runs a graph in training, which neither a call nor a `tf.function` in inference has tried. A tensor
    of that graph is not valid after `fit`: a layer that keeps one in an attribute fails then.

    ## Known limits
    One batch is trained, without XLA: see `jit-compile`. The loss is compared unless the layer draws random
    numbers. Only float outputs with a batch dimension are trained.
    """
    import numpy as np

    layer, backend = subject.built(), subject.backend
    model, targets = _model(subject, layer)
    line = method_line(layer, "call")
    weights = model.get_weights()
    with subject.doing("calling it in training"):
        first, second = (_loss(subject, model) for _ in range(2))
    model.set_weights(weights)
    with subject.doing("training a model of it with fit", "keep call free of Python that needs values"):
        model.compile(
            optimizer=subject.framework.keras.optimizers.SGD(0.01),
            loss="mse",
            jit_compile=backend.jit_compile,
        )
        trained = model.train_on_batch(subject.feed(), targets)
    loss = float(np.ravel(trained)[0])
    is_same = np.isclose(first, loss, rtol=1e-2, atol=1e-3, equal_nan=True)
    is_decided = np.isclose(first, second, rtol=1e-4)
    if not is_same and is_decided and not _is_random(subject, layer, model, weights):
        raise Broken(
            f"the loss of a model of {subject.class_name} is {loss:.4g} in fit, and {first:.4g} in an eager "
            "call in training",
            line,
        )
    with subject.doing("calling it after fit", "keep no tensor of call in an attribute"):
        subject.call(layer, training=False)


def _model(subject: Subject, layer: Any) -> tuple[Any, Any]:
    """Return a model of the layer with a dense head for each output, and targets of zero."""
    import numpy as np

    keras = subject.framework.keras
    with subject.doing("calling it with keras.Input"):
        model = subject.functional(layer, subject.inputs.batch)
    heads = []
    for output in subject.backend.flatten(model.output):
        shape = tuple(getattr(output, "shape", ()))
        is_float = "float" in str(getattr(output.dtype, "name", output.dtype))
        if is_float and len(shape) > 1 and None not in shape and shape[0] == subject.inputs.batch:
            heads.append(keras.layers.Dense(1)(keras.layers.Flatten()(output)))
    if not heads:
        raise NotApplicable("it has no float output with rows of a known size")
    zeros = [np.zeros((subject.inputs.batch, 1), "float32") for _ in heads]
    return keras.Model(model.input, heads), zeros if len(heads) > 1 else zeros[0]


def _is_random(subject: Subject, layer: Any, model: Any, weights: list[Any]) -> bool:
    """Return whether a layer draws random numbers, by operations of TensorFlow or in Python."""
    import numpy as np

    if draws_numbers(subject, layer, True):
        return True
    losses = []
    for _ in range(_CALLS):
        model.set_weights(weights)
        with subject.doing("calling it in training, after fit"):
            losses.append(_loss(subject, model))
    return not np.allclose(losses, losses[0], rtol=1e-4)


def _loss(subject: Subject, model: Any) -> float:
    """Return the loss of an eager call in training."""
    outputs = subject.arrays(model(subject.feed(), training=True))
    losses = [subject.backend.array(loss) for loss in model.losses]
    terms = [(array.astype("float32") ** 2).mean() for array in outputs]
    return float(sum([*terms, *(loss.astype("float32").sum() for loss in losses)]))
