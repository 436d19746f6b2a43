"""LT103: A layer creates another layer every time it is called."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined, seqs
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.guarded_lines import is_guarded
from layertrace.diagnosis.method_edits import created_earlier, in_build, only
from layertrace.diagnosis.rule import ANY_BACKEND, rule
from layertrace.diagnosis.user_edits import created_once
from layertrace.diagnosis.user_source import function_around, is_within, methods_beside
from layertrace.timeline.event import Event, LayerRef, Location
from layertrace.timeline.ownership import is_lambda


@rule(
    "LT103",
    "layer-created-in-call",
    "error",
    links.SUBCLASSING,
    triggers=[("init", "call")],
    backends=ANY_BACKEND,
)
def layer_created_in_call(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer creates another layer every time it is called.

    ## Why is this bad?

    The inner layer has new random weights in every call. Nothing tracks, trains or saves them, and a
    `tf.function` fails when it is traced again, because it may not create variables then.

    ## Example

    ```python
    def call(self, x):
        return keras.layers.Dense(4)(x)
    ```

    ## Use instead

    ```python
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(4)

    def call(self, x):
        return self.dense(x)
    ```

    ## Known limits

    - Layers without weights, such as an activation or a merge, are not reported: they lose nothing.
    - A layer that the outer one tracks in the end is taken to be created once.
    - In a `train_step`, a line under a condition on an attribute is taken to run once.
    - Calls of layers of Keras are not examined, except those of `Lambda`.
    """
    created: dict[tuple[LayerRef, Location | None], list[tuple[LayerRef, Event]]] = {}
    for event in context.events("init"):
        owner = _creating_layer(context, event)
        if owner is not None and event.layer is not None and not _is_tracked(context, owner, event.layer):
            created.setdefault((owner, event.location), []).append((event.layer, event))
    for (owner, location), pairs in created.items():
        # An activation or a merge loses nothing: tests/cases/clean/helpers_without_weights.py
        classes = {layer.class_name for layer, init in pairs if _has_weights(context, layer, init)}
        pairs = [pair for pair in pairs if pair[0].class_name in classes]
        if not pairs:
            continue
        inner, first = pairs[0]
        name = inner.class_name
        attribute = inner.name.rstrip("0123456789").rstrip("_")
        step = context.step_of(first)
        when, where = ("it is called", "call") if step is None else (f"its {step.name} runs", step.name)
        state = context.state(owner)
        method = state.methods.get(where) if state is not None else None
        helper = _helper(location, method)
        moved = None if helper else created_earlier(location, method, (name,), "", attribute)
        yield Violation(
            message=f"{{layer}} creates a new {name} every time {when} ({len(pairs)} so far, none tracked): "
            "its weights are new random numbers each time, and are never trained or saved.",
            layer=owner,
            location=location,
            evidence=(
                Evidence(f"{name} created in {where}", seqs(*(init for _, init in pairs[:4])), location),
            ),
            fix=(moved.fix if moved is not None else None)
            or (_without_helper(helper, attribute, name, where) if helper else None)
            or created_once(location, name, attribute, where)
            or f"self.{attribute} = keras.layers.{name}(...)  # in __init__\n"
            f"x = self.{attribute}(x)  # in {where}",
            fix_place=None if moved is None else "in place",
            edits=()
            if moved is None
            else (*moved.edits, *_built_too(context, inner, method, moved.attribute)),
        )


def _helper(location: Location | None, method: Location | None) -> str:
    """Return the function that creates a layer for a method, if it is not a method of the same class."""
    function = None if location is None else function_around(location)
    if location is None or function is None or method is None or function.name == method.function:
        return ""
    beside = methods_beside(method).values()
    is_beside = any(is_within(location, each) for each in beside) or is_within(location, method)
    return "" if is_beside or not beside else function.name


def _without_helper(helper: str, attribute: str, name: str, where: str) -> str:
    return (
        f"self.{attribute} = keras.layers.{name}(...)  # in __init__, one for each call of {helper}\n"
        f"# and use these in {where}: {helper} creates new ones each time"
    )


def _built_too(
    context: DiagnosisContext, inner: LayerRef, method: Location | None, attribute: str
) -> tuple[Edit, ...]:
    """Return the edit of a `build` of the user's that has to build the layer, too (LT301)."""
    shape = next((next(iter(build.arguments.values()), None) for build in context.of(inner, "build")), None)
    is_plain = isinstance(shape, tuple) and all(isinstance(size, (int, type(None))) for size in shape)
    if "build" not in methods_beside(method) or not isinstance(shape, tuple) or not is_plain:
        return ()
    return only(in_build(method, f"self.{attribute}.build({(None, *shape[1:])})"))


def _creating_layer(context: DiagnosisContext, init: Event) -> LayerRef | None:
    """Return the user's layer whose `call`, or whose `train_step`, creates another."""
    outer = context.parent(init)
    if outer is not None and outer.kind == "call":
        if outer.layer is None:
            return None
        is_users = is_user_defined(outer.layer) or is_lambda(outer.layer)
        return outer.layer if is_users else None
    step = context.step_of(init)
    return None if step is None or is_guarded(init.location) else step.layer


def _has_weights(context: DiagnosisContext, layer: LayerRef, init: Event) -> bool:
    """Return whether a layer has variables, or a layer that it created has weights."""
    parts = {inner.layer for inner in context.descendants(init) if inner.kind == "init"} - {None, layer}
    weights = [event.variable for part in parts if part is not None for event in context.of(part, "variable")]
    return bool(context.of(layer, "variable")) or any(
        weight is not None and weight.role is None for weight in weights
    )


def _is_tracked(context: DiagnosisContext, owner: LayerRef, layer: LayerRef) -> bool:
    state = context.state(owner)
    return state is not None and layer.id in state.children
