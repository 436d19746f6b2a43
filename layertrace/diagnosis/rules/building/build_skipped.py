"""LT303: A layer is marked as built too early, so Keras never calls its `build`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.method_edits import only, without_assignment
from layertrace.diagnosis.program_lines import assignment_before
from layertrace.diagnosis.rule import ANY_BACKEND, rule
from layertrace.diagnosis.rules.building._shared import build_defined_at
from layertrace.diagnosis.user_source import (
    assignments_in_class,
    dotted,
    function_around,
    nodes_of,
    parameters,
    tree_of,
)
from layertrace.timeline.event import LayerRef, Location


@rule("LT303", "build-skipped", "error", links.BASE_LAYER, backends=ANY_BACKEND)
def build_skipped(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer is marked as built too early, so Keras never calls its `build`.

    ## Why is this bad?

    Keras calls `build` before the first call of a layer whose `built` is False. `self.built = True` in
    `__init__`, in a base class, or `layer.built = True` from outside prevents that, and the weights are
    never created.

    ## Example

    ```python
    def __init__(self):
        super().__init__()
        self.built = True
    ```

    ## Use instead

    ```python
    def __init__(self):
        super().__init__()
    ```

    ## Known limits

    - Only layers whose `__init__` and first call were recorded are examined.
    - A layer that creates weights in `__init__` is not reported if the source of its `build` creates
      nothing: no weight, no layer, and no attribute from a call.
    """
    for state in context.states.values():
        layer, build, init = state.layer, state.methods.get("build"), state.methods.get("__init__")
        if not state.built or build is None or context.of(layer, "build") or not context.of(layer, "init"):
            continue
        if not context.of(layer, "call") or _needs_no_build(context, layer):
            continue
        call = context.of(layer, "call")[0]
        line: Location | None
        if state.built_by_init:
            when, line = (
                "by the end of its __init__",
                next(assignments_in_class(init, "built"), _only_setter(init)) or build,
            )
            fix = f"# remove self.built = True from {line.function or '__init__'}"
        else:
            when = "before its first call"
            marked = assignment_before(context, "built", True, None, call.location)
            line = call.location if marked is None else marked[0]
            fix = f"# remove {layer.name}.built = True"
        edits = only(without_assignment(line, "built"))
        yield Violation(
            message=f"{{layer}} was marked as built {when}, so Keras never called its build.",
            layer=layer,
            location=line,
            evidence=(Evidence("called without being built", (call.seq,), call.location),),
            fix="" if edits else fix,
            edits=edits,
        )


def _only_setter(init: Location | None) -> Location | None:
    """Return the only line of a file that marks its own object as built, such as one of a base class."""
    tree = None if init is None else tree_of(init.file)
    lines = [
        node.lineno
        for node in (ast.walk(tree) if tree is not None else ())
        if isinstance(node, ast.Assign)
        and dotted(node.targets[0]) == "self.built"
        and isinstance(node.value, ast.Constant)
        and node.value.value is True
    ]
    if init is None or len(lines) != 1:
        return None
    function = function_around(Location(init.file, lines[0]))
    return Location(init.file, lines[0], "" if function is None else function.name)


def _needs_no_build(context: DiagnosisContext, layer: LayerRef) -> bool:
    """Return whether a layer creates its weights in `__init__`, and `build` would create no others.

    Such a layer is `InInit` in tests/cases/clean/built_called_and_told_as_meant.py
    """
    parents = (parent for _, _, parent in context.created_variables(layer) if parent is not None)
    in_init = any(parent.kind == "init" for parent in parents)
    return in_init and not _creates_state(build_defined_at(context, layer))


def _creates_state(build: Location | None) -> bool:
    """Return whether a `build` creates weights, builds layers, or assigns the result of a call."""
    self_name = next(iter(parameters(build)), "self")
    for node in nodes_of(build):
        if isinstance(node, ast.Call) and dotted(node.func).endswith(("add_weight", "Variable", ".build")):
            return True
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            targets = map(dotted, node.targets)
            if any(target.startswith(f"{self_name}.") for target in targets):
                return True
    return False
