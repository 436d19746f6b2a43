"""A layer runs in mixed precision with bfloat16."""

from __future__ import annotations

from layertrace.testing.contract.check import check
from layertrace.testing.contract.policies import try_policy
from layertrace.testing.contract.subject import Subject


@check("dtypes", "mixed-bfloat16", after=["mixed-float16"])
def mixed_bfloat16(subject: Subject) -> None:
    """With the policy `mixed_bfloat16` a layer computes in bfloat16, and keeps float32 variables.

    ## Why
    TPUs and newer GPUs use bfloat16, which is not a dtype of NumPy, and which `float16` written out in `call`
    excludes.

    ## Known limits
    Those of `mixed-float16`.
    """
    try_policy(subject, "mixed_bfloat16", "bfloat16", "float32")
