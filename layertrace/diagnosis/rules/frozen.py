"""What a graph freezes: Python runs while a function is traced, and then no more."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from layertrace.diagnosis.case import Case, is_users, specs
from layertrace.diagnosis.finding import Evidence, Found
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.source import calls, constant_of, default_of, dotted, line_of, nodes_at, times_set
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
        if _is_reset(first) or _is_eager_otherwise(case, first):
            continue
        line = first.location or _method(case, first.layer)
        step = _step_of(case, first)
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
    if one.layer is None or _step_of(case, one) is not None:
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


def _step_of(case: Case, one: Observation) -> str | None:
    """Return the step of a model in which something was seen; None for a `call`."""
    event = case.event(one.during)
    if event is None or event.kind != "trace":
        return None
    state = case.state(one.layer)
    steps = () if state is None else [name for name in _STEPS if name in state.methods]
    written = None if one.location is None else one.location.function
    return written if written in steps else next(iter(steps), None)


_STEPS = ("train_step", "test_step", "predict_step")


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
    name = _own_function(traces[-1]) if traces else None
    return "model.compile(optimizer, loss)" if name is None else f"{name} = tf.function({name})"


def _own_function(trace: Event) -> str | None:
    """Return the name of a `tf.function` of the user's; None for what Keras makes of a model's steps."""
    place = trace.defined_at
    if place is None or trace.function is None:
        return None
    is_kerases = re.search(r"[/\\](tf_)?keras[/\\]src[/\\]", place.file)
    name = trace.function.name
    return None if is_kerases else name if name.isidentifier() else "step"


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
    told: set[object] = set()
    for one in case.observations("random"):
        op = one.before if isinstance(one.before, str) else None  # which a constant seed was given to
        layer = one.layer
        key = one.location if layer is None else layer.id
        if key in told:
            continue
        told.add(key)
        trace = case.event(one.during)
        function = "A function" if trace is None or trace.function is None else trace.function.name
        who = function if layer is None else "{layer}"
        yield Found(
            message=f"{who} draws from {one.name} while it is traced: the number is a constant of the "
            "graph, the same in every step."
            if op is None
            else f"{who} draws with a seed that is a constant of the graph: the numbers are the same in "
            "every step.",
            layer=layer,
            location=one.location,
            evidence=(Evidence(f"{one.name} was drawn from", _during(one), one.location),),
            fix=_seeded(one.location, layer, _step_of(case, one)),
        )
    yield from _fixed_seeds(case, told)


_DRAWS = {
    "uniform": "rand random random_sample ranf sample stateless_uniform uniform",
    "randint": "integers randint random_integers randrange",
    "shuffle": "permutation permuted shuffle stateless_shuffle",
    "truncated_normal": "stateless_truncated_normal truncated_normal",
    "categorical": "categorical choice choices stateless_categorical",
    "beta": "beta betavariate",
    "binomial": "binomial stateless_binomial",
    "gamma": "gamma gammavariate stateless_gamma",
    "dropout": "dropout",
    "normal": "gauss normal normalvariate randn standard_normal stateless_normal",
}
_ARGUMENTS = {"randint": "shape, low, high", "shuffle": "x", "categorical": "logits, number"}
_COUNTERPARTS = {name: ours for ours, names in _DRAWS.items() for name in names.split()}


def _seeded(line: Location | None, layer: LayerRef | None, step: str | None = None) -> str:
    """Write down how to draw anew in each step, with the counterpart of the function that is called now."""
    names = [dotted(node.func).rpartition(".")[2] for node in nodes_at(line) if isinstance(node, ast.Call)]
    ours = next((_COUNTERPARTS[name] for name in names if name in _COUNTERPARTS), "normal")
    arguments = _ARGUMENTS.get(ours, "shape")
    if layer is None:
        seed, made, where = "seed", "outside of the function", "inside"
    else:
        seed, made, where = "self.seed", "in __init__", f"in {step or 'call'}"
    return (
        f"{seed} = keras.random.SeedGenerator(1)  # {made}\n"
        f"keras.random.{ours}({arguments}, seed={seed})  # {where}"
    )


def _during(one: Observation) -> tuple[int, ...]:
    return () if one.during is None else (one.during,)


def _fixed_seeds(case: Case, told: set[object]) -> Iterator[Found]:
    """Find integer seeds by the source: of what ran eagerly only, no graph tells."""
    for layer in case.layers:
        made = case.of(layer, "call")
        if not is_users(layer) or layer.id in told or not made:
            continue
        method = _method(case, layer)
        for name, node in calls(method):
            values = [given.value for given in node.keywords if given.arg == "seed"]
            stateless = "stateless_" in name
            drawn = re.search(r"(^|\.)random\.(?!set|Seed)\w+$", name) and not name.startswith(_STATEFUL)
            if (drawn or stateless) and values and _may_be_constant(values[0], case, layer, method):
                yield Found(
                    message=f"{{layer}} gives {name} an integer as its seed: every call draws the same "
                    f"numbers.",
                    layer=layer,
                    location=line_of(method, node),
                    evidence=(Evidence(f"{name}(…, seed=…)", (made[0].seq,), line_of(method, node)),),
                    fix=_seeded(line_of(method, node), layer),
                )
                break


_STATEFUL = ("np.", "numpy.", "tf.random.", "tensorflow.random.")
"""What draws other numbers each time although it was given the same seed, or is seeded elsewhere."""


def _may_be_constant(value: ast.expr, case: Case, layer: LayerRef, method: Location | None) -> bool:
    """Tell an integer, or integers; also in an attribute that `__init__` was given, or in a global."""
    if isinstance(value, ast.Constant):
        return isinstance(value.value, int) and not isinstance(value.value, bool)
    if isinstance(value, (ast.List, ast.Tuple)):
        return bool(value.elts) and all(_may_be_constant(one, case, layer, method) for one in value.elts)
    if isinstance(value, ast.Attribute):
        return type(_given(case, layer, value.attr)) is int
    if isinstance(value, ast.Name):
        found = constant_of(method, value.id)
        return found is not None and _may_be_constant(found, case, layer, None)
    if isinstance(value, ast.IfExp):
        taken = _taken(value, case, layer)
        return any(_may_be_constant(one, case, layer, method) for one in taken)
    return False


def _given(case: Case, layer: LayerRef, name: str) -> object:
    """Return what a layer's `__init__` was given for a parameter, or its default."""
    state = case.state(layer)
    place = None if state is None else state.methods.get("__init__")
    given = [one.arguments[name] for one in case.of(layer, "init") if name in one.arguments]
    return given[0] if given else default_of(place, name)


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
        if not _REFUSED.search(event.error.message):
            continue  # it was compiled, and failed when it ran, or what it was given came to its end
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
            fix=_uncompiled(case, event),
            severity=None if _is_unhandled(case, event) else "note",
        )


_REFUSED = re.compile(
    "unsupported operations when|No registered .* for XLA|uncompilable|not compilable|compile.time constant",
    re.IGNORECASE,
)
"""What the compiler says of an operation, or a shape, that it cannot do (TensorFlow 2.16 to 2.21)."""


def _is_unhandled(case: Case, event: Event) -> bool:
    """Tell an error that ended the recording; a program that goes on asked whether XLA can do it."""
    failure = case.failure
    return failure is not None and event.error is not None and failure.error.message == event.error.message


def _uncompiled(case: Case, run: Event) -> str:
    """Write down how a function does without XLA: in its decorator, or in `compile`."""
    traces = case.events("trace", lambda one: one.function == run.function)
    name = next((name for trace in traces if (name := _own_function(trace)) is not None), None)
    if name is not None and run.function is not None:
        return f"@tf.function(jit_compile=False)  # on {name}"
    return "model.compile(..., jit_compile=False)  # or self.supports_jit = False in the layer's __init__"


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
