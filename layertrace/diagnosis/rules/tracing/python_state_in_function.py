"""LT215: A function, loss or metric counts or collects in Python, which happens only while it is traced."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.rules.tracing._shared import attribute_path
from layertrace.diagnosis.state_reads import branch_on, uses_value
from layertrace.diagnosis.unapplied_optimizers import unapplied
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Opaque


@rule("LT215", "python-state-in-function", "warning", links.SIDE_EFFECTS)
def python_state_in_function(context: DiagnosisContext) -> Iterator[Violation]:
    """A function, loss or metric counts or collects in Python, which happens only while it is traced.

    ## Why is this bad?

    Python runs a function once to make a graph, and all later steps run the graph. A counter stands still
    during these steps, and what is computed from it is a constant.

    ## Example

    ```python
    calls = 0

    def staged(truth, predicted):
        global calls
        calls += 1
        return mae(truth, predicted) if calls > 1000 else mse(truth, predicted)
    ```

    ## Use instead

    ```python
    calls = keras.Variable(0, dtype="int64", trainable=False)

    def staged(truth, predicted):
        calls.assign_add(1)
        late, early = mae(truth, predicted), mse(truth, predicted)
        return ops.where(calls > 1000, late, early)
    ```

    ## Known limits

    - Only a note where the function does not use the value itself: it may count the traces on purpose.
    - A tensor that is kept is reported as LT402, and state that a layer changes as LT205.
    """
    kept = {(each.reader, each.name) for each in context.observations("kept tensor")}
    # A counter that decides whether the optimizer is applied is LT510.
    counters = [each.counter for each in unapplied(context) if each.counter is not None]
    seen = {(counter.reader, counter.name) for counter in counters}
    for observation in context.observations("changed in call"):
        path = attribute_path(observation.name)
        key = (observation.reader, observation.name)
        # A class attribute or a global that is also set elsewhere counts the traces:
        # tests/cases/lt204_traced_per_instance/broken.py
        if observation.layer is not None or not observation.reader or key in seen:
            continue
        if (observation.reader, path) in kept or key in kept:
            continue
        seen.add(key)
        # A count of traces is not used: tests/cases/clean/traces_counted_in_functions.py
        is_used = uses_value(observation.defined_at, path)
        branch = branch_on(observation.defined_at, path)
        runs = _runs(context, observation)
        if runs < 2:
            is_used = False
        name = observation.reader
        yield Violation(
            message=f"{name} changes {path} while it is traced, from {observation.before} to "
            f"{observation.now}. Its graph ran {runs} times, and changed nothing in Python"
            + (f": what {name} computes from {path} is a constant." if is_used else "."),
            location=observation.location,
            evidence=(
                Evidence(
                    f"{path}: {observation.before} → {observation.now}",
                    () if observation.during is None else (observation.during,),
                    observation.location,
                ),
                *([Evidence(f"if {branch.test} is decided once", (), branch.location)] if branch else ()),
            ),
            fix=_as_variable(observation, path, branch.test if branch else ""),
            fix_place="elsewhere",
            severity=None if is_used else "note",
        )


def _runs(context: DiagnosisContext, observation: Observation) -> int:
    """Return how often the graphs ran that were traced during an observation."""
    event = context.event(observation.during)
    traces = [] if event is None else [event, *context.enclosing(event, "trace")]
    functions = {trace.function for trace in traces if trace.kind == "trace"}
    return sum(run.times for run in context.events("run") if run.function in functions)


def _as_variable(observation: Observation, path: str, test: str) -> str:
    """Write how a variable counts in each step."""
    before, now = observation.before, observation.now
    if isinstance(now, Opaque) or not isinstance(before, (int, float)):
        where = f"where {observation.reader} is called"
        return f"# a graph cannot change {path}: return the values, and keep them {where}"
    place = "in __init__" if path.startswith("self.") else f"outside of {observation.reader}"
    kind = "int64" if isinstance(before, int) else "float32"
    is_one = isinstance(now, (int, float)) and now - before == 1
    change = "assign_add(1)" if is_one else "assign(...)"
    lines = [
        f'{path} = keras.Variable({before}, dtype="{kind}", trainable=False)  # {place}',
        f"{path}.{change}  # in {observation.reader}",
    ]
    if test:
        lines.append(f"keras.ops.where({test}, a, b)  # in place of the if")
    return "\n".join(lines)
