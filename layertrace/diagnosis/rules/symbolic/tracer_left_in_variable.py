"""LT407: A layer changes its variables inside a `jax.jit` function, which leaves tracers in them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.name_lists import joined
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_source import nodes_at
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Event, LayerRef, Location

_MOST_NAMES = 3


@rule("LT407", "tracer-left-in-variable", "error", links.KERAS_ON_JAX, backends=("jax",))
def tracer_left_in_variable(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer changes its variables inside a `jax.jit` function.

    ## Why is this bad?

    JAX runs the Python code of a function once, with tracers in place of arrays. Statistics of a batch
    normalization, seeds of a dropout and metrics assign to their variables, and inside the trace they
    assign a tracer. It stays in the variable and has no value: the next use outside of the function raises
    `UnexpectedTracerError`, and later runs of the function change nothing.

    ## Example

    ```python
    @jax.jit
    def step(x):
        return model(x, training=True)
    ```

    ## Use instead

    ```python
    @jax.jit
    def step(trainable, non_trainable, x):
        return model.stateless_call(trainable, non_trainable, x, training=True)

    y, non_trainable = step(trainable, non_trainable, x)
    ```

    ## Known limits

    - Variables of layers whose `call` ran in the trace are examined, and the seeds of these layers; not
      those of metrics and optimizers that the function uses by itself.
    - A variable that the program gives a value after the trace is not reported.
    """
    by_trace: dict[tuple[int | None, Location | None], list[tuple[LayerRef, Observation]]] = {}
    for layer, observation in context.layer_observations("tracer left"):
        if not _is_created_in(context, layer, observation.during):  # that is LT103
            by_trace.setdefault((observation.during, observation.location), []).append((layer, observation))
    for (during, line), left in by_trace.items():
        (layer, first), trace = left[0], context.event(during)
        paths = [path for _, observation in left for path in observation.paths]
        function = "a function" if trace is None or trace.function is None else trace.function.label
        others = "" if len(left) == 1 else f" {len(left) - 1} more of its layers do the same."
        failed = _failed(context)
        number = "a trace" if trace is None else f"trace {trace.trace}"
        yield Violation(
            message=f"{{layer}} assigns to {_names(first.paths)} inside {function}, which JAX traces: "
            f"{'it holds' if len(paths) == 1 else 'they hold'} a tracer now, which has no value."
            + (" Its use raised UnexpectedTracerError." if failed else "")
            + others,
            layer=layer,
            location=line,
            evidence=(
                Evidence(f"assigned in {number} of {function}", seqs(trace), line),
                *([Evidence("the tracer is used", seqs(*failed), failed[0].location)] if failed else ()),
            ),
            fix=_fix(line),
            fix_place="elsewhere",
        )


def _is_created_in(context: DiagnosisContext, layer: LayerRef, trace: int | None) -> bool:
    """Return whether a layer was created in the trace, so that its variables cannot have values."""
    # tests/backends/cases/lt407_tracer_left_in_variable/created_in_the_function.py
    init = context.init_of(layer)
    return init is not None and any(around.seq == trace for around in context.ancestors(init))


def _names(paths: tuple[str, ...]) -> str:
    """Return the last parts of some paths: `moving_mean and moving_variance`."""
    return joined([path.rpartition("/")[2] for path in paths], _MOST_NAMES)


def _failed(context: DiagnosisContext) -> list[Event]:
    """Return the event in which the tracer was used, if there is one."""
    errors = (event for event in context.errors if event.error is not None)
    return [event for event in errors if event.error and event.error.type == "UnexpectedTracerError"][:1]


def _fix(line: Location | None) -> str:
    """Write the call of the model with its variables as arguments and results."""
    calls = [node for node in nodes_at(line) if isinstance(node, ast.Call)]
    call = next((node for node in calls if not _contains_call(node)), None)
    given = [] if call is None else [*map(ast.unparse, call.args), *map(ast.unparse, call.keywords)]
    model = "model" if call is None else ast.unparse(call.func)
    arguments = ", ".join(["trainable", "non_trainable", *(given or ["x"])])
    return (
        f"y, non_trainable = {model}.stateless_call({arguments})\n"
        "# the function takes both lists of values, and returns the new non_trainable, too"
    )


def _contains_call(call: ast.Call) -> bool:
    inside = [node for child in ast.iter_child_nodes(call) for node in ast.walk(child)]
    return any(isinstance(node, ast.Call) for node in inside)
