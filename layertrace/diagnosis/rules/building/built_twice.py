"""LT309: A layer is built a second time, and makes its weights anew."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule


@rule("LT309", "built-twice", "warning", links.BASE_LAYER, triggers=[("build", None)])
def built_twice(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer is built a second time, and makes its weights anew.

    The second weights take the place of the first; whatever trained, saved or shared the first has lost them.

    Bad:

    ```python
    layer.build((None, 4))
    layer.build((None, 8))
    ```

    Good:

    ```python
    if not layer.built:
        layer.build((None, 4))
    ```
    """
    for layer in context.layers:
        builds = [one for one in context.of(layer, "build") if one.error is None]
        makers = [one for one in builds if any(e.layer == layer for e in context.children(one) if e.variable)]
        again = next((one for one in builds if makers and one.seq > makers[0].seq), None)
        if again is None or context.parent(again) in makers:
            continue
        yield Violation(
            message="{layer} is built a second time: weights made anew take the place of the first ones.",
            layer=layer,
            location=again.location,
            evidence=(
                Evidence("built first", (makers[0].seq,), makers[0].location),
                Evidence("built again", (again.seq,), again.location),
            ),
            fix="if not layer.built:\n    layer.build(shape)",
        )
