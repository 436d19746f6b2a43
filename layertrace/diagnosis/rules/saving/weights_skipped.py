"""LT624: `load_weights(skip_mismatch=True)` skips all weights of a model."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.timeline.context import Observation
from layertrace.timeline.event import LayerRef, Location, Structure


@rule("LT624", "weights-skipped", "error", links.SAVING, backends=WITH_TRAINING)
def weights_skipped(context: DiagnosisContext) -> Iterator[Violation]:
    """`load_weights(skip_mismatch=True)` skips all weights of a model.

    ## Why is this bad?

    `skip_mismatch=True` is meant for a head with another number of classes. It skips every layer whose
    shapes differ from those in the file. If a width or an input shape differs, that may be all of them: the
    model keeps its new weights, and there is only a warning.

    ## Example

    ```python
    model = make_detector(width=32)
    model.load_weights("width_64.weights.h5", skip_mismatch=True)
    ```

    ## Use instead

    ```python
    model = make_detector(width=64)
    model.load_weights("width_64.weights.h5")
    ```

    ## Known limits

    - Reported if no weight has changed, and the file has none of the values that the model has.
    - Looked at are models of up to 4 million weights, and HDF5 files. Not reported if the model gets weights
      afterwards.
    """
    for layer, seen in context.layer_observations("skipped"):
        # A program may try one file after the other: tests/cases/clean/weights_that_are_skipped.py
        if _are_set(context, layer, seen):
            continue
        theirs, mine = _listed(seen.before), _listed(seen.now)
        uses = [call for call in context.of(layer, "call") if call.start_ns > seen.start_ns]
        differs = f": the file has weights of shape {theirs}, the model {mine}" if theirs and mine else ""
        yield Violation(
            message=f"{{layer}} got no weights: load_weights(skip_mismatch=True) skipped all "
            f"{len(seen.variables)} of them{differs}.",
            layer=layer,
            location=seen.location,
            evidence=(
                Evidence("loaded nothing here", (), seen.location),
                *([Evidence("used after that", seqs(uses[0]), uses[0].location)] if uses else []),
            ),
            fix="# create the model as the one that was saved, and load without skip_mismatch:\n"
            "# then a layer that differs raises an error with its name",
            fix_place="elsewhere",
        )


def _are_set(context: DiagnosisContext, layer: LayerRef, seen: Observation) -> bool:
    """Return whether the model gets weights afterwards, or by the same line in another round of a loop."""
    skipped = [
        each for each in context.observations("skipped") if (each.layer, each.location) == _where(seen)
    ]
    for setting in [*context.observations("weights set"), *context.observations("restored")]:
        if setting.layer != layer or setting.now == 0:
            continue
        if setting.location != seen.location and setting.start_ns > seen.start_ns:
            return True
        if setting.location == seen.location and setting.times > len(skipped):
            return True
    return False


def _where(seen: Observation) -> tuple[LayerRef | None, Location | None]:
    return seen.layer, seen.location


def _listed(shapes: Structure) -> str:
    return ", ".join(map(str, shapes)) if isinstance(shapes, tuple) else ""
