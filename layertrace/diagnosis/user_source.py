"""Read the user's source, where it exists, to find the line to change."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator, Mapping
from functools import lru_cache

from layertrace.timeline.event import Location

__all__ = [
    "aliases",
    "assigned_pairs",
    "assignments",
    "assignments_in_class",
    "calls",
    "constant_of",
    "default_of",
    "dotted",
    "first_parameter",
    "function_around",
    "function_at",
    "is_at",
    "is_changed",
    "is_in_tape",
    "is_name",
    "is_raise",
    "is_within",
    "line_of",
    "mentions",
    "method_of",
    "methods_beside",
    "nodes_at",
    "nodes_of",
    "parameters",
    "read_by_lambdas",
    "spans",
    "times_set",
    "tree_of",
    "uses",
]


@lru_cache(maxsize=256)
def _tree(file: str) -> ast.Module | None:
    """Parse a file. What is derived from the tree is cached by the tree: a file may be parsed again."""
    try:
        return ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError):  # a notebook cell with a magic command, or a file that is not Python
        return None


def tree_of(file: str) -> ast.Module | None:
    """Return the syntax tree of a file; None if it cannot be read, or is not Python."""
    return _tree(file)


def function_at(location: Location | None) -> ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | None:
    """Return the function defined at a location (`Event.defined_at`); None if its source is missing."""
    tree = None if location is None else _tree(location.file)
    return None if tree is None or location is None else _functions(tree).get(location.line)


@lru_cache(maxsize=256)
def _functions(tree: ast.Module) -> Mapping[int, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda]:
    """Return the functions of a file by the lines that they begin in; of several, the outermost.

    Several rules ask for the method of each layer, and a model may have thousands.
    """
    functions: dict[int, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda] = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            for line in (node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))):
                functions.setdefault(line, node)
    return functions


def function_around(location: Location) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    """Return the innermost function that a line is in, without lambdas; None at module level."""
    tree = _tree(location.file)
    functions = [] if tree is None else ast.walk(tree)
    defs = [node for node in functions if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return max(filter(lambda node: spans(node, location), defs), key=lambda node: node.lineno, default=None)


def nodes_of(location: Location | None) -> Iterator[ast.AST]:
    """Yield all nodes of the function defined at a location, in source order."""
    function = function_at(location)
    if function is not None:
        body = function.body if isinstance(function.body, list) else [function.body]
        nodes = [
            node
            for statement in body
            for node in ast.walk(statement)
            if isinstance(node, (ast.stmt, ast.expr))
        ]
        yield from sorted(nodes, key=lambda node: (node.lineno, node.col_offset))


def nodes_at(location: Location | None) -> Iterator[ast.AST]:
    """Yield the nodes of the simple statements that span a line."""
    tree = None if location is None else _tree(location.file)
    if tree is None or location is None:
        return
    blocks = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for node in ast.walk(tree):
        simple = isinstance(node, ast.stmt) and not isinstance(node, blocks) and not hasattr(node, "body")
        if isinstance(node, ast.stmt) and simple and spans(node, location):
            yield from ast.walk(node)


def parameters(location: Location | None) -> list[str]:
    """Return the parameter names of the function at a location, without `*args` and `**kwargs`."""
    function = function_at(location)
    if function is None:
        return []
    signature = function.args
    return [each.arg for each in (*signature.posonlyargs, *signature.args, *signature.kwonlyargs)]


def default_of(location: Location | None, parameter: str) -> object:
    """Return the default of a function's parameter; `...` if it is unknown or not a literal."""
    function = function_at(location)
    if function is None:
        return ...
    signature = function.args
    positional = [*signature.posonlyargs, *signature.args]
    optional = positional[len(positional) - len(signature.defaults) :]
    pairs = [
        *zip(optional, signature.defaults, strict=True),
        *zip(signature.kwonlyargs, signature.kw_defaults, strict=True),
    ]
    for each, default in pairs:
        if each.arg == parameter and default is not None:
            try:
                return ast.literal_eval(default)
            except ValueError:
                return ...
    return ...


def is_in_tape(location: Location | None) -> bool:
    """Return whether a line is inside a `with tf.GradientTape()` block."""
    tree = None if location is None else _tree(location.file)
    if tree is None or location is None:
        return False
    blocks = (node for node in ast.walk(tree) if isinstance(node, ast.With) and spans(node, location))
    managers = (item.context_expr for block in blocks for item in block.items)
    return any(isinstance(node, ast.Call) and dotted(node.func).endswith("GradientTape") for node in managers)


def uses(location: Location | None, name: str) -> bool:
    """Return whether the function at a location reads a variable of this name."""
    names = (node for node in nodes_of(location) if isinstance(node, ast.Name))
    return any(node.id == name and isinstance(node.ctx, ast.Load) for node in names)


def times_set(location: Location | None, name: str) -> int:
    """Count the assignments to `Class.attribute` or a global in a file, outside the function at a line."""
    tree = None if location is None else _tree(location.file)
    if tree is None or location is None:
        return 0
    functions = [
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and spans(node, location)
    ]
    inside = {id(node) for function in functions[-1:] for node in ast.walk(function)}
    stores = (node for node in ast.walk(tree) if isinstance(getattr(node, "ctx", None), ast.Store))
    return sum(
        isinstance(node, ast.expr) and dotted(node) == name and id(node) not in inside for node in stores
    )


def constant_of(location: Location | None, name: str) -> ast.expr | None:
    """Return the value that a module assigns to a name, if it does so exactly once at top level."""
    tree = None if location is None else _tree(location.file)
    values = [
        node.value
        for node in ([] if tree is None else tree.body)
        if isinstance(node, ast.Assign) and name in [getattr(target, "id", None) for target in node.targets]
    ]
    return values[0] if len(values) == 1 else None


def methods_beside(location: Location | None) -> dict[str, Location]:
    """Return where the methods of a class are defined, by name, given the location of one of them."""
    function, tree = function_at(location), None if location is None else _tree(location.file)
    if function is None or tree is None or location is None:
        return {}
    for cls in ast.walk(tree):
        if isinstance(cls, ast.ClassDef) and function in cls.body:
            methods = [node for node in cls.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
            return {node.name: Location(location.file, node.lineno, node.name) for node in methods}
    return {}


def method_of(location: Location | None, cls: str, method: str) -> Location | None:
    """Return where a class in the file of a location defines a method itself, without inheriting it."""
    tree = None if location is None else _tree(location.file)
    if tree is None or location is None:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name == cls:
            for item in node.body:
                if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)) and item.name == method:
                    return Location(location.file, item.lineno, method)
    return None


def aliases(location: Location | None, parameter: str) -> set[str]:
    """Return the attributes, keys and keywords to which a method assigns one of its parameters."""
    names: set[str] = set()
    for node in nodes_of(location):
        if isinstance(node, ast.Assign):
            pairs = [pair for target in node.targets for pair in assigned_pairs(target, node.value)]
            names |= {_key(target) for target, value in pairs if _passes_on(value, parameter)}
        elif isinstance(node, ast.Call):
            names |= {each.arg for each in node.keywords if each.arg and _passes_on(each.value, parameter)}
            if any(_passes_on(each, parameter) for each in node.args[1:]):  # kw.setdefault("units", width)
                names.add(_key(node))
    return names - {""}


def assigned_pairs(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """Return each target with its value: `self.a, self.b = a, b` has two."""
    several = (ast.Tuple, ast.List)
    if isinstance(target, several) and isinstance(value, several) and len(target.elts) == len(value.elts):
        return list(zip(target.elts, value.elts, strict=True))
    return [(target, value)]


def _passes_on(value: ast.expr, name: str) -> bool:
    """Return whether the value of an expression is a variable, a conversion of it, or a fallback for it."""
    if isinstance(value, ast.IfExp):
        return _passes_on(value.body, name) or _passes_on(value.orelse, name)
    if isinstance(value, ast.BoolOp):
        return any(_passes_on(operand, name) for operand in value.values)
    if isinstance(value, ast.Call):
        return any(_passes_on(argument, name) for argument in value.args)
    return is_name(value, name)


def _key(node: ast.expr) -> str:
    """Return the attribute that an expression names, or the string key that it uses."""
    if isinstance(node, ast.Attribute):
        return node.attr
    inner = node.slice if isinstance(node, ast.Subscript) else None
    inner = node.args[0] if isinstance(node, ast.Call) else inner
    return inner.value if isinstance(inner, ast.Constant) and isinstance(inner.value, str) else ""


def mentions(location: Location | None, names: set[str]) -> bool:
    """Return whether the function at a location uses one of these names as an attribute, key or keyword."""
    for node in nodes_of(location):
        keywords = [keyword.arg for keyword in node.keywords] if isinstance(node, ast.Call) else []
        value = node.value if isinstance(node, ast.Constant) else getattr(node, "attr", None)
        if (isinstance(value, str) and value in names) or names.intersection(filter(None, keywords)):
            return True
    return False


def assignments(location: Location | None, attribute: str) -> Iterator[Location]:
    """Yield the lines of a method that assign `self.<attribute>` or change it in place."""
    me = first_parameter(function_at(location))
    for node in nodes_of(location):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = [part for target in node.targets for part in _unpacked(target)]
        elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
            targets = [node.target]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            targets = [node.func.value]  # self.history.append(x)
        for target in targets:
            while isinstance(target, ast.Subscript):
                target = target.value
            if isinstance(target, ast.Attribute) and target.attr == attribute and is_name(target.value, me):
                yield line_of(location, node)


def assignments_in_class(location: Location | None, attribute: str) -> Iterator[Location]:
    """Yield the lines of a method that set an attribute, then those of the other methods of its class.

    `__init__` and `build` are not among the other methods, because they set only initial values.
    """
    others = [other for name, other in methods_beside(location).items() if name not in ("__init__", "build")]
    for method in (location, *(other for other in others if location is None or other.line != location.line)):
        yield from assignments(method, attribute)


def read_by_lambdas(location: Location | None) -> Iterator[str]:
    """Yield the free variables of the lambdas on a line."""
    for node in nodes_at(location):
        if isinstance(node, ast.Lambda):
            signature = node.args
            own = {each.arg for each in (*signature.posonlyargs, *signature.args, *signature.kwonlyargs)}
            names = [inner.id for inner in ast.walk(node.body) if isinstance(inner, ast.Name)]
            yield from (name for name in names if name not in own)


def is_changed(location: Location | None, names: set[str]) -> bool:
    """Return whether the file of a location calls `assign` on a variable with one of these names."""
    tree = None if location is None else _tree(location.file)
    if tree is None:
        return False
    calls = (dotted(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call))
    return any(call.startswith(tuple(f"{name}.assign" for name in names)) for call in calls)


def is_within(location: Location, method: Location) -> bool:
    """Return whether a line belongs to a method, judged by the source, or by the name if it is missing."""
    if location.file != method.file:
        return False
    function = function_at(method)
    if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return spans(function, location)
    return location.function == method.function and location.line >= method.line


def is_raise(location: Location | None) -> bool:
    """Return whether a line has a `raise`, so that the failure there is intended."""
    return any(isinstance(node, ast.Raise) for node in nodes_at(location))


def is_at(node: ast.expr, location: Location) -> bool:
    """Return whether an expression is the one of a location; any on its line, if its columns are unknown."""
    if location.columns is None:  # Python 3.10, and functions that AutoGraph has converted
        return spans(node, location)
    columns = node.col_offset, node.end_col_offset if node.end_lineno == node.lineno else None
    return (node.lineno, columns) == (location.line, location.columns)


def spans(node: ast.stmt | ast.expr, location: Location) -> bool:
    """Return whether a line is one of those of a node."""
    return node.lineno <= location.line <= (node.end_lineno or node.lineno)


def _unpacked(target: ast.expr) -> list[ast.expr]:
    if isinstance(target, (ast.Tuple, ast.List)):
        return [part for element in target.elts for part in _unpacked(element)]
    return [target]


def first_parameter(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | None) -> str | None:
    """Return the name of a function's first parameter, which is `self` in a method."""
    positional = [] if function is None else [*function.args.posonlyargs, *function.args.args]
    return positional[0].arg if positional else None


def is_name(node: ast.expr, name: str | None) -> bool:
    """Return whether an expression is a variable of a name."""
    return isinstance(node, ast.Name) and node.id == name


def calls(location: Location | None) -> Iterator[tuple[str, ast.Call]]:
    """Yield the calls in the function at a location, each with its dotted name: `np.random.rand`."""
    for node in nodes_of(location):
        if isinstance(node, ast.Call):
            yield dotted(node.func), node


def dotted(node: ast.expr) -> str:
    """Return the dotted name of an expression, `tf.random.normal`, without the parts that are not names."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        names.append(node.id)
    return ".".join(reversed(names))


def line_of(location: Location | None, node: ast.AST) -> Location:
    """Return the line of a node in the function at a location."""
    assert location is not None  # noqa: S101  # the node came from a function at a location
    line, columns = getattr(node, "lineno", location.line), None
    if isinstance(node, (ast.expr, ast.stmt)) and node.end_col_offset is not None:
        columns = node.col_offset, node.end_col_offset if node.end_lineno == line else None
    return Location(location.file, line, location.function, columns)
