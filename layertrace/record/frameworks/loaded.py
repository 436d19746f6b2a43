"""Hold TensorFlow, once a trace has loaded it."""

from __future__ import annotations

from typing import Any

__all__ = ["Loaded"]


class Loaded:
    """TensorFlow for the other modules; None until a trace has loaded it."""

    tf: Any = None
