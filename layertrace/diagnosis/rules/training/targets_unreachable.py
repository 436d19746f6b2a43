"""LT548: The activation of the output cannot return the targets of a fit."""

from __future__ import annotations

import math
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, FixPlace, Violation
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.rules.training._targets import loss_of, output_layer, uses_compiled_loss
from layertrace.diagnosis.user_edits import text_replaced
from layertrace.timeline.event import Event, Location

_LOSSES = ("mse", "mean_squared_error", "mae", "mean_absolute_error", "huber", "log_cosh")
_RANGES = {
    "relu": (0.0, math.inf),
    "relu6": (0.0, 6.0),
    "softplus": (0.0, math.inf),
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
}
"""What an activation of Keras can return."""

_SHARE = 0.05
"""The part of their range by which targets lie outside; noise and interpolation may exceed it by less."""


@rule("LT548", "targets-unreachable", "warning", links.TRAINING, backends=WITH_TRAINING)
def targets_unreachable(context: DiagnosisContext) -> Iterator[Violation]:
    """The activation of the output cannot return the targets of a fit.

    ## Why is this bad?

    A `relu` returns nothing below 0, a `sigmoid` nothing above 1, and `tanh` only what lies between -1 and 1.
    Targets outside of that are never predicted. Where the output is at its limit, the gradient is 0, so a
    `relu` may return 0 for all rows and stay there.

    ## Example

    ```python
    layers.Dense(1, activation="relu")  # and targets with a mean of 0
    ```

    ## Use instead

    ```python
    layers.Dense(1)
    ```

    ## Known limits

    Looked at are arrays that `fit` is given, of at most 4 million numbers, and models with one output of a
    layer of Keras and one loss: a squared or absolute error, `huber` or `log_cosh`. Targets that are outside
    by less than a twentieth of their range are left out.
    """
    for layer, seen in context.layer_observations("targets"):
        model = context.state(layer)
        if (
            seen.role != "outside 0 to 1"
            or model is None
            or loss_of(context, layer, seen).lower() not in _LOSSES
        ):
            continue
        output = output_layer(context, model) if uses_compiled_loss(model) else None
        if output is None or output.activation not in _RANGES or not isinstance(seen.before, tuple):
            continue
        least, greatest = (float(number) for number in seen.before if isinstance(number, float))
        lowest, highest = _RANGES[output.activation]
        outside = max(lowest - least, greatest - highest)
        if outside < _SHARE * (greatest - least):
            continue
        init = context.init_of(output.layer)
        fix, where = _without(init, output.activation)
        limits = f"nothing below {lowest:g}" if math.isinf(highest) else f"only {lowest:g} to {highest:g}"
        yield Violation(
            message=f"{{layer}} ends in {output.activation}, which returns {limits}, and {layer.name} is "
            f"fitted to targets from {least:.3g} to {greatest:.3g}.",
            layer=output.layer,
            location=None if init is None else init.location,
            evidence=(
                Evidence("created here", seqs(init), None if init is None else init.location),
                Evidence("fitted here", (), seen.location),
            ),
            fix=fix,
            fix_place=where,
        )


def _without(init: Event | None, activation: str) -> tuple[str, FixPlace]:
    """Return the line of the layer without its activation, and where it goes."""
    place: Location | None = None if init is None else init.location
    name = rf"(?:[\w.]*\b{activation}\b|[\"']{activation}[\"'])"
    edited = text_replaced(place, rf",\s*(?:activation\s*=\s*)?{name}(?=\s*[,)])", "") if place else ""
    return (edited, "in place") if edited else ("activation=None  # or scale the targets", "elsewhere")
