"""LT412: JAX differentiates a loss by weights that the loss does not use."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, FixPlace, Violation
from layertrace.diagnosis.guards import statement_node
from layertrace.diagnosis.layer_expressions import layer_calls_at
from layertrace.diagnosis.rewriting import rewritten, source_of
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.tapes import model_of
from layertrace.diagnosis.user_source import dotted, function_around, tree_of
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Event, LayerRef, Location


@rule("LT412", "weights-not-passed", "error", links.KERAS_ON_JAX, backends=("jax",))
def weights_not_passed(context: DiagnosisContext) -> Iterator[Violation]:
    """JAX differentiates a loss by weights that the loss does not use.

    ## Why is this bad?

    `jax.grad` differentiates a function by its first argument. If the function calls `model(x)`, the model
    computes with the values in its own variables. The loss does not depend on the argument, so all gradients
    are 0, without any error, and the model never learns.

    ## Example

    ```python
    def loss_fn(trainable, x, y):
        return loss(y, model(x, training=True))
    ```

    ## Use instead

    ```python
    def loss_fn(trainable, x, y):
        return loss(y, model.stateless_call(trainable, [], x, training=True)[0])
    ```

    ## Known limits

    - In a step that is not jitted, the function must be passed to `jax.grad` or `jax.value_and_grad` by name.
    - Only updates by an optimizer of Keras are seen.
    """
    reported: set[LayerRef] = set()
    for zero in context.observations("zero gradients"):
        model = model_of(context, zero.variables)
        call = None if model is None else _own_call(context, model, zero)
        if model is None or call is None or model in reported:
            continue
        function = _differentiated(call.location)
        if function is None and context.event(zero.during) is None:
            continue
        reported.add(model)
        yield _violation(context, model, call, zero, function)


class _Function(NamedTuple):
    """A function that a program differentiates: its name, and the parameter by which."""

    name: str
    parameter: str


def _violation(
    context: DiagnosisContext, model: LayerRef, call: Event, zero: Observation, function: _Function | None
) -> Violation:
    fix, place = _with_weights(context, model, call.location, function)
    name = "the loss" if function is None else function.name
    argument = "the weights" if function is None else function.parameter
    return Violation(
        message=f"{{layer}} is called with the weights in its own variables, and {name} does not use "
        f"{argument}, by which JAX differentiates it. So all gradients are 0, and nothing is trained.",
        layer=model,
        location=call.location,
        evidence=(
            Evidence("computes with its own variables", seqs(call), call.location),
            Evidence("all gradients are 0", (), zero.location),
        ),
        fix=fix,
        fix_place=place,
    )


def _own_call(context: DiagnosisContext, model: LayerRef, zero: Observation) -> Event | None:
    """Return the last call of a model with its own weights before an update, or in its trace."""
    trace = context.event(zero.during)
    for call in reversed(context.of(model, "call")):
        around = list(context.ancestors(call))
        if any(outer.kind == "call" for outer in around) or call.mode == "symbolic":
            continue
        is_in_trace = any(outer is trace for outer in around)
        is_before = is_in_trace if trace is not None else call.start_ns < zero.start_ns
        if is_before and not _is_stateless(call.location):
            return call
    return None


def _is_stateless(place: Location | None) -> bool:
    return any(dotted(call.func).endswith("stateless_call") for call in layer_calls_at(place))


def _differentiated(place: Location | None) -> _Function | None:
    """Return the function at a line, if the file passes it to `jax.grad` and it does not use its argument."""
    node = None if place is None else function_around(place)
    tree = None if place is None else tree_of(place.file)
    for call in [] if node is None or tree is None else ast.walk(tree):
        if not isinstance(call, ast.Call) or dotted(call.func).rpartition(".")[2] not in _GRADIENTS:
            continue
        if not call.args or any(keyword.arg == "argnums" for keyword in call.keywords):
            continue
        given, name = call.args[0], dotted(call.args[0])
        if node is None or name.rpartition(".")[2] != node.name:
            continue
        parameters = [each.arg for each in (*node.args.posonlyargs, *node.args.args)]
        first = (
            parameters[1:] if isinstance(given, ast.Attribute) and parameters[:1] == ["self"] else parameters
        )
        if first and not _reads(node, first[0]):
            return _Function(node.name, first[0])
    return None


_GRADIENTS = ("grad", "value_and_grad")


def _reads(function: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> bool:
    inner = (node for statement in function.body for node in ast.walk(statement))
    return any(isinstance(node, ast.Name) and node.id == name for node in inner)


def _with_weights(
    context: DiagnosisContext, model: LayerRef, place: Location | None, function: _Function | None
) -> tuple[str, FixPlace]:
    """Write the line so that it calls the model with the weights that the function is given."""
    statement, calls = statement_node(place), layer_calls_at(place)
    if function is None or statement is None or len(calls) != 1 or _has_state(context, model):
        return _TEMPLATE, "elsewhere"
    (call,) = calls
    arguments = [source_of(place, node) for node in call.args]
    arguments += [f"{each.arg}={source_of(place, each.value)}" for each in call.keywords]
    written = f"{dotted(call.func)}.stateless_call({', '.join([function.parameter, '[]', *arguments])})[0]"
    return rewritten(place, statement, {call: written}), "in place"


_TEMPLATE = """\
def loss_fn(trainable, non_trainable, x, y):
    outputs, non_trainable = model.stateless_call(trainable, non_trainable, x, training=True)
    return loss(y, outputs), non_trainable  # with jax.value_and_grad(loss_fn, has_aux=True)"""


def _has_state(context: DiagnosisContext, model: LayerRef) -> bool:
    """Return whether a model has variables that are not trained, such as statistics or seeds."""
    state = context.state(model)
    numbers = () if state is None else state.variables
    specs = [context.variables.get(number) for number in numbers]
    return not specs or any(spec is None or spec.trainable is False for spec in specs)
