"""Find the functions that train a model, what each updates, and the lines of a training step."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.layer_expressions import layer_calls_at
from layertrace.diagnosis.statement_parts import USES
from layertrace.diagnosis.user_source import (
    dotted,
    function_around,
    is_within,
    line_of,
    nodes_of,
    tree_of,
)
from layertrace.timeline.context import LayerState, Observation
from layertrace.timeline.event import Event, FunctionRef, LayerRef, Location

__all__ = [
    "Gradient",
    "Training",
    "Trainings",
    "backward_calls",
    "gradient_before",
    "models_holding",
    "nodes_around",
    "outermost_trace",
    "reads_trainable",
]


@dataclass
class Training:
    """A function that Keras created to train a model, with the traces of it and what they update.

    Attributes:
        function: The outermost function.
        model: The state of its model.
        traces: Its traces, without those inside.
        updates: What optimizers were given in these traces.
        runs: Its runs.
    """

    function: FunctionRef
    model: LayerState
    traces: list[Event] = field(default_factory=list)
    updates: list[Observation] = field(default_factory=list)
    runs: list[Event] = field(default_factory=list)

    @property
    def updated(self) -> set[int]:
        """The ids of the variables that it updates."""
        return {number for update in self.updates for number in update.variables} - {0}

    @property
    def steps(self) -> int:
        """How often it ran."""
        return sum(run.times for run in self.runs)

    @property
    def began_ns(self) -> int:
        """When it was first traced or run."""
        return min(event.start_ns for event in (*self.traces, *self.runs))

    @property
    def last_ns(self) -> int:
        """When it last began to run."""
        return max(event.start_ns for event in (*self.traces, *self.runs))


class Trainings:
    """The train functions of Keras, in the order of their first traces."""

    def __init__(self, context: DiagnosisContext) -> None:
        self._context = context

    @cached_property
    def all(self) -> list[Training]:
        """All of them, whose model is known."""
        trainings: dict[FunctionRef, Training] = {}
        for trace in self._context.events("trace"):
            function = trace.function
            if function is None or function.role != "train" or trace.error is not None:
                continue
            if any(True for _ in self._context.enclosing(trace, "trace")):
                continue
            model = self._called_model(trace) or self.model_of(function, trace.start_ns)
            if model is not None:
                trainings.setdefault(function, Training(function, model)).traces.append(trace)
        for update in self._context.observations("update"):
            outermost = outermost_trace(self._context, update.during)
            if outermost is not None and outermost.function in trainings:
                trainings[outermost.function].updates.append(update)
        for run in self._context.events("run"):
            if run.function in trainings:
                trainings[run.function].runs.append(run)
        return [*trainings.values(), *self._on_torch()]

    def _on_torch(self) -> Iterator[Training]:
        """Yield what Keras trains on torch, where each step calls the model: these calls are its runs."""
        trained = [each for each in self._context.layer_observations("fitted") if each[1].role == "trained"]
        if any(event.function is not None for event in self._context.events("trace")):
            return  # what torch has compiled runs unseen: lt205_python_state_in_call/another_log_in_xla.py
        for number, model in enumerate(dict.fromkeys(layer for layer, _ in trained)):
            places = {seen.location for layer, seen in trained if layer == model}
            calls = [
                call
                for call in self._context.of(model, "call")
                if call.mode == "eager" and call.training is True and call.location in places
            ]
            state = self._context.state(model)
            if state is not None and calls:
                training = Training(FunctionRef(-1 - number, "train_step", "train", model.name), state)
                training.traces, training.runs = calls[:1], calls
                training.updates = [
                    update for update in self._context.observations("update") if update.location in places
                ]
                yield training

    def _called_model(self, trace: Event) -> LayerState | None:
        """Return the model that a trace calls by the name of its function: clones share a name."""
        name = None if trace.function is None else trace.function.model
        calls = (event for event in self._context.descendants(trace) if event.kind == "call")
        layers = (call.layer for call in calls if call.layer is not None and call.layer.name == name)
        return self._context.state(next(layers, None))

    def model_of(self, function: FunctionRef, before_ns: int) -> LayerState | None:
        """Return the state of the model of a function: of several with its name, the one compiled last."""
        compiled = self.compiled_before(function.model, before_ns)
        if compiled is not None:
            return self._context.state(compiled.layer)
        states = self._context.states.values()
        named = [state for state in states if state.layer.name == function.model]
        return named[0] if len(named) == 1 else None

    def compiled_before(self, model: LayerRef | str | None, before_ns: float) -> Observation | None:
        """Return the last `compile` of a model, or of one with this name, before a time."""
        compiles = [
            compiled
            for layer, compiled in self._context.layer_observations("compiled")
            if model in (layer, layer.name) and compiled.start_ns < before_ns
        ]
        return compiles[-1] if compiles else None


def reads_trainable(context: DiagnosisContext) -> str:
    """Return when Keras 3 reads `trainable`, in a clause that follows on `first step`."""
    if context.backend == "tensorflow":
        return "in which Keras 3 reads `trainable`"
    return "and Keras reads `trainable` when it trains, not in compile"


def outermost_trace(context: DiagnosisContext, seq: int | None) -> Event | None:
    """Return the outermost trace that an event is, or is in."""
    event = context.event(seq)
    if event is None:
        return None
    traces = [outer for outer in (event, *context.ancestors(event)) if outer.kind == "trace"]
    return traces[-1] if traces else None


@dataclass(frozen=True)
class Gradient:
    """The line of a step that computes gradients, and the line that computes the loss.

    Attributes:
        place: The line of `tape.gradient(...)` or `optimizer.minimize(...)`.
        loss: The variable that holds the loss; empty if it is not a plain name.
        loss_at: The last line before it that computes the loss, or where a function that computes it returns.
        statement: The assignment on that line.
        models: The models whose `trainable_variables` are trained, such as `self.encoder`; empty if the line
            does not name them.
    """

    place: Location
    loss: str
    loss_at: Location | None
    statement: ast.Assign | ast.AugAssign | None
    models: tuple[str, ...]


def gradient_before(place: Location | None) -> Gradient | None:
    """Return where the function around an update computes its gradients."""
    if place is None:
        return None
    defined, nodes = nodes_around(place)
    calls = [node for node in nodes if isinstance(node, ast.Call) and _is_gradient(node)]
    earlier = [call for call in calls if call.lineno <= place.line] or calls
    if not earlier:
        return None
    call = _of_update(earlier, nodes, place)
    argument = call.args[0] if call.args else None
    name = argument.id if isinstance(argument, ast.Name) else ""
    assignments = [node for node in nodes if isinstance(node, (ast.Assign, ast.AugAssign))]
    assigned = [node for node in assignments if node.lineno <= call.lineno and name in _names(node)]
    statement = assigned[-1] if assigned else None
    computed = statement or _result_of(place.file, name)
    sources = [argument for argument in call.args[1:2] if isinstance(argument, ast.Name)]
    given = [node for node in assignments if any(source.id in _names(node) for source in sources)]
    trained = [*call.args[1:], *(node for node in given if node.lineno <= call.lineno)]
    return Gradient(
        line_of(defined, call),
        name,
        None if computed is None else line_of(defined, computed),
        statement,
        _trained(trained, nodes) or _trained(nodes, nodes)[:1],
    )


def _of_update(gradients: list[ast.Call], nodes: Sequence[ast.AST], place: Location) -> ast.Call:
    """Return the gradients that the update at a place applies: those that it names, or the last before it."""
    updating = [node for node in nodes if isinstance(node, ast.Call) and node.lineno == place.line]
    used = {node.id for call in updating for node in ast.walk(call) if isinstance(node, ast.Name)}
    assigned = [node for node in nodes if isinstance(node, ast.Assign) and used & _names(node)]
    named = [call for call in gradients if any(node.value is call for node in assigned)]
    return (named or gradients)[-1]


def nodes_around(place: Location) -> tuple[Location, list[ast.AST]]:
    """Return where the function around a line begins, and its nodes; outside, the nodes in no function."""
    function = function_around(place)
    defined = Location(place.file, 1 if function is None else function.lineno, place.function)
    return defined, list(_top_level_nodes(place.file) if function is None else nodes_of(defined))


def backward_calls(nodes: Iterable[ast.AST]) -> list[tuple[ast.Call, ast.expr]]:
    """Return the calls of `backward` on torch, each with the loss that it is called on."""
    return [
        (node, node.func.value)
        for node in nodes
        if isinstance(node, ast.Call)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "backward"
    ]


def _top_level_nodes(file: str) -> Iterator[ast.AST]:
    """Yield the nodes of a file that are in no function and no class, in source order."""
    tree = tree_of(file)
    waiting: list[ast.AST] = [] if tree is None else [tree]
    nodes = []
    while waiting:
        inner = waiting.pop()
        if not isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            waiting += ast.iter_child_nodes(inner)
            if isinstance(inner, (ast.stmt, ast.expr)):
                nodes.append(inner)
    yield from sorted(nodes, key=lambda node: (node.lineno, node.col_offset))


def _result_of(file: str, name: str) -> ast.Return | None:
    """Return where a function of a file returns, if only one has this name."""
    tree = tree_of(file)
    functions = [
        node
        for node in ([] if tree is None or not name else ast.walk(tree))
        if isinstance(node, ast.FunctionDef) and node.name == name
    ]
    returns = [node for node in ast.walk(functions[0]) if isinstance(node, ast.Return)] if functions else []
    return returns[-1] if len(functions) == 1 and returns else None


def _is_gradient(call: ast.Call) -> bool:
    names = ("gradient", "minimize", "compute_gradients")
    return isinstance(call.func, ast.Attribute) and call.func.attr in names


def _names(node: ast.Assign | ast.AugAssign) -> set[str]:
    """Return the names that an assignment sets."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)}


def _trained(nodes: Sequence[ast.AST], function: Sequence[ast.AST]) -> tuple[str, ...]:
    """Return whose trainable variables some nodes of a function read, without the variables of its loops."""
    loops = [node.target for node in function if isinstance(node, ast.For)]
    loops += [
        each.target for outer in nodes for each in ast.walk(outer) if isinstance(each, ast.comprehension)
    ]
    bound = {node.id for target in loops for node in ast.walk(target) if isinstance(node, ast.Name)}
    reads = [
        dotted(node.value)
        for outer in nodes
        for node in ast.walk(outer)
        if isinstance(node, ast.Attribute) and node.attr in ("trainable_variables", "trainable_weights")
    ]
    return tuple(dict.fromkeys(read for read in reads if read and read.partition(".")[0] not in bound))


def models_holding(
    context: DiagnosisContext, place: Location, names: Sequence[str], layers: Sequence[LayerRef]
) -> list[str]:
    """Return how a function writes the models that hold some layers: `["self.encoder", "self.decoder"]`.

    Args:
        context: What was recorded.
        place: A line of the function.
        names: The models that the function names elsewhere, which are preferred to those that it only calls.
        layers: The layers.
    """
    named = _layers_named(context, place)
    ordered = {name: named[name] for name in dict.fromkeys((*names, *named)) if name in named}
    holding = []
    for layer in layers:
        for name, numbers in ordered.items():
            if any(_holds(context, number, layer.id) for number in numbers):
                holding.append(name)
                break
    return [name for name in ordered if name in holding]


def _layers_named(context: DiagnosisContext, place: Location) -> dict[str, set[int]]:
    """Return the layers that a function names: `self`, its attributes, and what it calls."""
    named: dict[str, set[int]] = {}
    for state in context.states.values():
        if any(is_within(place, method) for method in state.methods.values()):
            named.setdefault("self", set()).add(state.layer.id)
            for number, attribute in state.held.items():
                named.setdefault(f"self.{attribute}", set()).add(number)
    called: dict[tuple[Location, int | None], dict[LayerRef, None]] = {}
    for call in context.events("call"):
        where = call.location
        if (
            where is None
            or call.layer is None
            or (where.file, where.function) != (place.file, place.function)
        ):
            continue
        called.setdefault((where, call.parent), {})[call.layer] = None
    for (where, _), layers in called.items():
        expressions = layer_calls_at(where)
        if len(expressions) == len(layers):
            for expression, layer in zip(expressions, layers, strict=True):
                name, _, method = dotted(expression.func).rpartition(".")
                # `fit` calls the layers inside: tests/cases/lt506_losses_ignored/another_compute_loss.py
                named.setdefault(name if method in USES else dotted(expression.func), set()).add(layer.id)
    return {name: numbers for name, numbers in named.items() if name}


def _holds(context: DiagnosisContext, model: int, layer: int) -> bool:
    state = context.states.get(model)
    return model == layer or (state is not None and layer in state.children)
