"""LT567: The rows are sorted by class, and `validation_split` holds out the last."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, FixPlace, Violation
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.rules.training._targets import argument_of_fit, loss_of
from layertrace.timeline.event import Structure


@rule("LT567", "split-by-class", "warning", links.TRAINING, backends=WITH_TRAINING)
def split_by_class(context: DiagnosisContext) -> Iterator[Violation]:
    """The rows are sorted by class, and `validation_split` holds out the last.

    ## Why is this bad?

    `validation_split` holds out the last rows as they are; `shuffle=True` shuffles only the rest. If the rows
    are sorted by class, the model is validated with the last classes only, and hardly or never trained with
    them: the validation accuracy stays near 0.

    ## Example

    ```python
    model.fit(x, y, validation_split=0.2)
    ```

    ## Use instead

    ```python
    order = np.random.permutation(len(x))
    x, y = x[order], y[order]
    model.fit(x, y, validation_split=0.2)
    ```

    ## Known limits

    - Looked at are arrays of labels: whole numbers in one column, or rows with a single 1. The loss must be a
      crossentropy.
    - Reported if all rows of each class follow each other, and the rows that are held out lack a class.
    """
    for layer, seen in context.layer_observations("targets"):
        if seen.role != "split by class" or not loss_of(context, layer, seen).endswith("crossentropy"):
            continue
        x, y, weights = (argument_of_fit(seen.location, name) for name in ("x", "y", "sample_weight"))
        fix = "# shuffle the rows before fit divides them"
        fix_place: FixPlace = "elsewhere"
        if isinstance(x, ast.Name) and isinstance(y, ast.Name) and weights is None:
            fix = f"order = np.random.permutation(len({x.id}))\n{x.id}, {y.id} = {x.id}[order], {y.id}[order]"
            fix_place = "before"
        yield Violation(
            message=f"{{layer}} is trained with {_classes(seen.before)} and validated with "
            f"{_classes(seen.now)} only: the rows are sorted by class, and validation_split takes the last.",
            layer=layer,
            location=seen.location,
            evidence=(Evidence("holds out the last rows", (), seen.location),),
            fix=fix,
            fix_place=fix_place,
        )


def _classes(numbers: Structure) -> str:
    classes = [str(number) for number in numbers] if isinstance(numbers, tuple) else []
    if len(classes) == 1:
        return f"class {classes[0]}"
    shown = classes if len(classes) < 4 else [*classes[:2], "…", classes[-1]]
    return f"classes {', '.join(shown[:-1])} and {shown[-1]}".replace("… and", "…")
