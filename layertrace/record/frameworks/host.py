"""TensorFlow, once a trace has loaded it."""

from __future__ import annotations

from typing import Any

__all__ = ["Host"]


class Host:
    """TensorFlow, which only a trace may import."""

    tf: Any = None
