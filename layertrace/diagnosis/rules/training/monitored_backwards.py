"""LT540: A callback takes a worse value for a better one."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.callbacks import monitoring, with_argument
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import WITH_TRAINING, rule

_DOES = {
    "EarlyStopping": "it stops the training while that improves",
    "ModelCheckpoint": "it keeps the model at its worst",
    "ReduceLROnPlateau": "it lowers the learning rate while that improves",
}


@rule("LT540", "monitored-backwards", "error", links.CALLBACKS, backends=WITH_TRAINING)
def monitored_backwards(context: DiagnosisContext) -> Iterator[Violation]:
    """A callback takes a worse value for a better one.

    ## Why is this bad?

    A loss gets better as it falls, an accuracy as it rises. A `mode` that states the opposite makes
    `ModelCheckpoint(save_best_only=True)` keep the worst model, and `EarlyStopping` stop as soon as the model
    learns. Without `mode`, Keras 3 knows the direction of its own metrics. Keras 2 takes a value that is
    called neither `acc` nor `auc` for a loss, and in `ModelCheckpoint` also `val_auc`.

    ## Example

    ```python
    stop = keras.callbacks.EarlyStopping("val_loss", mode="max")
    ```

    ## Use instead

    ```python
    stop = keras.callbacks.EarlyStopping("val_loss", mode="min")
    ```

    ## Known limits

    - Known are Keras's own three callbacks in `fit`, the loss, `accuracy`, and Keras's own metrics that are
      not given by name, of models with one output.
    - Of other values the name decides, if a word of it is that of a score: `dice_coef`, `mean_iou`, `f1`.
      Names with `loss`, `error` or the like are not known, nor is a score that fell as the loss did.
    """
    for layer, seen, place, call in monitoring(context, "monitored backwards"):
        mode = "max" if seen.role == "greater" else "min"
        edits = with_argument(place, call, "mode", f'"{mode}"')
        taken = "lower" if mode == "max" else "higher"
        yield Violation(
            message=f"{{layer}} is trained with {seen.name}(monitor={seen.reader!r}), which takes a {taken} "
            f"value for a better one: {_DOES[seen.name]}.",
            layer=layer,
            location=place,
            evidence=(Evidence("trained here", (), seen.location),),
            fix="" if edits else f'mode="{mode}"',
            fix_place="elsewhere",
            edits=edits,
        )
