"""Find the optimizer, metric or random generator that a variable is part of."""

from __future__ import annotations

from functools import lru_cache
from types import FrameType
from typing import NamedTuple

from layertrace.record.describe import source_lines
from layertrace.record.describe.exceptions import first_argument
from layertrace.record.layers import LayerRecord, class_facts, layer_name
from layertrace.record.process import safe
from layertrace.timeline.event import VariableRole
from layertrace.timeline.ownership import is_keras_name
from layertrace.timeline.query import qualified_name

__all__ = ["NO_HOLDER", "Holder", "holder_of"]

# Seen in Keras 3.0 to 3.15, tf_keras 2.16 to 2.21 and TensorFlow 2.16 to 2.21.
_ROLES: dict[str, VariableRole] = {
    "keras.src.optimizers.base_optimizer.BaseOptimizer": "optimizer",
    "keras.src.metrics.metric.Metric": "metric",
    "keras.src.random.seed_generator.SeedGenerator": "seed",
    "tf_keras.src.optimizers.optimizer._BaseOptimizer": "optimizer",
    "tf_keras.src.optimizers.legacy.optimizer_v2.OptimizerV2": "optimizer",
    "tf_keras.src.mixed_precision.loss_scale_optimizer.BaseLossScaleOptimizer": "optimizer",
    "tf_keras.src.metrics.base_metric.Metric": "metric",
    "tf_keras.src.backend.RandomGenerator": "seed",
    "tensorflow.python.ops.stateful_random_ops.Generator": "seed",
}
_TF_KERAS_MODELS = "tf_keras.src.engine.training"
"""The module in which tf_keras gives a model its counters of steps."""
_TF_GENERATORS = "tensorflow.python.ops.stateful_random_ops"
"""The module of `tf.random.Generator`."""


class Holder(NamedTuple):
    """What a variable is for, and the name of the object that it is part of."""

    role: VariableRole | None = None
    name: str | None = None


NO_HOLDER = Holder()
"""Of a variable that belongs to a layer or to the program."""


def holder_of(owner: object, caller: FrameType | None, layer: LayerRecord | None) -> Holder:
    """Return the holder of a variable that is being created.

    It is the first object of such a class among those whose methods run between the variable and the
    user's line. Only frames of Keras and of random generators are asked for their first argument: before
    Python 3.13, reading it keeps all variables of the function until that returns.

    Args:
        owner: The object that creates the variable by `add_weight`; None if that is not known.
        caller: The frame that creates it.
        layer: The layer that is running.
    """
    holder = _as_holder(owner, layer)
    frame = caller
    while holder is None and frame is not None and source_lines.users(frame.f_code, frame.f_lasti) is None:
        module = str(frame.f_globals.get("__name__"))
        if is_keras_name(module) or module == _TF_GENERATORS:
            holder = _as_holder(first_argument(frame), layer, module)
        frame = frame.f_back
    return holder or NO_HOLDER


def _as_holder(subject: object, layer: LayerRecord | None, module: str = "") -> Holder | None:
    """Return what an object is to its variables; None if it does not decide that."""
    cls = type(subject)
    role = _role(tuple(qualified_name(base) for base in safe.mro(cls)))
    if role == "seed":
        return Holder(role, layer_name(subject) if layer is None else _name_now(layer))
    if role is not None:
        return Holder(role, layer_name(subject))
    if subject is not None and class_facts(cls) is not None:
        return Holder("counter", layer_name(subject)) if module == _TF_KERAS_MODELS else NO_HOLDER
    return None


def _name_now(layer: LayerRecord) -> str:
    """Return the name of a layer whose `__init__` may still be running."""
    return layer_name(layer.reference()) or layer.known_name


@lru_cache(maxsize=4096)
def _role(bases: tuple[str, ...]) -> VariableRole | None:
    return next((_ROLES[name] for name in bases if name in _ROLES), None)
