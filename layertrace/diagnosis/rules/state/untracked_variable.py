"""LT105: A layer of Keras 3 keeps a raw `tf.Variable`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis.context import DiagnosisContext, is_user_defined
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.rules.state._shared import SUBCLASSING, doubt_of, initializer_of
from layertrace.diagnosis.user_source import (
    dotted,
    is_changed,
    methods_beside,
    nodes_at,
    nodes_of,
    read_by_lambdas,
)
from layertrace.timeline.event import Event, LayerRef
from layertrace.timeline.ownership import is_lambda


@rule("LT105", "untracked-variable", "warning", SUBCLASSING)
def untracked_variable(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer of Keras 3 keeps a raw `tf.Variable`.

    Keras 3 tracks `keras.Variable`s only, those that `add_weight` makes: a `tf.Variable` is not in
    `weights`, no optimizer trains it, no file holds it. (`tf_keras` tracks them.)

    Bad:

    ```python
    def __init__(self):
        super().__init__()
        self.a = tf.Variable(1.0)
    ```

    Good:

    ```python
    def build(self, input_shape):
        self.a = self.add_weight(shape=(), initializer="ones", name="a")
    ```
    """
    for event in context.events("variable"):
        outer, made = context.parent(event), event.variable
        if made is None or made.source != "tf" or event.error is not None or outer is None:
            continue
        layer = outer.layer
        if outer.kind not in ("init", "build") or layer is None or layer.framework != "keras":
            continue
        if not is_user_defined(layer):
            continue
        name = _attribute(context, layer, event) or made.name
        trained = made.id in context.updated  # by an optimizer of the user's, who knows of it
        learns = (made.trainable and not trained) or _is_assigned(context, layer, name)
        matters = "float" in made.dtype and learns
        in_list = _is_in_list(event)
        weight = f"self.add_weight(shape={tuple(made.shape or ())}, initializer={initializer_of(event)}"
        weight += "" if in_list else f', name="{name}"'
        weight += ")" if made.trainable else ", trainable=False)"
        yield Violation(
            message=f"{{layer}} keeps a raw tf.Variable ({name}), which Keras 3 neither trains, nor "
            f"counts, nor saves.",
            layer=layer,
            location=event.location,
            evidence=(Evidence(f"tf.Variable made in {outer.kind}", (outer.seq, event.seq), event.location),),
            fix=f"{doubt_of(event)}self.{name} = {f'[{weight}, ...]' if in_list else weight}",
            severity=None if matters else "note",
        )
    yield from _captured(context)


def _captured(context: DiagnosisContext) -> Iterator[Violation]:
    """Find a raw variable of a module or a function that a `Lambda` reads, and that no optimizer was given.

    One that is given another value somewhere is meant to be no weight: an annealed factor, a counter.
    """
    loose = [
        (event, made)
        for event in context.events("variable", lambda one: one.parent is None and one.error is None)
        if (made := event.variable) is not None and made.source == "tf" and made.trainable
        if "float" in made.dtype and context.updated and made.id not in context.updated
    ]
    for event, made in loose:
        names = {node.id for one in _assigning(event) for node in one.targets if isinstance(node, ast.Name)}
        for init in context.events("init", _is_of_a_lambda) if names else ():
            read = names & set(read_by_lambdas(init.location))
            if not read or is_changed(event.location, read):
                continue
            name = next(iter(read))
            yield Violation(
                message=f"{{layer}} reads the raw tf.Variable {name}, which belongs to no layer: Keras 3 "
                "neither trains, nor counts, nor saves it.",
                layer=init.layer,
                location=event.location,
                evidence=(
                    Evidence(f"tf.Variable {name} made outside of any layer", (event.seq,), event.location),
                    Evidence("read by a Lambda", (init.seq,), init.location),
                ),
                fix="class Layer(keras.layers.Layer):  # instead of the Lambda\n"
                "    def build(self, input_shape):\n"
                f"{doubt_of(event, indent=8)}"
                f"        self.{name} = self.add_weight(shape={tuple(made.shape or ())}, "
                f'initializer={initializer_of(event)}, name="{name}")',
            )


def _is_of_a_lambda(event: Event) -> bool:
    layer = event.layer
    return layer is not None and layer.framework == "keras" and is_lambda(layer)


def _is_assigned(context: DiagnosisContext, layer: LayerRef, name: str) -> bool:
    """Tell whether a method of the class gives a variable another value: a moving average, a counter."""
    state = context.state(layer)
    methods = {} if state is None else methods_beside(next(iter(state.methods.values()), None))
    calls = (node for place in methods.values() for node in nodes_of(place) if isinstance(node, ast.Call))
    return any(f".{name}.assign" in f".{dotted(node.func)}" for node in calls)


def _is_in_list(event: Event) -> bool:
    """Tell a variable that is made for a list: `[tf.Variable(i) for i in range(3)]`."""
    return any(isinstance(one.value, (ast.List, ast.ListComp, ast.Tuple)) for one in _assigning(event))


def _assigning(event: Event) -> list[ast.Assign]:
    """Return the statements that make variables and assign them, on the line of one that was made."""
    return [
        node
        for node in nodes_at(event.location)
        if isinstance(node, ast.Assign)
        and any(dotted(one.func).endswith("Variable") for one in ast.walk(node) if isinstance(one, ast.Call))
    ]


def _attribute(context: DiagnosisContext, layer: LayerRef, event: Event) -> str | None:
    """Return the attribute that holds a variable: what it is assigned to, or the only one that may be it."""
    state, made = context.state(layer), event.variable
    targets = [target for node in _assigning(event) for target in node.targets]
    if len(targets) == 1 and isinstance(targets[0], ast.Attribute):
        return targets[0].attr
    if state is None or made is None:
        return None
    fitting = [name for name, held in state.tensors.items() if getattr(held, "shape", None) == made.shape]
    return fitting[0] if len(fitting) == 1 else None
