"""LT531: A loss applies softmax or sigmoid to outputs that have it already."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs, specs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rewriting import rewritten, source_of
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.user_edits import text_replaced
from layertrace.diagnosis.user_source import dotted, nodes_at, tree_of
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Event, LayerRef, Location, TensorSpec

_ACTIVATIONS = ("Activation", "Softmax")
"""Layers of Keras that do nothing else."""


@rule("LT531", "softmax-applied-twice", "error", links.TRAINING, backends=WITH_TRAINING)
def softmax_applied_twice(context: DiagnosisContext) -> Iterator[Violation]:
    """A loss applies softmax or sigmoid to outputs that have it already.

    ## Why is this bad?

    The functions `tf.nn.*_with_logits`, and losses with `from_logits=True`, apply softmax or sigmoid
    themselves. Given probabilities, which lie between 0 and 1, they see nearly equal logits: the loss cannot
    come near 0, and its gradients are small.

    ## Example

    ```python
    outputs = layers.Dense(3, activation="softmax")(hidden)
    loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, outputs)
    ```

    ## Use instead

    ```python
    outputs = layers.Dense(3)(hidden)
    loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, outputs)
    ```

    ## Known limits

    - A softmax of your own is examined, too, if it is given the outputs of a layer, or these divided by a
      temperature of 1 or more, as in a distillation. Use the logarithm of probabilities in place of logits.
    - On TensorFlow, `exp(x) / sum(exp(x))` over the last axis and `1 / (1 + exp(-x))` count as well, in these
      forms.
    - Only losses in a traced function are examined: of `fit`, or of a `tf.function` of your own.
    - On TensorFlow, the losses of Keras notice a softmax directly before them, warn, and use what it was
      given. On JAX and torch they do not.
    - On JAX and torch, the loss of `compile` is examined in `fit`, for sequential and functional models.
    """
    reported: set[object] = set()
    for seen in context.observations("squashed twice"):
        # Keras continues with what the activation was given: tests/cases/clean/outputs_that_fit_their_loss.py
        key = seen.layer or seen.location
        if key not in reported:
            reported.add(key)
            yield _by_program(context, seen) if seen.role else _violation(context, seen)


def _by_program(context: DiagnosisContext, seen: Observation) -> Violation:
    """Return the violation of a softmax that the program itself applies to the outputs of a layer."""
    init = None if seen.layer is None else context.init_of(seen.layer)
    fix = _of_logarithm(seen.location)
    return Violation(
        message=f"{{layer}} ends in {seen.before}, and {seen.name} is applied to its outputs once more: the "
        "result is nearly uniform.",
        layer=seen.layer,
        location=seen.location,
        evidence=(
            Evidence(f"{seen.name} expects logits", seqs(context.event(seen.during)), seen.location),
            Evidence("created here", seqs(init), None if init is None else init.location),
        ),
        fix=fix or f"# apply {seen.name} to the logits, or to the logarithm of the probabilities",
        fix_place="in place" if fix else "elsewhere",
    )


def _of_logarithm(place: Location | None) -> str:
    """Write a statement with the softmax of the logarithm of what it has the softmax of; empty if unclear."""
    calls = [node for node in nodes_at(place) if isinstance(node, ast.Call) and node.args]
    named = [call for call in calls if dotted(call.func).rpartition(".")[2] in ("softmax", "log_softmax")]
    statement = next((node for node in nodes_at(place) if isinstance(node, ast.stmt)), None)
    if len(named) != 1 or statement is None:
        return ""
    given, module = named[0].args[0], dotted(named[0].func).rpartition(".")[0]
    if isinstance(given, ast.BinOp) and isinstance(given.op, (ast.Div, ast.Mult)):
        given = given.left
    log = {"tf.nn": "tf.math.log", "ops": "ops.log", "keras.ops": "keras.ops.log"}.get(module)
    # Of a probability that is 0, the logarithm has no gradient: Keras clips at 1e-7, too.
    return (
        ""
        if log is None
        else rewritten(place, statement, {given: f"{log}({source_of(place, given)} + 1e-7)"})
    )


def _violation(context: DiagnosisContext, seen: Observation) -> Violation:
    squash, spec = str(seen.before), seen.now
    second = _second_layer(context, seen, squash)
    if second is not None:
        return second
    init = None if seen.layer is None else context.init_of(seen.layer)
    created = None if init is None else init.location
    state = context.state(seen.layer)
    by_activation = state is not None and state.activation == squash
    classes = spec.shape[-1] if isinstance(spec, TensorSpec) and spec.shape else None
    limit = ""
    if squash == _again(seen) == "softmax" and isinstance(classes, int) and classes > 1:
        limit = f" The loss cannot fall below {_lowest(classes):.2f} for {classes} classes."
    what = f"{{layer}} ends in {squash}" if seen.layer is not None else f"The outputs have a {squash}"
    fix, place = _fix(created if by_activation else None, squash, seen)
    return Violation(
        message=f"{what}, and {seen.name} applies {_again(seen)} once more.{limit}",
        layer=seen.layer,
        location=place,
        evidence=(
            Evidence(f"{seen.name} expects logits", seqs(context.event(seen.during)), seen.location),
            Evidence("created here", seqs(init), created),
        ),
        fix=fix,
        fix_place="elsewhere" if fix.startswith(("#", "activation=")) else "in place",
    )


def _second_layer(context: DiagnosisContext, seen: Observation, squash: str) -> Violation | None:
    """Return the violation of an `Activation` or `Softmax` that is called on outputs which have it already.

    Keras takes the activation before its loss back, so the loss finds the one of the layer inside. One that
    runs before that layer is a gate: tests/cases/lt531_softmax_applied_twice/another_gate_inside.py
    """
    step = context.event(seen.during)
    inner = [] if step is None or seen.layer is None else _calls_in(context, seen.layer, step)
    if step is None or not inner:
        return None
    for layer, state in ((state.layer, state) for state in context.states.values()):
        if layer.class_name not in _ACTIVATIONS or layer == seen.layer or state.activation != squash:
            continue
        outputs = next(specs(inner[-1].outputs), None)
        calls = [
            call
            for call in _calls_in(context, layer, step)
            if call.seq > inner[-1].seq and next(specs(call.inputs), None) == outputs
        ]
        init = context.init_of(layer)
        if calls and init is not None:
            return Violation(
                message=f"{seen.layer} ends in {squash}, and {{layer}} applies {squash} to its outputs "
                "once more.",
                layer=layer,
                location=init.location,
                evidence=(Evidence("called here", seqs(calls[0]), calls[0].location),),
                fix=f"# remove {source_of(init.location, created)}" if (created := _creation(init)) else "",
                fix_place="elsewhere",
            )
    return None


def _calls_in(context: DiagnosisContext, layer: LayerRef, step: Event) -> list[Event]:
    return [call for call in context.of(layer, "call") if step in context.ancestors(call)]


def _creation(init: Event) -> ast.Call | None:
    """Return the expression that creates a layer."""
    calls = (node for node in nodes_at(init.location) if isinstance(node, ast.Call))
    named = [call for call in calls if init.layer and dotted(call.func).endswith(init.layer.class_name)]
    return named[0] if len(named) == 1 else None


def _again(seen: Observation) -> str:
    return "sigmoid" if seen.name.startswith(("sigmoid", "binary")) else "softmax"


def _lowest(classes: int) -> float:
    """Return the crossentropy of the best probabilities, if softmax is applied to them once more."""
    return math.log(1 + (classes - 1) / math.e)


def _fix(created: Location | None, squash: str, seen: Observation) -> tuple[str, Location | None]:
    """Write the line of the layer without its activation, or else what to do at the line of the loss."""
    if created is not None and tree_of(created.file) is not None:
        fix = text_replaced(created, rf",?\s*activation\s*=\s*[\w.\"']*{squash}[\"']?", "")
        return fix or f"activation=None  # instead of {squash}: the loss applies it", created
    return f"# pass what the {squash} was given: the loss applies it itself", seen.location
