"""Find what was created before a program on JAX set its `keras.distribution`, where JAX refuses it."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator

from layertrace.diagnosis.context import CreatedVariable, DiagnosisContext, seqs
from layertrace.diagnosis.finding import Edit, Evidence, FixPlace, Violation
from layertrace.diagnosis.guards import statement_node
from layertrace.diagnosis.user_source import dotted, function_around, line_of, tree_of
from layertrace.timeline.event import Event, LayerRef, Location

__all__ = ["created_before_the_distribution", "with_scope"]

_REFUSAL = "Received incompatible devices for jitted computation"
"""How the message of JAX 0.6 to 0.12 begins."""


def created_before_the_distribution(context: DiagnosisContext) -> Iterator[Violation]:
    """Yield the model or optimizer whose variables JAX refuses, since they are on one device alone."""
    places = [event for event in context.errors if event.error and event.error.message.startswith(_REFUSAL)]
    failure = context.failure
    if not places and (failure is None or not failure.error.message.startswith(_REFUSAL)):
        return
    outside = [each for each in context.created_variables() if each.event.strategy is None]
    if not outside:
        return
    layer, variables = _holder_of_most(context, outside)
    first = variables[0].event
    place = _statement_that_creates(context, first)
    name = next((event.strategy for event in context.events() if event.strategy), "")
    statement = _distribution_set_after(place)
    if place is None or not (name or any(map(_distributions_set, context.files))):
        return  # the program divides arrays itself
    what = "{layer} was" if layer else f"The variables of {_holder(first)} were"
    fix, edits = _moved(place, statement)
    yield Violation(
        message=f"{what} created before the {name} distribution was set, so".replace("  ", " ")
        + f" {'its variables' if layer else 'they'} are on one device, and JAX refuses to compute with them "
        "on several.",
        layer=layer,
        location=place,
        evidence=(
            Evidence("created without a distribution", seqs(first), place),
            Evidence("refused here", seqs(*places[:1]), None if failure is None else failure.error.location),
        ),
        fix=fix,
        fix_place="before" if edits else "elsewhere",
        edits=edits,
    )


def with_scope(place: Location | None) -> tuple[str, FixPlace]:
    """Write the statement of a line in the scope of the distribution that the program names."""
    tree = None if place is None else tree_of(place.file)
    scopes = {
        ast.unparse(item.context_expr)
        for node in ([] if tree is None else ast.walk(tree))
        if isinstance(node, ast.With)
        for item in node.items
        if isinstance(item.context_expr, ast.Call) and dotted(item.context_expr.func).endswith(".scope")
    }
    node = statement_node(place)
    if len(scopes) == 1 and node is not None and node.lineno == node.end_lineno:
        return f"with {scopes.pop()}:\n    {ast.unparse(node)}", "in place"
    return "with distribution.scope():\n    model.fit(...)  # whatever builds the model", "elsewhere"


def _holder_of_most(
    context: DiagnosisContext, outside: list[CreatedVariable]
) -> tuple[LayerRef | None, list[CreatedVariable]]:
    """Return the layer that holds the most of some variables, and these; without one, all and no layer."""
    most: tuple[LayerRef | None, list[CreatedVariable]] = (None, [])
    for state in context.states.values():
        inside = [each for each in outside if each.spec.id in state.variables]
        if inside and len(inside) >= len(most[1]):  # a model is created after its layers
            most = (state.layer, inside)
    return most if most[1] else (None, outside)


def _statement_that_creates(context: DiagnosisContext, event: Event) -> Location | None:
    """Return the line that creates a variable, or the only line that calls the function which does."""
    place = [event, *context.ancestors(event)][-1].location
    function = None if place is None else function_around(place)
    if place is None or function is None:
        return place
    tree = tree_of(place.file)
    calls = [
        node
        for node in ([] if tree is None else ast.walk(tree))
        if isinstance(node, ast.Call) and dotted(node.func) == function.name
    ]
    return line_of(place, calls[0]) if len(calls) == 1 else place


def _holder(event: Event) -> str:
    return (event.variable.holder if event.variable else None) or "the program"


def _distributions_set(file: str) -> list[ast.Expr]:
    """Return the statements of a file that set a distribution."""
    tree = tree_of(file)
    return [
        node
        for node in ([] if tree is None else ast.walk(tree))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
        if dotted(node.value.func).rpartition(".")[2] == "set_distribution"
        if node.value.args and not isinstance(node.value.args[0], ast.Constant)
    ]


def _distribution_set_after(place: Location | None) -> ast.Expr | None:
    """Return the only statement that sets a distribution, if it follows a line in the same function."""
    setting = [] if place is None else _distributions_set(place.file)
    if place is None or len(setting) != 1 or setting[0].lineno <= place.line:
        return None
    around = function_around(Location(place.file, setting[0].lineno))
    return setting[0] if around is function_around(place) else None


def _moved(place: Location, statement: ast.Expr | None) -> tuple[str, tuple[Edit, ...]]:
    """Write the statement that sets the distribution, to go before a line, and remove it where it is."""
    if statement is None or statement.lineno != statement.end_lineno:
        return "with distribution.scope():\n    model = ...  # the model, its optimizer and its metrics", ()
    line = linecache.getline(place.file, statement.lineno).rstrip("\n")
    code = ast.unparse(statement)
    read = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
    between = range(place.line, statement.lineno)
    tree = tree_of(place.file)
    if tree is not None and any(read & _names(node) for node in ast.walk(tree) if _begins_in(node, between)):
        return f"{code}  # before this line, with what it needs", ()
    return code, (Edit(Location(place.file, statement.lineno, place.function), line, ""),)


def _begins_in(node: ast.AST, lines: range) -> bool:
    return isinstance(node, ast.stmt) and node.lineno in lines


def _names(node: ast.AST) -> set[str]:
    """Return the names that a statement sets or imports."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {(each.asname or each.name).partition(".")[0] for each in node.names}
    return {
        each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }
