"""LT564: A cell of an RNN returns the state that it was given."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.user_source import function_at, line_of
from layertrace.timeline.event import Event, LayerRef
from layertrace.timeline.ownership import is_keras_layer

_RNN = ("layers.rnn.rnn.RNN", "layers.rnn.base_rnn.RNN")


@rule("LT564", "state-not-updated", "error", links.RNN, backends=WITH_TRAINING)
def state_not_updated(context: DiagnosisContext) -> Iterator[Violation]:
    """A cell of an RNN returns the state that it was given.

    ## Why is this bad?

    An RNN gives its cell, in each step, the state that the cell returned in the step before. If the cell
    returns what it was given, the state stays as it was at the beginning, usually zeros. Only the
    last step then matters for the output.

    ## Example

    ```python
    def call(self, x, states):
        h = ops.tanh(x @ self.kernel + states[0] @ self.recurrent)
        return h, states
    ```

    ## Use instead

    ```python
    def call(self, x, states):
        h = ops.tanh(x @ self.kernel + states[0] @ self.recurrent)
        return h, [h]
    ```

    ## Known limits

    - The source of the cell must be available.
    - A cell of an RNN that is given an `initial_state` is not reported: it may pass on what it only reads.
    """
    reported: set[tuple[str, int]] = set()
    for state in context.states.values():
        method = state.methods.get("call")
        function = function_at(method)
        if method is None or not isinstance(function, ast.FunctionDef):
            continue
        returned = _returns_given_state(function)
        call = None if returned is None else _call_by_rnn(context, state.layer)
        if call is None or returned is None or (method.file, method.line) in reported:
            continue
        reported.add((method.file, method.line))
        rnn = context.enclosing_layer(call)
        output, states = ast.unparse(returned.elts[0]), ast.unparse(returned.elts[1])
        is_name = isinstance(returned.elts[0], ast.Name)
        yield Violation(
            message=f"{{layer}} returns {states} as its new state, but that is the state that it was given: "
            "it stays the same in all steps, so earlier steps have no effect.",
            layer=state.layer,
            location=line_of(method, returned),
            evidence=(Evidence(f"a step of {rnn or 'an RNN'}", seqs(call), call.location),),
            fix=f"return {output}, [{output}]" if is_name else f"return {output}, [...]  # the new state",
            fix_place="in place",
        )


def _call_by_rnn(context: DiagnosisContext, layer: LayerRef) -> Event | None:
    """Return a call of a layer by an RNN that has no `initial_state`; None without such a call."""
    calls = [call for call in context.of(layer, "call") if call.mode != "eager"] or context.of(layer, "call")
    for call in calls:
        outer = context.enclosing_call(call)
        if outer is None or outer.layer is None or not is_keras_layer(outer.layer, *_RNN):
            continue
        # tests/cases/clean/cells_that_keep_a_state_on_purpose.py
        is_given = isinstance(outer.inputs, Mapping) and "initial_state" in outer.inputs
        return None if is_given else call
    return None


def _returns_given_state(function: ast.FunctionDef) -> ast.Tuple | None:
    """Return what a cell returns last, if each `return` has nothing but the given state as the new one."""
    names = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
    if len(names) < 3:
        return None
    given = _given_names(function, names[2])
    returns = [node for node in _own_nodes(function) if isinstance(node, ast.Return)]
    returns.sort(key=lambda node: node.lineno)
    tuples = [node.value for node in returns if isinstance(node.value, ast.Tuple)]
    values = [value for value in tuples if len(value.elts) == 2]
    if not returns or len(values) != len(returns) or not all(_is_given(v.elts[1], given) for v in values):
        return None
    return values[-1]


def _own_nodes(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """Yield the nodes of a function, without those of functions inside it."""
    todo: list[ast.AST] = list(function.body)
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.Lambda, ast.ClassDef)):
            todo += ast.iter_child_nodes(node)


def _given_names(function: ast.FunctionDef, states: str) -> set[str]:
    """Return the variables that hold nothing but the states that a cell was given."""
    given, changed = {states}, set[str]()
    for node in sorted(
        (node for node in _own_nodes(function) if isinstance(node, ast.stmt)), key=lambda node: node.lineno
    ):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = [part for target in node.targets for part in _parts(target)]
            names = {target.id for target in targets if isinstance(target, ast.Name)}
            if _is_given(node.value, given) and len(names) == len(targets):
                given |= names
                continue
        elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
            targets = [node.target]
        for target in targets:
            while isinstance(target, (ast.Subscript, ast.Attribute, ast.Starred)):
                target = target.value
            if isinstance(target, ast.Name):
                changed.add(target.id)
    called = {
        node.func.value.id
        for node in _own_nodes(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if isinstance(node.func.value, ast.Name)
    }  # states.append(h), before.assign(h)
    return given - changed - called


def _parts(target: ast.expr) -> list[ast.expr]:
    return list(target.elts) if isinstance(target, (ast.Tuple, ast.List)) else [target]


def _is_given(value: ast.expr, given: set[str]) -> bool:
    """Return whether a value is the given state, an item of it, or a list of such items."""
    if isinstance(value, (ast.List, ast.Tuple)):
        return bool(value.elts) and all(_is_given(item, given) for item in value.elts)
    while isinstance(value, ast.Subscript):
        value = value.value
    return isinstance(value, ast.Name) and value.id in given
