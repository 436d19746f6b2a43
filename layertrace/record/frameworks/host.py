"""Hold TensorFlow, once a trace has loaded it."""

from __future__ import annotations

from typing import Any

__all__ = ["Host"]


class Host:
    """Where the other modules find TensorFlow, which only a trace may import."""

    tf: Any = None
