"""Call a layer under another dtype policy, and compare the dtypes of its outputs and weights."""

from __future__ import annotations

from typing import Any

from layertrace.testing.contract.outcome import Broken, NotApplicable
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.subject import Subject
from layertrace.testing.contract.values import described, dtype_of

__all__ = ["FLOATS", "inputs_cast_to", "try_policy"]

FLOATS = ("float16", "bfloat16", "float32", "float64")


def try_policy(subject: Subject, policy: str, compute: str, variable: str) -> Any:
    """Create and call a layer with a global dtype policy, and return it.

    Args:
        subject: The layer.
        policy: The name of the policy.
        compute: The dtype in which it computes, which its outputs have.
        variable: The dtype of its variables.

    Raises:
        Broken: If the layer fails or returns NaN, or outputs or weights have another float dtype.
        NotApplicable: If the layer has a dtype of its own.
    """
    with subject.framework.dtype_policy(policy):
        layer = subject.fresh()
        if layer.compute_dtype != compute:
            raise NotApplicable(f"it is created with the dtype {layer.compute_dtype}")
        with subject.doing(
            f"calling it with the policy {policy}",
            "cast constants to self.compute_dtype in call",
            method_line(layer, "call"),
        ):
            try:
                outputs = subject.arrays(subject.call_with(layer, _tensors(subject, compute), False))
            except Exception as error:
                if any(text in str(error) for text in subject.backend.lacks_kernel):
                    raise NotApplicable(f"one of its operations has no {compute} on this device") from error
                _compare_weights(subject, layer, policy, variable)  # a cause of the exception
                raise
    has_floats = any("float" in leaf.spec.dtype for leaf in subject.inputs.leaves) or layer.weights
    other = _of_other_dtype(outputs, compute)
    if other is not None and has_floats and not _follows_inputs(subject, layer, policy, compute):
        raise Broken(
            f"{subject.class_name} returns {described(other)} with the policy {policy}, expected {compute}",
            method_line(layer, "call"),
            f"{subject.backend.ops}.cast(…, self.compute_dtype)",
        )
    _compare_weights(subject, layer, policy, variable)
    if _has_nan(outputs) and not _has_nan(subject.arrays(subject.call(subject.built(), training=False))):
        raise Broken(
            f"{subject.class_name} returns NaN with the policy {policy}",
            method_line(layer, "call"),
            f"use constants that {compute} holds: 1e9 is infinite in float16, and 1e-9 is zero",
        )
    return layer


def _has_nan(outputs: list[Any]) -> bool:
    return any((array != array).any() for array in outputs if array.dtype.name in FLOATS)


def _of_other_dtype(outputs: list[Any], compute: str) -> Any:
    """Return the first output of another float dtype; None without one."""
    return next((each for each in outputs if each.dtype.name in FLOATS and each.dtype.name != compute), None)


def _follows_inputs(subject: Subject, layer: Any, policy: str, compute: str) -> bool:
    """Return whether a layer returns the right dtype after a layer of the same policy.

    Keras does not cast the inputs of some layers, and they may return them as they are (RandomCrop of
    Keras 3.15 in inference, ImageConverter of keras-hub 0.32 without an image size).
    """
    try:
        with subject.framework.dtype_policy(policy):
            outputs = subject.call_with(layer, inputs_cast_to(subject, compute), False)
    except Exception:  # the outputs of the first call are wrong in any case
        return False
    return _of_other_dtype(subject.arrays(outputs), compute) is None


def inputs_cast_to(subject: Subject, compute: str) -> tuple[Any, ...]:
    """Return the inputs as a layer before it returns them, which has the same dtype policy."""
    backend = subject.backend

    def cast(tensor: Any) -> Any:
        return backend.cast(tensor, compute) if dtype_of(tensor) == "float32" else tensor

    result: tuple[Any, ...] = backend.mapped(cast, subject.tensors())
    return result


def _tensors(subject: Subject, compute: str) -> tuple[Any, ...]:
    """Return the inputs of a call; for tf_keras they are cast, since it casts only the first argument."""
    if subject.framework.is_legacy:
        return inputs_cast_to(subject, compute)
    return subject.tensors()


def _compare_weights(subject: Subject, layer: Any, policy: str, variable: str) -> None:
    for weight in layer.weights:
        dtype = dtype_of(weight)
        if dtype in FLOATS and dtype != variable:
            name = getattr(weight, "path", weight.name).rpartition("/")[2]
            raise Broken(
                f"the weight {name!r} of {subject.class_name} is {dtype} with the policy {policy}, "
                f"expected {variable}",
                method_line(layer, "build"),
                "leave out the dtype in add_weight",
            )
