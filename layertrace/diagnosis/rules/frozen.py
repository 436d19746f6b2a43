"""What a graph freezes: Python runs while a function is traced, and then no more."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from layertrace.diagnosis.case import Case, is_users
from layertrace.diagnosis.finding import Evidence, Found
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.source import assignments, calls, line_of
from layertrace.timeline.event import Event, LayerRef, Location, Opaque
from layertrace.timeline.surroundings import Observation

_FUNCTION = "https://www.tensorflow.org/guide/function"
_TRANSFER = "https://keras.io/guides/transfer_learning/"
_RANDOM = "https://keras.io/api/random/seed_generator/"
_XLA = "https://www.tensorflow.org/xla/known_issues"


def _method(case: Case, layer: LayerRef | None) -> Location | None:
    """Return where the `call` of a layer is defined."""
    if layer is None:
        return None
    state = case.state(layer)
    if state is not None and "call" in state.methods:
        return state.methods["call"]
    return next((one.defined_at for one in case.of(layer, "call") if one.defined_at is not None), None)


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
        method = _method(case, first.layer)
        line = next(iter(assignments(method, first.name)), method)
        ran = len(case.of(first.layer, "call")) if first.layer is not None else len(seen)
        runs = max(_runs_of(case, one) for one in seen)
        grows = len(seen) > 1 or isinstance(first.now, Opaque)
        more = f" while its graph ran {runs} times" if runs else ""
        yield Found(
            message=f"{{layer}} changes self.{first.name} in call, which Python ran {_times(ran)}{more}: "
            "a graph keeps the value of the trace and changes no Python.",
            layer=first.layer,
            location=line,
            evidence=(
                Evidence(
                    f"self.{first.name}: {first.before} → {seen[-1].now}",
                    tuple(one.during for one in seen if one.during is not None),
                    line,
                ),
            ),
            fix=f'self.{first.name} = self.add_weight(shape=(), initializer="zeros", trainable=False)'
            "  # in build\n"
            f"self.{first.name}.assign_add(1)  # in call",
            severity=None if grows and isinstance(first.now, (int, float, Opaque)) else "note",
        )


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
        yield Found(
            message=f"{{layer}} has {one.name}={one.now!r} now, but the graph that ran here was traced with "
            f"{one.before!r} and does not see the change.",
            layer=layer,
            location=one.location,
            evidence=(
                Evidence(f"{one.name}: {one.before!r} → {one.now!r}", _calls(case, layer), one.location),
            ),
            fix=f"self.{one.name} = self.add_weight(shape=(), trainable=False)  # in build\n"
            f"layer.{one.name}.assign({one.now!r})",
        )


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
            fix="model.compile(optimizer, loss)  # after changing trainable, before fit",
        )


@rule("LT208", "frozen-randomness", "warning", _RANDOM)
def frozen_randomness(case: Case) -> Iterator[Found]:
    """A layer draws random numbers that are the same each time.

    NumPy and Python draw once, while the function is traced; the number is a constant of the graph. A
    function of `keras.random` with an integer as seed gives the same numbers on every call, also eagerly.

    Bad:

    ```python
    def call(self, x):
        return x + np.random.normal(size=(4,))
    ```

    Good:

    ```python
    def __init__(self):
        super().__init__()
        self.seed = keras.random.SeedGenerator(1)

    def call(self, x):
        return x + keras.random.normal((4,), seed=self.seed)
    ```
    """
    told: set[int] = set()
    for one in case.observations("random"):
        if one.layer is None or one.layer.id in told:
            continue
        method = _method(case, one.layer)
        if one.name == "random" and _draw(method) is None:
            continue  # Keras itself draws the seeds of what is made in call
        told.add(one.layer.id)
        yield Found(
            message=f"{{layer}} draws from {one.name} while it is traced: the number is a constant of the "
            f"graph, the "
            "same in every step.",
            layer=one.layer,
            location=_draw(method) or method or one.location,
            evidence=(Evidence(f"{one.name} was drawn from", _during(one), one.location),),
            fix=_SEEDED,
        )
    yield from _fixed_seeds(case, told)


_SEEDED = (
    "self.seed = keras.random.SeedGenerator(1)  # in __init__\n"
    "keras.random.normal(shape, seed=self.seed)  # in call"
)


def _during(one: Observation) -> tuple[int, ...]:
    return () if one.during is None else (one.during,)


def _draw(method: Location | None) -> Location | None:
    """Return the line on which a method draws from Python or NumPy."""
    for name, node in calls(method):
        if re.search(r"(^|\.)random\.|(^|\.)rng\.|^self\.\w*(rng|random)\w*\.", name) and "keras" not in name:
            return line_of(method, node)
    return None


def _fixed_seeds(case: Case, told: set[int]) -> Iterator[Found]:
    for layer in case.layers:
        made = case.of(layer, "call")
        if not is_users(layer) or layer.id in told or not made:
            continue
        method = _method(case, layer)
        for name, node in calls(method):
            values = [given.value for given in node.keywords if given.arg == "seed"]
            drawn = re.search(r"(^|\.)random\.(?!set|Seed)\w+$", name) and "np." not in name
            if drawn and values and _may_be_constant(values[0], case, layer):
                yield Found(
                    message=f"{{layer}} gives {name} an integer as its seed: every call draws the same "
                    f"numbers.",
                    layer=layer,
                    location=line_of(method, node),
                    evidence=(Evidence(f"{name}(…, seed=…)", (made[0].seq,), line_of(method, node)),),
                    fix=_SEEDED,
                )
                break


def _may_be_constant(value: ast.expr, case: Case, layer: LayerRef) -> bool:
    """Tell an integer, also one among the cases of a condition that this layer takes."""
    if isinstance(value, ast.Constant):
        return isinstance(value.value, int) and not isinstance(value.value, bool)
    if isinstance(value, ast.IfExp):
        taken = _taken(value, case, layer)
        return any(_may_be_constant(one, case, layer) for one in taken)
    return False


def _taken(value: ast.IfExp, case: Case, layer: LayerRef) -> list[ast.expr]:
    """Return the branch that a condition on an argument of `__init__` leads to, if that is known."""
    test = value.test
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.left, ast.Attribute)):
        return []
    wanted = test.comparators[0]
    given = [one.arguments.get(test.left.attr) for one in case.of(layer, "init")]
    if not given or not isinstance(wanted, ast.Constant) or not isinstance(test.ops[0], (ast.Eq, ast.Is)):
        return []
    return [value.body if given[0] == wanted.value else value.orelse]


@rule("LT209", "op-without-xla", "error", _XLA)
def op_without_xla(case: Case) -> Iterator[Found]:
    """A function is to be compiled by XLA, and holds an operation that XLA does not have.

    `jit_compile=True` compiles the whole graph or nothing. Python functions (`tf.py_function`,
    `tf.numpy_function`) and some kernels cannot be compiled.

    Bad:

    ```python
    model.compile(optimizer, loss, jit_compile=True)  # with a layer that calls tf.py_function
    ```

    Good:

    ```python
    model.compile(optimizer, loss, jit_compile=False)
    ```
    """
    for event in case.errors():
        if event.kind != "run" or event.error is None or not _is_compiled(case, event):
            continue
        nodes = re.findall(r"\{\{node ([^}]+)\}\}", event.error.message)
        layer = next((one for node in nodes for one in [_layer_at(case, node)] if one is not None), None)
        method = _method(case, layer)
        line = next((line_of(method, node) for name, node in calls(method) if name.endswith(_PYTHON)), method)
        op = nodes[0].rpartition("/")[2] if nodes else "an operation"
        yield Found(
            message=f"{{layer}} uses {op}, which XLA cannot compile, in a function with jit_compile=True."
            if layer is not None
            else f"{op} cannot be compiled by XLA, in a function with jit_compile=True.",
            layer=layer,
            location=line or event.location,
            evidence=(Evidence(f"{event.function} failed when it ran", (event.seq,), event.location),),
            fix="model.compile(..., jit_compile=False)  # or self.supports_jit = False in the layer's "
            "__init__",
        )


_PYTHON = ("py_function", "numpy_function", "py_func")


def _is_compiled(case: Case, run: Event) -> bool:
    """Tell whether XLA compiles the function that was run, or one that it calls, as `fit` calls its step."""
    for trace in case.events("trace", lambda one: one.graph is not None and one.graph.jit_compile):
        if any(one.function == run.function for one in (trace, *case.around(trace))):
            return True
    return False


def _layer_at(case: Case, node: str) -> LayerRef | None:
    """Return the innermost layer whose name is a step of a node's path."""
    for step in reversed(node.split("/")[:-1]):
        for name in (step, re.sub(r"_\d+$", "", step)):  # each further trace numbers the scopes
            named = [layer for layer in case.layers if layer.name == name]
            if named:
                return named[-1]
    return None
