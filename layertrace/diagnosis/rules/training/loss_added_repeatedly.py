"""LT505: A layer adds its loss more often than once for each forward pass."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis.context import DiagnosisContext, is_user_defined
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.rules.training._shared import LAYERS
from layertrace.diagnosis.user_source import dotted, nodes_at
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Event, Location
from layertrace.timeline.ownership import is_container


@rule("LT505", "loss-added-repeatedly", "warning", LAYERS)
def loss_added_repeatedly(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer adds its loss more often than once for each forward pass.

    Inside `TimeDistributed` or an RNN a layer runs once for each time step and adds a loss each time, so
    that the sum grows with the length of the sequence; that is fine where each is divided by the length.
    Invoked as `layer.call(x)`, past `__call__`, it never drops the losses of the call before.

    Bad:

    ```python
    keras.layers.TimeDistributed(LayerWithLoss())(x)
    ```

    Good:

    ```python
    class Outer(keras.layers.Layer):
        def call(self, x):
            y = self.steps(x)  # TimeDistributed
            self.add_loss(tf.reduce_mean(tf.square(y)))
            return y
    ```
    """
    counts: dict[tuple[int, int], dict[int, list[Observation]]] = {}
    direct: dict[int, list[Observation]] = {}
    for loss in context.observations("loss"):
        event = context.event(loss.during)
        if event is None or event.layer is None or loss.layer is None or event.kind != "call":
            continue
        found = _wrapped(context, event)
        if found is not None:
            counts.setdefault((loss.layer.id, found[0].seq), {}).setdefault(found[1].seq, []).append(loss)
        elif context.parent(event) is None and any(
            "direct" in one.flags for one in context.of(event.layer, "call")
        ):
            direct.setdefault(loss.layer.id, []).append(loss)
    told = set()
    for (number, seq), steps in counts.items():
        outer = context.event(seq)
        if len(steps) < 2 or number in told or outer is None:
            continue
        told.add(number)
        wrapper = "" if outer.layer is None else str(outer.layer)
        losses = [loss for added in steps.values() for loss in added]
        yield _repeated(losses, f"in one call of {wrapper}, one for each step", (seq,))
    for number, losses in direct.items():
        if len(losses) > 1 and number not in told:
            said = "in as many direct calls of its call method, which never drop the losses of the one before"
            yield _repeated(losses, said, ())


def _wrapped(context: DiagnosisContext, event: Event) -> tuple[Event, Event] | None:
    """Return the nearest call around of a layer of Keras's that runs others, and the call inside it.

    A functional or sequential model is none: what is called twice there, the user calls twice.
    """
    inner = event
    for outer in context.ancestors(event):
        if outer.kind != "call" or outer.layer is None:
            return None
        if not is_user_defined(outer.layer) and not is_container(outer.layer, derived=False):
            return outer, inner
        inner = outer
    return None


def _repeated(losses: list[Observation], how: str, events: tuple[int, ...]) -> Violation:
    first = losses[0]
    seqs = tuple(loss.during for loss in losses[:3] if loss.during is not None)
    return Violation(
        message=f"{{layer}} added {len(losses)} losses {how}: the total grows with their number.",
        layer=first.layer,
        location=first.location,
        evidence=(Evidence("add_loss", (*events, *seqs), first.location),),
        fix="self.add_loss(loss / steps)  # which is fine; or add it once, in the layer around; and call "
        "layer(x), not layer.call(x)",
        severity="note" if events and _is_divided(first.location) else None,
    )


def _is_divided(place: Location | None) -> bool:
    """Tell a line that adds a quotient as a loss, perhaps by the number of the steps: then all is well."""
    added = [n for n in nodes_at(place) if isinstance(n, ast.Call) and dotted(n.func).endswith("add_loss")]
    inside = (one for node in added for given in node.args for one in ast.walk(given))
    return any(isinstance(one, ast.BinOp) and isinstance(one.op, ast.Div) for one in inside)
