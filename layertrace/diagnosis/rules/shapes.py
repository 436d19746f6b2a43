"""Shapes that `build` takes for others than they are, or that `compute_output_shape` tells wrongly."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis.case import Case, is_users
from layertrace.diagnosis.finding import Evidence, Found
from layertrace.diagnosis.registry import rule
from layertrace.timeline.event import ErrorRef, Event, LayerRef, Structure, TensorSpec

_LAYER = "https://keras.io/api/layers/base_layer/"


@rule("LT304", "nested-shapes", "error", _LAYER)
def nested_shapes(case: Case) -> Iterator[Found]:
    """A `build` takes a list of shapes for one shape.

    Called with several tensors, a layer gets their shapes nested as the tensors are; with several
    arguments of `call`, `build` takes one parameter for each, named `<argument>_shape`.

    Bad:

    ```python
    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], 1))

    def call(self, inputs):
        a, b = inputs
    ```

    Good:

    ```python
    def build(self, input_shape):
        a_shape, b_shape = input_shape
        self.w = self.add_weight(shape=(a_shape[-1], 1))
    ```
    """
    for event in [one for one in case.events("build") if one.error is not None]:
        shapes = next((value for value in event.arguments.values() if _is_nested(value)), None)
        layer, error = event.layer, event.error
        if shapes is None or layer is None or not is_users(layer) or error is None:
            continue
        inner = [one for one in case.all_inside(event) if one.error is not None and one.error.origin]
        if not any(_is_of_shape(one.error, shapes) for one in (*inner, event) if one.error is not None):
            continue
        line = inner[-1].location if inner else error.location
        yield Found(
            message=f"{{layer}} was given {_count(shapes)} shapes in build, {_written(shapes)}, and took "
            f"them for one.",
            layer=layer,
            location=line or event.defined_at,
            evidence=(Evidence(f"input_shape={_written(shapes)}", (event.seq,), line),),
            fix="a_shape, b_shape = input_shape  # in build; or call(self, a, b) with build(self, "
            "a_shape, b_shape)",
        )
    for place in case.raised_in(":update_shapes_dict_for_target_fn"):
        if place.error is not None:
            state = case.state(place.layer)
            yield Found(
                message="{layer} has a build with several parameters, which must be named like the "
                "arguments of "
                "call, with _shape behind.",
                layer=place.layer,
                location=(state.methods.get("build") if state is not None else None) or place.error.location,
                evidence=(Evidence("refused here", (), place.error.location),),
                fix="def build(self, a_shape, b_shape): ...\ndef call(self, a, b): ...",
            )


def _is_of_shape(error: ErrorRef, shapes: Structure) -> bool:
    """Tell what fails when a shape stands for a size: arithmetic, a key, or a check of Keras's."""
    if error.type == "TypeError" or (error.type == "KeyError" and isinstance(shapes, dict)):
        return True
    return any("shape" in one.rpartition(":")[2] for one in error.raised_in)


def _is_nested(value: Structure) -> bool:
    if isinstance(value, dict):
        return True
    return isinstance(value, tuple) and bool(value) and all(isinstance(one, (tuple, dict)) for one in value)


def _count(value: Structure) -> int:
    return len(value) if isinstance(value, (tuple, dict)) else 1


def _written(value: Structure) -> str:
    return str(list(value)) if isinstance(value, tuple) else str(value)


@rule("LT305", "output-shape-mismatch", "error", _LAYER)
def output_shape_mismatch(case: Case) -> Iterator[Found]:
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
    for state in case.states.values():
        lies = state.methods.get("compute_output_shape")
        if lies is None or state.declared is None:
            continue
        for call in _calls_in_model(case, state.layer):
            if isinstance(call.outputs, TensorSpec) and _differ(state.declared, call.outputs):
                yield Found(
                    message=f"{{layer}} says by compute_output_shape that it returns {state.declared}, "
                    f"but its call "
                    f"returned {call.outputs}.",
                    layer=state.layer,
                    location=lies,
                    evidence=(Evidence(f"returned {call.outputs}", (call.seq,), call.location),),
                    fix=f"return {(None, *(call.outputs.shape or ())[1:])}  # or remove compute_output_shape",
                )
                break


def _calls_in_model(case: Case, layer: LayerRef) -> list[Event]:
    """Return the calls of a layer by the functional model that holds it, and the one that put it there."""
    calls = case.of(layer, "call")
    inside = [one for one in calls if any(_is_functional(outer.layer) for outer in case.around(one))]
    return [one for one in calls if one.mode == "symbolic"] + inside


def _is_functional(layer: LayerRef | None) -> bool:
    return layer is not None and any(base.endswith((".Functional", ".Sequential")) for base in layer.bases)


def _differ(declared: TensorSpec, returned: TensorSpec) -> bool:
    if declared.shape is None or returned.shape is None:
        return False
    if len(declared.shape) != len(returned.shape):
        return True
    pairs = list(zip(declared.shape, returned.shape, strict=True))[1:]
    return any(a is not None and b is not None and a != b for a, b in pairs)
