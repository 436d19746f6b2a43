"""LT210: A preprocessing layer is adapted after a function that uses it was traced."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.rules.tracing._shared import function_recreation
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Event, FunctionRef, LayerRef


@rule("LT210", "adapted-after-trace", "error", links.PREPROCESSING)
def adapted_after_trace(context: DiagnosisContext) -> Iterator[Violation]:
    """A preprocessing layer is adapted after a function that uses it was traced.

    ## Why is this bad?

    `adapt` and `set_vocabulary` give the layer a new mean, table or list of boundaries. A graph that was
    traced before has the old one as a constant, and goes on with it. Only a call of the layer itself uses
    the new one.

    ## Example

    ```python
    model.predict(x)
    scaling.adapt(more)
    model.predict(x)
    ```

    ## Use instead

    ```python
    model.predict(x)
    scaling.adapt(more)
    model.compile(optimizer, loss)
    model.predict(x)
    ```

    ## Known limits

    - Seen only if the graph runs again without being traced again.
    - The functions that `tf.data` maps are traced each time and are not looked at.
    """
    reported: set[int] = set()
    for layer, adapted in context.layer_observations("adapted"):
        during = context.event(adapted.during)
        # An `__init__` with a vocabulary sets it; an `adapt` may call another.
        if layer.id in reported or (during is not None and during.kind in ("init", "build")):
            continue
        stale = next(_stale_runs(context, layer, adapted), None)
        if stale is None:
            continue
        reported.add(layer.id)
        trace, runs = stale
        times = sum(run.times for run in runs)
        function = "the function" if trace.function is None else trace.function.label
        fix = function_recreation(context, trace, runs[0].location)
        yield Violation(
            message=f"{{layer}} got new data by {adapted.name or 'adapt'} after {function} was traced: the "
            f"graph ran {times} more time{'s' * (times != 1)} with what the layer had before.",
            layer=layer,
            location=adapted.location,
            evidence=(
                Evidence("traced here with the old values", seqs(trace), trace.location),
                Evidence("run here after the change", seqs(runs[0]), runs[0].location),
            ),
            fix=f"{fix}{', and' if '#' in fix else '  #'} after {adapted.name or 'adapt'}",
            fix_place="elsewhere",
        )


def _stale_runs(
    context: DiagnosisContext, layer: LayerRef, adapted: Observation
) -> Iterator[tuple[Event, list[Event]]]:
    """Yield the traces with a call of a layer from before it was adapted, each with its later runs."""
    traces: dict[FunctionRef, Event] = {}
    for call in context.of(layer, "call"):
        outer = list(context.enclosing(call, "trace")) if call.mode == "graph" else []
        if outer and outer[-1].function is not None and outer[-1].start_ns < adapted.start_ns:
            traces[outer[-1].function] = outer[-1]
    for function, trace in traces.items():
        events = [
            event
            for event in context.timeline
            if event.function == function and event.start_ns > adapted.start_ns
        ]
        until = next((event.start_ns for event in events if event.kind == "trace"), float("inf"))
        runs = [event for event in events if event.kind == "run" and event.start_ns < until]
        if runs:
            yield trace, runs
