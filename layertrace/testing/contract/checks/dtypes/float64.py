"""A layer runs in double precision."""

from __future__ import annotations

from layertrace.testing.contract.check import check
from layertrace.testing.contract.policies import try_policy
from layertrace.testing.contract.subject import Subject


@check("dtypes", "float64", after=["mixed-float16"])
def float64(subject: Subject) -> None:
    """With the policy `float64` it computes in float64, and its variables are float64.

    ## Why
    Gradients are verified, and sciences compute, in double precision. A cast to float32 loses it.

    ## Known limits
    Those of `mixed-float16`. A cast to float32 and back to float64 is not seen.
    """
    try_policy(subject, "float64", "float64", "float64")
