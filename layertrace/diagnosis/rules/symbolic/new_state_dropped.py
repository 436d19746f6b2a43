"""LT409: A training step drops the new values of variables that a stateless method returns."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.name_lists import joined
from layertrace.diagnosis.program_lines import receiver_at
from layertrace.diagnosis.rewriting import rewritten
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.tapes import model_of
from layertrace.diagnosis.user_source import dotted, nodes_at, tree_of
from layertrace.timeline.event import Location

_MOST_NAMES = 3


@rule("LT409", "new-state-dropped", "warning", links.KERAS_ON_JAX, backends=("jax",))
def new_state_dropped(context: DiagnosisContext) -> Iterator[Violation]:
    """A training step drops the new values of variables that a stateless method returns.

    ## Why is this bad?

    `stateless_call` changes nothing: it returns the outputs, and the new values of the variables that are not
    trainable. A step that drops them trains the weights, but the statistics of a batch normalization stay at
    0 and 1, so the model is wrong in inference, and a dropout has the same mask in each step.
    `stateless_apply` of an optimizer returns its momenta and moments: without them, each step is the first.

    ## Example

    ```python
    def loss_fn(tv, ntv, x, y):
        outputs, _ = model.stateless_call(tv, ntv, x, training=True)
        return loss(y, outputs)

    gradient_fn = jax.value_and_grad(loss_fn)
    ```

    ## Use instead

    ```python
    def loss_fn(tv, ntv, x, y):
        outputs, ntv = model.stateless_call(tv, ntv, x, training=True)
        return loss(y, outputs), ntv

    gradient_fn = jax.value_and_grad(loss_fn, has_aux=True)
    ```

    The step returns the new `ntv`, too, and the next step is given it.

    ## Known limits

    - A call is examined if it runs in the trace of a `jax.jit` function, where a gradient with respect to the
      layer's own weights is taken. It is reported if nothing in the trace reads any of the new values.
    - A model may drop what one call returns if it uses that of another, as for real and generated images.
    - Not reported if the variables have other values at the end, which the program has computed elsewhere.
    - Values that the function returns and its caller drops are found if they are statistics that have not
      changed at the end, although the program has given the weights their new values.
    - Of an optimizer, the number of steps alone is not looked at, nor an update inside of a `scan` or `cond`.
    """
    yield from _of_optimizers(context)
    states = list(context.layer_observations("new state"))
    used = {layer.id for layer, state in states if state.role == "used"}
    seen: set[int] = set()
    for layer, state in states:
        # tests/backends/cases/lt409_new_state_dropped/clean_states_that_are_used.py
        if layer.id in used or layer.id in seen:
            continue
        seen.add(layer.id)
        trace = context.event(state.during)
        function = (
            "the function around it" if trace is None or trace.function is None else trace.function.label
        )
        yield Violation(
            message=f"{{layer}} computes new values of {_names(state.paths)} in each training step, and "
            f"{function} drops them: stateless_call assigns nothing, so they stay as they are.",
            layer=layer,
            location=state.location,
            evidence=(
                Evidence(
                    f"nothing in the trace of {function} reads what it returns", seqs(trace), state.location
                ),
            ),
            fix=_fix(state.location),
            fix_place="elsewhere",
        )
    yield from _dropped_by_caller(context, seen)


def _dropped_by_caller(context: DiagnosisContext, seen: set[int]) -> Iterator[Violation]:
    """Report the statistics that a step returns, and that its caller drops."""
    for layer, lost in context.layer_observations("statistics lost"):
        trace = context.event(lost.during)
        if layer.id in seen or trace is None or _dropped_name(trace.location) is None:
            continue
        seen.add(layer.id)
        function = "the function" if trace.function is None else trace.function.label
        yield Violation(
            message=f"{{layer}} never gets the new values of {_names(lost.paths)} that {function} returns, "
            "although its weights were trained: they stay as they are.",
            layer=layer,
            location=trace.location,
            evidence=(
                Evidence(f"{function} returns them here", seqs(trace), trace.location),
                Evidence("and this call computes them", (), lost.location),
            ),
            fix=_fix_of_caller(trace.location, receiver_at(lost.location, ("stateless_call",)) or "model"),
            fix_place="elsewhere",
        )


def _fix_of_caller(line: Location | None, model: str) -> str:
    """Write the call of a step with a name for the values that it drops, and what to do with them."""
    name, written = "non_trainable", ""
    dropped = _dropped_name(line)
    if dropped is not None and dropped.id == "_":
        statement = next(node for node in nodes_at(line) if isinstance(node, ast.Assign))
        written = rewritten(line, statement, {dropped: name}) + "\n"
    elif dropped is not None:
        name = dropped.id
    return (
        f"{written}# give {name} to the next step, and in the end to the variables:\n"
        f"for variable, value in zip({model}.non_trainable_variables, {name}):\n"
        "    variable.assign(value)"
    )


def _dropped_name(line: Location | None) -> ast.Name | None:
    """Return the name on a line whose value the program does not use: `_`, or one that the file never reads.

    A program that keeps all values may write back those that it needs:
    tests/backends/cases/lt409_new_state_dropped/clean_statistics_kept_by_the_loop.py
    """
    tree = None if line is None else tree_of(line.file)
    read = {
        node.id
        for node in ([] if tree is None else ast.walk(tree))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    for statement in nodes_at(line):
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        names = [node for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)]
        dropped = [node for node in names if node.id == "_" or node.id not in read]
        if len(dropped) == 1:
            return dropped[0]
    return None


def _of_optimizers(context: DiagnosisContext) -> Iterator[Violation]:
    """Report the variables of optimizers whose new values a step drops."""
    seen: set[Location | None] = set()
    for dropped in context.observations("optimizer state dropped"):
        if dropped.location in seen:
            continue
        seen.add(dropped.location)
        trace = context.event(dropped.during)
        function = "the function" if trace is None or trace.function is None else trace.function.label
        yield Violation(
            message=f"{function} drops the new values of {_names(dropped.paths)} that "
            f"{dropped.name.strip('<>')} computes: stateless_apply assigns nothing, so each step is like the "
            "first.",
            layer=model_of(context, dropped.variables),
            location=dropped.location,
            evidence=(Evidence(f"{function} does not return them", seqs(trace), dropped.location),),
            fix=_fix_of_optimizer(dropped.location),
            fix_place="elsewhere",
        )


def _names(paths: tuple[str, ...]) -> str:
    """Return the last parts of some paths, each once: `moving_mean and moving_variance`."""
    return joined(list(dict.fromkeys(path.rpartition("/")[2] for path in paths)), _MOST_NAMES)


def _fix(line: Location | None) -> str:
    """Write the call with a name for the new values, and what has to be done with them."""
    name, written = _with_name(line, 1, "non_trainable")
    return (
        f"{written or f'outputs, {name} = model.stateless_call(...)'}\n"
        f"# return {name} next to the loss, with jax.value_and_grad(..., has_aux=True), and from the step;\n"
        "# give it to the next step, and in the end to the variables"
    )


def _fix_of_optimizer(line: Location | None) -> str:
    """Write the update with a name for the new values, and what has to be done with them."""
    name, written = _with_name(line, 0, "optimizer_variables")
    written = written or f"trainable, {name} = optimizer.stateless_apply(...)"
    return f"{written}\n# return {name} from the step, and give it to the next step"


def _with_name(line: Location | None, position: int, name: str) -> tuple[str, str]:
    """Return the name of an argument of a call, and the line that keeps the second result under that name."""
    written = ""
    for statement in nodes_at(line):
        if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.Call):
            continue
        target, call = statement.targets[0], statement.value
        if not isinstance(target, ast.Tuple) or len(target.elts) < 2 or not dotted(call.func):
            continue
        given = call.args[position] if len(call.args) > position else None
        name = given.id if isinstance(given, ast.Name) else name
        written = rewritten(line, statement, {target.elts[1]: name})
    return name, written
