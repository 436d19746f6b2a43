"""LT512: A crossentropy is given outputs that are not probabilities."""

from __future__ import annotations

import re
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined, seqs, specs
from layertrace.diagnosis.finding import Evidence, FixPlace, Violation
from layertrace.diagnosis.method_edits import keras_in
from layertrace.diagnosis.program_lines import statement_at
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.rules.training._targets import output_layer, uses_compiled_loss
from layertrace.diagnosis.training_steps import Trainings
from layertrace.timeline.context import LayerState, Observation
from layertrace.timeline.event import LayerRef, Location, TensorSpec

_CLASSES = {
    "binary_crossentropy": "BinaryCrossentropy",
    "binary_focal_crossentropy": "BinaryFocalCrossentropy",
    "categorical_crossentropy": "CategoricalCrossentropy",
    "categorical_focal_crossentropy": "CategoricalFocalCrossentropy",
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
}
"""How deep models may lie in each other."""


@rule("LT512", "outputs-no-probabilities", "error", links.TRAINING, backends=WITH_TRAINING)
def outputs_no_probabilities(context: DiagnosisContext) -> Iterator[Violation]:
    """A crossentropy is given outputs that are not probabilities.

    ## Why is this bad?

    A crossentropy without `from_logits=True` expects numbers between 0 and 1. It clips what a layer without
    an activation returns, and clipping has no gradient, so the loss stands still or turns into `nan`. The
    softmax of a single unit is always 1, so such a model cannot learn either.

    ## Example

    ```python
    model = keras.Sequential([hidden, keras.layers.Dense(1)])
    model.compile("adam", loss="binary_crossentropy")
    ```

    ## Use instead

    ```python
    model = keras.Sequential([hidden, keras.layers.Dense(1)])
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile("adam", loss=loss)
    ```

    ## Known limits

    - Examined are the crossentropies of Keras in traced functions, which `fit` runs, or a `tf.function`. On
      JAX and torch, it is the loss of `compile`, for sequential and functional models.
    - The output must be that of a layer of Keras. One of your own may do more than its activation. What a
      last layer without weights is given, such as a linear `Activation`, is not known.
    """
    reported: set[LayerRef] = set()
    for violation in _compiled(context):
        if violation.layer is not None:
            reported.add(violation.layer)
        yield violation
    for seen in (*context.observations("softmax of one"), *context.observations("clipped outputs")):
        state = context.state(seen.layer)
        if state is None or state.layer in reported or is_user_defined(state.layer):
            continue
        examine = _of_one if seen.what == "softmax of one" else _clipped
        made = examine(context, seen, state)
        if made is not None:
            reported.add(state.layer)
            yield made


def _compiled(context: DiagnosisContext) -> Iterator[Violation]:
    """Find models that are compiled with a loss that their last layer does not fit."""
    trainings = Trainings(context)
    for training in trainings.all:
        compiled = trainings.compiled_before(training.model.layer, training.traces[0].start_ns)
        if compiled is None or len(compiled.paths) != 2 or compiled.paths[0] not in _CLASSES:
            continue
        if not uses_compiled_loss(training.model) or compiled.paths[1] != "probabilities":
            continue
        state = output_layer(context, training.model)
        if state is None or not training.steps:
            continue
        violation = _violation(context, training.model.layer, compiled, state)
        if violation is not None:
            yield violation


def _violation(
    context: DiagnosisContext, model: LayerRef, compiled: Observation, state: LayerState
) -> Violation | None:
    loss = compiled.paths[0]
    init = context.init_of(state.layer)
    place = None if init is None else init.location
    call = next((call for call in context.of(state.layer, "call") if call.outputs is not None), None)
    spec = None if call is None else next(specs(call.outputs), None)
    width = spec.shape[-1] if spec is not None and spec.shape else None
    evidence = (
        Evidence(f"{state.layer} computes the output", seqs(call), place),
        Evidence(f"{model.name} is compiled here", (), compiled.location),
    )
    if state.activation == "linear":
        fix, fix_place = _loss_with_logits(context, compiled)
        return Violation(
            message=f"{{layer}} has no activation, but {model.name} is compiled with {loss}, which expects "
            "probabilities: what is below 0 or above 1 is clipped and has no gradient.",
            layer=state.layer,
            location=compiled.location,
            evidence=evidence,
            fix=fix,
            fix_place=fix_place,
        )
    if state.activation == "softmax" and width == 1:
        return Violation(
            message=f"{{layer}} is a softmax of one unit, which is always 1: {model.name} cannot learn.",
            layer=state.layer,
            location=place or compiled.location,
            evidence=evidence,
            fix=_with_sigmoid(context, place),
            fix_place="in place",
        )
    return None


def _of_one(context: DiagnosisContext, seen: Observation, state: LayerState) -> Violation | None:
    """Return what is wrong with a layer that takes the softmax of one unit."""
    if state.activation != "softmax":
        return None
    init = context.init_of(state.layer)
    place = None if init is None else init.location
    has_steps = isinstance(seen.now, TensorSpec) and len(seen.now.shape or ()) > 2
    return Violation(
        message="{layer} is a softmax of one unit, which is always 1: no weight before it gets a gradient.",
        layer=state.layer,
        location=place or seen.location,
        evidence=(
            Evidence(f"softmax over the last axis of {seen.now}", seqs(context.event(seen.during)), place),
        ),
        fix="activation=None  # and then layers.Softmax(axis=1), which is over the steps"
        if has_steps
        else _with_sigmoid(context, place),
        fix_place="elsewhere" if has_steps else "in place",
    )


def _clipped(context: DiagnosisContext, seen: Observation, state: LayerState) -> Violation | None:
    """Return what is wrong with a layer without an activation whose outputs a crossentropy clips."""
    if state.activation != "linear":
        return None
    init = context.init_of(state.layer)
    created = None if init is None else init.location
    models = [other for other in context.states.values() if state.layer.id in other.children]
    model = max(models, key=lambda other: len(other.children), default=state).layer
    compiles = [each for layer, each in context.layer_observations("compiled") if layer == model]
    place, fix_place = seen.location, "elsewhere"
    fix = (
        f"{keras_in(seen.location)}.losses.{_CLASSES.get(seen.name, 'BinaryCrossentropy')}(from_logits=True)"
    )
    if compiles:
        place = compiles[-1].location
        named = [name for name in compiles[-1].paths[:1] if name in _CLASSES]
        if named:
            fix, fix_place = _loss_with_logits(context, compiles[-1])
    return Violation(
        message=f"{{layer}} has no activation, but {model.name} is trained with {seen.name}, which expects "
        "probabilities: what is below 0 or above 1 is clipped and has no gradient.",
        layer=state.layer,
        location=place,
        evidence=(
            Evidence(f"{state.layer} computes the output", seqs(init), created),
            Evidence(f"{seen.name} clips it", seqs(context.event(seen.during)), seen.location),
        ),
        fix=fix,
        fix_place="in place" if fix_place == "in place" else "elsewhere",
    )


def _loss_with_logits(context: DiagnosisContext, compiled: Observation) -> tuple[str, FixPlace]:
    """Write the line of the compile with a loss that expects logits."""
    cls = _CLASSES[compiled.paths[0]]
    instead = f"{keras_in(compiled.location)}.losses.{cls}(from_logits=True)"
    source = statement_at(context, compiled.location).source
    edited, count = re.subn(rf"([\w.]*\b{cls})\(\)", r"\1(from_logits=True)", source)
    if not count:
        edited, count = re.subn(rf"[\"']{compiled.paths[0]}[\"']", instead, source)
    return (edited, "in place") if count == 1 and len(source) < 200 else (f"loss={instead}", "elsewhere")


def _with_sigmoid(context: DiagnosisContext, place: Location | None) -> str:
    source = statement_at(context, place).source
    is_short = source.count("softmax") == 1 and len(source) < 200
    return source.replace("softmax", "sigmoid") if is_short else 'activation="sigmoid"'
