"""LT303: A layer has a `build` that Keras never calls, since something marked the layer as built."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.rules.building._shared import own_build
from layertrace.diagnosis.user_source import assignments_in_class, dotted, nodes_of, parameters
from layertrace.timeline.event import LayerRef, Location


@rule("LT303", "build-skipped", "error", links.BASE_LAYER)
def build_skipped(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer has a `build` that Keras never calls, since something marked the layer as built.

    Keras calls `build` before the first call of a layer whose `built` is False. `self.built = True` in
    `__init__`, a base class that sets it, or `layer.built = True` from outside leaves the weights unmade.

    Bad:

    ```python
    def __init__(self):
        super().__init__()
        self.built = True
    ```

    Good:

    ```python
    def __init__(self):
        super().__init__()
    ```
    """
    for state in context.states.values():
        layer, build, init = state.layer, state.methods.get("build"), state.methods.get("__init__")
        if not state.built or build is None or context.of(layer, "build") or not context.of(layer, "init"):
            continue
        if not context.of(layer, "call") or _builds_in_init(context, layer):
            continue
        call = context.of(layer, "call")[0]
        line: Location | None
        if state.built_by_init:
            when, line = "when its __init__ had ended", next(assignments_in_class(init, "built"), build)
            fix = f"# remove self.built = True from {line.function or '__init__'}"
        else:
            when, line = "before its first call", call.location
            fix = f"# remove {layer.name}.built = True"
        yield Violation(
            message=f"{{layer}} was marked as built {when}, so Keras never called its build.",
            layer=layer,
            location=line,
            evidence=(Evidence("called without having been built", (call.seq,), call.location),),
            fix=fix,
        )


def _builds_in_init(context: DiagnosisContext, layer: LayerRef) -> bool:
    """Tell a layer that makes its weights in `__init__`, and has no others to make in `build`."""
    in_init = any(
        outer.kind == "init"
        for one in context.of(layer, "variable")
        if (outer := context.parent(one)) is not None
    )
    return in_init and not _makes_state(own_build(context, layer))


def _makes_state(build: Location | None) -> bool:
    """Tell a `build` that makes weights, builds layers, or assigns what it has made."""
    me = next(iter(parameters(build)), "self")
    for node in nodes_of(build):
        if isinstance(node, ast.Call) and dotted(node.func).endswith(("add_weight", "Variable", ".build")):
            return True
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            targets = map(dotted, node.targets)
            if any(target.startswith(f"{me}.") for target in targets):
                return True
    return False
