"""Add statements to `__init__` and `build` of the user's classes, and move a creation there."""

from __future__ import annotations

import ast
import linecache
import re
from collections.abc import Iterable
from typing import NamedTuple

from layertrace.diagnosis.finding import Edit
from layertrace.diagnosis.user_source import (
    dotted,
    function_around,
    function_at,
    methods_beside,
    nodes_at,
    nodes_of,
    parameters,
    tree_of,
)
from layertrace.timeline.event import Location

__all__ = [
    "Moved", "after_line", "as_assign", "before_method", "calling_super", "created_earlier", "in_build",
    "in_init",
    "is_alone", "is_one_statement", "keras_in", "line_edit", "lines_with", "only", "stored_in_init",
    "without_assignment",
]  # fmt: skip

SHAPE = "input_shape"
"""The parameter of `build` in the statements that are given to `in_build`."""


def only(edit: Edit | None) -> tuple[Edit, ...]:
    """Return an edit as a tuple; empty without one."""
    return () if edit is None else (edit,)


def line_edit(location: Location, code: str) -> Edit:
    """Return the edit that writes other code in place of a line."""
    return Edit(location, linecache.getline(location.file, location.line).rstrip("\n"), code)


def lines_with(location: Location, texts: Iterable[tuple[int, int, int | None, str]]) -> tuple[Edit, ...]:
    """Return the edits that replace some columns of lines with other texts.

    Args:
        location: A line of the file.
        texts: For each text its line, the columns that it replaces, and the text.
    """
    lines: dict[int, bytes] = {}
    for line, start, end, text in sorted(texts, key=lambda each: each[:2], reverse=True):
        source = lines.get(line) or linecache.getline(location.file, line).rstrip("\n").encode()
        lines[line] = source[:start] + text.encode() + source[end:]
    return tuple(
        line_edit(Location(location.file, line, location.function), code.decode().strip())
        for line, code in sorted(lines.items())
    )


def is_one_statement(location: Location | None) -> bool:
    """Return whether a line is one whole statement, or several that all end on it."""
    statements = [node for node in nodes_at(location) if isinstance(node, ast.stmt)]
    return bool(statements) and all(node.lineno == node.end_lineno for node in statements)


def is_alone(location: Location | None) -> bool:
    """Return whether one statement begins on a line, and nothing stands before it, such as an `if`."""
    statements = [node for node in nodes_at(location) if isinstance(node, ast.stmt)]
    if location is None or len(statements) != 1:
        return False
    first = linecache.getline(location.file, statements[0].lineno).encode()
    return not first[: statements[0].col_offset].strip()


def without_assignment(location: Location | None, attribute: str) -> Edit | None:
    """Return the edit that removes the assignment of an attribute from a line."""
    statements = [
        node
        for node in nodes_at(location)
        if isinstance(node, ast.Assign) and attribute in _attributes_set(node) and len(node.targets) == 1
    ]
    if location is None or len(statements) != 1 or statements[0].lineno != location.line:
        return None
    removed, line = statements[0], linecache.getline(location.file, location.line).rstrip("\n")
    before = line.encode()[: removed.col_offset].decode()
    after = line.encode()[removed.end_col_offset :].decode()
    if before.strip():
        return line_edit(location, (before.rstrip().removesuffix(";") + after).strip())
    function = function_around(location)
    is_only = function is not None and len(function.body) == 1
    rest = after.partition("#")[0].strip().removeprefix(";").strip()
    return line_edit(location, rest or ("pass" if is_only else ""))


def before_method(location: Location | None, code: str) -> Edit | None:
    """Return the edit that adds a method before the one that a location is in."""
    function = None if location is None else function_around(location)
    if location is None or function is None:
        return None
    line = min([function.lineno, *(each.lineno for each in function.decorator_list)])
    place = Location(location.file, line, function.name)
    return line_edit(place, f"{code}\n\n{linecache.getline(location.file, line).strip()}")


def after_line(location: Location | None, code: str) -> tuple[Edit, ...]:
    """Return the edit that adds code after a statement; none unless it is alone on its line."""
    statements = [node for node in nodes_at(location) if isinstance(node, ast.stmt)]
    is_whole = (
        [(node.lineno, node.end_lineno) for node in statements] == [(location.line,) * 2] if location else 0
    )
    source = "" if location is None else linecache.getline(location.file, location.line)
    if location is None or not is_whole or source[: statements[0].col_offset].strip():
        return ()
    return (line_edit(location, f"{source.strip()}\n{code}"),)


def in_init(method: Location | None, *lines: str) -> Edit | None:
    """Return the edit that adds statements to the `__init__` of a class.

    Args:
        method: Where a method of the class is defined.
        *lines: The statements. They follow `super().__init__`, and the attributes that they read.
    """
    init = methods_beside(method).get("__init__")
    if init is None:
        created = ["def __init__(self, **kwargs):", *_indented("super().__init__(**kwargs)", *lines), ""]
        return _before_method(method, created)
    function = function_at(init)
    calls = [node for node in nodes_of(init) if isinstance(node, ast.Expr) and _calls_init(node.value)]
    if not calls or not isinstance(function, ast.FunctionDef):
        return None
    read = {name for line in lines for name in re.findall(r"self\.(\w+)", line.partition("=")[2])}
    setting = [statement for statement in function.body if read & _attributes_set(statement)]
    return _after(init, max([calls[0], *setting], key=lambda node: (node.lineno, node.col_offset)), lines)


def _attributes_set(statement: ast.stmt) -> set[str]:
    nodes = (node for node in ast.walk(statement) if isinstance(node, ast.Attribute))
    return {node.attr for node in nodes if isinstance(node.ctx, ast.Store)}


def calling_super(init: Location | None) -> Edit | None:
    """Return the edit by which an `__init__` first calls that of its base class."""
    function = function_at(init)
    if init is None or not isinstance(function, ast.FunctionDef):
        return None
    passed = f"**{function.args.kwarg.arg}" if function.args.kwarg is not None else ""
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and len(function.body) > 1:
        first = function.body[1]  # after the docstring
    call, place = f"super().__init__({passed})", Location(init.file, first.lineno, "__init__")
    if first.lineno == init.line:
        column = first.col_offset
        return next(iter(lines_with(init, [(first.lineno, column, column, f"{call}; ")])))
    return line_edit(place, f"{call}\n{linecache.getline(init.file, first.lineno).strip()}")


def _calls_init(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "__init__"
    )


def in_build(method: Location | None, *lines: str) -> Edit | None:
    """Return the edit that adds statements to the end of the `build` of a class.

    Args:
        method: Where a method of the class is defined.
        *lines: The statements, in which `input_shape` is the parameter of `build`.
    """
    build = methods_beside(method).get("build")
    if build is None:
        return _before_method(method, [f"def build(self, {SHAPE}):", *_indented(*lines), ""])
    function, names = function_at(build), parameters(build)
    if not isinstance(function, ast.FunctionDef):
        return None
    if len(names) > 1:
        lines = tuple(re.sub(rf"\b{SHAPE}\b", names[1], line) for line in lines)
    elif any(SHAPE in line for line in lines):
        return None
    last = function.body[-1]
    if isinstance(last, ast.Return):
        source = linecache.getline(build.file, last.lineno)
        place = Location(build.file, last.lineno, "build")
        return line_edit(place, "\n".join((*lines, source.strip()))) if last.lineno > build.line else None
    return _after(build, last, lines)


def _after(method: Location, statement: ast.stmt, lines: Iterable[str]) -> Edit | None:
    """Return the edit that adds lines after a statement of a method; None if that needs several edits."""
    me = next(iter(parameters(method)), "self")
    lines = [re.sub(r"\bself\b", me, line) for line in lines]
    end = statement.end_lineno or statement.lineno
    source = linecache.getline(method.file, end).rstrip("\n")
    place = Location(method.file, end, method.function)
    rest = source.encode()[statement.end_col_offset :].decode()
    if rest.partition("#")[0].strip() or statement.lineno == method.line:
        if any(line.endswith(":") for line in lines):
            return None
        head = source.encode()[: statement.end_col_offset].decode().strip()
        return Edit(place, source, "; ".join((head, *lines)) + rest)
    if len(source) - len(source.lstrip()) != statement.col_offset:
        return None
    return Edit(place, source, "\n".join((source.strip(), *lines)))


def _before_method(method: Location | None, lines: list[str]) -> Edit | None:
    """Return the edit that adds a method before the first one of a class."""
    methods = methods_beside(method)
    first = min(methods.values(), key=lambda each: each.line, default=None)
    function = function_at(first)
    if first is None or not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return None
    line = min([first.line, *(each.lineno for each in function.decorator_list)])
    place = Location(first.file, line, first.function)
    return line_edit(place, "\n".join((*lines, linecache.getline(first.file, line).strip())))


def _indented(*lines: str) -> list[str]:
    return [f"    {line}" for line in lines]


def stored_in_init(method: Location | None, attribute: str, value: str) -> Edit | None:
    """Return the edit of the only line of `__init__` that assigns an attribute, with another value."""
    init = methods_beside(method).get("__init__")
    values = [
        value
        for node in nodes_of(init)
        if isinstance(node, ast.Assign)
        for target, value in _pairs(node)
        if dotted(target) == f"self.{attribute}"
    ]
    if init is None or len(values) != 1 or values[0].lineno != values[0].end_lineno:
        return None
    source = linecache.getline(init.file, values[0].lineno).rstrip("\n")
    before = source.encode()[: values[0].col_offset].decode()
    after = source.encode()[values[0].end_col_offset :].decode()
    return line_edit(Location(init.file, values[0].lineno, "__init__"), f"{before}{value}{after}".strip())


def _pairs(node: ast.Assign) -> Iterable[tuple[ast.expr, ast.expr]]:
    """Return each target of an assignment with its value: `self.a, self.b = 1, 2` has two."""
    first, value = node.targets[0], node.value
    if isinstance(first, ast.Tuple) and isinstance(value, ast.Tuple) and len(first.elts) == len(value.elts):
        return zip(first.elts, value.elts, strict=True)
    return [(target, value) for target in node.targets]


def as_assign(location: Location | None, attribute: str) -> str:
    """Return the line that changes an attribute, with a variable in the attribute; empty if it is not simple.

    Example:
        `self.n += 1` becomes `self.n.assign_add(1)`.
    """
    statements = [node for node in nodes_at(location) if isinstance(node, (ast.Assign, ast.AugAssign))]
    if location is None or len(statements) != 1 or not is_one_statement(location):
        return ""
    statement = statements[0]
    targets = [statement.target] if isinstance(statement, ast.AugAssign) else statement.targets
    if [dotted(target) for target in targets] != [attribute]:
        return ""
    value = ast.unparse(statement.value)
    if isinstance(statement, ast.AugAssign):
        method = {ast.Add: "assign_add", ast.Sub: "assign_sub"}.get(type(statement.op))
        if method is None:
            return ""
        text = f"{attribute}.{method}({value})"
    else:
        text = f"{attribute}.assign({value})"
    edits = lines_with(location, [(location.line, statement.col_offset, statement.end_col_offset, text)])
    return edits[0].code


class Moved(NamedTuple):
    """A creation that is moved out of `call`.

    Attributes:
        fix: The line that uses what it created before.
        edits: The edit that creates it.
        attribute: The attribute that holds it.
    """

    fix: str
    edits: tuple[Edit, ...]
    attribute: str


def created_earlier(
    place: Location | None,
    method: Location | None,
    class_names: tuple[str, ...],
    creating: str,
    attribute: str,
) -> Moved | None:
    """Return the line that uses what it creates now, and the edit that creates it in `__init__` or `build`.

    Args:
        place: The line that creates something in each call.
        method: Where a method of the class is defined.
        class_names: The functions or classes that create it: `("Variable", "add_weight")`.
        creating: The function or class to call instead, with the same arguments; empty to keep it.
        attribute: The attribute that is to hold it, unless the line assigns it to a name.

    Returns:
        None if the line is unknown, or if it depends on values that exist only in a call.
    """
    call = _created_at(place, class_names)
    function = None if place is None else function_around(place)
    if place is None or call is None or function is None or call.lineno != call.end_lineno:
        return None
    line = linecache.getline(place.file, call.lineno).encode()
    text = line[call.col_offset : call.end_col_offset].decode()
    inputs = [each.arg for each in function.args.args[1:2]]
    for name in inputs:
        text = re.sub(rf"\b{name}\.shape\b", SHAPE, text)
    try:
        names = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    except SyntaxError:
        return None
    if names & (_locals(function) - {SHAPE}):
        return None
    if creating:
        text = creating + text[text.index("(") :].replace("initial_value=", "", 1)
    attribute = _assigned_to(place, call) or attribute
    used = {
        node.attr for node in ast.walk(tree_of(place.file) or ast.Pass()) if isinstance(node, ast.Attribute)
    }
    while attribute in used:
        attribute += "_weight" if "Variable" in class_names else "_layer"
    add = in_build if SHAPE in names else in_init
    edit = add(method, f"self.{attribute} = {text}")
    if edit is None or edit.location.line == place.line:
        return None
    used_here = line[: call.col_offset] + f"self.{attribute}".encode() + line[call.end_col_offset :]
    return Moved(used_here.decode().strip(), (edit,), attribute)


def _created_at(place: Location | None, class_names: tuple[str, ...]) -> ast.Call | None:
    calls = [
        node
        for node in nodes_at(place)
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] in class_names
    ]
    return calls[0] if len(calls) == 1 and place is not None and calls[0].lineno == place.line else None


def _assigned_to(place: Location, call: ast.Call) -> str:
    """Return the name that a line assigns a new object to, or what a new layer returns."""
    for node in nodes_at(place):
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
            continue
        if call in (node.value, getattr(node.value, "func", None)):
            return node.targets[0].id
    return ""


def _locals(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Return the parameters and variables of a function, without its first parameter."""
    given = function.args
    names = {each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)}
    names |= {each.arg for each in (given.vararg, given.kwarg) if each is not None}
    names |= {
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return names - {each.arg for each in given.args[:1]}


def imported_names(location: Location | None) -> set[str]:
    """Return the names that the imports of a file define."""
    tree = None if location is None else tree_of(location.file)
    return {
        alias.asname or alias.name
        for node in ast.walk(tree or ast.Pass())
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }


def keras_in(location: Location | None) -> str:
    """Return the name by which a file calls Keras: `keras`, `tf_keras` or `tf.keras`."""
    imported = imported_names(location)
    names = {"keras": "keras", "tf_keras": "tf_keras", "tf": "tf.keras"}
    return next((name for module, name in names.items() if module in imported), "keras")
