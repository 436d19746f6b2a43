"""LT304: A `build` treats the shapes of several inputs as one shape."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import ANY_BACKEND, rule
from layertrace.diagnosis.user_source import function_at, is_raise, line_of, nodes_of, parameters
from layertrace.timeline.event import ErrorRef, Event, LayerRef, Location, Structure


@rule("LT304", "nested-shapes", "error", links.BASE_LAYER, backends=ANY_BACKEND)
def nested_shapes(context: DiagnosisContext) -> Iterator[Violation]:
    """A `build` treats the shapes of several inputs as one shape.

    ## Why is this bad?

    A layer that is called with a list or dict of tensors gets their shapes in `build`, nested in the same
    way. A layer whose `call` has several tensor arguments needs a `build` with one parameter for each of
    them, named `<argument>_shape`. Otherwise `build` fails.

    ## Example

    ```python
    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], 1))

    def call(self, inputs):
        a, b = inputs
    ```

    ## Use instead

    ```python
    def build(self, input_shape):
        a_shape, b_shape = input_shape
        self.w = self.add_weight(shape=(a_shape[-1], 1))
    ```

    ## Known limits

    - Found by an exception in `build`; a `build` that computes a wrong size without failing is not seen.
    - An exception from a `raise` in the user's own code is taken to report a mistake of the caller.
    """
    for build in context.events("build", lambda build: build.error is not None):
        shapes = next((value for value in build.arguments.values() if _is_nested(value)), None)
        layer, error = build.layer, build.error
        inner = [
            event for event in context.descendants(build) if event.error is not None and event.error.origin
        ]
        errors = [event.error for event in (*inner, build) if event.error is not None]
        if layer is None or not is_user_defined(layer) or error is None:
            continue
        if any(is_raise(raised.location) for raised in errors):
            continue  # the caller's mistake: tests/cases/clean/errors_that_are_handled.py
        if shapes is None:
            yield from _first_shape_only(context, build, layer, error)
            continue
        if not any(_is_about_shape(raised, shapes) for raised in errors):
            continue
        line = inner[-1].location if inner else error.location
        yield Violation(
            message=f"{{layer}} received {_count(shapes)} shapes in build, {_written(shapes)}, and used them "
            "as one.",
            layer=layer,
            location=_first_use(build.defined_at, line) or line or build.defined_at,
            evidence=(Evidence(f"input_shape={_written(shapes)}", (build.seq,), line),),
            fix="a_shape, b_shape = input_shape  # in build; or call(self, a, b) with "
            "build(self, a_shape, b_shape)",
        )
    for place, error in context.errors_from(":update_shapes_dict_for_target_fn"):
        subject = context.subject(place)
        state = context.state(subject)
        methods = {} if state is None else state.methods
        yield Violation(
            message="{layer} has a build with several parameters, which must be named after the arguments of "
            "call, with the suffix _shape.",
            layer=subject,
            location=methods.get("build") or error.location,
            evidence=(Evidence("rejected here", (), error.location),),
            fix=_matching_build(_tensor_parameters(methods.get("call"))),
        )


def _first_use(build: Location | None, failed: Location | None) -> Location | None:
    """Return the line of a `build` that takes a size from its parameter, before the line that failed.

    The line is None if the line that failed does so itself, or if no line takes one part by a number.
    """
    if build is None or failed is None or failed.file != build.file:
        return None
    names = parameters(build)[1:]
    uses = [node for node in nodes_of(build) if isinstance(node, ast.Name) and node.id in names]
    sizes = [
        node
        for node in nodes_of(build)
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in names
    ]
    if any(node.lineno == failed.line for node in uses) or not sizes or sizes[0].lineno > failed.line:
        return None
    return line_of(build, sizes[0])


def _matching_build(names: list[str]) -> str:
    """Write a `build` and a `call` whose parameters match."""
    arguments = names if len(names) > 1 else ["a", "b"]
    shapes = ", ".join(f"{name}_shape" for name in arguments)
    return f"def build(self, {shapes}): ...\ndef call(self, {', '.join(arguments)}): ..."


def _tensor_parameters(call: Location | None) -> list[str]:
    """Return the parameters of a `call` after `self` without a default, which Keras takes for tensors."""
    function = function_at(call)
    if function is None:
        return []
    names = [parameter.arg for parameter in (*function.args.posonlyargs, *function.args.args)]
    return names[1 : len(names) - len(function.args.defaults)]


def _first_shape_only(
    context: DiagnosisContext, build: Event, layer: LayerRef, error: ErrorRef
) -> Iterator[Violation]:
    """Find a `build` with one parameter that takes the shape of the first tensor for the shapes of all."""
    state = context.state(layer)
    names = [] if state is None else _tensor_parameters(state.methods.get("call"))
    if len(names) < 2 or error.type not in ("TypeError", "ValueError", "IndexError", "KeyError"):
        return
    if len(build.arguments) != 1 or not _expects_several(build.defined_at):
        return
    yield Violation(
        message=f"The build of {{layer}} has one parameter and receives only the shape of {names[0]}, but "
        f"it uses that as the shapes of {', '.join(names)}.",
        layer=layer,
        location=error.location or build.defined_at,
        evidence=(Evidence(str(dict(build.arguments)), (build.seq,), error.location),),
        fix=_matching_build(names),
    )


def _expects_several(build: Location | None) -> bool:
    """Return whether a `build` unpacks its parameter, indexes it by name, or looks inside its items."""
    for node in nodes_of(build):
        value: ast.AST
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], (ast.Tuple, ast.List)):
            value = node.value
        elif isinstance(node, ast.Subscript):
            is_named = isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
            value = node
            if is_named:
                value = node.value
            elif isinstance(node.value, ast.Subscript):
                value = node.value.value
        else:
            continue
        if isinstance(value, ast.Name) and value.id in parameters(build)[1:]:
            return True
    return False


def _is_about_shape(error: ErrorRef, shapes: Structure) -> bool:
    """Return whether an exception comes from using a shape as a size: in arithmetic, as a key, in a check."""
    if error.type == "TypeError" or (error.type == "KeyError" and isinstance(shapes, dict)):
        return True
    return any("shape" in function.rpartition(":")[2] for function in error.raised_in)


def _is_nested(value: Structure) -> bool:
    if isinstance(value, dict):
        return True
    return isinstance(value, tuple) and bool(value) and all(isinstance(item, (tuple, dict)) for item in value)


def _count(value: Structure) -> int:
    return len(value) if isinstance(value, (tuple, dict)) else 1


def _written(value: Structure) -> str:
    return str(list(value)) if isinstance(value, tuple) else str(value)
