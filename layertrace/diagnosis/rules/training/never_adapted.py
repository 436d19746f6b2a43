"""LT507: A `Normalization` or lookup layer is used, but was never adapted to data."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.program_lines import statement_at
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.statement_parts import USES, assigned_name, first_argument, receiver
from layertrace.timeline.event import Location
from layertrace.timeline.ownership import is_keras_layer


@rule("LT507", "never-adapted", "error", links.PREPROCESSING, backends=WITH_TRAINING)
def never_adapted(context: DiagnosisContext) -> Iterator[Violation]:
    """A `Normalization` or lookup layer is used, but was never adapted to data.

    ## Why is this bad?

    Without `adapt`, and without `mean` and `variance`, the layer subtracts 0 and divides by 1. It changes
    nothing, and raises no error. A `StringLookup` without a vocabulary fails: its table is not initialized.
    So does one that is created again in a function of `Dataset.map`, although another one was adapted.

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
    - A lookup layer is reported only if the program failed because of it.
    """
    yield from _lookups(context)
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


_LOOKUPS = (
    "string_lookup.StringLookup",
    "integer_lookup.IntegerLookup",
    "text_vectorization.TextVectorization",
)


def _lookups(context: DiagnosisContext) -> Iterator[Violation]:
    """Yield the lookups without a vocabulary, one for each line that creates some, if a call failed."""
    failures = [context.failure, *(event for event in context.errors)]
    errors = [failure.error for failure in failures if failure is not None and failure.error is not None]
    if not any("Table not initialized" in error.message for error in errors):
        return
    adapted = {layer.id for layer, _ in context.layer_observations("adapted")}
    places: set[Location | None] = set()
    for layer in context.layers:
        init = context.init_of(layer)
        is_lookup = is_keras_layer(layer, *_LOOKUPS)
        if init is None or not is_lookup or layer.id in adapted or "from config" in init.flags:
            continue
        source = statement_at(context, init.location).source
        called = next(iter(context.of(layer, "call")), None)
        if "vocabulary" in init.arguments or layer.class_name not in source or called is None:
            continue
        if init.location in places:
            continue
        places.add(init.location)
        name = assigned_name(source, layer.class_name) or layer.class_name
        mapped = next((trace for trace in context.enclosing(init, "trace")), None)
        function = None if mapped is None else mapped.function
        where, once = "", f"{name}.adapt(data)  # before it is called"
        if function is not None and function.is_mapped:
            where = f" It is created in the function that {function} traces."
            once = (
                f"{source.strip()}  # before {function}\n{name}.adapt(data)  # then call it in the function"
            )
        yield Violation(
            message="{layer} has no vocabulary, because it was never adapted: its table is not initialized."
            + where,
            layer=layer,
            location=init.location,
            evidence=(Evidence("called here", seqs(called), called.location),),
            fix=once,
            fix_place="elsewhere",
        )
