"""LT507: A Normalization is used that was never adapted to data."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.program_lines import statement_at
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.training_steps import USES, assigned_name, first_argument, receiver


@rule("LT507", "never-adapted", "error", links.PREPROCESSING)
def never_adapted(context: DiagnosisContext) -> Iterator[Violation]:
    """A Normalization is used that was never adapted to data.

    ## Why is this bad?

    Without `adapt`, and without `mean` and `variance`, the layer subtracts 0 and divides by 1. It changes
    nothing, and raises no error.

    ## Example

    ```python
    scaling = keras.layers.Normalization()
    model = keras.Sequential([scaling, keras.layers.Dense(1)])
    model.fit(x, y)
    ```

    ## Use instead

    ```python
    scaling = keras.layers.Normalization()
    scaling.adapt(x)
    model = keras.Sequential([scaling, keras.layers.Dense(1)])
    model.fit(x, y)
    ```

    ## Known limits

    - A layer that is created by Keras, as those inside `keras.applications`, is not reported: its weights
      are for you to load.
    - Data whose mean is exactly 0 and whose variance is exactly 1 looks like no data at all.
    """
    for state in context.states.values():
        init = context.init_of(state.layer)
        if state.adapted is not False or init is None or "from config" in init.flags:
            continue
        # The Normalization of EfficientNet is created in a file of Keras.
        source = statement_at(context, init.location).source
        if state.layer.class_name not in source:
            continue
        calls = [call for call in context.of(state.layer, "call") if call.mode != "symbolic"]
        if not calls:
            continue
        sources = [statement_at(context, run.location).source for run in context.events("run")]
        data = next(filter(None, map(first_argument, sources)), "")
        model = next(filter(None, (receiver(each, USES) for each in sources)), "model")
        name = assigned_name(source, state.layer.class_name) or f'{model}.get_layer("{state.layer.name}")'
        yield Violation(
            message="{layer} was called but never adapted: it subtracts 0 and divides by 1, which changes "
            "nothing.",
            layer=state.layer,
            location=init.location,
            evidence=(Evidence("called here", seqs(calls[0]), calls[0].location),),
            fix=f"{name}.adapt({data or 'training_data'})  # before the model is used",
            fix_place="elsewhere",
        )
