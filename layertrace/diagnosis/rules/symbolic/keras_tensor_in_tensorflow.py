"""LT401: A symbolic Keras tensor is given to a function of TensorFlow or NumPy."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.rules.symbolic._shared import with_keras_ops
from layertrace.diagnosis.user_source import dotted, nodes_at
from layertrace.timeline.event import Event, Location


@rule("LT401", "keras-tensor-in-tensorflow", "error", links.MIGRATING_TO_KERAS_3)
def keras_tensor_in_tensorflow(context: DiagnosisContext) -> Iterator[Violation]:
    """A symbolic Keras tensor is given to a function of TensorFlow or NumPy.

    `keras.Input` is a placeholder with a shape and a dtype, and no tensor. Keras 3 does not wrap
    TensorFlow's functions any more: use `keras.ops`, or put the code into the `call` of a layer.

    Bad:

    ```python
    inputs = keras.Input((4,))
    outputs = tf.reduce_sum(inputs, axis=-1)
    ```

    Good:

    ```python
    inputs = keras.Input((4,))
    outputs = keras.ops.sum(inputs, axis=-1)
    ```
    """
    names = ("__tf_tensor__", "__array__", "__jax_array__", "__bool__", "__int__", "__float__", "__iter__")
    found = context.raised_in(*(f"keras.src.backend.common.keras_tensor:{name}" for name in names))
    for place in found[:1]:
        error = place.error
        seqs = (place.seq,) if isinstance(place, Event) else ()
        foreign = isinstance(place, Event) and context.is_of_other_keras(place)  # LT702 tells of that
        if error is not None and not foreign:
            call = _foreign_function(error.location)
            function = "a function" if call is None else dotted(call.func)
            yield Violation(
                message=f"A symbolic Keras tensor was given to {function} that needs a real one, of "
                "TensorFlow or "
                "NumPy: use keras.ops, or a layer."
                if call is None
                else f"A symbolic Keras tensor was given to {function}, which needs a real one: use "
                "keras.ops, or a layer.",
                layer=place.layer if isinstance(place, Event) else None,
                location=error.location,
                evidence=(Evidence("refused here", seqs, error.location),),
                fix=_OPS if call is None else with_keras_ops(call),
            )


_OPS = "outputs = keras.ops.sum(inputs, axis=-1)  # the function of keras.ops, not that of tf or np"


def _foreign_function(place: Location | None) -> ast.Call | None:
    """Return the call on a line of a function of TensorFlow's or NumPy's."""
    found = [node for node in nodes_at(place) if isinstance(node, ast.Call)]
    foreign = [node for node in found if dotted(node.func).startswith(_FOREIGN)]
    return foreign[0] if foreign else None


_FOREIGN = ("tf.", "np.", "numpy.", "tensorflow.")
