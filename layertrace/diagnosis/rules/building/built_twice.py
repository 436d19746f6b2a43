"""LT309: A layer is built a second time, which replaces its weights."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule


@rule("LT309", "built-twice", "warning", links.BASE_LAYER, triggers=[("build", None)])
def built_twice(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer is built a second time, which replaces its weights.

    ## Why is this bad?

    New weights replace the first ones. What was trained or loaded is lost, and an optimizer or another
    layer that uses the first weights no longer shares them with this layer.

    ## Example

    ```python
    layer.build((None, 4))
    layer.build((None, 8))
    ```

    ## Use instead

    ```python
    if not layer.built:
        layer.build((None, 4))
    ```

    ## Known limits

    - A second `build` is reported only if an earlier one created weights of the layer itself.
    - A `build` directly inside another, as of a base class, is not reported.
    """
    for layer in context.layers:
        builds = [build for build in context.of(layer, "build") if build.error is None]
        parents = {parent.seq for _, _, parent in context.created_variables(layer) if parent is not None}
        # A second build replaces nothing if the first created no weight of the layer itself:
        # tests/cases/clean/saved_and_loaded.py
        creating = [build for build in builds if build.seq in parents]
        again = next((build for build in builds if creating and build.seq > creating[0].seq), None)
        if again is None or context.parent(again) in creating:
            continue
        yield Violation(
            message="{layer} is built a second time: new weights replace the first ones.",
            layer=layer,
            location=again.location,
            evidence=(
                Evidence("first build", (creating[0].seq,), creating[0].location),
                Evidence("second build", (again.seq,), again.location),
            ),
            fix="if not layer.built:\n    layer.build(shape)",
        )
