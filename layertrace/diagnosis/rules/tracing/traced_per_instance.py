"""LT204: A method that is compiled by itself is traced for every instance of its class."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import TENSORFLOW_AND_JAX, rule
from layertrace.diagnosis.rules.tracing._recreated import (
    MIN_FUNCTIONS,
    MIN_RUNS_PER_TRACE,
    recreated_functions,
)
from layertrace.diagnosis.user_source import dotted, tree_of
from layertrace.timeline.event import Event, FunctionRef, Location


@rule("LT204", "traced-per-instance", "warning", links.RETRACING, backends=TENSORFLOW_AND_JAX)
def traced_per_instance(context: DiagnosisContext) -> Iterator[Violation]:
    """A method that is compiled by itself is traced for every instance of its class.

    ## Why is this bad?

    `@tf.function` on a method creates a function for every object, and each of them has to be traced. So does
    `jax.jit(self.method)`, and `jax.jit` with a static `self` traces and compiles for each value of `self`.
    Keras compiles `fit`, `evaluate` and `predict` itself, so `call` needs no function of its own.

    ## Example

    ```python
    class Scale(keras.layers.Layer):
        @tf.function
        def call(self, x):
            return 2 * x
    ```

    ## Use instead

    ```python
    class Scale(keras.layers.Layer):
        def call(self, x):
            return 2 * x
    ```

    ## Known limits

    - Reported if there are five or more instances of the same class.
    - Methods outside of any layer that train a model, or run at least five times for each of their traces,
      are taken to be worth their trace.
    - JAX does not report the runs of a function that the program jits itself. Only methods of layers are
      reported there, unless the layers are called at least five times for each trace.
    """
    if context.backend == "jax":
        yield from _on_jax(context)
        return
    for name, traces in recreated_functions(context, "new instance"):
        first, last = traces[0], traces[-1]
        count = len({event.function for event in traces}) + 1
        more = len(traces) + 1 - count
        others = f"{more} more traces had other causes" if more else "no instance was traced twice"
        yield Violation(
            message=f"{name} was traced once for each of {count} instances, because it is a tf.function; "
            f"{others}.",
            location=first.defined_at or first.location,
            evidence=(Evidence(str(last.cause), (first.seq, last.seq), last.location),),
            fix=f"def {name}(self, ...):  # without @tf.function: fit and predict compile it",
        )


def _on_jax(context: DiagnosisContext) -> Iterator[Violation]:
    """Report methods of layers that JAX compiled for each instance, for the types of another instance."""
    groups: dict[tuple[str, Location | None], list[Event]] = {}
    traces: dict[FunctionRef, int] = {}
    for event in context.events("trace", lambda event: event.graph is not None and event.error is None):
        function, layer = event.function, context.enclosing_layer(event)
        call = context.enclosing_call(event)
        # A method that is jitted inside of another function is compiled with that one, as in `fit`, and no
        # method is compiled while Keras infers shapes:
        # tests/backends/cases/lt204_traced_per_instance/clean_called_often.py
        if function is None or layer is None or call is None or call.mode != "eager":
            continue
        traces[function] = traces.get(function, 0) + 1
        if _is_of_another_instance(event):
            groups.setdefault((function.name, event.defined_at), []).append(event)
    for (name, place), again in groups.items():
        layers = {layer for event in again if (layer := context.enclosing_layer(event)) is not None}
        calls = sum(len(context.of(layer, "call")) for layer in layers)
        if len(layers) + 1 < MIN_FUNCTIONS or calls >= MIN_RUNS_PER_TRACE * len(again):
            continue
        first, last = again[0], again[-1]
        location, fix = _without_jit(place, name)
        seconds = sum((event.duration_ns or 0) + _compiled(event) for event in again) / 1e9
        yield Violation(
            message=f"{name} was traced and compiled for each of {len(layers) + 1} instances, because "
            f"jax.jit treats self as a constant; the traces after the first took {seconds:.2g} s in total.",
            location=location or first.location,
            evidence=(Evidence(str(last.cause), (first.seq, last.seq), last.location),),
            fix=fix or f"# call {name} without jax.jit: fit and predict compile it",
            fix_place="in place" if fix else "elsewhere",
        )


def _is_of_another_instance(event: Event) -> bool:
    """Return whether a trace differs from an earlier one by nothing but the object whose method it is."""
    cause = event.cause
    if cause is None or cause.reason not in ("signature", "new instance") or len(cause.changes) != 1:
        return False
    return cause.changes[0].what == "object" and cause.changes[0].argument == "self"


def _compiled(event: Event) -> int:
    return 0 if event.graph is None else event.graph.compile_ns or 0


def _without_jit(place: Location | None, name: str) -> tuple[Location | None, str]:
    """Return the line that jits a method, and the line to write instead; empty if it is not found."""
    tree = None if place is None else tree_of(place.file)
    for node in [] if tree is None else ast.walk(tree):
        if place is None or not isinstance(node, (ast.FunctionDef, ast.Assign)):
            continue
        if isinstance(node, ast.Assign) and _jits(node.value, name):
            method = node.value.args[0] if isinstance(node.value, ast.Call) else node.value
            text = f"{ast.unparse(node.targets[0])} = {ast.unparse(method)}"
            code = f"{text}  # without jax.jit: fit and predict compile it"
            return Location(place.file, node.lineno, "__init__"), code
        lines = [each.lineno for each in getattr(node, "decorator_list", ()) if "jit" in ast.unparse(each)]
        if isinstance(node, ast.FunctionDef) and node.name == name and place.line in lines:
            return place, f"# {name} without jax.jit: fit and predict compile it"
    return place, ""


def _jits(value: ast.expr, name: str) -> bool:
    """Return whether an expression is `jax.jit(self.name)`."""
    if not isinstance(value, ast.Call) or not value.args:
        return False
    return dotted(value.func).rpartition(".")[2] == "jit" and dotted(value.args[0]) == f"self.{name}"
