"""A layer runs in mixed precision."""

from __future__ import annotations

from layertrace.testing.contract.check import check
from layertrace.testing.contract.policies import try_policy
from layertrace.testing.contract.subject import Subject


@check("dtypes", "mixed-float16", after=["instances-share-nothing"])
def mixed_float16(subject: Subject) -> None:
    """With the policy `mixed_float16` a layer computes in float16, and keeps float32 variables.

    ## Why
    A constant or a cast to float32 in `call` fails in mixed precision, or makes the rest of the model slow.
    A constant that float16 does not hold, such as -1e9 for a mask, makes the outputs NaN.

    ## Known limits
    A layer that is created with a dtype of its own is not tried. Outputs that are not floats are ignored, and
    those of layers that neither take floats nor have weights, which encode integers or text. A layer with
    `autocast=False` may return the dtype of its inputs.
    """
    try_policy(subject, "mixed_float16", "float16", "float32")
