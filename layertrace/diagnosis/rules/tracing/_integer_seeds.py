"""Decide whether a layer draws with an integer for a seed, and write a generator in its place."""

from __future__ import annotations

import ast

from layertrace.diagnosis.assigned_attributes import methods_of
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Edit
from layertrace.diagnosis.method_edits import in_init
from layertrace.diagnosis.rewriting import rewritten
from layertrace.diagnosis.state_reads import line_with
from layertrace.diagnosis.user_source import (
    assigned_pairs,
    constant_of,
    default_of,
    dotted,
    first_parameter,
    function_at,
    is_name,
    line_of,
    methods_beside,
    nodes_at,
    nodes_of,
    parameters,
)
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import LayerRef, Location

__all__ = ["is_integer_seed", "with_generator"]

_GENERATOR = "seed_generator"


def is_integer_seed(
    value: ast.expr, context: DiagnosisContext, layer: LayerRef, method: Location | None
) -> bool:
    """Return whether an expression is an integer or integers: a literal, a global, or what `__init__` keeps.

    Args:
        value: What a method gives for a seed, or assigns to an attribute.
        context: What is known.
        layer: The layer of the method.
        method: Where the method is defined.
    """
    if isinstance(value, ast.Constant):
        return type(value.value) is int
    if isinstance(value, (ast.List, ast.Tuple)):
        return bool(value.elts) and all(is_integer_seed(item, context, layer, method) for item in value.elts)
    if isinstance(value, ast.Attribute):
        me = first_parameter(function_at(method))
        return is_name(value.value, me) and _is_integer_attribute(value.attr, context, layer)
    if isinstance(value, ast.Name):
        if method is not None and method.function.endswith("__init__") and value.id in parameters(method):
            return type(_init_argument(context, layer, value.id)) is int
        constant = constant_of(method, value.id)
        return constant is not None and is_integer_seed(constant, context, layer, None)
    if isinstance(value, ast.IfExp):
        branches = _taken_branches(value, context, layer)
        return any(is_integer_seed(branch, context, layer, method) for branch in branches)
    return False


def _is_integer_attribute(name: str, context: DiagnosisContext, layer: LayerRef) -> bool:
    """Return whether a layer assigns integers to an attribute, and only in its `__init__`.

    The name alone does not decide: `self.seed` may be a generator that is made of the argument `seed`.
    """
    # tests/cases/clean/seeded_randomness.py
    state = context.state(layer)
    values = [] if state is None else [pair for method in methods_of(state) for pair in _set(method, name)]
    return bool(values) and all(
        method.function.endswith("__init__") and is_integer_seed(value, context, layer, method)
        for method, value in values
    )


def _set(method: Location, name: str) -> list[tuple[Location, ast.expr]]:
    """Return what a method assigns to an attribute of its layer."""
    me = first_parameter(function_at(method))
    pairs = [
        pair
        for node in nodes_of(method)
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)) and node.value is not None
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        for pair in assigned_pairs(target, node.value)
    ]
    return [(method, value) for target, value in pairs if dotted(target) == f"{me}.{name}"]


def _init_argument(context: DiagnosisContext, layer: LayerRef, name: str) -> object:
    """Return what a layer's `__init__` was given for a parameter, or its default."""
    state = context.state(layer)
    init = None if state is None else state.methods.get("__init__")
    given = [event.arguments[name] for event in context.of(layer, "init") if name in event.arguments]
    return given[0] if given else default_of(init, name)


def _taken_branches(value: ast.IfExp, context: DiagnosisContext, layer: LayerRef) -> list[ast.expr]:
    """Return the branch that a condition on an argument of `__init__` selects, if that is known."""
    test = value.test
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.left, ast.Attribute)):
        return []
    wanted = test.comparators[0]
    given = [event.arguments.get(test.left.attr) for event in context.of(layer, "init")]
    if not given or not isinstance(wanted, ast.Constant) or not isinstance(test.ops[0], (ast.Eq, ast.Is)):
        return []
    return [value.body if given[0] == wanted.value else value.orelse]


def with_generator(
    state: LayerState | None, method: Location | None, draw: ast.Call, seed: ast.expr
) -> tuple[str, tuple[Edit, ...]]:
    """Return the line that draws with a generator made of its seed, and the edit that creates this.

    Args:
        state: The layer.
        method: The method that draws.
        draw: A call of a function of `keras.random`.
        seed: Its seed.

    Returns:
        Nothing if the generator has no simple place.
    """
    module = dotted(draw.func).rpartition(".")[0]
    me = first_parameter(function_at(method))
    beside = methods_beside(method)
    if method is None or state is None or me is None:
        return "", ()
    has_init_elsewhere = "__init__" in state.methods and "__init__" not in beside
    if not module.endswith("random") or module.startswith("tf") or has_init_elsewhere or _holds(state):
        return "", ()
    argument = ast.unparse(seed)
    if isinstance(seed, ast.Attribute):
        argument = f"self.{seed.attr}"
    elif not isinstance(seed, (ast.Constant, ast.Name)):
        return "", ()
    edit = in_init(method, f"self.{_GENERATOR} = {module}.SeedGenerator({argument})")
    line = _with_seed(method, draw, seed, f"{me}.{_GENERATOR}")
    return (line, (edit,)) if edit is not None and line else ("", ())


def _with_seed(method: Location, draw: ast.Call, seed: ast.expr, text: str) -> str:
    """Write the line of a call with another seed, or its statement of several lines."""
    if seed.lineno == draw.lineno:
        return line_with(method.file, seed, text)
    place = line_of(method, draw)
    statement = next((node for node in nodes_at(place) if isinstance(node, ast.stmt)), None)
    if statement is None or statement.lineno != draw.lineno:
        return ""
    return rewritten(place, statement, {seed: text})


def _holds(state: LayerState) -> bool:
    """Return whether a class has an attribute already of the name that the generator is to get."""
    return any(
        isinstance(node, ast.Attribute) and node.attr == _GENERATOR
        for method in methods_of(state)
        for node in nodes_of(method)
    )
