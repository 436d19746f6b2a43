"""LT602: A layer cannot be made from its own configuration, or has none."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.rules.saving._shared import KERAS_OWN
from layertrace.diagnosis.user_source import function_at, nodes_of, parameters
from layertrace.timeline.event import LayerRef, Location


@rule("LT602", "config-not-accepted", "error", links.SAVING)
def config_not_accepted(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer cannot be made from its own configuration, or has none.

    The configuration holds Keras's own `name`, `trainable` and `dtype` too, so `__init__` has to take
    them and hand them to `super().__init__`. An argument that is no plain value needs a `get_config`.

    Bad:

    ```python
    def __init__(self, k=1.0):
        super().__init__()
        self.k = k
    ```

    Good:

    ```python
    def __init__(self, k=1.0, **kwargs):
        super().__init__(**kwargs)
        self.k = k

    def get_config(self):
        return {**super().get_config(), "k": self.k}
    ```
    """
    failure = context.failure
    if failure is None or "safe_mode" in failure.error.message:
        return  # Keras loads no Lambda from a file unless it is told to: no __init__ is to blame
    inner = failure.error.raised_in[:2]
    if any(one.endswith(":from_config") for one in inner):
        layer = failure.layer or _of_message(context, failure.error.message)
        state = context.state(layer)
        init = state.methods.get("__init__") if state is not None else None
        wrong = _misnamed(init, state.methods.get("get_config") if state is not None else None)
        yield Violation(
            message="{layer} cannot be made from its configuration, since its __init__ does not take "
            + (
                f"the {', '.join(map(repr, wrong))} that get_config puts into it: name it as __init__ does."
                if wrong
                else "all that is in it: let it take **kwargs and hand them on."
            ),
            layer=layer,
            location=init or failure.error.location,
            evidence=(Evidence("made from its configuration", (), failure.error.location),),
            fix=_config_of(init)
            if wrong
            else f"def __init__({', '.join([*parameters(init), '**kwargs']) or 'self, **kwargs'}):\n"
            "    super().__init__(**kwargs)",
        )
    elif any(one.endswith(":get_config") for one in inner) and failure.error.type == "NotImplementedError":
        state = context.state(failure.layer)
        init = state.methods.get("__init__") if state is not None else None
        yield Violation(
            message="{layer} has arguments that are no plain values and no get_config, so it cannot be "
            "saved.",
            layer=failure.layer,
            location=init or failure.error.location,
            evidence=(Evidence("its configuration was asked for", (), failure.error.location),),
            fix=_config_of(init),
        )


def _misnamed(init: Location | None, get_config: Location | None) -> list[str]:
    """Return what a `get_config` writes that `__init__` has no parameter for, which takes all of Keras's."""
    function = function_at(init)
    if function is None or function.args.kwarg is None:
        return []
    keys: list[object] = []
    for node in nodes_of(get_config):
        if isinstance(node, ast.Dict):
            keys += [one.value for one in node.keys if isinstance(one, ast.Constant)]
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            keys += [node.slice.value] if isinstance(node.slice, ast.Constant) else []
    return [one for one in keys if isinstance(one, str) and one not in (*parameters(init), *KERAS_OWN)]


def _config_of(init: Location | None) -> str:
    """Write the `get_config` that goes with an `__init__`."""
    names = [one for one in parameters(init)[1:] if one not in KERAS_OWN] or ["k"]
    config = ", ".join(f'"{name}": self.{name}' for name in names)
    return f"def get_config(self):\n    return {{**super().get_config(), {config}}}"


def _of_message(context: DiagnosisContext, message: str) -> LayerRef | None:
    """Return a layer of the class that a message names in quotes: the one to blame was never made."""
    named = [layer for layer in context.layers if f"'{layer.class_name}'" in message]
    return named[-1] if named else None
