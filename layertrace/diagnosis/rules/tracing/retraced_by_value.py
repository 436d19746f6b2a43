"""LT202: A function is traced again for every new Python value of an argument."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Violation
from layertrace.diagnosis.name_lists import joined
from layertrace.diagnosis.rule import TENSORFLOW_AND_JAX, rule
from layertrace.diagnosis.rules.tracing._decorators import Relaxed, relaxed
from layertrace.diagnosis.rules.tracing._retraced_in_jit import created_once, needs_no_value, with_argument
from layertrace.diagnosis.rules.tracing._retraces import Retraces, retraces, tracing_cost
from layertrace.diagnosis.user_edits import argument_as_tensor


@rule(
    "LT202",
    "retraced-by-value",
    "warning",
    links.RETRACING,
    triggers=[("trace", None)],
    backends=TENSORFLOW_AND_JAX,
)
def retraced_by_value(context: DiagnosisContext) -> Iterator[Violation]:
    """A function is traced again for every new Python value of an argument.

    ## Why is this bad?

    Python numbers, strings and objects are constants of the graph, so every new value needs a new graph,
    and tracing takes as long as many runs. A tensor is an input of the graph, whatever its value. On JAX this
    holds for static arguments: any other number is an input.

    ## Example

    ```python
    for epoch in range(100):
        step(x, epoch)
    ```

    ## Use instead

    ```python
    for epoch in range(100):
        step(x, tf.constant(epoch))
    ```

    ## Known limits

    - Reported if one argument alone caused three or more retraces.
    - Not reported once the function has run more than twice as often since its last new value as before:
      then the values are a closed set, such as modes.
    - An argument that is only ever `True`, `False` or `None` is not reported.
    - The structure of the data that `fit`, `evaluate` and `predict` pass to Keras's own steps is ignored.
    - On JAX, numbers are reported only if the source shows that the function computes with them and needs no
      Python value, as for a shape or a condition; objects only if the line of the call, or a line before it
      in the same pass of the loop, creates them.
    """
    for found in retraces(context, "value", "object", "structure"):
        if found.all_values <= {"True", "False", "None"}:
            # A closed set of few graphs, such as `training`: tests/cases/clean/graphs_for_all_switches.py
            continue
        is_object = all(change.what == "object" for change in found.changes)
        if context.backend == "jax":
            if needs_no_value(context, found):
                yield _in_jit(context, found, is_object=is_object)
            continue
        name = found.argument.partition("[")[0]
        fix = (
            f"# create the object once, outside the loop, and pass that one as {name}"
            if is_object
            else argument_as_tensor(found.location, found.life.name, found.life.defined_at, found.argument)
            or f"{found.life.name}(..., {name}=tf.constant({name}))"
        )
        of_shapes = _for_shapes(context, found)
        values = found.values
        shown = ", ".join(values[:3]) + (", …" if len(values) > 3 else "")
        account = found.account(
            found.argument, f"was a new object ({shown})" if is_object else f"changed ({shown})"
        )
        each = "object" if is_object else "Python value"
        yield Violation(
            message=f"{account} Each {each} becomes a constant in a graph of its own."
            f"{tracing_cost(context, found)}",
            location=found.location,
            evidence=found.evidence,
            fix="\n".join(filter(None, (fix, of_shapes.fix))),
            edits=of_shapes.edits,
        )


def _in_jit(context: DiagnosisContext, found: Retraces, *, is_object: bool) -> Violation:
    """Return the finding for a static argument of a `jax.jit` function."""
    name, values = found.argument, found.values
    shown = ", ".join(values[:3]) + (", …" if len(values) > 3 else "")
    account = found.account(name, f"was a new object ({shown})" if is_object else f"changed ({shown})")
    new = created_once(found) if is_object else with_argument(context, found)
    return Violation(
        message=f"{account} It is a static argument, so JAX traces and compiles for each "
        f"{'object' if is_object else 'value'}.{tracing_cost(context, found)}",
        location=found.location,
        evidence=found.evidence,
        fix=new.fix,
        fix_place=new.fix_place,
        edits=new.edits,
    )


def _for_shapes(context: DiagnosisContext, found: Retraces) -> Relaxed:
    """Write how the function accepts all shapes of its other arguments, unless LT201 does."""
    by_shape = retraces(context, "shape", "rank", "dtype")
    if not found.shapes or any(other.life.function == found.life.function for other in by_shape):
        return Relaxed()
    return relaxed(context, found.life, None, f"for the shapes of {joined(found.shapes)}")
