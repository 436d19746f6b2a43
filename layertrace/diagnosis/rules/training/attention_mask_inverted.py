"""LT565: An attention mask allows attention only to the padding, or to the future."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, FixPlace, Violation
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_source import dotted, nodes_at
from layertrace.timeline.event import LayerRef, Location


@rule("LT565", "attention-mask-inverted", "error", links.ATTENTION)
def attention_mask_inverted(context: DiagnosisContext) -> Iterator[Violation]:
    """An attention mask allows attention only to the padding, or to the future.

    ## Why is this bad?

    The `attention_mask` of `MultiHeadAttention` is true, or 1, where attention is allowed. Attention that
    is written by hand, as in transformer tutorials, often has 1 where attention is forbidden. With such a
    mask the layer attends to the padding, and words do not matter.

    ## Example

    ```python
    mask = ops.equal(tokens, 0)[:, None, :]
    x = attention(x, x, attention_mask=mask)
    ```

    ## Use instead

    ```python
    mask = ops.not_equal(tokens, 0)[:, None, :]
    x = attention(x, x, attention_mask=mask)
    ```

    ## Known limits

    Masks are looked at in graphs, and followed through casts, reshapes, slices, `1 - mask`, `logical_not` and
    combinations of masks. A mask that the model is given as an input is not.
    """
    reported: set[tuple[LayerRef, Location | None, str]] = set()
    for layer, mask in context.layer_observations("inverted mask"):
        if (layer, mask.location, mask.name) in reported:
            continue
        reported.add((layer, mask.location, mask.name))
        is_padding = mask.name == "padding"
        what = "where the tokens are 0" if is_padding else "for later positions"
        fix = _upright(mask.location) if is_padding else None
        place: FixPlace = "elsewhere" if fix is None else "in place"
        other = "use_causal_mask=True  # in the call of the attention, in place of this mask"
        if is_padding:
            other = "keras.ops.not_equal(tokens, 0)  # in place of equal"
        yield Violation(
            message=f"The attention_mask of {{layer}} is true only {what}, so it attends to the {mask.name} "
            "and to nothing else: True means that attention is allowed.",
            layer=layer,
            location=mask.location,
            evidence=(Evidence("given this mask here", (), mask.defined_at),),
            fix=fix or other,
            fix_place=place,
        )


def _upright(place: Location | None) -> str | None:
    """Return the statement at a place with `not_equal` for its only `equal`; None if it has none."""
    nodes = list(nodes_at(place))
    statements = [node for node in nodes if isinstance(node, ast.stmt)]
    if len(statements) != 1:
        return None
    calls = [
        node
        for node in nodes
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] == "equal"
    ]
    compares = [node for node in nodes if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq)]
    if len(calls) + len(compares) != 1:
        return None
    written = ast.unparse(statements[0])
    for node in (*calls, *compares):
        old = ast.unparse(node)
        if isinstance(node, ast.Call):
            function = ast.unparse(node.func)
            new = old.replace(function, f"{function.removesuffix('equal')}not_equal", 1)
        else:
            new = old.replace("==", "!=", 1)
        return written.replace(old, new, 1)
    return None
