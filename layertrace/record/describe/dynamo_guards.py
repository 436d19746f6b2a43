"""Describe what `torch.compile` compiles a function for, and which of its guards failed."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from types import CodeType

from layertrace.record.describe.values import describe
from layertrace.timeline.cause import Cause, Change, Difference
from layertrace.timeline.event import Opaque, Structure, TensorSpec
from layertrace.timeline.signature_diff import changes, closest

__all__ = ["Earlier", "arguments_of", "cause_of_guards", "first_words"]

Earlier = Callable[[str], "tuple[int, Mapping[str, Structure]] | None"]
"""Returns the number and the arguments of an earlier compilation by torch's id of it, such as `0/1`."""

_LONGEST = 300

_REASON = re.compile(r"(?P<id>\S*\d+/\d+): (?P<guard>.+?)(\nUser stack trace:.*)?", re.DOTALL)
_SOURCE = re.compile(r"\s{2,}# .*")
"""The program's line, which torch writes after a guard."""

_STACK = re.compile(r"___stack(\d+)")
"""A value that Python was working on at a graph break: an argument of what comes after it."""
_GLOBAL = re.compile(r"\bG\['(\w+)'\]")

_TENSOR = re.compile(
    r"tensor '(?P<path>.+)' (?P<what>size|rank|dtype) mismatch( at index (?P<axis>\d+))?\. "
    r"expected (?P<before>.+), actual (?P<now>.+)"
)
_VALUE = re.compile(r"(?P<path>[^\W\d][\w.\[\]'\"]*) == (?P<value>[^=]+)")
_DIFFERENCES: Mapping[str, tuple[Difference, str]] = {
    "size": ("shape", ""),
    "rank": ("rank", "rank "),
    "dtype": ("dtype", ""),
}


def arguments_of(code: CodeType, values: Mapping[str, object]) -> dict[str, Structure]:
    """Return a description of each argument of a frame, without `self` and what torch adds to a resumed one.

    Args:
        code: The code of the function.
        values: The variables of the frame, before anything has run.
    """
    count = code.co_argcount + code.co_kwonlyargcount
    count += bool(code.co_flags & inspect.CO_VARARGS) + bool(code.co_flags & inspect.CO_VARKEYWORDS)
    names = code.co_varnames[:count]
    if names[:1] == ("self",):
        names = names[1:]
    given = {_STACK.sub(r"stack[\1]", name): describe(values[name]) for name in names if name in values}
    return {name: value for name, value in given.items() if not name.startswith("__")}


def cause_of_guards(
    reasons: Sequence[str],
    now: Mapping[str, Structure],
    earlier: Earlier,
    value_at: Callable[[str], Structure],
) -> Cause:
    """Return why torch compiles a function again, by the earlier compilation that is most similar.

    Args:
        reasons: torch's words for each of them, the last first, such as
            `0/0: tensor 'x' size mismatch at index 0. expected 3, actual 4`. At least one.
        now: The arguments.
        earlier: Returns those of an earlier compilation.
        value_at: Returns the value at a path that torch names, such as `self.scale`; an `Opaque` if unknown.
    """
    reason = _closest(reasons, now, earlier)
    parsed = _REASON.fullmatch(reason)
    before = None if parsed is None else earlier(parsed["id"])
    number = None if before is None else before[0]
    guard = " ".join(_SOURCE.sub("", reason if parsed is None else parsed["guard"]).split())
    guard = _STACK.sub(r"stack[\1]", guard)
    differences = () if before is None else changes(before[1], now)
    named = tuple(change for change in differences if _names(guard, change.argument))
    if not named:
        change = _of_tensor(guard) or _of_value(guard, value_at)
        named = () if change is None else (change,)
    if named:
        return Cause(reason="signature", changes=named, compared_with=number)
    return Cause(
        reason="context", compared_with=number, detail=f"torch's guard failed: {_cut(_local(guard))}"
    )


def _closest(reasons: Sequence[str], now: Mapping[str, Structure], earlier: Earlier) -> str:
    """Return the reason that is about the most similar of the compilations that are known."""
    known = []
    for reason in reversed(reasons):
        parsed = _REASON.fullmatch(reason)
        before = None if parsed is None else earlier(parsed["id"])
        if before is not None:
            known.append((reason, before[1]))
    if not known:
        return reasons[0]
    index, _ = closest([signature for _, signature in known], now)
    return known[index][0]


def _names(guard: str, argument: str) -> bool:
    """Return whether a guard is about an argument, and not about a part of it or of another object."""
    return re.search(rf"(?<![\w.]){re.escape(argument)}(?![\w.\[])", guard) is not None


def _of_tensor(guard: str) -> Change | None:
    """Return what changed in a tensor that is not an argument, such as an attribute."""
    found = _TENSOR.fullmatch(guard)
    if found is None:
        return None
    what, word = _DIFFERENCES[found["what"]]
    axes = () if found["axis"] is None else (int(found["axis"]),)
    before, now = word + found["before"], word + found["now"]
    return Change(argument=_local(found["path"]), what=what, before=before, now=now, axes=axes)


def _of_value(guard: str, value_at: Callable[[str], Structure]) -> Change | None:
    """Return what changed in a value that is not an argument; None if it is not known."""
    found = _VALUE.fullmatch(guard)
    now = Opaque("") if found is None else value_at(found["path"])
    if found is None or isinstance(now, (Opaque, TensorSpec, tuple, Mapping)):
        return None
    path = _local(found["path"])
    return Change(argument=path, what="value", before=found["value"].strip(), now=repr(now))


def _local(text: str) -> str:
    """Return a path as the program writes it: torch has `G['config']` for a global variable."""
    return _GLOBAL.sub(r"\1", text)


def first_words(reason: str) -> str:
    """Return the beginning of torch's words for a graph break: what happened, and the first explanation.

    Example:
        >>> first_words("Call to `graph_break()`")
        'Call to `graph_break()`'
    """
    head, *lines = reason.strip().splitlines() or [""]
    explained = (line.strip() for line in lines)
    text = next((line.partition(": ")[2] for line in explained if line.startswith("Explanation: ")), "")
    sentence = re.split(r"\.(?:\s+(?=[A-Z])|$)", text, maxsplit=1)[0]
    return _cut(f"{head.rstrip('.')}: {sentence}" if sentence else head)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
