"""Name the loss that a model was compiled with, and whether it expects logits or probabilities."""

from __future__ import annotations

import re

from layertrace.record.process import safe

__all__ = ["compiled_loss"]


def compiled_loss(loss: object) -> tuple[str, ...]:
    """Return the name of the only loss, and what it expects; nothing if there are several, or none."""
    inner = safe.unwrapped(loss)
    if inner is not None:
        losses = safe.first_items(inner, 2)
        return compiled_loss(losses[0][1]) if len(losses) == 1 else ()
    if type(loss) is str:
        return loss, "probabilities"
    if safe.home_of(loss).startswith(("keras.", "tf_keras.")):
        return str(safe.code_name(loss)), "probabilities"
    if loss is None or not safe.is_library_class(type(loss)):
        return ()
    options = safe.unwrapped(safe.instance_dict(loss).get("_fn_kwargs"))
    given = {} if options is None else dict(safe.first_items(options, 16))
    expects = "logits" if safe.truth(given.get("from_logits")) else "probabilities"
    return _snake_case(safe.class_name(loss)), expects


def _snake_case(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
