"""LT305: `compute_output_shape` declares another shape than `call` returns."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, specs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_classes import only_return
from layertrace.diagnosis.user_source import methods_beside
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import Event, LayerRef, Location, TensorSpec
from layertrace.timeline.ownership import is_container


@rule("LT305", "output-shape-mismatch", "error", links.BASE_LAYER)
def output_shape_mismatch(context: DiagnosisContext) -> Iterator[Violation]:
    """`compute_output_shape` declares another shape than `call` returns.

    ## Why is this bad?

    Keras trusts the declared shape and builds the rest of a functional model for it. The model fails at
    its first call, far from the layer, or its summary is wrong.

    ## Example

    ```python
    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], 3)

    def call(self, x):
        return self.dense(x)  # 5 units
    ```

    ## Use instead

    ```python
    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], 5)
    ```

    ## Known limits

    - Only symbolic calls, and calls inside a functional or sequential model, are compared. Elsewhere a layer
      may be called with other shapes.
    - The batch dimension and unknown dimensions are not compared.
    - Of a layer with several outputs, only those that a model returns are compared.
    """
    for state in context.states.values():
        method = _declaring_method(state)
        if method is None or state.declared is None:
            continue
        for call in _calls_in_model(context, state.layer):
            if isinstance(call.outputs, TensorSpec) and _differ(state.declared, call.outputs):
                yield Violation(
                    message=f"{method.function} of {{layer}} declares {state.declared}, but its call "
                    f"returned {call.outputs}.",
                    layer=state.layer,
                    location=only_return(method) or method,
                    evidence=(Evidence(f"returned {call.outputs}", (call.seq,), call.location),),
                    fix=f"{_declaration(method, call.outputs)}  # or remove {method.function}",
                )
                break
    yield from _one_of_several(context)


def _one_of_several(context: DiagnosisContext) -> Iterator[Violation]:
    """Find a layer that declares one of several outputs wrongly, by a model that returns this output."""
    reported = set()
    for init in context.events("init", lambda init: _is_functional(init.layer)):
        declared = list(specs(init.arguments.get("outputs")))
        for call in context.of(init.layer, "call") if init.layer is not None else ():
            returned = list(specs(call.outputs))
            pairs = zip(declared, returned, strict=True) if len(declared) == len(returned) else ()
            for expected, actual in [pair for pair in pairs if _differ(*pair)]:
                inner, method = _source_of_output(context, call, actual)
                if inner is None or method is None or (inner.layer, actual) in reported:
                    continue
                reported.add((inner.layer, actual))
                declaration = _declaration(method, actual)
                yield Violation(
                    message=f"{method.function} of {{layer}} declares {expected} for one of its outputs, "
                    f"but its call returned {actual}.",
                    layer=inner.layer,
                    location=only_return(method) or method,
                    evidence=(Evidence(f"returned {inner.outputs}", (inner.seq,), inner.location),),
                    fix=f"{declaration}  # at its place among the outputs; or remove {method.function}",
                )


def _source_of_output(
    context: DiagnosisContext, call: Event, spec: TensorSpec
) -> tuple[Event | None, Location | None]:
    """Return the inner call that returned an output, and the method by which its layer declares outputs."""
    for inner in context.descendants(call):
        has_several = not isinstance(inner.outputs, TensorSpec) and spec in specs(inner.outputs)
        method = (
            _declaring_method(context.state(inner.layer)) if inner.kind == "call" and has_several else None
        )
        if method is not None:
            return inner, method
    return None, None


def _declaring_method(state: LayerState | None) -> Location | None:
    """Return the method by which a class of the user declares its outputs."""
    if state is None:
        return None
    methods = methods_beside(state.methods.get("call"))
    return state.methods.get("compute_output_shape") or methods.get("compute_output_spec")


def _declaration(method: Location, returned: TensorSpec) -> str:
    """Write the statement by which a method declares what `call` returned."""
    shape = (None, *(returned.shape or ())[1:])
    if method.function == "compute_output_shape":
        return f"return {shape}"
    return f"return keras.KerasTensor({shape}, dtype={returned.dtype!r})"


def _calls_in_model(context: DiagnosisContext, layer: LayerRef) -> list[Event]:
    """Return the symbolic calls of a layer, then those by a functional model.

    Other calls may have other shapes: tests/cases/clean/shapes_that_are_told.py
    """
    calls = context.of(layer, "call")
    inside = [call for call in calls if any(_is_functional(outer.layer) for outer in context.ancestors(call))]
    return [call for call in calls if call.mode == "symbolic"] + inside


def _is_functional(layer: LayerRef | None) -> bool:
    return layer is not None and is_container(layer)


def _differ(declared: TensorSpec, returned: TensorSpec) -> bool:
    """Return whether two shapes differ in rank, or in a known dimension other than that of the batch."""
    if declared.shape is None or returned.shape is None:
        return False
    if len(declared.shape) != len(returned.shape):
        return True
    sizes = list(zip(declared.shape, returned.shape, strict=True))[1:]
    return any(left is not None and right is not None and left != right for left, right in sizes)
