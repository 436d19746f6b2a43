"""What several rules of this folder use."""

from __future__ import annotations

import ast

from layertrace.diagnosis.context import DiagnosisContext, is_user_defined
from layertrace.diagnosis.user_source import dotted, nodes_at
from layertrace.timeline.event import Event


def is_written(event: Event) -> bool:
    """Tell a variable that its line asks for from an optimizer's or a metric's, made on the way."""
    names = (dotted(node.func) for node in nodes_at(event.location) if isinstance(node, ast.Call))
    asks = any(name.endswith(("Variable", "add_weight")) for name in names)
    return asks and not is_refused_state(event)


def making_call(context: DiagnosisContext, event: Event) -> Event | None:
    """Return the call that makes a variable itself, be it a function or not."""
    outer = next((one for one in context.ancestors(event) if one.kind != "trace"), None)
    return outer if outer is not None and outer.kind == "call" else None


def is_of_call(event: Event, around: Event) -> bool:
    """Tell a variable that call makes, and that is no state added to a built layer (LT104)."""
    made = event.variable
    if made is None or around.layer is None:
        return False
    if made.source == "tf":
        return True
    if made.source == "tf_keras":  # that of a metric, as `add_metric` makes it, belongs to no layer
        return (
            event.layer is not None and event.layer.framework == "tf_keras" and is_user_defined(around.layer)
        )
    return made.source == "keras" and is_user_defined(around.layer) and not is_refused_state(event)


def is_refused_state(event: Event) -> bool:
    """Tell what Keras 3 refuses to add to a layer that is built."""
    if event.error is None:
        return False
    return any(
        "tracking:" in one or ":add_weight" in one or ":_track_variable" in one
        for one in event.error.raised_in
    )


def initializer_of(event: Event) -> str:
    """Write the initializer that gives a weight the value that a variable was made with."""
    made = event.variable
    initial = None if made is None else made.initializer
    try:
        number = float(initial or "")
    except ValueError:
        return initializer_written(event) or '"zeros"'
    return {0.0: '"zeros"', 1.0: '"ones"'}.get(number, f"keras.initializers.Constant({initial})")


def doubt_of(event: Event, indent: int = 0) -> str:
    """Return the line that belongs before such an initializer where the value is not to be told."""
    made = event.variable
    try:
        float((made.initializer if made is not None else None) or "")
    except ValueError:
        told = initializer_written(event) is not None
        return "" if told else f"{' ' * indent}# the initializer that gives what the variable began with:\n"
    return ""


def initializer_written(event: Event) -> str | None:
    """Tell an initial value by the function that makes it: `tf.zeros`, `np.ones`, `tf.random.normal`."""
    for node in nodes_at(event.location):
        name = dotted(node.func) if isinstance(node, ast.Call) else ""
        for said, meant in INITIALIZERS.items():
            if name.rpartition(".")[2].startswith(said):
                return f'"{meant}"'
    return None


INITIALIZERS = {
    "zeros": "zeros",
    "ones": "ones",
    "eye": "identity",
    "truncated_normal": "truncated_normal",
    "normal": "random_normal",
    "randn": "random_normal",
    "uniform": "random_uniform",
    "rand": "random_uniform",
}
