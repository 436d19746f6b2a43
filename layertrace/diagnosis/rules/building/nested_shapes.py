"""LT304: A `build` takes a list of shapes for one shape."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.user_source import function_at, is_raise, nodes_of, parameters
from layertrace.timeline.event import ErrorRef, Event, LayerRef, Location, Structure


@rule("LT304", "nested-shapes", "error", links.BASE_LAYER)
def nested_shapes(context: DiagnosisContext) -> Iterator[Violation]:
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
    for event in [one for one in context.events("build") if one.error is not None]:
        shapes = next((value for value in event.arguments.values() if _is_nested(value)), None)
        layer, error = event.layer, event.error
        inner = [one for one in context.descendants(event) if one.error is not None and one.error.origin]
        places = [one.error.location for one in (*inner, event) if one.error is not None]
        if layer is None or not is_user_defined(layer) or error is None or any(map(is_raise, places)):
            continue  # a raise of the user's tells of the caller's mistake, not of one in build
        if shapes is None:
            yield from _first_shape_only(context, event, layer, error)
            continue
        if not any(_is_of_shape(one.error, shapes) for one in (*inner, event) if one.error is not None):
            continue
        line = inner[-1].location if inner else error.location
        yield Violation(
            message=f"{{layer}} was given {_count(shapes)} shapes in build, {_written(shapes)}, and took "
            f"them for one.",
            layer=layer,
            location=line or event.defined_at,
            evidence=(Evidence(f"input_shape={_written(shapes)}", (event.seq,), line),),
            fix="a_shape, b_shape = input_shape  # in build; or call(self, a, b) with build(self, "
            "a_shape, b_shape)",
        )
    for place in context.raised_in(":update_shapes_dict_for_target_fn"):
        if place.error is not None:
            subject = context.subject(place)
            state = context.state(subject)
            yield Violation(
                message="{layer} has a build with several parameters, which must be named like the "
                "arguments of "
                "call, with _shape behind.",
                layer=subject,
                location=(state.methods.get("build") if state is not None else None) or place.error.location,
                evidence=(Evidence("refused here", (), place.error.location),),
                fix=_matching_build(_tensors_of(state.methods.get("call")) if state is not None else []),
            )


def _matching_build(names: list[str]) -> str:
    given = names if len(names) > 1 else ["a", "b"]
    shapes = ", ".join(f"{name}_shape" for name in given)
    return f"def build(self, {shapes}): ...\ndef call(self, {', '.join(given)}): ..."


def _tensors_of(call: Location | None) -> list[str]:
    """Return the parameters of a `call` that have no default, behind `self`: Keras takes them for tensors."""
    function = function_at(call)
    if function is None:
        return []
    given = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
    return given[1 : len(given) - len(function.args.defaults)]


def _first_shape_only(
    context: DiagnosisContext, event: Event, layer: LayerRef, error: ErrorRef
) -> Iterator[Violation]:
    """Find a `build` with one parameter that takes apart the one shape it gets, of the first of several."""
    state = context.state(layer)
    names = [] if state is None else _tensors_of(state.methods.get("call"))
    if len(names) < 2 or error.type not in ("TypeError", "ValueError", "IndexError", "KeyError"):
        return
    if len(event.arguments) != 1 or not _takes_apart(event.defined_at):
        return
    yield Violation(
        message=f"{{layer}} has a build with one parameter, which is given the shape of {names[0]} alone, "
        f"and took it for the shapes of {', '.join(names)}.",
        layer=layer,
        location=error.location or event.defined_at,
        evidence=(Evidence(str(dict(event.arguments)), (event.seq,), error.location),),
        fix=_matching_build(names),
    )


def _takes_apart(build: Location | None) -> bool:
    """Tell a `build` that takes its parameter for several shapes, unpacks it or looks inside its items."""
    for node in nodes_of(build):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], (ast.Tuple, ast.List)):
            value: ast.AST = node.value
        elif isinstance(node, ast.Subscript):
            inside = isinstance(node.value, ast.Subscript)
            named = isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
            value = node.value if named else node.value.value if inside else node  # type: ignore[attr-defined]  # as the conditions tell
        else:
            continue
        if isinstance(value, ast.Name) and value.id in parameters(build)[1:]:
            return True
    return False


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
