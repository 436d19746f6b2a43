"""LT612: An array that a layer computes with is not saved."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rewriting import source_of
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.user_source import assignments, assignments_in_class, mentions, nodes_at
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import Event, Location


@rule("LT612", "array-not-saved", "error", links.SAVING, backends=WITH_TRAINING)
def array_not_saved(context: DiagnosisContext) -> Iterator[Violation]:
    """An array that a layer computes with is not saved.

    ## Why is this bad?

    Only weights and the config of a layer are saved. An array or tensor in an attribute is neither, so the
    loaded or cloned layer has the array that its `__init__` or `build` creates, and computes something else.

    ## Example

    ```python
    def build(self, input_shape):
        self.mean = np.zeros(input_shape[-1], "float32")

    def learn(self, x):
        self.mean = x.mean(axis=0)
    ```

    ## Use instead

    ```python
    def build(self, input_shape):
        self.mean = self.add_weight(
            shape=input_shape[-1:], initializer="zeros", trainable=False
        )

    def learn(self, x):
        self.mean.assign(x.mean(axis=0))
    ```

    ## Known limits

    The recording must contain both the layer and its copy, and the two are matched by class and name. Arrays
    of more than 4 MB are not compared. A class with `load_own_variables`, `load_assets` or `from_config` is
    ignored, since it may restore the array.
    """
    reported: set[tuple[int, str]] = set()
    for copy in context.events("init", lambda event: "from config" in event.flags):
        state = context.state(copy.layer)
        if state is None or not is_user_defined(state.layer) or not _RESTORING.isdisjoint(state.methods):
            continue
        originals = [
            other
            for other in context.states.values()
            if other.layer.id != state.layer.id and other.layer.name == state.layer.name
            if other.layer.bases == state.layer.bases and other.layer.id < state.layer.id
        ]
        if len(originals) != 1:
            continue
        original = originals[0]
        for name, content in original.arrays.items():
            other_content = state.arrays.get(name)
            if other_content in (None, content) or (original.layer.id, name) in reported:
                continue
            if not mentions(original.methods.get("call"), {name}):
                continue
            if mentions(original.methods.get("get_config"), {name}):
                continue
            reported.add((original.layer.id, name))
            yield _not_saved(context, original, name, content, copy)


_RESTORING = {"load_own_variables", "load_assets", "from_config"}


def _not_saved(
    context: DiagnosisContext, original: LayerState, name: str, content: str, copy: Event
) -> Violation:
    places = [
        place for method in ("__init__", "build") for place in assignments(original.methods.get(method), name)
    ]
    later = [
        place
        for method in original.methods.values()
        for place in assignments_in_class(method, name)
        if place not in places
    ]
    place: Location | None = next(iter(places), None) or original.methods.get("call")
    shape = content[content.find("[") + 1 : content.find("]")]
    shape = f"({shape},)" if shape and "," not in shape else f"({shape})"
    init = context.init_of(original.layer)
    change = f"\nself.{name}.assign(...)  # instead of line {later[0].line}" if later else ""
    # Keras may create the weight before it can assign to it, so the initializer computes the array.
    value = None if later or not places else _assigned(places[0])
    initializer = '"zeros"' if value is None else f"lambda *_, **__: {value}"
    weight = f'self.add_weight(shape={shape}, initializer={initializer}, trainable=False, name="{name}")'
    return Violation(
        message=f"{{layer}} computes with the array self.{name}, which is neither a weight nor in its "
        "config: it is not saved, and the recreated layer has other values.",
        layer=original.layer,
        location=place,
        evidence=(
            Evidence("created", () if init is None else (init.seq,), None if init is None else init.location),
            Evidence(f"recreated with another {name}", (copy.seq,), copy.location),
        ),
        fix=f"self.{name} = {weight}{change}",
        fix_place="in place" if places else "elsewhere",
    )


def _assigned(place: Location) -> str | None:
    """Return the value that a statement of one line assigns; None if it is not one."""
    for node in nodes_at(place):
        if isinstance(node, ast.Assign) and node.lineno == node.end_lineno:
            return source_of(place, node.value)
    return None
