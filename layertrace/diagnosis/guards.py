"""Write an operation so that it stays finite, in the user's own names."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis.rewriting import rewritten, source_of
from layertrace.diagnosis.user_source import dotted, function_around, nodes_at, tree_of
from layertrace.timeline.event import Location

__all__ = ["guarded_statement", "module_alias", "operations_module", "statement_node"]

_CALLS = {
    "Sqrt": ("sqrt", "norm", "std", "reduce_std"),
    "Rsqrt": ("rsqrt",),
    "Log": ("log",),
    "Exp": ("exp",),
    "Acos": ("acos", "arccos"),
    "Asin": ("asin", "arcsin"),
    "Atanh": ("atanh", "arctanh"),
    "RealDiv": ("divide", "truediv", "true_divide"),
    "Pow": ("pow", "power"),
}
_MODULES = ("ops", "keras.ops", "tf", "tf.math", "tf.linalg", "tensorflow", "K", "keras.backend", "knp")
_SUMS = {"ops": ("sum", "square", "var"), "tf": ("reduce_sum", "square", "math.reduce_variance")}


def guarded_statement(place: Location | None, op: str, operand: str, *, is_half: bool = False) -> str:
    """Write the statement of a line so that an operation in it stays finite; nothing if it cannot be written.

    Args:
        place: The line.
        op: The type of the operation in the graph: `Sqrt`.
        operand: What it is given, as observed: `mask`; `positive difference` if it cannot be negative; of an
            exponential that is divided by its sum `axis -1 scores`.
        is_half: Whether it computes in float16.
    """
    statement = statement_node(place)
    if statement is None or place is None:
        return ""
    changes: dict[ast.expr, str] = {}
    for node in ast.walk(statement):
        text = _guarded(place, node, op, operand, is_half=is_half) if isinstance(node, ast.expr) else ""
        is_inside = any(node is inner for outer in changes for inner in ast.walk(outer))
        if text and isinstance(node, ast.expr) and not is_inside:
            changes[node] = text
    return rewritten(place, statement, changes) if changes else ""


def statement_node(place: Location | None) -> ast.stmt | None:
    """Return the simple statement on a line; None if there are several, or none."""
    statements = [node for node in nodes_at(place) if isinstance(node, ast.stmt)]
    return statements[0] if len(statements) == 1 else None


def _guarded(place: Location, node: ast.expr, op: str, operand: str, *, is_half: bool) -> str:
    """Write an expression so that it stays finite; nothing if it is not the operation."""
    if operand == "-inf":
        return ("-3e4" if is_half else "-1e9") if _is_minus_infinity(node) else ""
    least = "1.0" if operand.endswith("mask") else "1e-4" if is_half else "1e-7"
    if isinstance(node, ast.BinOp):
        module = operations_module(place)
        if isinstance(node.op, ast.Pow) and op in ("Pow", "Sqrt", "Rsqrt") and module:
            base = f"{module}.maximum({source_of(place, node.left)}, {least})"
            return f"{base} ** {_operand_text(place, node.right)}"
        if isinstance(node.op, ast.Div) and op == "RealDiv" and module and _is_computed(node.right):
            left, right = source_of(place, node.left), source_of(place, node.right)
            if operand.startswith("positive") or operand.endswith("mask"):
                return f"{_operand_text(place, node.left)} / {module}.maximum({right}, {least})"
            return f"{_divide_no_nan(module)}({left}, {right})"
        return ""
    if not isinstance(node, ast.Call) or not node.args:
        return ""
    module, _, name = dotted(node.func).rpartition(".")
    if name not in _CALLS.get(op, ()) or module not in _MODULES:
        return ""
    base = "tf" if module.startswith("tf") else module
    given = source_of(place, node.args[0])
    if name in ("norm", "std", "reduce_std"):
        return _spelled_out(place, node, name, base, least)
    if name in ("divide", "truediv", "true_divide"):
        return f"{_divide_no_nan(base)}({', '.join(source_of(place, each) for each in node.args)})"
    if op == "Log" and isinstance(node.args[0], ast.Call) and operand.endswith("softmax"):
        inner = dotted(node.args[0].func)
        if inner.endswith(".softmax"):
            return f"{inner.removesuffix('softmax')}log_softmax({_arguments(place, node.args[0])})"
    guarded = f"{base}.maximum({given}, {least})"
    if op == "Exp":
        guarded = f"{base}.minimum({given}, {'10.0' if is_half else '40.0'})"
        if operand.endswith("scores"):
            greatest = "reduce_max" if base == "tf" else "max"
            axis = operand.removeprefix("axis ").removesuffix(" scores")
            least = f"{base}.{greatest}({given}, axis={axis}, keepdims=True)"
            if any(isinstance(each, ast.Call) for each in ast.walk(node.args[0])):
                return ""  # a layer would be called twice
            guarded = f"{_operand_text(place, node.args[0])} - {least}"
    elif op in ("Acos", "Asin", "Atanh"):
        clip = "clip_by_value" if base == "tf" else "clip"
        guarded = f"{base}.{clip}({given}, -1 + 1e-6, 1 - 1e-6)"
    return rewritten(place, node, {node.args[0]: guarded})


def _spelled_out(place: Location, call: ast.Call, name: str, module: str, least: str) -> str:
    """Write a norm or standard deviation as the root of what is at least a small number."""
    given = {keyword.arg: source_of(place, keyword.value) for keyword in call.keywords}
    if len(call.args) > (1 if name == "norm" else 2) or not {*given} <= {"axis", "keepdims"}:
        return ""
    total, square, variance = _SUMS["tf" if module == "tf" else "ops"]
    options = [source_of(place, each) for each in call.args[1:]]
    options += [f"{key}={value}" for key, value in given.items()]
    inner = source_of(place, call.args[0])
    if name == "norm":
        inner = f"{module}.{total}({', '.join([f'{module}.{square}({inner})', *options])})"
    else:
        inner = f"{module}.{variance}({', '.join([inner, *options])})"
    return f"{module}.sqrt({module}.maximum({inner}, {least}))"


def _divide_no_nan(module: str) -> str:
    return "tf.math.divide_no_nan" if module == "tf" else f"{module}.divide_no_nan"


def _arguments(place: Location, call: ast.Call) -> str:
    keywords = [f"{each.arg}={source_of(place, each.value)}" for each in call.keywords]
    return ", ".join([*(source_of(place, each) for each in call.args), *keywords])


def _operand_text(place: Location, node: ast.expr) -> str:
    text = source_of(place, node)
    return f"({text})" if isinstance(node, ast.BinOp) and not text.startswith("(") else text


def _is_computed(node: ast.expr) -> bool:
    return not isinstance(node, ast.Constant)


def _is_minus_infinity(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = node.operand
        is_name = isinstance(inner, ast.Attribute) and inner.attr in ("inf", "Inf", "infty")
        return is_name or (isinstance(inner, ast.Call) and _is_float_of(inner, ("inf", "infinity")))
    if isinstance(node, ast.Call):
        return _is_float_of(node, ("-inf", "-infinity"))
    return isinstance(node, ast.Attribute) and node.attr == "NINF"


def _is_float_of(call: ast.Call, texts: tuple[str, ...]) -> bool:
    given = call.args[0] if len(call.args) == 1 else None
    is_text = isinstance(given, ast.Constant) and isinstance(given.value, str)
    return dotted(call.func) == "float" and is_text and str(getattr(given, "value", "")).lower() in texts


def operations_module(place: Location) -> str:
    """Return the name by which the code around a line calls operations: `ops`, `tf`; empty if unknown."""
    tree = tree_of(place.file)
    around: ast.AST | None = function_around(place) or tree
    for node in ast.walk(around) if around is not None else ():
        if isinstance(node, ast.Call):
            name = dotted(node.func).rpartition(".")[0]
            if name in ("ops", "keras.ops", "K"):
                return name
            if name == "tf" or name.startswith("tf."):
                return "tf"
    names = set(_imported(tree))
    return next((each for each in ("ops", "tf") if each in names), "keras.ops" if "keras" in names else "")


def _imported(tree: ast.Module | None) -> Iterator[str]:
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from (each.asname or each.name for each in node.names)


def module_alias(place: Location, module: str) -> str:
    """Return the name under which a file imports a module; empty if it does not."""
    tree = tree_of(place.file)
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Import):
            for each in node.names:
                if each.name == module:
                    return each.asname or each.name
    return ""
