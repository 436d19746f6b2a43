"""LT602: A layer cannot be recreated from its config, or cannot produce one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.rules.saving._shared import KERAS_OWN
from layertrace.diagnosis.user_source import function_at, nodes_of, parameters
from layertrace.timeline.context import Failure
from layertrace.timeline.event import LayerRef, Location


@rule("LT602", "config-not-accepted", "error", links.SAVING)
def config_not_accepted(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer cannot be recreated from its config, or cannot produce one.

    ## Why is this bad?

    The config also contains Keras's own `name`, `trainable` and `dtype`, so `__init__` must accept them and
    pass them to `super().__init__`. Arguments that are not plain values need a `get_config`. Without either,
    saving, loading or cloning the model fails.

    ## Example

    ```python
    def __init__(self, k=1.0):
        super().__init__()
        self.k = k
    ```

    ## Use instead

    ```python
    def __init__(self, k=1.0, **kwargs):
        super().__init__(**kwargs)
        self.k = k

    def get_config(self):
        return {**super().get_config(), "k": self.k}
    ```

    ## Known limits

    The rule sees only the exception that ended the recording, not one that the program caught. The keys that
    `__init__` does not accept are named only if `get_config` writes them as literals and `__init__` accepts
    `**kwargs`.
    """
    failure = context.failure
    # Keras refuses to load a Lambda in safe mode, which is not the fault of an __init__.
    if failure is None or "safe_mode" in failure.error.message:
        return
    raised_in = failure.error.raised_in[:2]
    if any(function.endswith(":from_config") for function in raised_in):
        yield _not_accepted(context, failure)
    elif failure.error.type == "NotImplementedError" and any(
        function.endswith(":get_config") for function in raised_in
    ):
        state = context.state(failure.layer)
        init = state.methods.get("__init__") if state is not None else None
        yield Violation(
            message="{layer} has no get_config, but arguments of its __init__ are not plain values, so "
            "saving fails.",
            layer=failure.layer,
            location=init or failure.error.location,
            evidence=(Evidence("its config was requested", (), failure.error.location),),
            fix=_get_config_for(init),
        )


def _not_accepted(context: DiagnosisContext, failure: Failure) -> Violation:
    """Return the violation of a layer whose `__init__` refused its config."""
    layer = failure.layer or _layer_named_in(context, failure.error.message)
    state = context.state(layer)
    init = state.methods.get("__init__") if state is not None else None
    keys = _unknown_keys(init, state.methods.get("get_config") if state is not None else None)
    if keys:
        message = (
            "{layer} cannot be recreated from its config, because __init__ does not accept the key "
            f"{', '.join(map(repr, keys))} from get_config; name it like the parameter."
        )
        fix = _get_config_for(init)
    else:
        message = (
            "{layer} cannot be recreated from its config, because __init__ does not accept every key; "
            "accept **kwargs and pass them to super().__init__()."
        )
        signature = ", ".join([*parameters(init), "**kwargs"]) or "self, **kwargs"
        fix = f"def __init__({signature}):\n    super().__init__(**kwargs)"
    return Violation(
        message=message,
        layer=layer,
        location=init or failure.error.location,
        evidence=(Evidence("recreated from its config", (), failure.error.location),),
        fix=fix,
    )


def _unknown_keys(init: Location | None, get_config: Location | None) -> list[str]:
    """Return the keys that `get_config` writes and an `__init__` with `**kwargs` has no parameter for."""
    function = function_at(init)
    if function is None or function.args.kwarg is None:
        return []
    keys: list[object] = []
    for node in nodes_of(get_config):
        if isinstance(node, ast.Dict):
            keys += [key.value for key in node.keys if isinstance(key, ast.Constant)]
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            keys += [node.slice.value] if isinstance(node.slice, ast.Constant) else []
    return [key for key in keys if isinstance(key, str) and key not in (*parameters(init), *KERAS_OWN)]


def _get_config_for(init: Location | None) -> str:
    """Return a `get_config` that fits an `__init__`."""
    names = [name for name in parameters(init)[1:] if name not in KERAS_OWN] or ["k"]
    config = ", ".join(f'"{name}": self.{name}' for name in names)
    return f"def get_config(self):\n    return {{**super().get_config(), {config}}}"


def _layer_named_in(context: DiagnosisContext, message: str) -> LayerRef | None:
    """Return a layer of the class that a message quotes, because the failed copy itself does not exist."""
    layers = [layer for layer in context.layers if f"'{layer.class_name}'" in message]
    return layers[-1] if layers else None
