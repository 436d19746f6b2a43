"""Read the user's source to find the line to blame, where it can be had; findings stand without it."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator
from functools import lru_cache

from layertrace.timeline.event import Location

__all__ = [
    "aliases",
    "assignments",
    "assignments_in_class",
    "calls",
    "constant_of",
    "default_of",
    "dotted",
    "function_at",
    "is_changed",
    "is_guarded",
    "is_in_tape",
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
    "times_set",
    "uses",
]


@lru_cache(maxsize=256)
def _tree(file: str) -> ast.Module | None:
    try:
        return ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError):  # a notebook's cell with a magic, or no Python at all
        return None


def function_at(place: Location | None) -> ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | None:
    """Return the function that is defined at a place (`Event.defined_at`); None without its source."""
    tree = None if place is None else _tree(place.file)
    if tree is None or place is None:
        return None
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            decorators = [one.lineno for one in getattr(node, "decorator_list", ())]
            if place.line in (node.lineno, *decorators):
                return node
    return None


def nodes_of(place: Location | None) -> Iterator[ast.AST]:
    """Yield all nodes of the function that is defined at a place, in the order of the source."""
    function = function_at(place)
    if function is not None:
        body = function.body if isinstance(function.body, list) else [function.body]
        found = [
            node
            for statement in body
            for node in ast.walk(statement)
            if isinstance(node, (ast.stmt, ast.expr))
        ]
        yield from sorted(found, key=lambda node: (node.lineno, node.col_offset))


def nodes_at(place: Location | None) -> Iterator[ast.AST]:
    """Yield the nodes that begin or end on a line, or lie around it within one statement."""
    tree = None if place is None else _tree(place.file)
    if tree is None or place is None:
        return
    blocks = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for node in ast.walk(tree):
        simple = isinstance(node, ast.stmt) and not isinstance(node, blocks) and not hasattr(node, "body")
        if isinstance(node, ast.stmt) and simple and _spans(node, place):
            yield from ast.walk(node)


def parameters(place: Location | None) -> list[str]:
    """Return the names of the parameters of the function at a place, without `*args` and `**kwargs`."""
    function = function_at(place)
    if function is None:
        return []
    given = function.args
    return [one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)]


def default_of(place: Location | None, parameter: str) -> object:
    """Return the default of a parameter of a function; `...` where it is not known or no literal."""
    function = function_at(place)
    if function is None:
        return ...
    given = function.args
    positional = [*given.posonlyargs, *given.args]
    behind = positional[len(positional) - len(given.defaults) :]
    pairs = [
        *zip(behind, given.defaults, strict=True),
        *zip(given.kwonlyargs, given.kw_defaults, strict=True),
    ]
    for one, default in pairs:
        if one.arg == parameter and default is not None:
            try:
                return ast.literal_eval(default)
            except ValueError:
                return ...
    return ...


def is_in_tape(place: Location | None) -> bool:
    """Tell a line inside a `with tf.GradientTape()`."""
    tree = None if place is None else _tree(place.file)
    if tree is None or place is None:
        return False
    blocks = (node for node in ast.walk(tree) if isinstance(node, ast.With) and _spans(node, place))
    opened = (item.context_expr for block in blocks for item in block.items)
    return any(isinstance(one, ast.Call) and dotted(one.func).endswith("GradientTape") for one in opened)


def uses(place: Location | None, name: str) -> bool:
    """Tell whether the function at a place reads one of its variables."""
    named = (one for one in nodes_of(place) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load))
    return any(one.id == name for one in named)


def times_set(place: Location | None, name: str) -> int:
    """Count the assignments to `Class.attribute`, or a global, in a file outside the function at a line."""
    tree = None if place is None else _tree(place.file)
    if tree is None or place is None:
        return 0
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and _spans(node, place)]
    inside = {id(node) for function in functions[-1:] for node in ast.walk(function)}
    stores = (node for node in ast.walk(tree) if isinstance(getattr(node, "ctx", None), ast.Store))
    return sum(isinstance(one, ast.expr) and dotted(one) == name and id(one) not in inside for one in stores)


def constant_of(place: Location | None, name: str) -> ast.expr | None:
    """Return what a file assigns to a name, once, outside of all functions and classes."""
    tree = None if place is None else _tree(place.file)
    found = [
        node.value
        for node in ([] if tree is None else tree.body)
        if isinstance(node, ast.Assign) and name in [getattr(one, "id", None) for one in node.targets]
    ]
    return found[0] if len(found) == 1 else None


def methods_beside(place: Location | None) -> dict[str, Location]:
    """Return where the methods are defined of the class in which the method at a place is, by name."""
    function, tree = function_at(place), None if place is None else _tree(place.file)
    if function is None or tree is None or place is None:
        return {}
    for cls in ast.walk(tree):
        if isinstance(cls, ast.ClassDef) and function in cls.body:
            methods = [one for one in cls.body if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))]
            return {one.name: Location(place.file, one.lineno, one.name) for one in methods}
    return {}


def method_of(place: Location | None, cls: str, method: str) -> Location | None:
    """Return where a class, in the file of a place, defines a method itself."""
    tree = None if place is None else _tree(place.file)
    if tree is None or place is None:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name == cls:
            for one in node.body:
                if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef)) and one.name == method:
                    return Location(place.file, one.lineno, method)
    return None


def aliases(place: Location | None, parameter: str) -> set[str]:
    """Return the attributes, keys and keywords by which a method keeps or hands on one of its parameters."""
    found: set[str] = set()
    for node in nodes_of(place):
        if isinstance(node, ast.Assign):
            pairs = [pair for target in node.targets for pair in _paired(target, node.value)]
            found |= {_key(target) for target, value in pairs if _hands_on(value, parameter)}
        elif isinstance(node, ast.Call):
            found |= {one.arg for one in node.keywords if one.arg and _hands_on(one.value, parameter)}
            if any(_hands_on(one, parameter) for one in node.args[1:]):  # kw.setdefault("units", width)
                found.add(_key(node))
    return found - {""}


def _paired(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """Return what is assigned to what: `self.a, self.b = a, b` are two."""
    several = (ast.Tuple, ast.List)
    if isinstance(target, several) and isinstance(value, several) and len(target.elts) == len(value.elts):
        return list(zip(target.elts, value.elts, strict=True))
    return [(target, value)]


def _hands_on(value: ast.expr, name: str) -> bool:
    """Tell an expression that is a variable, perhaps instead of another, or converted."""
    if isinstance(value, ast.IfExp):
        return _hands_on(value.body, name) or _hands_on(value.orelse, name)
    if isinstance(value, (ast.BoolOp, ast.Call)):
        return any(
            _hands_on(one, name) for one in (value.values if isinstance(value, ast.BoolOp) else value.args)
        )
    return _is(value, name)


def _key(node: ast.expr) -> str:
    """Return the attribute that an expression names, or the string by which it reaches into a dict."""
    if isinstance(node, ast.Attribute):
        return node.attr
    inner = node.slice if isinstance(node, ast.Subscript) else None
    inner = node.args[0] if isinstance(node, ast.Call) else inner
    return inner.value if isinstance(inner, ast.Constant) and isinstance(inner.value, str) else ""


def mentions(place: Location | None, names: set[str]) -> bool:
    """Tell whether the function at a place reads one of these attributes, or has such a key or keyword."""
    for node in nodes_of(place):
        keywords = [one.arg for one in node.keywords] if isinstance(node, ast.Call) else []
        value = node.value if isinstance(node, ast.Constant) else getattr(node, "attr", None)
        if (isinstance(value, str) and value in names) or names.intersection(filter(None, keywords)):
            return True
    return False


def assignments(place: Location | None, attribute: str) -> Iterator[Location]:
    """Yield the lines of a method on which `self.<attribute>` is assigned, augmented, or changed in place."""
    me = _first(function_at(place))
    for node in nodes_of(place):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = [part for one in node.targets for part in _unpacked(one)]
        elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
            targets = [node.target]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            targets = [node.func.value]  # self.history.append(x)
        for target in targets:
            while isinstance(target, ast.Subscript):
                target = target.value
            if isinstance(target, ast.Attribute) and target.attr == attribute and _is(target.value, me):
                yield line_of(place, node)


def assignments_in_class(place: Location | None, attribute: str) -> Iterator[Location]:
    """Yield the lines on which a method sets an attribute, then those of its class's other methods.

    `__init__` and `build` come in only if they are the method: they set what attributes begin with.
    """
    beside = [one for name, one in methods_beside(place).items() if name not in ("__init__", "build")]
    for method in (place, *(one for one in beside if place is None or one.line != place.line)):
        yield from assignments(method, attribute)


def read_by_lambdas(place: Location | None) -> Iterator[str]:
    """Yield the names that the lambdas on a line read and do not make themselves."""
    for node in nodes_at(place):
        if isinstance(node, ast.Lambda):
            own = {one.arg for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
            read = [one.id for one in ast.walk(node.body) if isinstance(one, ast.Name)]
            yield from (name for name in read if name not in own)


def is_changed(place: Location | None, names: set[str]) -> bool:
    """Tell whether a variable of one of these names is assigned anywhere in the file of a place."""
    tree = None if place is None else _tree(place.file)
    if tree is None:
        return False
    calls = (dotted(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call))
    return any(call.startswith(tuple(f"{name}.assign" for name in names)) for call in calls)


def is_within(place: Location, method: Location) -> bool:
    """Tell whether a line is one of a method's, by its source, or by its name where there is none."""
    if place.file != method.file:
        return False
    function = function_at(method)
    if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return _spans(function, place)
    return place.function == method.function and place.line >= method.line


def is_guarded(place: Location | None) -> bool:
    """Tell a line that runs once, since an `if` asks for an attribute that is assigned then.

    Whether around the line, `if self.w is None: self.w = ...`, or before it, `if self.w is not None: return`.
    """
    tree = None if place is None else _tree(place.file)
    if tree is None or place is None:
        return False
    functions = [one for one in ast.walk(tree) if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))]
    around = [one for one in functions if _spans(one, place)]
    me = {_first(one) for one in around}  # a function inside a method knows `self` from around it
    for function in around:
        for node in ast.walk(function):
            if isinstance(node, (ast.If, ast.IfExp)):
                leaves = isinstance(node, ast.If) and isinstance(node.body[-1], (ast.Return, ast.Raise))
                after = leaves and (node.end_lineno or 0) < place.line
                region: ast.AST = function if after else node
                if (after or _spans(node, place)) and _asked(node.test) & _assigned(region, me):
                    return True
    return False


def is_raise(place: Location | None) -> bool:
    """Tell a line with a `raise`: what fails there was made to."""
    return any(isinstance(node, ast.Raise) for node in nodes_at(place))


def _spans(node: ast.stmt | ast.expr, place: Location) -> bool:
    return node.lineno <= place.line <= (node.end_lineno or node.lineno)


def _asked(test: ast.expr) -> set[str]:
    """Return the attributes that a test asks for; `hasattr(self, "w")` has the name as a string."""
    names = {node.attr for node in ast.walk(test) if isinstance(node, ast.Attribute)}
    texts = [node.value for node in ast.walk(test) if isinstance(node, ast.Constant)]
    return names | {one for one in texts if isinstance(one, str)}


def _assigned(region: ast.AST, me: set[str | None]) -> set[str]:
    """Return the attributes of `self`, whatever it is called, that are assigned somewhere in a node."""
    found = set()
    for node in ast.walk(region):
        if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Store):
            inner: ast.expr = node
            while isinstance(inner, ast.Subscript):
                inner = inner.value
            if isinstance(inner, ast.Attribute) and any(_is(inner.value, one) for one in me):
                found.add(inner.attr)
    return found


def _unpacked(target: ast.expr) -> list[ast.expr]:
    if isinstance(target, (ast.Tuple, ast.List)):
        return [part for one in target.elts for part in _unpacked(one)]
    return [target]


def _first(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | None) -> str | None:
    """Return what a method calls its `self`."""
    given = [] if function is None else [*function.args.posonlyargs, *function.args.args]
    return given[0].arg if given else None


def _is(node: ast.expr, name: str | None) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def calls(place: Location | None) -> Iterator[tuple[str, ast.Call]]:
    """Yield the calls in the function at a place, each with the dotted name: `np.random.rand`."""
    for node in nodes_of(place):
        if isinstance(node, ast.Call):
            yield dotted(node.func), node


def dotted(node: ast.expr) -> str:
    """Return `tf.random.normal` for such an expression; what is no name in it is left out."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        names.append(node.id)
    return ".".join(reversed(names))


def line_of(place: Location | None, node: ast.AST) -> Location:
    """Return the line of a node in the function at a place."""
    assert place is not None  # noqa: S101  # whoever has a node had a place
    return Location(place.file, getattr(node, "lineno", place.line), place.function)
