"""LT203: A compiled function or a model is recreated in every iteration of a loop, and traced each time."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.program_lines import statement_at
from layertrace.diagnosis.rule import TENSORFLOW_AND_JAX, rule
from layertrace.diagnosis.rules.tracing._compiled_again import compiled_again_and_again
from layertrace.diagnosis.rules.tracing._recreated import recreated_functions
from layertrace.diagnosis.rules.tracing._recreated_in_jit import recreated_in_jit
from layertrace.diagnosis.rules.tracing._recreated_models import models_recreated
from layertrace.diagnosis.user_source import dotted, function_around, nodes_at, tree_of
from layertrace.timeline.event import Event, Location


@rule("LT203", "function-recreated", "warning", links.RETRACING, backends=TENSORFLOW_AND_JAX)
def function_recreated(context: DiagnosisContext) -> Iterator[Violation]:
    """A `tf.function`, a `jax.jit` function or a model is recreated in a loop, and traced each time.

    ## Why is this bad?

    Every new `tf.function`, and every new model with its train and predict functions, has to be traced,
    although the code is the same. No single function is traced twice, so TensorFlow's own counts look
    harmless. JAX recognizes a function by its identity: each new lambda, nested function, bound method and
    `functools.partial` is traced and compiled, even if the same line passes it to `jax.jit` each time.

    ## Example

    ```python
    for batch in batches:
        model = make_model()
        model.predict(batch)
    ```

    ## Use instead

    ```python
    model = make_model()
    for batch in batches:
        model.predict(batch)
    ```

    ## Known limits

    - Reported if there are five or more functions of the same code; three, if they train the same variables
      by the same optimizer.
    - Functions that train new variables, such as the models of a cross-validation or heads on one trunk, are
      taken to be intended. So are other functions that run at least five times for each of their traces,
      and those that run again after the next one of their code was traced, as in an ensemble.
    - A model that is compiled again with other layers frozen, or after `set_weights` or `load_weights`, is
      taken to begin a new stage. So is one with another learning rate, except if its optimizer
      loses moments each time, as all but SGD do, and it makes fewer than 50 steps with each rate.
    - Models that are created or used on different lines are taken to be different models.
    - Functions that Keras's own layers and TensorFlow create for themselves are ignored, and on JAX models
      around layers that another function calls, too.
    - On JAX, the runs of a program's own functions are not seen. Five functions of the same code are reported
      if four of them were traced for types that were traced before, and if the source shows that each is
      created and called in the same pass of a loop or function, and nowhere else. What they take from
      around them must be the same, or arrays and numbers that could be arguments.
    """
    yield from compiled_again_and_again(context)
    if context.backend == "jax":
        yield from recreated_in_jit(context)
        yield from models_recreated(context)
        return
    for name, traces in recreated_functions(context, "new function", "new model", "new variables"):
        location = traces[-1].location
        count = len({event.function for event in traces}) + 1
        function = traces[-1].function
        role = None if function is None else function.role
        compiled = None if role is not None else _compiled_in_function(location, name)
        if compiled is not None:
            yield _compiled_each_time(compiled, traces, count)
            continue
        made = _created_in_loop(location) if role is None else None
        yield Violation(
            message=f"Keras created {count} {role} functions and traced each of them; create the model once, "
            "outside the loop."
            if role is not None
            else f"{count} tf.functions named {name} were created from the same code and traced once "
            "each; create the model or function once, outside the loop.",
            location=made or location,
            evidence=(Evidence(str(traces[-1].cause), (traces[0].seq, traces[-1].seq), location),),
            fix="# create the model (or the tf.function) once, before the loop; for a few calls of each,\n"
            "# model(x, training=False) needs no tracing"
            if made is None
            else f"{statement_at(context, made).source}  # once, before the loop",
            fix_place=None if made is None else "elsewhere",
        )


def _created_in_loop(place: Location | None) -> Location | None:
    """Return the line that assigns the function that a line calls, in a loop around both."""
    tree = None if place is None else tree_of(place.file)
    called = [dotted(node.func) for node in nodes_at(place) if isinstance(node, ast.Call)]
    for loop in ast.walk(tree) if tree is not None and place is not None else ():
        if not isinstance(loop, (ast.For, ast.While)) or place is None:
            continue
        if not loop.lineno <= place.line <= (loop.end_lineno or 0):
            continue
        assigned = [node for node in ast.walk(loop) if isinstance(node, ast.Assign)]
        for node in assigned:
            is_made_here = isinstance(node.value, ast.Call) and node.lineno < place.line
            if is_made_here and dotted(node.targets[0]) in called:
                return Location(place.file, node.lineno, place.function)
    return None


def _compiled_in_function(location: Location | None, name: str) -> tuple[Location, ast.Assign] | None:
    """Return where the code around a line compiles a function of a name, and the statement.

    It is an assignment such as `score = tf.function(self.forward)`.
    """
    tree = None if location is None else tree_of(location.file)
    if location is None or tree is None:
        return None
    around = function_around(location)
    for node in ast.walk(tree if around is None else around):
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call) or not node.value.args:
            continue
        is_compiling = dotted(node.value.func).rpartition(".")[2] == "function"
        is_before = isinstance(node.targets[0], ast.Name) and node.lineno <= location.line
        if is_compiling and is_before and dotted(node.value.args[0]).rpartition(".")[2] == name:
            return Location(location.file, node.lineno, location.function), node
    return None


def _compiled_each_time(found: tuple[Location, ast.Assign], traces: list[Event], count: int) -> Violation:
    place, node = found
    compiled, variable = ast.unparse(node.value), ast.unparse(node.targets[0])
    is_method = compiled.partition("(")[2].startswith("self.")
    lines = [f"{ast.unparse(node)}  # once, outside of the loop or function"]
    if is_method:
        lines = [
            f"self.{variable} = {compiled}  # in __init__",
            f"self.{variable}(...)  # in place of {variable}(...)",
        ]
    return Violation(
        message=f"{variable} is a new tf.function each time that this line runs, and each of these {count} "
        "was traced; create it once.",
        location=place,
        evidence=(
            Evidence(f"{count} functions of the same code, each traced", seqs(traces[0], traces[-1]), place),
        ),
        fix="\n".join(lines),
        fix_place="elsewhere",
    )
