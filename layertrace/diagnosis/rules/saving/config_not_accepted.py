"""LT602: A layer cannot be recreated from its config, or cannot produce one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.config_edits import ConfigFix, accepting_kwargs, config_with, key_renamed
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.rule import ANY_BACKEND, rule
from layertrace.diagnosis.rules.saving._shared import KERAS_OWN
from layertrace.diagnosis.user_source import function_at, nodes_of, parameters
from layertrace.timeline.context import Failure
from layertrace.timeline.event import LayerRef, Location


@rule("LT602", "config-not-accepted", "error", links.SAVING, backends=ANY_BACKEND)
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
    refused = "__init__() " in failure.error.message and any(
        words in failure.error.message
        for words in ("unexpected keyword argument", "required positional argument")
    )
    if any(function.endswith(":from_config") for function in raised_in) or (
        refused and any(function.endswith(_LOADING) for function in failure.error.raised_in)
    ):
        yield _not_accepted(context, failure)
    elif failure.error.type == "NotImplementedError" and any(
        function.endswith(":get_config") for function in raised_in
    ):
        state = context.state(failure.layer)
        init = state.methods.get("__init__") if state is not None else None
        edited = config_with(init, None, _own_parameters(init))
        yield Violation(
            message="{layer} has no get_config, but arguments of its __init__ are not plain values, so "
            "saving fails.",
            layer=failure.layer,
            location=init or failure.error.location,
            evidence=(Evidence("its config was requested", (), failure.error.location),),
            fix=_get_config_for(init) if edited is None else edited.fix,
            fix_place=None if edited is None else edited.place,
            edits=() if edited is None else edited.edits,
        )


_LOADING = (":from_config", ":deserialize_keras_object", ":load_model", ":clone_model")


def _not_accepted(context: DiagnosisContext, failure: Failure) -> Violation:
    """Return the violation of a layer whose `__init__` refused its config."""
    layer = _layer_that_refused(context, failure.error.message) or failure.layer
    layer = layer or _layer_named_in(context, failure.error.message)
    state = context.state(layer)
    init = state.methods.get("__init__") if state is not None else None
    get_config = None if state is None else state.methods.get("get_config")
    keys = _unknown_keys(init, get_config)
    missing = _missing(failure.error.message, init)
    edited: ConfigFix | None = None
    edits: tuple[Edit, ...] = ()
    if missing and not keys:
        names = ", ".join(missing)
        edited = config_with(init, get_config, missing)
        message = (
            f"{{layer}} cannot be recreated from its config, because get_config leaves out {names}, which "
            "__init__ requires."
        )
        config = ", ".join(f'"{name}": self.{name}' for name in missing)
        fix = f"def get_config(self):\n    return {{**super().get_config(), {config}}}"
    elif keys:
        message = (
            "{layer} cannot be recreated from its config, because __init__ does not accept the key "
            f"{', '.join(map(repr, keys))} from get_config; name it like the parameter."
        )
        fix = _get_config_for(init)
        renamed = key_renamed(get_config, keys[0], missing[0]) if len(keys) == len(missing) == 1 else None
        edits = () if renamed is None else (renamed,)
    else:
        message = (
            "{layer} cannot be recreated from its config, because __init__ does not accept every key; "
            "accept **kwargs and pass them to super().__init__()."
        )
        signature = ", ".join([*parameters(init), "**kwargs"]) or "self, **kwargs"
        fix = f"def __init__({signature}):\n    super().__init__(**kwargs)"
        edits = accepting_kwargs(init)
    if edited is not None:
        fix, edits = edited.fix, edited.edits
    place = (get_config if missing and not keys else None) if edited is None else edited.location
    return Violation(
        message=message,
        layer=layer,
        location=place or init or failure.error.location,
        evidence=(Evidence("recreated from its config", (), failure.error.location),),
        fix="" if edits and edited is None else fix,
        fix_place=None if edited is None else edited.place,
        edits=edits,
    )


def _own_parameters(init: Location | None) -> list[str]:
    return [name for name in parameters(init)[1:] if name not in KERAS_OWN]


def _missing(message: str, init: Location | None) -> list[str]:
    """Return the parameters of an `__init__` that Python reports were not passed, as in its source."""
    match = re.search(r"__init__\(\) missing \d+ required [\w -]+ arguments?: ([^\n]+)", message)
    named = [] if match is None else re.findall(r"'(\w+)'", match[1])
    return [name for name in named if init is None or name in parameters(init)]


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
    names = _own_parameters(init) or ["k"]
    config = ", ".join(f'"{name}": self.{name}' for name in names)
    return f"def get_config(self):\n    return {{**super().get_config(), {config}}}"


def _layer_that_refused(context: DiagnosisContext, message: str) -> LayerRef | None:
    """Return the last layer of the class whose `__init__` a message names: `Scale.__init__() missing ...`."""
    names = re.findall(r"(\w+)\.__init__\(\) (?:missing|got an unexpected)", message)
    return next((layer for layer in reversed(context.layers) if layer.class_name in names), None)


def _layer_named_in(context: DiagnosisContext, message: str) -> LayerRef | None:
    """Return a layer of the class that a message quotes, because the failed copy itself does not exist."""
    layers = [layer for layer in context.layers if f"'{layer.class_name}'" in message]
    return layers[-1] if layers else None
