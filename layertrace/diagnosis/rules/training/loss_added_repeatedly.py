"""LT505: A layer adds its loss more than once per forward pass."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_source import dotted, nodes_at
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Event, Location
from layertrace.timeline.ownership import is_container


@rule("LT505", "loss-added-repeatedly", "warning", links.SUBCLASSING)
def loss_added_repeatedly(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer adds its loss more than once per forward pass.

    ## Why is this bad?

    Inside `TimeDistributed` or an RNN, a layer runs and adds its loss once per time step, so the total grows
    with the length of the sequence. A layer that is invoked as `layer.call(x)`, past `__call__`, never
    drops the losses of earlier calls.

    ## Example

    ```python
    keras.layers.TimeDistributed(LayerWithLoss())(x)
    ```

    ## Use instead

    ```python
    class Outer(keras.layers.Layer):
        def call(self, x):
            y = self.steps(x)  # TimeDistributed
            self.add_loss(tf.reduce_mean(tf.square(y)))
            return y
    ```

    ## Known limits

    A layer that your own code or a functional model calls twice is not reported, because that is usually
    intended. A loss that is written as a quotient, `self.add_loss(loss / steps)`, is reported only as a note:
    the rule cannot decide whether the divisor is the number of steps.
    """
    # Losses by layer and the call of its wrapper, then by the call inside the wrapper.
    by_wrapper: dict[tuple[int, int], dict[int, list[Observation]]] = {}
    direct: dict[int, list[Observation]] = {}
    for loss in context.observations("loss"):
        event = context.event(loss.during)
        if event is None or event.layer is None or loss.layer is None or event.kind != "call":
            continue
        wrapper = _wrapper(context, event)
        if wrapper is not None:
            outer, inner = wrapper
            by_wrapper.setdefault((loss.layer.id, outer.seq), {}).setdefault(inner.seq, []).append(loss)
        # `__call__` drops the losses of earlier calls: tests/cases/clean/losses_of_shared_layers.py
        elif context.parent(event) is None and any(
            "direct" in call.flags for call in context.of(event.layer, "call")
        ):
            direct.setdefault(loss.layer.id, []).append(loss)
    reported = set()
    for (number, seq), steps in by_wrapper.items():
        call = context.event(seq)
        # tests/cases/clean/losses_of_one_step.py
        if len(steps) < 2 or number in reported or call is None:
            continue
        reported.add(number)
        losses = [loss for added in steps.values() for loss in added]
        yield _repeated(losses, f"in one call of {call.layer}, one for each step", (seq,))
    for number, losses in direct.items():
        if len(losses) > 1 and number not in reported:
            how = "in direct calls of its call method, which never drop the losses of earlier calls"
            yield _repeated(losses, how, ())


def _wrapper(context: DiagnosisContext, event: Event) -> tuple[Event, Event] | None:
    """Return the closest enclosing call of a Keras layer that runs others, and the call inside it."""
    inner = event
    for outer in context.ancestors(event):
        if outer.kind != "call" or outer.layer is None:
            return None
        # In a functional or sequential model it is the user who calls a layer twice:
        # tests/cases/clean/losses_of_shared_layers.py
        if not is_user_defined(outer.layer) and not is_container(outer.layer, derived=False):
            return outer, inner
        inner = outer
    return None


def _repeated(losses: list[Observation], how: str, events: tuple[int, ...]) -> Violation:
    first = losses[0]
    calls = tuple(loss.during for loss in losses[:3] if loss.during is not None)
    return Violation(
        message=f"{{layer}} added {len(losses)} losses {how}: the total grows with their number.",
        layer=first.layer,
        location=first.location,
        evidence=(Evidence("add_loss", (*events, *calls), first.location),),
        fix="self.add_loss(loss / steps)  # or add it once, in the enclosing layer\n"
        "layer(x)  # and not layer.call(x)",
        severity="note" if events and _is_divided(first.location) else None,
    )


def _is_divided(location: Location | None) -> bool:
    """Return whether a line adds a quotient as a loss, perhaps divided by the number of steps."""
    # tests/cases/clean/dropout_of_one_mode_and_divided_losses.py
    nodes = (node for node in nodes_at(location) if isinstance(node, ast.Call))
    added = [node for node in nodes if dotted(node.func).endswith("add_loss")]
    inner = (part for node in added for argument in node.args for part in ast.walk(argument))
    return any(isinstance(part, ast.BinOp) and isinstance(part.op, ast.Div) for part in inner)
