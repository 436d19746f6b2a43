"""LT520: Repeated predictions that estimate an uncertainty are all the same: dropout is off."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import chain
from operator import attrgetter

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_classes import repeated_calls
from layertrace.diagnosis.user_source import dotted
from layertrace.timeline.event import Event, LayerRef
from layertrace.timeline.ownership import is_keras_layer


@rule("LT520", "samples-without-dropout", "warning", links.CUSTOM_TRAINING_LOOPS)
def samples_without_dropout(context: DiagnosisContext) -> Iterator[Violation]:
    """Repeated predictions that estimate an uncertainty are all the same: dropout is off.

    ## Why is this bad?

    Monte Carlo dropout calls a model many times and takes the spread of its answers. `predict`, and a plain
    `model(x)`, run in inference mode, where dropout drops nothing: all answers are equal, and their spread
    is 0.

    ## Example

    ```python
    answers = np.stack([model.predict(x) for _ in range(50)])
    ```

    ## Use instead

    ```python
    answers = np.stack([model(x, training=True) for _ in range(50)])
    ```

    ## Known limits

    Reported if a loop collects the answers of a model with dropout for an input that the loop does not
    change, and no call from this line was in training mode.
    """
    reported: set[tuple[str, int]] = set()
    dropouts = [layer for layer in context.layers if _is_dropout(context, layer)]
    calls = chain.from_iterable(context.of(layer, "call") for layer in dropouts)
    for call in sorted(calls, key=attrgetter("seq")):
        dropout = call.layer
        if dropout is None or call.location is None or call.mode == "symbolic":
            continue
        outer = [call, *(each for each in context.ancestors(call) if each.kind == "call")][-1]
        place = outer.location
        if place is None or (place.file, place.line) in reported:
            continue
        repeated = repeated_calls(place)
        if repeated is None or any(
            each.training is True and each.location == place
            for each in context.of(outer.layer or dropout, "call")
        ):
            continue
        if call.training is True:
            continue
        reported.add((place.file, place.line))
        name = dotted(repeated.func).removesuffix(".predict")
        times = "each time"
        argument = ast.unparse(repeated.args[0]) if repeated.args else "x"
        yield Violation(
            message=f"{{layer}} drops nothing in the repeated calls of {name}, which run in inference mode: "
            "all answers are the same, so they have no spread.",
            layer=dropout,
            location=place,
            evidence=(Evidence(f"called without training=True {times}", (outer.seq, call.seq), place),),
            fix=f"{name}({argument}, training=True)  # instead of {ast.unparse(repeated)}",
            fix_place="elsewhere",
        )


def _is_dropout(context: DiagnosisContext, layer: LayerRef) -> bool:
    is_one = is_keras_layer(layer, "Dropout")
    inits: list[Event] = list(context.of(layer, "init"))
    return is_one and any(init.arguments.get("rate") not in (0, 0.0, None) for init in inits)
