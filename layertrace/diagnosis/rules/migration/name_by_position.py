"""LT701: A weight's name is passed first, as Keras 2 had it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.user_source import dotted, nodes_at
from layertrace.timeline.event import Event


@rule("LT701", "name-by-position", "error", links.MIGRATING_TO_KERAS_3)
def name_by_position(context: DiagnosisContext) -> Iterator[Violation]:
    """A weight's name is passed first, as Keras 2 had it.

    In Keras 3 the first parameter of `add_weight` is `shape`, and the name goes by keyword. Written with
    both names, the call works in Keras 2 and 3.

    Bad:

    ```python
    self.kernel = self.add_weight("kernel", shape=(input_shape[-1], 2))
    ```

    Good:

    ```python
    self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], 2))
    ```
    """
    for event in context.events("variable", lambda one: "name by position" in one.flags):
        if event.error is None or event.layer is None or event.layer.framework != "keras":
            continue
        name = event.variable.name if event.variable is not None else "kernel"
        shape = event.variable.shape if event.variable is not None else None
        yield Violation(
            message="{layer} passes the name of a weight to add_weight by position, where Keras 3 takes the "
            "shape: pass both by name.",
            layer=event.layer,
            location=event.location,
            evidence=(Evidence(f"add_weight({name!r}, …) was refused", (event.seq,), event.location),),
            fix=f'self.add_weight(name="{name}", shape={_shape_given(event) or shape or "..."})',
        )


def _shape_given(event: Event) -> str | None:
    """Return the shape that is passed to `add_weight`, as it is written."""
    for node in nodes_at(event.location):
        if isinstance(node, ast.Call) and dotted(node.func).endswith("add_weight"):
            named = [one.value for one in node.keywords if one.arg == "shape"]
            given = (*named, *node.args[1:2])
            return ast.unparse(given[0]) if given else None
    return None
