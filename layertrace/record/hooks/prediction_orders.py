"""Notice that a model predicts a dataset in one order, and that the program iterates it in another."""

from __future__ import annotations

from layertrace.record.describe import source_lines
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.hooks.dataset_splits import look_at_loops, shuffle_of
from layertrace.record.hooks.observer import Call
from layertrace.record.layers import LayerRecord, register_layer
from layertrace.record.process import safe
from layertrace.record.spans import CodePosition
from layertrace.timeline.ownership import is_tensorflow_file
from layertrace.timeline.registry import Register

__all__ = ["is_shuffling_generator", "look_at_iteration", "look_at_predictions"]

_MOST = 16  # lines that are remembered for each dataset

_Use = tuple[CodePosition | None, str, LayerRecord | None]
"""A line that uses a part of a shuffled dataset, and the model that predicts it; None for an iteration."""
_uses: Register[list[_Use]] = Register()


def is_shuffling_generator(data: object) -> bool:
    """Return whether data is what an `ImageDataGenerator` yields, in another order than its labels have.

    Such a generator is an `Iterator` of `preprocessing/image.py`, with an attribute `shuffle` (Keras 3.0 to
    3.15, tf_keras 2.16 to 2.21).
    """
    cls = type(data)
    is_one = safe.is_framework_class(cls) and safe.module_of(cls).endswith("preprocessing.image")
    return is_one and safe.truth(safe.instance_dict(data).get("shuffle")) is True


def look_at_predictions(model: object, data: object, place: CodePosition | None) -> None:
    """Record that a model predicts a dataset that is shuffled again in each iteration, or such a generator.

    Args:
        model: The model.
        data: What it is given.
        place: The line.
    """
    if is_shuffling_generator(data):
        seen = PendingObservation("predicted shuffled", (id(data), place), name="predict", role="generator")
        seen.layer, seen.place = register_layer(model), place
        add_observation(seen)
        return
    _note(data, place, register_layer(model))


def look_at_iteration(dataset: object, call: Call) -> None:
    """Record that the program itself iterates a dataset.

    Args:
        dataset: The dataset.
        call: The creation of the iterator by TensorFlow's `__iter__`, below the program or below Keras.
    """
    frame = call.caller
    while frame is not None and is_tensorflow_file(frame.f_code.co_filename):
        frame = frame.f_back
    if frame is not None and not source_lines.is_internal(frame.f_code.co_filename):
        place = source_lines.caller(call.method, call.caller)
        _note(dataset, place, None)
        look_at_loops(dataset, place)


def _note(data: object, place: CodePosition | None, model: LayerRecord | None) -> None:
    shuffled = shuffle_of(data)
    if shuffled is None:
        return
    _, dataset, part = shuffled
    uses = _uses.get(dataset)
    if uses is None:
        uses = _uses.add(dataset, [])
    for other, its_part, predicting in uses:
        if its_part == part and (predicting is None) != (model is None):
            predicted, iterated = (place, other) if predicting is None else (other, place)
            seen = PendingObservation(
                "predicted shuffled", (id(dataset), predicted, iterated), name="predict"
            )
            seen.role = "iterated before" if predicting is None else "iterated after"
            seen.layer, seen.place, seen.defined = model or predicting, predicted, iterated
            add_observation(seen)
    use = (place, part, model)
    if len(uses) < _MOST and use not in uses:
        uses.append(use)
