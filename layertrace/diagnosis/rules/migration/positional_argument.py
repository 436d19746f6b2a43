"""LT704: A layer is called with something by position that is no tensor."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.rules.migration._shared import seqs
from layertrace.diagnosis.user_source import dotted, nodes_at, parameters
from layertrace.timeline.event import LayerRef, Location


@rule("LT704", "positional-argument", "error", links.MIGRATING_TO_KERAS_3)
def positional_argument(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer is called with something by position that is no tensor.

    Keras 3 takes tensors by position only; flags such as `training` go by name.

    Bad:

    ```python
    dropout(x, True)
    ```

    Good:

    ```python
    dropout(x, training=True)
    ```
    """
    for place in context.raised_in("keras.src.layers.layer:__call__"):
        error = place.error
        if error is None or error.type != "ValueError" or error.raised_in[:1] != (_CALL,):
            continue
        layer = error.subject or context.subject(place)
        yield Violation(
            message="{layer} was called with a value by position that is no tensor, which Keras 3 refuses: "
            "pass it by name.",
            layer=layer,
            location=context.line(place),
            evidence=(Evidence("refused here", seqs(place), context.line(place)),),
            fix=_by_name(context, context.line(place), layer),
        )


def _by_name(context: DiagnosisContext, line: Location | None, layer: LayerRef | None) -> str:
    """Write the call again, with what is no tensor under the name of the parameter that it was meant for."""
    state = context.state(layer)
    names = parameters(state.methods.get("call"))[1:] if state is not None else []
    for node in nodes_at(line):
        plain = [one for one in node.args if _is_plain(one)] if isinstance(node, ast.Call) else []
        if not isinstance(node, ast.Call) or not plain or dotted(node.func)[:1].isupper():
            continue
        at = node.args.index(plain[0])
        given = [ast.unparse(one) for one in node.args[:at]]
        is_flag = isinstance(plain[0], ast.Constant) and isinstance(plain[0].value, bool)
        name = names[at] if at < len(names) else "training" if is_flag else "argument"
        return f"{ast.unparse(node.func)}({', '.join([*given, f'{name}={ast.unparse(plain[0])}'])})"
    name = names[1] if len(names) > 1 else "training"
    return f"{layer.name if layer is not None else 'layer'}(x, {name}=...)"


def _is_plain(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is not None


_CALL = "keras.src.layers.layer:__call__"
