"""LT205: A layer changes Python state in `call`, which happens only while it is traced."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, specs
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import as_assign, in_init, only, stored_in_init
from layertrace.diagnosis.python_in_jit import as_weight, by_callback, counted, reading_tensor
from layertrace.diagnosis.rule import ANY_BACKEND, rule
from layertrace.diagnosis.rules.tracing._shared import (
    accumulated,
    attribute_path,
    runs_in_xla,
    weight_creation,
    weight_name,
)
from layertrace.diagnosis.state_reads import Branch, branch_on, uses_value
from layertrace.diagnosis.unapplied_optimizers import unapplied
from layertrace.diagnosis.user_source import calls, times_set
from layertrace.timeline.context import Observation
from layertrace.timeline.event import LayerRef, Location, Opaque


@rule("LT205", "python-state-in-call", "warning", links.SIDE_EFFECTS, backends=ANY_BACKEND)
def python_state_in_call(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer changes Python state in `call`, which happens only while it is traced.

    ## Why is this bad?

    `fit`, `predict` and a `tf.function` run `call` once or twice to make a graph; all later steps run the
    graph. A counter, a list of outputs or a schedule of Python numbers stands still during these steps.

    ## Example

    ```python
    def call(self, x):
        self.step += 1
        return x / self.step
    ```

    ## Use instead

    ```python
    def build(self, input_shape):
        self.step = self.add_weight(
            shape=(), dtype="int64", initializer="zeros", trainable=False
        )

    def call(self, x):
        self.step.assign_add(1)
        return x / keras.ops.cast(self.step, x.dtype)
    ```

    Python is called back in each run, which cures a list that nothing reads in `call`:
    `tf.py_function(log.append, [x], [])`, or on JAX `jax.debug.callback(log.append, x)`. XLA does not compile
    the first: a layer with it needs `self.supports_jit = False`. On JAX, what `assign` gives to a weight is
    kept in the steps of Keras and by `stateless_call`; any other function that is jitted by hand leaves a
    tracer in the weight.

    ## Known limits

    - Only a note where the state is set once, is not a number or a collection, or is a collection that
      grows only for a new shape, such as a cache.
    - A class attribute or a global that is also set outside of the method is taken to count the traces on
      purpose.
    - A layer that only runs eagerly, apart from the symbolic call that builds it, is not reported.
    - A tensor that is kept on the layer is reported as LT402.
    """
    kept = {(layer.id, observation.name) for layer, observation in context.layer_observations("kept tensor")}
    changes: dict[tuple[LayerRef, str], list[Observation]] = {}
    for layer, observation in context.layer_observations("changed in call"):
        if (layer.id, observation.name) not in kept:
            changes.setdefault((layer, observation.name), []).append(observation)
    # A counter that decides whether the optimizer is applied is LT510: its consequence is more than a count.
    counters = [each.counter for each in unapplied(context) if each.counter is not None]
    explained = {(counter.layer, counter.name) for counter in counters}
    for (layer, name), seen in changes.items():
        first = seen[0]
        if (layer, name) in explained:
            continue
        if _is_reset(context, first) or _is_otherwise_eager(context, layer, first):
            continue
        line = first.location or context.call_defined_at(layer)
        step = context.step_of_observation(first)
        python_runs = len(seen) if step else len(context.of(layer, "call"))
        graph_runs = max(_graph_runs(context, observation) for observation in seen)
        while_graph = f" while its graph ran {_times(graph_runs)}" if graph_runs else ""
        # Set once, it may be a flag or a setting: tests/cases/clean/layers_lent_and_trained_elsewhere.py
        grows = len(seen) > 1 or isinstance(first.now, Opaque) or (_counts(first) and graph_runs > 1)
        is_state = isinstance(first.now, (int, float, Opaque)) and (
            step is not None or not _is_memo(context, layer, seen)
        )
        method = _method(context, layer, step)
        branch = branch_on(method, attribute_path(name)) if step and grows and is_state else None
        decides = "" if branch is None else _decision(context, first, branch)
        in_place, edits = _in_place(context, seen, method, step)
        around = _jitted_by_hand(context, seen)
        in_method = step or "call"
        if step and context.backend == "jax":  # a step of JAX keeps only what it returns
            in_method = f"call, whose new value stateless_call returns to {step}"
        written = _as_weight(context, first, in_method)
        if around:
            written = f"{written}\n{around}"
        yield Violation(
            message=f"{{layer}} changes {attribute_path(name)} in {step or 'call'}. Python ran it "
            f"{_times(python_runs)}{while_graph}. "
            + (
                decides
                or "A graph keeps the value from its trace, and running the graph changes no Python state."
            ),
            layer=layer,
            location=line,
            evidence=(
                Evidence(
                    f"{attribute_path(name)}: {first.before} → {seen[-1].now}",
                    tuple(observation.during for observation in seen if observation.during is not None),
                    line,
                ),
                *([Evidence(f"if {branch.test} is decided once", (), branch.location)] if branch else ()),
            ),
            fix=(in_place or written)
            if branch is None
            else accumulated(context, layer, branch)
            or f"{written}\n"
            f"{context.cond}({branch.test}, if_true, if_false)  # in {step or 'call'}, in place of the if",
            fix_place="elsewhere"
            if branch is not None or (around and not in_place)
            else "in place"
            if in_place
            else None,
            edits=edits if in_place and branch is None else (),
            severity="error" if decides and grows else None if grows and is_state else "note",
        )


def _method(context: DiagnosisContext, layer: LayerRef, step: str | None) -> Location | None:
    state = context.state(layer)
    return context.call_defined_at(layer) if step is None or state is None else state.methods.get(step)


def _decision(context: DiagnosisContext, observation: Observation, branch: Branch) -> str:
    """Return a sentence about the branch in the graph, if it decides whether an optimizer is used."""
    if not branch.applies:
        return ""
    event = context.event(observation.during)
    inside = set() if event is None else {event.seq, *(each.seq for each in context.descendants(event))}
    is_applied = any(update.during in inside for update in context.observations("update"))
    name = branch.applies.rpartition(".")[2]
    return f"The branch taken then is the only one in the graph: {name} " + (
        "runs in every step." if is_applied else "never runs, and the weights do not change."
    )


def _is_otherwise_eager(context: DiagnosisContext, layer: LayerRef, observation: Observation) -> bool:
    """Return whether a layer ran symbolically only to be built, and eagerly in all other calls.

    Its Python code runs in every call then: tests/cases/clean/memos_and_layers_used_eagerly.py
    """
    if context.step_of_observation(observation) is not None:
        return False
    modes = {call.mode for call in context.of(layer, "call")}
    return "eager" in modes and "graph" not in modes


def _is_memo(context: DiagnosisContext, layer: LayerRef, seen: list[Observation]) -> bool:
    """Return whether a collection caches by shape: a second call with a shape adds nothing.

    A list of all calls grows with each call, whatever its shape; a cache does not:
    tests/cases/clean/memos_and_layers_used_eagerly.py
    """
    if not isinstance(seen[0].now, Opaque):
        return False
    changing = {observation.during for observation in seen}
    by_shapes: dict[tuple[object, ...], list[bool]] = {}
    for call in context.of(layer, "call"):
        if call.mode != "eager":
            shapes = tuple((spec.dtype, (spec.shape or ())[1:]) for spec in specs(call.inputs))
            by_shapes.setdefault(shapes, []).append(call.seq in changing)
    repeated = [change for changes in by_shapes.values() for change in changes[1:]]
    return bool(repeated) and not any(repeated)


def _is_reset(context: DiagnosisContext, observation: Observation) -> bool:
    """Return whether the program also sets the state elsewhere, as to count how often Python runs."""
    kind = observation.name.partition(" ")[0]
    expected = {"class": 0, "global": 1}.get(kind)  # the line that defines a global is an assignment, too
    place, name = observation.location, attribute_path(observation.name)
    if expected is None or place is None:
        return False
    others = (Location(file, 0) for file in (context.files if kind == "class" else ()) if file != place.file)
    return sum(times_set(each, name) for each in (place, *others)) > expected


def _in_place(
    context: DiagnosisContext, seen: list[Observation], method: Location | None, step: str | None
) -> tuple[str, tuple[Edit, ...]]:
    """Return the line that changes the state in each run, and the edits of others; empty if it is not known.

    A list may be read after the run, so Python is called back with the values. XLA cannot compile that.

    JAX drops what is assigned to a weight in a function that is jitted by hand: only its result is kept.
    """
    first = seen[0]
    path, line = attribute_path(first.name), first.location
    is_collection = isinstance(first.now, Opaque)
    if context.backend != "torch" and is_collection and not uses_value(method, path):
        called, edits = by_callback(line, path, context.backend)
        if called and context.backend == "tensorflow" and runs_in_xla(context, seen):
            uncompiled = only(in_init(method, "self.supports_jit = False"))
            return (called, (*edits, *uncompiled)) if uncompiled else ("", ())
        return called, edits
    if _jitted_by_hand(context, seen) or (step and context.backend == "jax"):
        return "", ()
    code = _as_variable(first, method)
    if context.backend != "jax" or code[0]:
        return code
    if is_collection:
        return counted(line, method, path)
    is_number = isinstance(first.before, (int, float)) and isinstance(first.now, (int, float))
    return as_weight(line, method, path, weight_creation(first.name, first.before)) if is_number else ("", ())


def _jitted_by_hand(context: DiagnosisContext, seen: list[Observation]) -> str:
    """Return how a function that is jitted by hand returns the weights; empty in the steps of Keras."""
    events = [context.event(observation.during) for observation in seen]
    around = [[*context.enclosing(event, "trace")][-1:] for event in events if event is not None]
    traces = [trace for outermost in around for trace in outermost if trace.function is not None]
    if context.backend != "jax" or all(trace.function and trace.function.role for trace in traces):
        return ""
    if any(name.endswith("stateless_call") for trace in traces for name, _ in calls(trace.defined_at)):
        return ""
    return (
        "y, non_trainable = model.stateless_call(trainable, non_trainable, x)  # in the jitted function, "
        "which takes and returns the weights"
    )


def _as_weight(context: DiagnosisContext, observation: Observation, method: str) -> str:
    """Return the fix in which a weight replaces the state that a layer changes."""
    name, weight = observation.name, f"self.{weight_name(observation.name)}"
    path = attribute_path(name)
    if isinstance(observation.now, (Opaque, str)) or isinstance(observation.before, str):
        if context.backend == "jax":
            return (
                f"# a graph cannot change {path}: call a function that does, with the values\n"
                f"jax.debug.callback(change, x)  # in {method}"
            )
        return (
            f"# a graph cannot change {path}: return the values, or call a function that changes it\n"
            f"tf.py_function(change, [x], [])  # in {method}"
        )
    change = f"{weight}.{'assign_add(1)' if _counts(observation) else 'assign(...)'}"
    if path == weight:
        change = as_assign(observation.location, path).partition("#")[0].rstrip() or change
    return f"{weight_creation(name, observation.before)}  # in build\n{change}  # in {method}"


def _as_variable(observation: Observation, method: Location | None) -> tuple[str, tuple[Edit, ...]]:
    """Return the line that changes a number, if it is a weight, and the edits that create and read it.

    Both are empty if the number is not a simple attribute of the layer.
    """
    path, before, now = attribute_path(observation.name), observation.before, observation.now
    numbers = (int, float)
    if not path.startswith("self.") or not isinstance(before, numbers) or not isinstance(now, numbers):
        return "", ()
    creation = weight_creation(observation.name, before).partition(" = ")[2]
    edits = only(stored_in_init(method, path.removeprefix("self."), creation))
    if not edits:
        return "", ()
    assigned = as_assign(observation.location, path)
    return assigned, (*edits, *reading_tensor(method, path, observation.location))


def _counts(observation: Observation) -> bool:
    """Return whether a whole number was increased by one."""
    before, now = observation.before, observation.now
    return type(before) is int and type(now) is int and now - before == 1


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _graph_runs(context: DiagnosisContext, observation: Observation) -> int:
    """Return how often the functions ran that were traced during an observation."""
    event = context.event(observation.during)
    traces = [] if event is None else list(context.enclosing(event, "trace"))
    if event is not None and event.kind == "trace":  # on JAX, a step is the function that Keras jits
        traces.append(event)
    if event is not None and not traces:  # seen only while Keras inferred shapes
        return 0
    functions = {trace.function for trace in traces}
    return sum(run.times for run in context.events("run") if run.function in functions)
