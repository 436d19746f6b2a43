"""Hold the backend of Keras, once a trace has loaded it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # a backend reads private parts of frameworks
    from layertrace.record.backends.backend import Backend

__all__ = ["Loaded"]


class Loaded:
    """The backend for the other modules, and TensorFlow; None until a trace has loaded them.

    `tf` stays None if Keras runs on another backend.
    """

    tf: Any = None
    backend: Backend = None  # type: ignore[assignment]  # set before anything is hooked
