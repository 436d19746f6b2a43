"""Write the life chart as a picture."""

from __future__ import annotations

from typing import IO

from layertrace.diagnosis import diagnose
from layertrace.render.lives.palette import Theme
from layertrace.render.lives.picture import life_picture
from layertrace.timeline import Timeline

__all__ = ["write"]


def write(timeline: Timeline, file: IO[bytes], theme: Theme = "auto") -> None:
    """Write the life chart with its findings as an SVG.

    Args:
        timeline: The events.
        file: The output.
        theme: `auto` follows the system of the reader.
    """
    file.write(life_picture(timeline, diagnose(timeline), theme=theme).encode("utf-8", "backslashreplace"))
