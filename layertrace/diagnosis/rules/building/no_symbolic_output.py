"""LT311: A program asks for the symbolic output of a layer that was only called with data."""

from __future__ import annotations

import re
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs, specs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import ANY_BACKEND, rule
from layertrace.diagnosis.user_edits import text_replaced
from layertrace.timeline.event import Event, LayerRef
from layertrace.timeline.ownership import is_container


@rule("LT311", "no-symbolic-output", "error", links.FUNCTIONAL_API, backends=ANY_BACKEND)
def no_symbolic_output(context: DiagnosisContext) -> Iterator[Violation]:
    """A program asks for the symbolic output of a layer that was only called with data.

    ## Why is this bad?

    `layer.input` and `layer.output` are the symbolic tensors of the call on a `keras.Input`. A layer, or a
    `Sequential`, that was only called with data by `fit` or by hand has none, and Keras 3 raises an
    `AttributeError`. A `Sequential` has `inputs` and `outputs` nevertheless, once it is built.

    ## Example

    ```python
    model = keras.Sequential([keras.layers.Dense(3)])
    model.fit(x, y)
    features = keras.Model(model.layers[0].input, model.output)
    ```

    ## Use instead

    ```python
    features = keras.Model(model.layers[0].input, model.outputs[0])
    ```

    ## Known limits

    - Found by the exception of Keras, so only the first request of a program is reported.
    - A subclassed model has no symbolic tensors inside; call it on a `keras.Input` to get an output.
    """
    for place, error in context.errors_from(_KERAS, _TORCH):
        asked = next(filter(None, (re.search(message, error.message) for message in _MESSAGES)), None)
        named = {} if asked is None else asked.groupdict()
        layer = _layer(context, place.layer, named["layer"]) if "layer" in named else error.subject
        if asked is None or layer is None:
            continue
        attribute, location = asked["asked"], context.line(place)
        calls = [call for call in context.of(layer, "call") if call.mode != "symbolic"]
        called = calls[:1]
        how = "was only called with data, never on a keras.Input" if called else "was never called"
        has_tensors = bool(called) and is_container(layer)
        fix = text_replaced(location, rf"\.{attribute}\b(?!s)", f".{attribute}s[0]") if has_tensors else None
        yield Violation(
            message=f"{{layer}} {how}, so it has no symbolic {attribute}.",
            layer=layer,
            location=location,
            evidence=tuple(
                Evidence(f"called with {call.inputs}", seqs(call), call.location) for call in called
            ),
            fix=fix or f"{layer.name}(keras.Input(...))  # gives the symbolic {attribute}",
            fix_place="in place" if fix else "before",
        )


_KERAS = "keras.src.ops.operation:_get_node_attribute_at_index"
_TORCH = "torch.nn.modules.module:__getattr__"
"""A layer of Keras on torch is a module. Where a property raises an `AttributeError`, it raises its own."""
_MESSAGES = (
    r"The layer (?P<layer>\S+) has never been called and thus has no defined (?P<asked>\w+)",
    r"'\w+' object has no attribute '(?P<asked>(?:input|output)(?:_mask)?)'$",
)
"""Those of Keras 3.0 to 3.15 and of torch 2.13."""


def _inputs(call: Event) -> str:
    return ", ".join(map(str, specs(call.inputs))) or "data"


def _layer(context: DiagnosisContext, layer: LayerRef | None, name: str) -> LayerRef | None:
    """Return the layer of this name, preferably the one in whose property the exception arose."""
    named = [each for each in context.layers if each.name == name]
    return layer if layer is not None and layer.name == name else next(iter(named), None)
