"""Read the source of a call that Python refused because of its arguments."""

from __future__ import annotations

import ast
import itertools
import linecache
from types import FrameType
from typing import Any

from layertrace.record.describe.exceptions import first_argument

__all__ = ["refused_call"]


def refused_call(frame: FrameType, offset: int) -> tuple[object, tuple[object, ...], dict[str, object]]:
    """Return the object whose method was called, and the arguments that are written as literals.

    The values that were passed are lost; the function never had a frame.

    Args:
        frame: The frame that called.
        offset: The instruction of the call.
    """
    call = _call_at(frame, offset)
    if call is None:
        return first_argument(frame), (), {}
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    subject = frame.f_locals.get(owner.id) if isinstance(owner, ast.Name) else None
    values = tuple(map(_literal, call.args))
    keywords = {keyword.arg: _literal(keyword.value) for keyword in call.keywords if keyword.arg is not None}
    return subject if subject is not None else first_argument(frame), values, keywords


def _call_at(frame: FrameType, offset: int) -> ast.Call | None:
    """Return the call at an instruction; None if its source is not available."""
    code: Any = frame.f_code
    lines = linecache.getlines(code.co_filename, frame.f_globals)
    first, last, start, end = next(itertools.islice(code.co_positions(), offset // 2, None), (None,) * 4)
    if None in (first, last, start, end) or not first or not last or last > len(lines):
        return None
    text = [line.encode() for line in lines[first - 1 : last]]
    text[-1] = text[-1][:end]
    text[0] = text[0][start:]
    try:
        node = ast.parse(b"".join(text).decode(), mode="eval").body
    except (SyntaxError, ValueError):
        return None
    return node if isinstance(node, ast.Call) else None


def _literal(node: ast.expr) -> object:
    """Return the value of a literal; None for any other expression."""
    try:
        value: object = ast.literal_eval(node)
    except ValueError:
        return None
    return value
