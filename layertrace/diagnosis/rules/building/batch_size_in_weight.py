"""LT314: A weight has the batch size in its shape."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import CreatedVariable, DiagnosisContext, seqs, specs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import ANY_BACKEND, rule
from layertrace.diagnosis.user_edits import text_replaced
from layertrace.diagnosis.user_source import dotted, is_within, nodes_at, nodes_of, parameters
from layertrace.timeline.event import Event, LayerRef, Location


@rule("LT314", "batch-size-in-weight", "error", links.BASE_LAYER, backends=ANY_BACKEND)
def batch_size_in_weight(context: DiagnosisContext) -> Iterator[Violation]:
    """A weight has the batch size in its shape.

    ## Why is this bad?

    The first dimension of the input shape that `build` gets is the batch. A weight with that dimension
    fits only batches of the size of the first one: the last, smaller batch of a data set fails, and so
    does a model that is built with an unknown batch size. If the sizes happen to agree, each example of a
    batch gets weights of its own.

    ## Example

    ```python
    def build(self, input_shape):
        self.shift = self.add_weight(shape=input_shape)
    ```

    ## Use instead

    ```python
    def build(self, input_shape):
        self.shift = self.add_weight(shape=input_shape[1:])
    ```

    ## Known limits

    - Seen only if the source of `build` passes on the whole input shape, or its first dimension.
    """
    for created in context.created_variables():
        build, layer = created.parent, created.event.layer
        if build is None or build.kind != "build" or layer is None or build.layer != layer:
            continue
        if not _is_in(build.defined_at, created.event.location):
            continue
        name = next((each for each in parameters(build.defined_at) if each != "self"), None)
        request = None if name is None else _request(created.event.location, name, build.defined_at)
        if request is None or name is None:
            continue
        batch = created.spec.shape[0] if created.spec.shape else None
        fix = text_replaced(
            created.event.location, rf"(?<=shape=)(?:{name}|tuple\({name}\))(?=[,)])", f"{name}[1:]"
        )
        yield Violation(
            message=f"The weight {created.spec.name} of {{layer}} has the batch size in its shape"
            f"{_consequence(context, created, layer, batch)}",
            layer=layer,
            location=created.event.location,
            evidence=(
                Evidence(f"{name} of build begins with the batch size", seqs(build), build.defined_at),
                *_failed(context, layer),
            ),
            fix=fix or f"# leave out {_written(request) or f'{name}[0]'}, the batch size",
            fix_place="in place" if fix else "elsewhere",
        )


def _written(request: ast.expr) -> str:
    """Return the first dimension of a shape as it is written."""
    return ast.unparse(request.elts[0]) if isinstance(request, (ast.Tuple, ast.List)) else ""


def _is_in(build: Location | None, location: Location | None) -> bool:
    """Return whether a line is in a `build`, so that its names are the parameters of this one.

    The line `Input(shape=input_shape)` may build a layer of Keras, whose `build` has this parameter, too:
    tests/cases/clean/shapes_with_the_names_of_parameters.py
    """
    return build is not None and location is not None and is_within(location, build)


def _consequence(
    context: DiagnosisContext, created: CreatedVariable, layer: LayerRef, batch: int | None
) -> str:
    if created.event.error is not None or batch is None:
        return ", but the batch size is not known here."
    others = {_batch(call) for call in context.of(layer, "call")} - {batch, None}
    seen = (
        f" It was also called with batches of {', '.join(map(str, sorted(map(int, filter(None, others)))))}."
        if others
        else ""
    )
    return f": it fits only batches of {batch}.{seen}"


def _failed(context: DiagnosisContext, layer: LayerRef) -> Iterator[Evidence]:
    for call in context.of(layer, "call"):
        if call.error is not None:
            yield Evidence(
                f"failed with {next(specs(call.inputs), 'another input')}", seqs(call), call.location
            )
            return


def _batch(call: Event) -> int | None:
    spec = next(specs(call.inputs), None)
    return spec.shape[0] if spec is not None and spec.shape else None


def _request(location: Location | None, name: str, build: Location | None) -> ast.expr | None:
    """Return the shape that a line asks for, if it is the whole input shape or begins with its batch size."""
    for node in nodes_at(location):
        if not isinstance(node, ast.Call):
            continue
        shape = next((keyword.value for keyword in node.keywords if keyword.arg == "shape"), None)
        if shape is None and node.args and getattr(node.func, "attr", "") == "add_weight":
            shape = node.args[0]
        first = shape.elts[0] if isinstance(shape, (ast.Tuple, ast.List)) and shape.elts else None
        if isinstance(shape, ast.Call) and dotted(shape.func) in ("tuple", "list") and shape.args:
            shape = shape.args[0]
        if _is_name(shape, name) or _is_first_of(first, name):
            return shape
        if isinstance(first, ast.Name) and first.id in _batch_names(build, name):
            return shape
    return None


def _batch_names(build: Location | None, name: str) -> Iterator[str]:
    """Yield the variables of a `build` that hold the batch size: `batch` of `batch, width = input_shape`."""
    for node in nodes_of(build):
        if not isinstance(node, ast.Assign):
            continue
        target = node.targets[0]
        if isinstance(target, (ast.Tuple, ast.List)) and _is_name(node.value, name):
            target = target.elts[0]
        elif not _is_first_of(node.value, name):
            continue
        if isinstance(target, ast.Name):
            yield target.id


def _is_name(node: ast.expr | None, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_first_of(node: ast.expr | None, name: str) -> bool:
    """Return whether an expression is `name[0]`, or `*name`."""
    if isinstance(node, ast.Starred):
        return _is_name(node.value, name)
    if not isinstance(node, ast.Subscript) or not _is_name(node.value, name):
        return False
    return isinstance(node.slice, ast.Constant) and node.slice.value == 0
