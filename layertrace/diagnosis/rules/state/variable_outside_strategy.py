"""LT109 variable-outside-strategy."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.timeline.context import Failure
from layertrace.timeline.event import Event


@rule("LT109", "variable-outside-strategy", "error", links.DISTRIBUTED_TRAINING)
def variable_outside_strategy(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer, its variables and its optimizer were not all made in the scope of a `tf.distribute` strategy.

    A strategy mirrors the variables that are made in its scope. A layer that is built when it is first
    called has none before that, so a model made in the scope must be built there, too.

    Bad:

    ```python
    with strategy.scope():
        model = keras.Sequential([keras.layers.Dense(1)])
    model(x)
    ```

    Good:

    ```python
    with strategy.scope():
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    ```
    """
    for layer in context.layers:
        made = next((one for one in context.of(layer, "init") if one.strategy), None)
        if made is None:
            continue
        outside = [one for one in context.of(layer, "variable") if one.strategy is None and one.error is None]
        if outside:
            yield Violation(
                message=f"{{layer}} was made in the scope of {made.strategy}, but its variables outside "
                f"of it: they "
                "are not distributed.",
                layer=layer,
                location=outside[0].location,
                evidence=(
                    Evidence(f"made in the scope of {made.strategy}", (made.seq,), made.location),
                    Evidence(f"{outside[0].variable} made outside", (outside[0].seq,), outside[0].location),
                ),
                fix="with strategy.scope():\n    model.build((None, ...))  # or give the model a keras.Input",
            )
    yield from _made_before_the_scope(context)


def _refused_by_a_strategy(context: DiagnosisContext) -> list[Event | Failure]:
    """Return what failed since a variable was none of a strategy's; an update does so by a bare assertion.

    `_update` of `tensorflow/python/distribute/mirrored_strategy.py`, TensorFlow 2.16 to 2.21.
    """
    told = context.raised_in("tensorflow.python.distribute.distribute_lib:_wrong_strategy_scope")
    mute = [
        place
        for place in context.raised_in("tensorflow.python.distribute.mirrored_strategy:_update")
        if place.error is not None and place.error.type == "AssertionError"
        if place.error.raised_in[0].startswith("tensorflow.python.distribute.")
    ]
    return told or mute


def _made_before_the_scope(context: DiagnosisContext) -> Iterator[Violation]:
    """Yield the model whose variables TensorFlow refused to a strategy, since they are not of its scope."""
    for place in _refused_by_a_strategy(context):
        plain = [
            (len(state.variables), init)
            for state in context.states.values()
            if state.variables and (init := next(iter(context.of(state.layer, "init")), None)) is not None
            if init.strategy is None
        ]
        if not plain:
            continue
        init = max(plain, key=lambda one: (one[0], one[1].seq))[1]
        seqs = (place.seq,) if isinstance(place, Event) else ()
        where = None if context.failure is None else context.failure.error.location
        yield Violation(
            message="{layer} was made outside of the scope of a strategy that is to train it: its variables "
            "are not of that strategy.",
            layer=init.layer,
            location=init.location,
            evidence=(
                Evidence("made outside of a scope", (init.seq,), init.location),
                Evidence("refused here", seqs, where),
            ),
            fix="with strategy.scope():\n    model = ...  # the model, its optimizer and its metrics",
        )
