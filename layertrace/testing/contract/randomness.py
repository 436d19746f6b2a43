"""Find out whether a layer draws random numbers."""

from __future__ import annotations

from typing import Any

from layertrace.testing.contract.subject import Subject

__all__ = ["draws_numbers"]


def draws_numbers(subject: Subject, layer: Any, training: bool | None) -> bool:
    """Return whether a call has an operation that draws random numbers."""

    def call_of_check(*tensors: Any) -> Any:
        return subject.call_with(layer, tensors, training)

    with subject.doing(subject.calling_compiled):
        return subject.backend.draws_numbers(call_of_check, subject.tensors())
