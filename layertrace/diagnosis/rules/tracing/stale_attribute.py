"""LT206: An attribute of a layer changed after the function that uses it was traced."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined, seqs
from layertrace.diagnosis.finding import Edit, Evidence, FixPlace, Violation
from layertrace.diagnosis.method_edits import only, stored_in_init
from layertrace.diagnosis.program_lines import run_eagerly
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.rules.tracing._shared import (
    attribute_path,
    stale_run,
    traced_again,
    weight_creation,
    weight_name,
)
from layertrace.diagnosis.rules.tracing._variables import as_variable, is_array
from layertrace.diagnosis.rules.tracing.weights_added_after_trace import layers_with_late_weights
from layertrace.diagnosis.state_changes import StateChange, change_of
from layertrace.diagnosis.state_reads import is_tested
from layertrace.timeline.context import Observation
from layertrace.timeline.event import LayerRef, Opaque


@rule("LT206", "stale-attribute", "error", links.FREE_VARIABLES)
def stale_attribute(context: DiagnosisContext) -> Iterator[Violation]:
    """An attribute of a layer changed after the function that uses it was traced.

    ## Why is this bad?

    Python attributes are constants of a graph, and TensorFlow does not check them to decide whether to
    trace again. The graph keeps the value of its trace, while an eager call uses the new one.

    ## Example

    ```python
    model.predict(x)
    layer.alpha = 5.0
    model.predict(x)
    ```

    ## Use instead

    ```python
    # in build
    self.alpha = self.add_weight(shape=(), initializer="ones", trainable=False)
    # in the program
    layer.alpha.assign(5.0)
    model.predict(x)
    ```

    ## Known limits

    - Seen only if the graph runs again after the change, and the traced code reads the attribute.
    - An attribute that `call` itself changes is reported as LT205, and `trainable` as LT207.
    - The line is found in the source: the last assignment before the run, or the first one in a callback.
      Without such a line, it is the line where the graph runs.
    """
    changed_in_call = {
        (layer.id, observation.name) for layer, observation in context.layer_observations("changed in call")
    }
    late = layers_with_late_weights(context)
    for layer, observation in context.layer_observations("changed after trace"):
        # What `enable_lora` sets comes with weights, which are LT211.
        if layer.id in late and (not is_user_defined(layer) or "Variable" in str(observation.now)):
            continue
        if observation.name == "trainable" or (layer.id, observation.name) in changed_in_call:
            continue
        path = attribute_path(observation.name)
        name = path.removeprefix("self.")
        before, now = _shown(observation.before), _shown(observation.now)
        stale = stale_run(context, layer, observation.location)
        change = change_of(path, observation.now, observation.location, context.call_defined_at(layer))
        fix = _fix(context, observation, layer, change)
        line = observation.location if change is None else change.location
        ran = "" if observation.location is None else f" at line {observation.location.line}"
        ran = " here" if line == observation.location else ran
        yield Violation(
            message=f"{{layer}} has {name}={now} now, but the graph that ran{ran} was traced with {before} "
            "and does not see the change.",
            layer=layer,
            location=line,
            evidence=(
                Evidence(f"{name}: {before} → {now}", seqs(stale.run or stale.trace), observation.location),
            ),
            fix=traced_again(context, stale.trace, observation.location) if fix is None else fix[0],
            edits=() if fix is None else fix[1],
            fix_place=_place(fix is not None, change),
        )


def _place(is_weight: bool, change: StateChange | None) -> FixPlace | None:
    """Return where the fix goes: in place of the change, or before the run that is to see it."""
    if change is None:
        return None if is_weight else "before"
    return "in place" if is_weight else "elsewhere"


def _shown(value: object) -> str:
    return str(value) if isinstance(value, Opaque) else repr(value)


def _fix(
    context: DiagnosisContext, observation: Observation, layer: LayerRef, change: StateChange | None
) -> tuple[str, tuple[Edit, ...]] | None:
    """Write how a weight holds the value, whose changes a graph sees; None if it cannot hold it."""
    before, now = observation.before, observation.now
    path = attribute_path(observation.name)
    if path == "self.run_eagerly" and now is True:
        return run_eagerly(context, layer), ()
    is_number = isinstance(now, (int, float)) and not isinstance(now, bool)
    if not (is_number and isinstance(before, (int, float))) and not (is_array(before) or is_array(now)):
        return None
    call = context.call_defined_at(layer)
    is_own = path.startswith("self.")
    is_number &= isinstance(before, (int, float))
    if not is_own or path.count(".") > 1 or not is_number:  # a global, or an object that the layer holds
        return None if change is None else as_variable(observation, path, change, call)
    if not is_user_defined(layer):
        return None
    name = weight_name(observation.name)
    creation = weight_creation(observation.name, before)
    assigned = (change.assignment if change else "") or f"layer.{name}.assign({_shown(now)})"
    stored = stored_in_init(call, name, creation.partition(" = ")[2])
    lines = [assigned] if stored is not None else [f"{creation}  # in build", assigned]
    if is_tested(call, path):
        lines.append(f"keras.ops.where({path} > ..., a, b)  # in call, in place of the if")
    return "\n".join(lines), only(stored)
