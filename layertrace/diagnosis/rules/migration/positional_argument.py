"""LT704: A layer is called with a positional argument that is not a tensor."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.guards import module_alias
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_edits import text_replaced
from layertrace.diagnosis.user_source import dotted, nodes_at, parameters
from layertrace.timeline.event import LayerRef, Location


@rule("LT704", "positional-argument", "error", links.MIGRATING_TO_KERAS_3)
def positional_argument(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer is called with a positional argument that is not a tensor.

    ## Why is this bad?

    Keras 3 accepts only tensors and arrays by position, and raises an exception for anything else. Pass flags
    such as `training` by keyword, and numbers in an array, not in a list.

    ## Example

    ```python
    dropout(x, True)
    ```

    ## Use instead

    ```python
    dropout(x, training=True)
    ```

    ## Known limits

    Only a call that failed is reported. The fix names the parameter only if the value is a literal on the
    failing line and the source of `call` is available.
    """
    for place, error in context.errors_from(_CALL):
        if error.type != "ValueError" or error.raised_in[:1] != (_CALL,):
            continue
        layer, line = error.subject or context.subject(place), context.line(place)
        written = _as_array(line, error.message)
        if written is None:
            message = "{layer} was called with a positional argument that is not a tensor, which Keras 3 "
            message += "refuses: pass it by keyword."
        else:
            message = "{layer} was called with a list of numbers, which Keras 3 does not take for a tensor."
        yield Violation(
            message=message,
            layer=layer,
            location=line,
            evidence=(Evidence("refused here", seqs(place), line),),
            fix=written or _by_keyword(context, line, layer),
        )


def _as_array(line: Location | None, message: str) -> str | None:
    """Return the call on a line with its only argument, a list, as an array; None if there is another.

    The message of Keras names the number that it refused (Keras 3.0 to 3.15).
    """
    refused = re.search(r"keyword argument: (\S+) \(of type", message)
    for node in nodes_at(line):
        if not isinstance(node, ast.Call) or len(node.args) != 1 or line is None:
            continue
        (given,) = node.args
        numbers = {str(node.value) for node in ast.walk(given) if isinstance(node, ast.Constant)}
        is_it = refused is not None and refused[1].lstrip("-") in numbers
        if is_it and _is_list_of_numbers(given) and dotted(node.func).rpartition(".")[2] not in _ARRAYS:
            numpy = module_alias(line, "numpy")
            written = ast.unparse(given)
            array = f"{numpy}.array({written})" if numpy else f"keras.ops.array({written})"
            return text_replaced(line, re.escape(written), array) or f"{ast.unparse(node.func)}({array})"
    return None


def _by_keyword(context: DiagnosisContext, line: Location | None, layer: LayerRef | None) -> str:
    """Return the call on a line with its first literal argument passed by keyword."""
    state = context.state(layer)
    names = parameters(state.methods.get("call"))[1:] if state is not None else []
    for node in nodes_at(line):
        literals = [each for each in node.args if _is_literal(each)] if isinstance(node, ast.Call) else []
        if not isinstance(node, ast.Call) or not literals or dotted(node.func)[:1].isupper():
            continue
        at = node.args.index(literals[0])
        arguments = [ast.unparse(each) for each in node.args[:at]]
        is_flag = isinstance(literals[0], ast.Constant) and isinstance(literals[0].value, bool)
        name = names[at] if at < len(names) else "training" if is_flag else "argument"
        return f"{ast.unparse(node.func)}({', '.join([*arguments, f'{name}={ast.unparse(literals[0])}'])})"
    name = names[1] if len(names) > 1 else "training"
    return f"{layer.name if layer is not None else 'layer'}(x, {name}=...)"


def _is_literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is not None


def _is_list_of_numbers(node: ast.expr) -> bool:
    """Return whether an expression is a list, or a list of lists, of nothing but numbers."""
    if not isinstance(node, (ast.List, ast.Tuple)):
        return False
    return bool(node.elts) and all(
        _is_list_of_numbers(each) or _is_number(each.operand if isinstance(each, ast.UnaryOp) else each)
        for each in node.elts
    )


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


_ARRAYS = ("array", "asarray", "constant", "convert_to_tensor")
_CALL = "keras.src.layers.layer:__call__"
