"""LT589: On torch, a stateful LSTM or GRU changes its state before `backward` has read it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.stateful_layers import optimized_layers, without_cudnn
from layertrace.timeline.event import LayerRef


@rule("LT589", "state-changed-in-place", "error", links.RNN, backends=("torch",))
def state_changed_in_place(context: DiagnosisContext) -> Iterator[Violation]:
    """On torch, a stateful LSTM or GRU changes its state before `backward` has read it.

    ## Why is this bad?

    It gives its state to an operation of torch, which keeps it for `backward`, and then writes the new state
    into the same tensor. `backward` raises a `RuntimeError`: "one of the variables needed for gradient
    computation has been modified by an inplace operation". It is a fault of Keras 3.15, not of the program.
    With `use_cudnn=False` the layer runs step by step, and copies its state first.
    See https://github.com/keras-team/keras/issues/23462.

    ## Example

    ```python
    self.gru = keras.layers.GRU(8, stateful=True)
    ```

    ## Use instead

    ```python
    self.gru = keras.layers.GRU(8, stateful=True, use_cudnn=False)
    ```

    ## Known limits

    - Only where the exception ended the program, and names a tensor of the shape of a state.
    - A layer that was created before the recording is not known.
    """
    if context.failure is None:
        return
    named = re.search(_CHANGED, context.failure.error.message)
    if named is None:
        return
    shape = tuple(map(int, named.group(1).split(",")))
    layers = [layer for layer in optimized_layers(context) if shape in _states_of(context, layer)]
    if not layers:
        return
    place, edits = context.line(context.failure), without_cudnn(context)
    init = context.init_of(layers[0])
    yield Violation(
        message="{layer} is stateful, and writes its new state over the old one, which torch still needs "
        "for the gradient. Keras 3.15 does so where an operation of torch computes all steps; "
        "use_cudnn=False avoids that.",
        layer=layers[0],
        location=init.location if init is not None and not place else place,
        evidence=(Evidence("created here", seqs(init), None if init is None else init.location),),
        fix="" if edits else "keras.layers.GRU(8, stateful=True, use_cudnn=False)",
        edits=edits,
    )


_CHANGED = r"modified by an inplace operation: \[\S+ \[([\d, ]+)\]\] is at"
"""The message of torch, with the shape of a tensor that was not computed; else it names the operation."""
# tests/backends/cases/lt589_state_changed_in_place/clean_in_place_op.py


def _states_of(context: DiagnosisContext, layer: LayerRef) -> set[tuple[int | None, ...]]:
    """Return the shapes of the states of a layer."""
    return {
        tuple(variable.spec.shape or ())
        for variable in context.created_variables(layer)
        if variable.spec.name == "rnn_state"
    }
