"""LT701: The name of a weight is passed first, as in Keras 2."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_source import dotted, nodes_at
from layertrace.timeline.event import Event


@rule("LT701", "name-by-position", "error", links.MIGRATING_TO_KERAS_3)
def name_by_position(context: DiagnosisContext) -> Iterator[Violation]:
    """The name of a weight is passed first, as in Keras 2.

    ## Why is this bad?

    In Keras 3 the first parameter of `add_weight` is `shape`, so a name in its place raises an exception.
    With both arguments passed by keyword, the call works in Keras 2 and in Keras 3.

    ## Example

    ```python
    self.kernel = self.add_weight("kernel", shape=(input_shape[-1], 2))
    ```

    ## Use instead

    ```python
    self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], 2))
    ```

    ## Known limits

    Only a call that failed in a Keras 3 layer is reported.
    """
    for event in context.events("variable", lambda event: "name by position" in event.flags):
        # In tf_keras the name comes first, so an error there has another cause.
        if event.error is None or event.layer is None or event.layer.framework != "keras":
            continue
        name = event.variable.name if event.variable is not None else "kernel"
        shape = event.variable.shape if event.variable is not None else None
        yield Violation(
            message="{layer} passes the name of a weight to add_weight by position, where Keras 3 expects "
            "the shape: pass both by keyword.",
            layer=event.layer,
            location=event.location,
            evidence=(Evidence(f"add_weight({name!r}, …) was refused", (event.seq,), event.location),),
            fix=f'self.add_weight(name="{name}", shape={_shape_argument(event) or shape or "..."})',
        )


def _shape_argument(event: Event) -> str | None:
    """Return the source of the shape that is passed to `add_weight`."""
    for node in nodes_at(event.location):
        if isinstance(node, ast.Call) and dotted(node.func).endswith("add_weight"):
            by_keyword = [keyword.value for keyword in node.keywords if keyword.arg == "shape"]
            shapes = (*by_keyword, *node.args[1:2])
            return ast.unparse(shapes[0]) if shapes else None
    return None
