"""Find functions that a program jits again for each call, on JAX, and write them so that one serves all."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from layertrace.diagnosis.context import DiagnosisContext, is_user_defined, seqs
from layertrace.diagnosis.finding import Edit, Evidence, FixPlace, Violation
from layertrace.diagnosis.method_edits import line_edit
from layertrace.diagnosis.name_lists import joined
from layertrace.diagnosis.rewriting import rewritten, source_of
from layertrace.diagnosis.rules.tracing._called_once import (
    Creation,
    assigned_in,
    created_for_call,
    is_top_level,
    names_in,
    own_names,
)
from layertrace.diagnosis.rules.tracing._recreated import MIN_FUNCTIONS
from layertrace.diagnosis.rules.tracing._tracers import accepts_tracer
from layertrace.diagnosis.user_source import dotted, function_at, tree_of
from layertrace.timeline.cause import Change
from layertrace.timeline.event import Event, Location, Structure

_Key = tuple[str, Location | None, Location | None]


def recreated_in_jit(context: DiagnosisContext) -> Iterator[Violation]:
    """Yield the functions of a program that are jitted again for each call, and traced for the same types."""
    groups: dict[_Key, list[Event]] = {}
    for event in context.events("trace", lambda event: event.graph is not None and event.error is None):
        layer = context.enclosing_layer(event)
        function = event.function
        if function is None or function.role is not None or (layer and not is_user_defined(layer)):
            continue
        if any(context.enclosing(event, "trace")):  # a part of that one, and not compiled by itself
            continue
        groups.setdefault((function.name, event.defined_at, event.location), []).append(event)
    for (name, _, line), traces in groups.items():
        wasted = list(_wasted(traces))
        creation = created_for_call(line) if len(wasted) + 1 >= MIN_FUNCTIONS else None
        if creation is None or line is None:
            continue
        given = _given(wasted)
        fix = _fix(line, creation, given)
        seconds = sum((each.duration_ns or 0) + _compiled(each) for each in traces) / 1e9
        count = len({trace.function for trace in traces})
        yield Violation(
            message=f"{count} jax.jit functions named {name} were created from the same code, each for one "
            "call on this line, and JAX traced and compiled each for types that it had traced before; "
            f"create it once, outside of the {creation.around}.",
            location=line,
            evidence=(
                Evidence(
                    f"{len(traces)} traces and their compilation took {seconds:.2g} s",
                    seqs(traces[0], traces[-1]),
                    line,
                ),
            ),
            fix=fix.text,
            fix_place=fix.place,
            edits=fix.edits,
        )


def _compiled(trace: Event) -> int:
    return 0 if trace.graph is None else trace.graph.compile_ns or 0


def _wasted(traces: list[Event]) -> Iterator[Event]:
    """Yield the traces of new functions for types for which the same code was traced before.

    What a function takes from around it may differ only by what could be an argument. Another model, size
    or function needs a trace of its own:
    tests/backends/cases/lt203_function_recreated/clean_one_for_each_model.py.
    """
    known: list[Structure] = []
    for trace in traces:
        cause = trace.cause
        is_new = cause is not None and cause.reason == "new function"
        changes = () if cause is None else cause.changes
        if is_new and trace.inputs in known and all(_may_be_given(change, trace) for change in changes):
            yield trace
        known.append(trace.inputs)


def _may_be_given(change: Change, trace: Event) -> bool:
    """Return whether what a function takes from around it could be an argument that JAX traces."""
    if str(change.now).startswith("<array "):
        return True
    return change.what == "value" and accepts_tracer(
        function_at(trace.defined_at), change.argument, trace.inputs
    )


def _given(wasted: list[Event]) -> list[str]:
    """Return the names of what would have to be an argument."""
    changes = [change for trace in wasted if trace.cause is not None for change in trace.cause.changes]
    return list(dict.fromkeys(change.argument for change in changes))


class _Fix(NamedTuple):
    text: str
    place: FixPlace | None = "elsewhere"
    edits: tuple[Edit, ...] = ()


def _fix(line: Location, creation: Creation, given: list[str]) -> _Fix:
    created, call = creation.created, creation.call
    if isinstance(created, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return _of_nested(line, creation, created, given)
    function = created.args[0] if isinstance(created, ast.Call) and created.args else None
    text = source_of(line, created)
    if given:
        taking = None if function is None else _taking(line, function, given)
        if function is None or taking is None:
            return _Fix(f"# create it once, outside of the {creation.around}, and pass {joined(given)} to it")
        text = text.replace(source_of(line, function), taking)
    own = {each.arg for each in function.args.args} if isinstance(function, ast.Lambda) else set()
    taken = names_in(ast.parse(text)) & assigned_in(creation.repeated)
    if taken - own - set(given) - {"self"}:
        return _Fix(f"# create it once, outside of the {creation.around}: {text}")
    name = dotted(call.func) or _free_name(line.file)
    called = _called(line, creation, name, given)
    if isinstance(call.func, ast.Call) and (hoisted := _hoisted(line, creation, f"{name} = {text}")):
        return _Fix(called, "in place", hoisted)
    if "self." in text or name.startswith("self."):
        attribute = name if name.startswith("self.") else f"self._{name}"
        called = _called(line, creation, attribute, given)
        return _Fix(f"{attribute} = {text}  # in __init__\n{called}  # in place of the call")
    return _Fix(
        f"{name} = {text}  # once, outside of the {creation.around}\n{called}  # in place of the call"
    )


def _hoisted(line: Location, creation: Creation, code: str) -> tuple[Edit, ...]:
    """Return the edit that writes a line above the loop, or above a function of the module."""
    block = creation.repeated
    if isinstance(block, (ast.FunctionDef, ast.AsyncFunctionDef)):
        if not is_top_level(line.file, block):
            return ()
        if _names_after(line, block, code):
            return ()
        first, gap = min([block.lineno, *(each.lineno for each in block.decorator_list)]), "\n\n\n"
    elif isinstance(block, (ast.For, ast.AsyncFor, ast.While)):
        first, gap = block.lineno, "\n"
    else:
        return ()
    edit = line_edit(Location(line.file, first, line.function), "")
    return (Edit(edit.location, edit.source, f"{code}{gap}{edit.source.strip()}"),)


def _names_after(line: Location, function: ast.FunctionDef | ast.AsyncFunctionDef, code: str) -> set[str]:
    """Return the names in some code that the module defines only below a function."""
    used = names_in(ast.parse(code))
    lines: dict[str, int] = {}
    for node in (tree_of(line.file) or ast.Module([], [])).body:
        defined = {node.name} if isinstance(node, (ast.FunctionDef, ast.ClassDef)) else assigned_in(node)
        for name in defined & used:
            lines.setdefault(name, node.lineno)
    return {name for name, first in lines.items() if first > function.lineno}


def _of_nested(
    line: Location, creation: Creation, created: ast.FunctionDef | ast.AsyncFunctionDef, given: list[str]
) -> _Fix:
    """Write the head of a function that is moved, and its call."""
    taken = (names_in(created) & assigned_in(creation.repeated)) - own_names(created) - set(given)
    if taken - {"self"}:
        return _Fix(
            f"# move {created.name} out of the {creation.around}; it takes {joined(sorted(taken))} from there"
        )
    decorators = [f"@{source_of(line, each)}" for each in created.decorator_list]
    parameters = ", ".join(filter(None, (ast.unparse(created.args), *given)))
    head = f"def {created.name}({parameters}):  # move it out of the {creation.around}"
    called = _called(line, creation, created.name, given)
    return _Fix("\n".join((*decorators, head, f"{called}  # in place of the call" if given else "")).rstrip())


def _called(line: Location, creation: Creation, name: str, given: list[str]) -> str:
    """Write the statement of the call with the function of another name, and with further arguments."""
    call = creation.call
    arguments = [source_of(line, each) for each in (*call.args, *call.keywords)]
    values = _values(creation)
    given = [f"{each}={values.get(each, each)}" if call.keywords or values else each for each in given]
    statement = next(
        node
        for node in ast.walk(tree_of(line.file) or ast.Module([], []))
        if isinstance(node, ast.stmt) and not hasattr(node, "body") and call in set(ast.walk(node))
    )
    return rewritten(line, statement, {call: f"{name}({', '.join([*arguments, *given])})"})


def _taking(line: Location, function: ast.expr, given: list[str]) -> str | None:
    """Write a lambda, or the function of a `functools.partial`, that takes further arguments."""
    if isinstance(function, ast.Lambda):
        parameters = ", ".join(filter(None, (ast.unparse(function.args), *given)))
        return f"lambda {parameters}: {source_of(line, function.body)}"
    if not isinstance(function, ast.Call) or len(function.args) != 1:
        return None
    return (
        source_of(line, function.args[0]) if {each.arg for each in function.keywords} == set(given) else None
    )


def _values(creation: Creation) -> dict[str, str]:
    """Return the arguments by name that a `functools.partial` holds which is jitted."""
    created = creation.created
    partial = created.args[0] if isinstance(created, ast.Call) and created.args else None
    keywords = partial.keywords if isinstance(partial, ast.Call) else []
    return {each.arg: ast.unparse(each.value) for each in keywords if each.arg is not None}


def _free_name(file: str) -> str:
    used = names_in(tree_of(file) or ast.Module([], []))
    return next(name for name in ("jitted", "jitted_once", "jitted_function_once") if name not in used)
