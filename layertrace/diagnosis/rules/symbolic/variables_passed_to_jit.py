"""LT408: Variables of Keras are passed to a `jax.jit` function, which takes their values."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, FixPlace, Violation
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_source import dotted, line_of, nodes_at
from layertrace.timeline.event import Location

_REFUSALS = ("__jax_array__() during abstractification", "is not a valid JAX type")
"""Parts of the messages of JAX 0.7 to 0.12; of the second for an object without `__jax_array__`."""

_LISTS = ("trainable_variables", "non_trainable_variables", "variables", "weights", "trainable_weights")


@rule("LT408", "variables-passed-to-jit", "error", links.KERAS_ON_JAX, backends=("jax",))
def variables_passed_to_jit(context: DiagnosisContext) -> Iterator[Violation]:
    """Variables of Keras are passed to a function that JAX traces.

    ## Why is this bad?

    The functions of `jax.jit`, `jax.grad` and `jax.vmap` take arrays. A variable of Keras is an object that
    holds one, and JAX does not open it.

    ## Example

    ```python
    loss(model.trainable_variables, x)
    ```

    ## Use instead

    ```python
    loss([v.value for v in model.trainable_variables], x)
    ```

    ## Known limits

    Only an exception that ended the recording is reported, on a line that names a list of variables, such
    as `trainable_variables`. JAX 0.6 accepts variables.
    """
    failure = context.failure
    if failure is None or not any(text in failure.error.message for text in _REFUSALS):
        return
    given = list(_variables_at(failure.error.location))
    if not given:
        return
    line = line_of(failure.error.location, given[0])
    names = " and ".join(ast.unparse(node) for node in given)
    fix, place = _with_values(line, given)
    yield Violation(
        message=f"{names} are variables of Keras: a function that JAX traces takes their values.",
        layer=None,
        location=line,
        evidence=(Evidence("variables are passed here", (), line),),
        fix=fix,
        fix_place=place,
    )


def _variables_at(line: Location | None) -> Iterator[ast.Attribute]:
    """Yield the lists of variables that a line passes to a function."""
    for node in nodes_at(line):
        if isinstance(node, ast.Call):
            for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
                if isinstance(argument, ast.Attribute) and argument.attr in _LISTS and dotted(argument):
                    yield argument


def _with_values(line: Location | None, given: list[ast.Attribute]) -> tuple[str, FixPlace]:
    """Write the line with the values of the variables; only the values, if other lines have the variables."""
    source = "" if line is None else linecache.getline(line.file, line.line).strip()
    replaced = {ast.unparse(node): f"[v.value for v in {ast.unparse(node)}]" for node in given}
    if all(text in source for text in replaced):
        for text, values in replaced.items():
            source = source.replace(text, values)
        return source.partition("  #")[0], "in place"
    return "\n".join(replaced.values()), "elsewhere"
