"""LT217: A function reads the clock, which happens only while it is traced."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_source import dotted, nodes_at
from layertrace.timeline.event import Location


@rule("LT217", "frozen-time", "warning", links.SIDE_EFFECTS)
def frozen_time(context: DiagnosisContext) -> Iterator[Violation]:
    """A function reads the clock, which happens only while it is traced.

    ## Why is this bad?

    Python reads the clock once, while the function is traced, and the time becomes a constant of the graph.
    What seems to be the time of a step is the time of the trace.

    ## Example

    ```python
    @tf.function
    def step(x):
        start = time.time()
        loss = update(x)
        return loss, time.time() - start
    ```

    ## Use instead

    ```python
    start = time.time()
    loss = step(x)
    print(time.time() - start)
    ```

    ## Known limits

    - Seen if the graph runs at least twice. Whether the line was reached in the trace is not known.
    - `time` and `datetime` are known, other clocks are not.
    """
    seen: set[Location | None] = set()
    for observation in context.observations("clock"):
        event = context.event(observation.during)
        traces = [] if event is None else [event, *context.enclosing(event, "trace")]
        functions = {trace.function for trace in traces if trace.kind == "trace"}
        runs = sum(run.times for run in context.events("run") if run.function in functions)
        if observation.location in seen or runs < 2:
            continue
        seen.add(observation.location)
        label = "A function" if event is None or event.function is None else event.function.label
        culprit = "{layer}" if observation.layer is not None else observation.reader or label
        yield Violation(
            message=f"{culprit} reads the clock while it is traced: the time is a constant of the graph, "
            f"which ran {runs} times.",
            layer=observation.layer,
            location=observation.location,
            evidence=(
                Evidence(
                    "the clock is read here", () if event is None else (event.seq,), observation.location
                ),
            ),
            fix=_outside(observation.location),
            fix_place="elsewhere",
        )


def _outside(line: Location | None) -> str:
    """Write how the time is measured outside of the graph, or read in it."""
    clocks = [
        dotted(node.func)
        for node in nodes_at(line)
        if isinstance(node, ast.Call) and dotted(node.func).startswith(("time", "datetime", "perf_counter"))
    ]
    clock = next(iter(clocks), "time.time")
    return (
        f"{clock}()  # before and after the call of the compiled function, not in it\n"
        "tf.timestamp()  # where the graph itself needs the time"
    )
