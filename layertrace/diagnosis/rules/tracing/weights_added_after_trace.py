"""LT211: A layer gets weights after the function that trains it was traced, so these never change."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import CreatedVariable, DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.rules.tracing._shared import function_recreation
from layertrace.diagnosis.training_steps import outermost_trace
from layertrace.timeline.event import Event, FunctionRef, LayerRef


@rule("LT211", "weights-added-after-trace", "error", links.TRANSFER_LEARNING)
def weights_added_after_trace(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer gets weights after the function that trains it was traced, so these never change.

    ## Why is this bad?

    The first `fit` traces the train function with the weights that exist then. `enable_lora`, a layer that
    is added to a `Sequential`, or an `add_weight` after that does not change the graph: the new weights keep
    their initial values, and weights that were frozen at the same time are still updated.

    ## Example

    ```python
    model.fit(x, y)
    dense.enable_lora(4)
    model.fit(x, y)
    ```

    ## Use instead

    ```python
    model.fit(x, y)
    dense.enable_lora(4)
    model.compile(optimizer, loss)
    model.fit(x, y)
    ```

    ## Known limits

    Reported if the function runs again without being traced again, and no optimizer of the recording updates
    the weights.
    """
    for (layer, trace_seq), (created, runs) in _stale(context).items():
        trace = context.event(trace_seq)
        names = ", ".join(each.spec.name for each in created[:3])
        weights = f"{len(created)} weight{'s' * (len(created) != 1)} ({names})"
        times = sum(run.times for run in runs)
        steps = f"{times} more step{'s' * (times != 1)}"
        fix = function_recreation(context, trace, runs[0].location)
        yield Violation(
            message=f"{{layer}} got {weights} after the train function was traced: {steps} never updated "
            f"{'it' if len(created) == 1 else 'them'}.",
            layer=layer,
            location=created[0].event.location,
            evidence=(
                Evidence("traced here without them", seqs(trace), None if trace is None else trace.location),
                Evidence("run here after that", seqs(runs[0]), runs[0].location),
            ),
            fix=f"{fix}{', and' if '#' in fix else '  #'} after this line",
            fix_place="elsewhere",
        )


_Stale = dict[tuple[LayerRef, int], tuple[list[CreatedVariable], list[Event]]]


def _stale(context: DiagnosisContext) -> _Stale:
    """Return the weights that came too late, by their layer and the last trace of the function."""
    stale: _Stale = {}
    trained = _trained_layers(context)
    for created in context.created_variables():
        layer, spec = created.event.layer, created.spec
        state = context.state(layer)
        # A layer may replace its weights: those that are gone do not count.
        is_weight = spec.trainable is True and spec.role is None and spec.id not in context.updated
        if layer is None or state is None or not is_weight or spec.id not in state.variables:
            continue
        if state.trainable is False:
            continue
        for trace, layers in trained.values():
            if layer.id in layers and trace.seq < created.event.seq:
                runs = _later_runs(context, trace, created.event)
                if runs:
                    stale.setdefault((layer, trace.seq), ([], runs))[0].append(created)
                    break
    return stale


def _later_runs(context: DiagnosisContext, trace: Event, event: Event) -> list[Event]:
    """Return the runs of the function of a trace after an event."""
    return [run for run in context.events("run") if run.function == trace.function and run.seq > event.seq]


def _trained_layers(context: DiagnosisContext) -> dict[FunctionRef, tuple[Event, set[int]]]:
    """Return the last trace of each function that trains, and the layers that it trains."""
    functions: dict[FunctionRef, tuple[Event, set[int]]] = {}
    for update in context.observations("update"):
        trace = outermost_trace(context, update.during)
        if trace is None or trace.function is None:
            continue
        numbers = set(update.variables) - {0}
        # Not every model around a trained layer is trained:
        # tests/cases/clean/weights_added_before_a_trace.py
        called = {event.layer for event in context.descendants(trace) if event.kind == "call"}
        states = [state for layer in called if (state := context.state(layer)) is not None]
        trained = [state for state in states if numbers.intersection(state.variables)]
        inside = {number for state in trained for number in (state.layer.id, *state.children)}
        earlier = functions.get(trace.function)
        functions[trace.function] = trace, inside | (set() if earlier is None else earlier[1])
    return functions


def layers_with_late_weights(context: DiagnosisContext) -> set[int]:
    """Return the numbers of the layers that got weights after they were traced."""
    return {layer.id for layer, _ in _stale(context)}
