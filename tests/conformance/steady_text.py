"""Leave out of messages what differs from run to run."""

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
"""What changes by itself, and what stands in its place. It is small, so that nothing else gets lost."""


def steady(text: str, folder: str = "") -> str:
    """Return a message without what changes by itself: addresses, timings, temporary folders and such.

    Args:
        text: What a test said.
        folder: The folder that the run worked in, where its temporary files are in `temporary`.
    """
    if folder:
        text = text.replace(folder, "<folder of the run>")
    for pattern, instead in CHANGING:
        text = re.sub(pattern, instead, text)
    return text
