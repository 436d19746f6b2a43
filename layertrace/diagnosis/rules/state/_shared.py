"""Find what creates a variable, and write the initializer of a weight that replaces it."""

from __future__ import annotations

import ast

from layertrace.diagnosis.context import CreatedVariable, DiagnosisContext, is_user_defined
from layertrace.diagnosis.user_source import dotted, nodes_at
from layertrace.timeline.event import Event, VariableSpec


def is_requested(event: Event) -> bool:
    """Return whether the user's line itself asks for a variable.

    An optimizer or a metric creates variables that its user's line does not mention.
    """
    names = (dotted(node.func) for node in nodes_at(event.location) if isinstance(node, ast.Call))
    requests = any(name.endswith(("Variable", "add_weight")) for name in names)
    return requests and not is_rejected_by_lock(event)


def asks_for_generator(event: Event) -> bool:
    """Return whether the user's line creates a random generator.

    Keras creates one for all `keras.random` functions without a seed, when the first of them is called:
    tests/cases/clean/random_numbers_without_a_generator.py
    """
    names = (dotted(node.func) for node in nodes_at(event.location) if isinstance(node, ast.Call))
    return any(name.endswith("Generator") for name in names)


def creating_call(context: DiagnosisContext, event: Event) -> Event | None:
    """Return the call that creates a variable itself, whether it runs in a function or not."""
    outer = next((outer for outer in context.ancestors(event) if outer.kind != "trace"), None)
    return outer if outer is not None and outer.kind == "call" else None


def is_created_by_call(variable: CreatedVariable, call: Event) -> bool:
    """Return whether a call creates a variable, other than state added to a built layer (LT104)."""
    event, source = variable.event, variable.spec.source
    if call.layer is None:
        return False
    if source == "tf":
        return True
    if source == "tf_keras":
        # The variable of a metric that `add_metric` creates belongs to no layer.
        is_of_layer = event.layer is not None and event.layer.framework == "tf_keras"
        return is_of_layer and is_user_defined(call.layer)
    return source == "keras" and is_user_defined(call.layer) and not is_rejected_by_lock(event)


def is_rejected_by_lock(event: Event) -> bool:
    """Return whether Keras 3 rejected a variable because the layer was built, and so locked."""
    if event.error is None:
        return False
    return any(
        "tracking:" in function or ":add_weight" in function or ":_track_variable" in function
        for function in event.error.raised_in
    )


def initializer_of(event: Event, spec: VariableSpec) -> str:
    """Write the initializer that gives a weight the initial value of a variable."""
    try:
        number = float(spec.initializer or "")
    except ValueError:
        return _initializer_in_source(event) or '"zeros"'
    return {0.0: '"zeros"', 1.0: '"ones"'}.get(number, f"keras.initializers.Constant({spec.initializer})")


def initializer_comment(event: Event, spec: VariableSpec, indent: int = 0) -> str:
    """Return the comment line that belongs before a weight whose initial value is unknown."""
    try:
        float(spec.initializer or "")
    except ValueError:
        if _initializer_in_source(event) is None:
            return f"{' ' * indent}# replace the initializer by one that gives the same initial value\n"
    return ""


def _initializer_in_source(event: Event) -> str | None:
    """Return the initializer for the function that creates the value: `tf.zeros`, `tf.random.normal`."""
    for node in nodes_at(event.location):
        function = dotted(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
        for beginning, initializer in _INITIALIZERS.items():
            if function.startswith(beginning):
                return f'"{initializer}"'
    return None


_INITIALIZERS = {
    "zeros": "zeros",
    "ones": "ones",
    "eye": "identity",
    "truncated_normal": "truncated_normal",
    "normal": "random_normal",
    "randn": "random_normal",
    "uniform": "random_uniform",
    "rand": "random_uniform",
}
"""The beginnings of functions of TensorFlow and NumPy, and the initializer of Keras that does the same."""
