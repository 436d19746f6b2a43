"""Write how a function is compiled so that it accepts tensors of any size."""

from __future__ import annotations

import re
from typing import NamedTuple

from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Edit, FixPlace
from layertrace.diagnosis.program_lines import lines_at
from layertrace.timeline.event import Location
from layertrace.timeline.functions import FunctionLife

_DECORATOR = re.compile(r"\s*@((?:\w+\.)*function)\s*(?:\((.*)\))?\s*(?:#.*)?")
_OPTION = "reduce_retracing=True"


class Relaxed(NamedTuple):
    """How to write it at the line of the mistake, and in other lines; one of them is empty."""

    fix: str = ""
    fix_place: FixPlace | None = None
    edits: tuple[Edit, ...] = ()


def relaxed(
    context: DiagnosisContext, life: FunctionLife, mistake: Location | None, why: str = "", instead: str = ""
) -> Relaxed:
    """Return how the decorator of a function is replaced, or a sentence if it is not known.

    Args:
        context: What was recorded.
        life: The function.
        mistake: The line of the mistake.
        why: What it is good for: `for the shapes of x`.
        instead: Another decorator that would also do.
    """
    comment = f"  # {why}" if why else ""
    for place, text in lines_at(context, life.defined_at):
        decorator = _DECORATOR.fullmatch(text)
        if decorator is None or _OPTION in text:
            continue
        options = ", ".join(filter(None, (decorator[2], _OPTION)))
        code = f"@{decorator[1]}({options}){comment}{f'{chr(10)}# or {instead}' if instead else ''}"
        if mistake is not None and (mistake.file, mistake.line) == (place.file, place.line):
            return Relaxed(code, "in place")
        return Relaxed(edits=(Edit(place, text, code),))
    alternative = f", or with {instead}" if instead else ""
    return Relaxed(
        f"# compile {life.name} with @tf.function({_OPTION}){alternative}{f', {why}' if why else ''}"
    )
