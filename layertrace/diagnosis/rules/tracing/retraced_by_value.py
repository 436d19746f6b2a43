"""LT202: A function is traced again for each new Python value of an argument."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.rules.tracing._shared import retraces


@rule("LT202", "retraced-by-value", "warning", links.RETRACING, triggers=[("trace", None)])
def retraced_by_value(context: DiagnosisContext) -> Iterator[Violation]:
    """A function is traced again for each new Python value of an argument.

    Python numbers, strings and objects are constants of the graph, so each new one takes a new graph. A
    tensor is an input of the graph.

    Bad:

    ```python
    for epoch in range(100):
        step(x, epoch)
    ```

    Good:

    ```python
    for epoch in range(100):
        step(x, tf.constant(epoch))
    ```
    """
    for one in retraces(context, "value", "object", "structure"):
        values = [str(change.before) for change in one.changes[:1]] + [str(c.now) for c in one.changes]
        distinct = list(dict.fromkeys(values))
        if set(distinct) <= {"True", "False", "None"}:
            continue
        objects = all(change.what == "object" for change in one.changes)
        kind = "object" if objects else "Python value"
        name = one.argument.partition("[")[0]
        advice = (
            f"# make the object once, outside of the loop, and pass that one as {name}"
            if objects
            else f"{one.life.name}(..., {name}=tf.constant({name}))"
        )
        yield Violation(
            message=f"{one.counts}, {len(one.traces)} of them for a new {kind} of {one.argument} "
            f"({', '.join(distinct[:3])}{', …' if len(distinct) > 3 else ''}), which is a constant of the "
            f"graph.",
            location=one.location,
            evidence=one.evidence,
            fix=advice,
        )
