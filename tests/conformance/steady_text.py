"""Remove what differs from run to run from messages."""

from __future__ import annotations

import re

__all__ = ["steady"]

CHANGING = (
    (r"<folder of the run>/temporary/[\w.-]+", "<temporary folder>"),
    (r"0x[0-9a-fA-F]{5,}", "<address>"),
    (r"(?<![\d.])(?:1[34]\d{13}|9[34]\d{12})(?![\d.])", "<id>"),  # addresses of objects in decimal
    (r"\bpid=\d+", "pid=<number>"),  # in warnings about forks, from Python 3.12 on
    (r"__autograph_generated_file\w+", "<generated file>"),
    (r"\b\d+(?:\.\d+)?(?:e-\d+)? ?(?:s|ms|us|µs|ns|sec|secs|seconds|milliseconds)\b", "<time>"),
)
"""Patterns of what differs by itself, and their replacements; few, so that no real difference is lost."""


def steady(text: str, folder: str = "") -> str:
    """Return a message without addresses, timings, temporary folders and the like.

    Args:
        text: A message or warning of a test.
        folder: The folder that the run worked in; its temporary files are in `temporary` there.
    """
    if folder:
        text = text.replace(folder, "<folder of the run>")
    for pattern, instead in CHANGING:
        text = re.sub(pattern, instead, text)
    return text
