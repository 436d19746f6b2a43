"""LT401: A symbolic Keras tensor is passed to a function of TensorFlow or NumPy."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.rules.symbolic._shared import with_keras_ops
from layertrace.diagnosis.user_source import dotted, nodes_at
from layertrace.timeline.context import Failure
from layertrace.timeline.event import ErrorRef, Event, Location


@rule("LT401", "keras-tensor-in-tensorflow", "error", links.MIGRATING_TO_KERAS_3)
def keras_tensor_in_tensorflow(context: DiagnosisContext) -> Iterator[Violation]:
    """A symbolic Keras tensor is passed to a function of TensorFlow or NumPy.

    ## Why is this bad?

    `keras.Input` returns a placeholder that has a shape and a dtype but no values. Keras 2 wrapped
    TensorFlow's functions so that they accepted it. Keras 3 does not, and the function raises an exception.
    Use `keras.ops`, or move the code into the `call` of a layer.

    ## Example

    ```python
    inputs = keras.Input((4,))
    outputs = tf.reduce_sum(inputs, axis=-1)
    ```

    ## Use instead

    ```python
    inputs = keras.Input((4,))
    outputs = keras.ops.sum(inputs, axis=-1)
    ```

    ## Known limits

    Only the first failure of a recording is reported. The fix names the function only if the failing line
    calls it as `tf.`, `tensorflow.`, `np.` or `numpy.`. A tensor of the other Keras is reported as LT702.
    """
    methods = ("__tf_tensor__", "__array__", "__jax_array__", "__bool__", "__int__", "__float__", "__iter__")
    functions = [f"keras.src.backend.common.keras_tensor:{name}" for name in methods]
    for place, error in context.errors_from(*functions)[:1] or _shortened(context):
        is_foreign = isinstance(place, Event) and context.is_of_other_keras(place)  # reported by LT702
        if not is_foreign:
            call = _foreign_call(error.location)
            function = "a TensorFlow or NumPy function" if call is None else dotted(call.func)
            inside = place.layer
            source = None if inside is not None else error.subject
            is_output = source is not None and source.class_name != "InputLayer"
            tensor = "The symbolic output of {layer}" if is_output else "A symbolic Keras tensor"
            yield Violation(
                message=f"{tensor}{_named(call)} was passed to {function}, which needs a tensor with "
                "values: use keras.ops, or move the code into a layer.",
                layer=inside or source,
                location=error.location,
                evidence=(Evidence("refused here", seqs(place), error.location),),
                fix=_ANY_OPERATION if call is None else with_keras_ops(call),
            )


def _shortened(context: DiagnosisContext) -> list[tuple[Failure, ErrorRef]]:
    """Return the failure of a recording in which a Keras tensor refused, if its traceback does not show that.

    Keras and TensorFlow leave their own functions out of it, as in a `compute_mask` (Keras 3.0 to 3.15).
    """
    failure = context.failure
    is_refused = failure is not None and _REFUSAL.match(failure.error.message) is not None
    return [(failure, failure.error)] if failure is not None and is_refused else []


_REFUSAL = re.compile(r"(A|Iterating over a) (symbolic )?KerasTensor ")
_ANY_OPERATION = "outputs = keras.ops.sum(inputs, axis=-1)  # the function from keras.ops, not from tf or np"
_FOREIGN = ("tf.", "np.", "numpy.", "tensorflow.")


def _named(call: ast.Call | None) -> str:
    """Return the name of the tensor that a function was given first: `, x,`."""
    first = call.args[0] if call is not None and call.args else None
    return f", {ast.unparse(first)}," if isinstance(first, (ast.Name, ast.Attribute)) else ""


def _foreign_call(location: Location | None) -> ast.Call | None:
    """Return the call of a TensorFlow or NumPy function on a line."""
    calls = (node for node in nodes_at(location) if isinstance(node, ast.Call))
    return next((call for call in calls if dotted(call.func).startswith(_FOREIGN)), None)
