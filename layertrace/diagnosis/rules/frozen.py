"""What a graph freezes: Python runs while a function is traced, and then no more."""

from __future__ import annotations

import re
from collections.abc import Iterator

from layertrace.diagnosis.case import Case, is_users, specs, users_function
from layertrace.diagnosis.finding import Evidence, Found
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.user_source import times_set
from layertrace.timeline.context import Observation
from layertrace.timeline.event import LayerRef, Opaque

_FUNCTION = "https://www.tensorflow.org/guide/function"
_TRANSFER = "https://keras.io/guides/transfer_learning/"
_RANDOM = "https://keras.io/api/random/seed_generator/"
_XLA = "https://www.tensorflow.org/xla/known_issues"


@rule("LT205", "python-state-in-call", "warning", f"{_FUNCTION}#executing_python_side_effects")
def python_state_in_call(case: Case) -> Iterator[Found]:
    """A layer changes a Python attribute in `call`, which happens while it is traced, and then no more.

    `fit`, `predict` and a `tf.function` run `call` once or twice to make a graph; the steps after that
    run the graph. A counter, a list of outputs, a schedule made of Python numbers stands still meanwhile.

    Bad:

    ```python
    def call(self, x):
        self.step += 1
        return x / self.step
    ```

    Good:

    ```python
    def build(self, input_shape):
        self.step = self.add_weight(shape=(), dtype="int64", initializer="zeros", trainable=False)

    def call(self, x):
        self.step.assign_add(1)
        return x / keras.ops.cast(self.step, x.dtype)
    ```
    """
    found: dict[tuple[int, str], list[Observation]] = {}
    tensors = {(one.layer.id, one.name) for one in case.observations("kept tensor") if one.layer is not None}
    for one in case.observations("changed in call"):
        if one.layer is not None and (one.layer.id, one.name) not in tensors:
            found.setdefault((one.layer.id, one.name), []).append(one)
    for seen in found.values():
        first = seen[0]
        if _is_reset(first) or _is_eager_otherwise(case, first):
            continue
        line = first.location or case.call_defined_at(first.layer)
        step = case.step_seen(first)
        ran = len(case.of(first.layer, "call")) if first.layer is not None and not step else len(seen)
        runs = max(_runs_of(case, one) for one in seen)
        grows = len(seen) > 1 or isinstance(first.now, Opaque) or (_counts(first) and runs > 1)
        more = f" while its graph ran {_times(runs)}" if runs else ""
        yield Found(
            message=f"{{layer}} changes {_spelled(first.name)} in {step or 'call'}, which Python ran "
            f"{_times(ran)}{more}: a graph keeps the value of the trace and changes no Python.",
            layer=first.layer,
            location=line,
            evidence=(
                Evidence(
                    f"{_spelled(first.name)}: {first.before} → {seen[-1].now}",
                    tuple(one.during for one in seen if one.during is not None),
                    line,
                ),
            ),
            fix=_as_weight(first, step or "call"),
            severity=None
            if grows and isinstance(first.now, (int, float, Opaque)) and not _is_memo(case, seen)
            else "note",
        )


def _is_eager_otherwise(case: Case, one: Observation) -> bool:
    """Tell a layer that met placeholders only to be built, and whose Python runs in each call besides."""
    if one.layer is None or case.step_seen(one) is not None:
        return False
    modes = {call.mode for call in case.of(one.layer, "call")}
    return "eager" in modes and "graph" not in modes


def _is_memo(case: Case, seen: list[Observation]) -> bool:
    """Tell a collection that keeps what follows from the shape alone: a second call of a shape adds nothing.

    A list of all calls grows with each, whatever its shape.
    """
    first = seen[0]
    if first.layer is None or not isinstance(first.now, Opaque):
        return False
    changing = {one.during for one in seen}
    met: dict[tuple[object, ...], list[bool]] = {}
    for call in case.of(first.layer, "call"):
        if call.mode != "eager":
            shapes = tuple((one.dtype, (one.shape or ())[1:]) for one in specs(call.inputs))
            met.setdefault(shapes, []).append(call.seq in changing)
    again = [change for changes in met.values() for change in changes[1:]]
    return bool(again) and not any(again)


def _spelled(name: str) -> str:
    """Spell out what an observation is of: `self.rate`, `Scale.rate`, `RATE`."""
    kind, _, rest = name.partition(" ")
    return rest if kind in ("class", "global") else f"self.{name}"


def _is_reset(one: Observation) -> bool:
    """Tell what the program sets anew elsewhere: it counts how often Python runs, and knows that."""
    kind = one.name.partition(" ")[0]
    first = {"class": 0, "global": 1}.get(kind)  # the line that makes a global is an assignment too
    return first is not None and times_set(one.location, _spelled(one.name)) > first


def _simple(name: str) -> str:
    """Return the last word of a name, for a weight that takes the place of what has it."""
    words: list[str] = re.findall(r"[A-Za-z_]\w*", name)
    return words[-1] if words else "state"


def _as_weight(one: Observation, method: str) -> str:
    """Write down how a weight takes the place of what a layer changes."""
    if isinstance(one.now, (Opaque, str)) or isinstance(one.before, str):
        return (
            f"# a graph cannot change {_spelled(one.name)}: return the values instead, or keep them in a "
            f"weight,\nself.{_simple(one.name)}.assign(...)  # in {method}"
        )
    change = "assign_add(1)" if _counts(one) else "assign(...)"
    return f"{_made(one.name, one.before)}  # in build\nself.{_simple(one.name)}.{change}  # in {method}"


def _counts(one: Observation) -> bool:
    numbers = type(one.now) is int and type(one.before) is int
    return numbers and one.now - one.before == 1  # type: ignore[operator]  # which the line above tells


def _made(name: str, value: object) -> str:
    """Write down the making of a weight with a value."""
    number = value if isinstance(value, (int, float)) else 0
    initializer = f"keras.initializers.Constant({float(number)})" if number else '"zeros"'
    return f"self.{_simple(name)} = self.add_weight(shape=(), initializer={initializer}, trainable=False)"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _runs_of(case: Case, one: Observation) -> int:
    """Count the runs of the outermost function that was traced around an observation."""
    event = case.event(one.during)
    traces = [] if event is None else [outer for outer in case.around(event) if outer.kind == "trace"]
    functions = {outer.function for outer in traces}
    if event is not None and not traces:  # it was only seen while shapes were inferred
        return 0
    return sum(run.times for run in case.events("run") if run.function in functions)


@rule("LT206", "stale-attribute", "error", f"{_FUNCTION}#depending_on_python_global_and_free_variables")
def stale_attribute(case: Case) -> Iterator[Found]:
    """A layer's Python attribute was changed after the function that uses it was traced.

    Python attributes are constants of a graph, and no part of what TensorFlow looks at to decide whether
    to trace again. The graph goes on with the value that it was made with; called eagerly the layer uses
    the new one.

    Bad:

    ```python
    model.predict(x)
    layer.alpha = 5.0
    model.predict(x)
    ```

    Good:

    ```python
    # in build: self.alpha = self.add_weight(shape=(), initializer="ones", trainable=False)
    layer.alpha.assign(5.0)
    model.predict(x)
    ```
    """
    changing = {
        (one.layer.id, one.name) for one in case.observations("changed in call") if one.layer is not None
    }
    for one in case.observations("changed after trace"):
        layer = one.layer
        if layer is None or one.name == "trainable" or (layer.id, one.name) in changing:
            continue
        bare, before, now = _spelled(one.name).removeprefix("self."), _shown(one.before), _shown(one.now)
        yield Found(
            message=f"{{layer}} has {bare}={now} now, but the graph that ran here was traced with {before} "
            "and does not see the change.",
            layer=layer,
            location=one.location,
            evidence=(Evidence(f"{bare}: {before} → {now}", _calls(case, layer), one.location),),
            fix=_renewed(case, one, layer),
        )


def _shown(value: object) -> str:
    return str(value) if isinstance(value, Opaque) else repr(value)


def _renewed(case: Case, one: Observation, layer: LayerRef) -> str:
    """Write down how a graph gets to see a change: the value in a weight, or a new trace."""
    number = isinstance(one.now, (int, float)) and not isinstance(one.now, bool)
    if number and is_users(layer):
        name = _simple(one.name)
        return f"{_made(one.name, one.before)}  # in build\nlayer.{name}.assign({one.now!r})"
    return f"{_anew(case, layer)}  # after the change: traces again"


def _anew(case: Case, layer: LayerRef) -> str:
    """Write down how the function in which a layer was traced last is made anew."""
    events = [case.event(seq) for seq in _calls(case, layer)]
    traces = [outer for event in events if event for outer in case.around(event) if outer.kind == "trace"]
    name = users_function(traces[-1]) if traces else None
    return "model.compile(optimizer, loss)" if name is None else f"{name} = tf.function({name})"


def _calls(case: Case, layer: LayerRef) -> tuple[int, ...]:
    """Return the numbers of the last traced call of a layer."""
    return tuple(one.seq for one in case.of(layer, "call") if one.mode == "graph")[-1:]


@rule("LT207", "stale-trainable", "error", _TRANSFER)
def stale_trainable(case: Case) -> Iterator[Found]:
    """A layer was frozen or unfrozen after the train function was traced.

    `compile` makes the train function anew; without it, `fit` goes on with the graph that was traced with
    the old list of trainable variables, and says nothing.

    Bad:

    ```python
    model.fit(x, y)
    base.trainable = False
    model.fit(x, y)
    ```

    Good:

    ```python
    model.fit(x, y)
    base.trainable = False
    model.compile(optimizer, loss)
    model.fit(x, y)
    ```
    """
    updated = {n for one in case.observations("update") if one.during is not None for n in one.variables}
    changed = {
        one.layer.id: one
        for one in case.observations("changed after trace")
        if one.name == "trainable" and one.layer is not None
    }
    inside = {child for number in changed if (s := case.states.get(number)) for child in s.children}
    for number, one in changed.items():
        state = case.states.get(number)
        if number in inside or one.layer is None or state is None:
            continue
        touched = updated.intersection(state.variables) - {0}
        if not touched and one.now is False:
            continue
        if one.now is True and touched:
            continue
        what = "goes on updating it" if one.now is False else "does not update it"
        yield Found(
            message=f"{{layer}} has trainable={one.now} now, but the train function that ran here was traced "
            f"before that and {what}.",
            layer=one.layer,
            location=one.location,
            evidence=(
                Evidence(f"trainable: {one.before} → {one.now}", _calls(case, one.layer), one.location),
            ),
            fix=f"{_anew(case, one.layer)}  # after changing trainable: traces again with the new list",
        )
