"""Find the stateful layers that use an operation of torch for all steps, and write them without it."""

from __future__ import annotations

import ast

from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Edit
from layertrace.diagnosis.method_edits import lines_with
from layertrace.diagnosis.user_source import nodes_at
from layertrace.timeline.event import LayerRef

__all__ = ["optimized_layers", "without_cudnn"]

_CLASSES = ("keras.src.layers.rnn.lstm.LSTM", "keras.src.layers.rnn.gru.GRU")


def optimized_layers(context: DiagnosisContext) -> list[LayerRef]:
    """Return the LSTMs and GRUs that are stateful and use the operation of torch.

    Before Keras 3.9, a layer that runs step by step does not copy its state either (keras-team/keras#20916).
    """
    if _release(context) < (3, 9):
        return []
    inits = [event for event in context.events("init") if event.layer is not None]
    return [
        event.layer
        for event in inits
        if event.layer is not None
        and any(base in _CLASSES for base in event.layer.bases)
        and event.arguments.get("stateful") is True
        and event.arguments.get("use_cudnn", "auto") is not False
    ]


def _release(context: DiagnosisContext) -> tuple[int, ...]:
    parts = context.versions.get("keras", "3").split(".")[:2]
    return tuple(int(part) for part in parts if part.isdigit())


def without_cudnn(context: DiagnosisContext) -> tuple[Edit, ...]:
    """Write the lines that create these layers with `use_cudnn=False`."""
    places = [created.location for layer in optimized_layers(context) if (created := context.init_of(layer))]
    edits: list[Edit] = []
    for place in dict.fromkeys(places):
        values = [
            keyword.value
            for node in nodes_at(place)
            if isinstance(node, ast.Call)
            for keyword in node.keywords
            if keyword.arg == "stateful"
        ]
        if place is not None:
            edits += lines_with(
                place, [(v.lineno, v.col_offset, v.end_col_offset, "True, use_cudnn=False") for v in values]
            )
    return tuple(dict.fromkeys(edits))
