"""LT309: A layer is built a second time, which replaces its weights."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.timeline.event import Event


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
    - tf_keras builds a layer whose `build` leaves `built` unset twice while it loads a model, before it
      loads the weights. That is not reported.
    """
    for layer in context.layers:
        builds = [build for build in context.of(layer, "build") if build.error is None]
        parents = {parent.seq for _, _, parent in context.created_variables(layer) if parent is not None}
        # A second build replaces nothing if the first created no weight of the layer itself:
        # tests/cases/clean/saved_and_loaded.py
        creating = [build for build in builds if build.seq in parents]
        again = next((build for build in builds if creating and build.seq > creating[0].seq), None)
        if again is None or context.parent(again) in creating or _is_loading(context, creating[0], again):
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


def _is_loading(context: DiagnosisContext, first: Event, again: Event) -> bool:
    """Return whether tf_keras built a layer by its saved shape, and then to call it, while it loads a model.

    It calls `build_from_config` and then the layer (tf_keras 2.16 to 2.21, saving/serialization_lib.py):
    tests/cases/clean/legacy_layers_built_by_loading.py
    """
    layer = first.layer
    init = None if layer is None else context.init_of(layer)
    if layer is None or init is None or layer.framework != "tf_keras" or "from config" not in init.flags:
        return False
    is_used = any(first.seq < call.seq < again.seq for call in context.of(layer, "call"))
    return init.location == first.location == again.location and not is_used
