"""LT305: A layer's `compute_output_shape` says otherwise than what `call` returns."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis.context import DiagnosisContext, specs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.rules.building._shared import LAYER
from layertrace.diagnosis.user_source import methods_beside
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import Event, LayerRef, Location, TensorSpec
from layertrace.timeline.ownership import is_container


@rule("LT305", "output-shape-mismatch", "error", LAYER)
def output_shape_mismatch(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer's `compute_output_shape` says otherwise than what `call` returns.

    Keras believes it, and makes the rest of a functional model for the shape that it says.

    Bad:

    ```python
    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], 3)

    def call(self, x):
        return self.dense(x)  # 5 units
    ```

    Good:

    ```python
    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], 5)
    ```
    """
    for state in context.states.values():
        lies = _declares(state)
        if lies is None or state.declared is None:
            continue
        for call in _calls_in_model(context, state.layer):
            if isinstance(call.outputs, TensorSpec) and _differ(state.declared, call.outputs):
                yield Violation(
                    message=f"{{layer}} says by {lies.function} that it returns {state.declared}, "
                    f"but its call "
                    f"returned {call.outputs}.",
                    layer=state.layer,
                    location=lies,
                    evidence=(Evidence(f"returned {call.outputs}", (call.seq,), call.location),),
                    fix=f"{_told(lies, call.outputs)}  # or remove {lies.function}",
                )
                break
    yield from _one_of_several(context)


def _one_of_several(context: DiagnosisContext) -> Iterator[Violation]:
    """Find a layer with several outputs of which one is not as declared, by the model that hands them out."""
    told = set()
    for init in context.events("init", lambda one: _is_functional(one.layer)):
        declared = list(specs(init.arguments.get("outputs")))
        for call in context.of(init.layer, "call") if init.layer is not None else ():
            returned = list(specs(call.outputs))
            pairs = zip(declared, returned, strict=True) if len(declared) == len(returned) else ()
            for said, was in [pair for pair in pairs if _differ(*pair)]:
                inner, lies = _liar(context, call, was)
                if inner is None or lies is None or (inner.layer, was) in told:
                    continue
                told.add((inner.layer, was))
                yield Violation(
                    message=f"{{layer}} says by {lies.function} that one of its outputs is {said}, but its "
                    f"call returned {was}.",
                    layer=inner.layer,
                    location=lies,
                    evidence=(Evidence(f"returned {inner.outputs}", (inner.seq,), inner.location),),
                    fix=f"{_told(lies, was)}  # at its place among the outputs; or remove {lies.function}",
                )


def _liar(context: DiagnosisContext, call: Event, spec: TensorSpec) -> tuple[Event | None, Location | None]:
    """Return the call, inside of a model's, of a layer that tells its outputs and returned this one."""
    for inner in context.descendants(call):
        several = not isinstance(inner.outputs, TensorSpec) and spec in specs(inner.outputs)
        lies = _declares(context.state(inner.layer)) if inner.kind == "call" and several else None
        if lies is not None:
            return inner, lies
    return None, None


def _declares(state: LayerState | None) -> Location | None:
    """Return the method by which a class of the user's tells its outputs."""
    if state is None:
        return None
    beside = methods_beside(state.methods.get("call"))
    return state.methods.get("compute_output_shape") or beside.get("compute_output_spec")


def _told(method: Location, returned: TensorSpec) -> str:
    shape = (None, *(returned.shape or ())[1:])
    if method.function == "compute_output_shape":
        return f"return {shape}"
    return f"return keras.KerasTensor({shape}, dtype={returned.dtype!r})"


def _calls_in_model(context: DiagnosisContext, layer: LayerRef) -> list[Event]:
    """Return the calls of a layer by the functional model that holds it, and the one that put it there."""
    calls = context.of(layer, "call")
    inside = [one for one in calls if any(_is_functional(outer.layer) for outer in context.ancestors(one))]
    return [one for one in calls if one.mode == "symbolic"] + inside


def _is_functional(layer: LayerRef | None) -> bool:
    return layer is not None and is_container(layer)


def _differ(declared: TensorSpec, returned: TensorSpec) -> bool:
    if declared.shape is None or returned.shape is None:
        return False
    if len(declared.shape) != len(returned.shape):
        return True
    pairs = list(zip(declared.shape, returned.shape, strict=True))[1:]
    return any(a is not None and b is not None and a != b for a, b in pairs)
