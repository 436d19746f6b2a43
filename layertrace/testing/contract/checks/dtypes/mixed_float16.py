"""A layer runs in mixed precision."""

from __future__ import annotations

from layertrace.testing.contract.check import check
from layertrace.testing.contract.outcome import Broken, NotApplicable
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.subject import Subject
from layertrace.testing.contract.values import described, outputs_of

_NO_KERNEL = ("Could not find device for node", "No OpKernel was registered")
"""How TensorFlow states that an operation does not exist for a dtype (TensorFlow 2.21)."""


@check("dtypes", "mixed-float16", after=["instances-share-nothing"])
def mixed_float16(subject: Subject) -> None:
    """With the policy `mixed_float16` it computes in float16, and keeps float32 variables.

    ## Why
    A constant or a cast to float32 in `call` fails in mixed precision, or makes the rest of the model slow.

    ## Known limits
    A layer that is created with a dtype of its own is not tried. Outputs that are not floats are ignored, and
    those of layers that neither take floats nor have weights, which encode integers or text.
    """
    tf = subject.tf
    with subject.framework.dtype_policy("mixed_float16"):
        layer = subject.fresh()
        if layer.compute_dtype != "float16":
            raise NotApplicable(f"it is created with the dtype {layer.compute_dtype}")
        with subject.doing(
            "calling it with the policy mixed_float16", "cast constants to self.compute_dtype in call"
        ):
            try:
                outputs = outputs_of(tf, subject.call(layer, training=False))
            except tf.errors.OpError as error:
                if any(text in str(error) for text in _NO_KERNEL):
                    raise NotApplicable("one of its operations has no float16 on this device") from error
                raise
    has_floats = any("float" in leaf.spec.dtype for leaf in subject.inputs.leaves) or layer.weights
    for array in outputs if has_floats else ():
        if array.dtype.name in ("float32", "float64"):
            raise Broken(
                f"{subject.class_name} returns {described(array)} with the policy mixed_float16, "
                "expected float16",
                method_line(layer, "call"),
                "tf.cast(…, self.compute_dtype)",
            )
    for weight in layer.weights:
        dtype = str(getattr(weight.dtype, "name", weight.dtype))
        if dtype == "float16":
            name = getattr(weight, "path", weight.name).rpartition("/")[2]
            raise Broken(
                f"the weight {name!r} of {subject.class_name} is {dtype} with the policy mixed_float16, "
                "expected float32",
                method_line(layer, "build"),
                "leave out the dtype in add_weight",
            )
