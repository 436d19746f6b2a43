"""Show the progress of a program on standard error while it runs under trace."""

from __future__ import annotations

import threading
import time

from rich.console import Console
from rich.text import Text

from layertrace.cli.console import console_of
from layertrace.cli.progress_line import progress_line
from layertrace.cli.status_line import StatusLine
from layertrace.record.process.guard import report_internal_error
from layertrace.record.recording.progress import Progress
from layertrace.render.wording.glyphs import glyphs_for
from layertrace.timeline import Timeline

__all__ = ["LiveDisplay"]

_SECONDS_BETWEEN_LOOKS = 0.5
_SECONDS_BETWEEN_LINES = 5.0

WIDTH_OF_LOGS = 120
"""The width of lines that are not written to a terminal."""


class LiveDisplay:
    """Shows what is running, and counts: in the last row of a terminal, or as a line every five seconds.

    The program writes its output directly. `rich.live` would have to capture that output and to write it
    again, and it mistakes the cursor movements of a progress bar or a prompt for text.

    Args:
        timeline: The timeline of a recording that is running.
    """

    def __init__(self, timeline: Timeline) -> None:
        self._progress = Progress(timeline)
        self._console: Console = console_of(stderr=True)
        self._status_line: StatusLine | None = None
        if self._console.is_terminal and StatusLine.is_supported(self._console.file.fileno()):
            self._status_line = StatusLine(self._console.file.fileno(), self._console.encoding)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="layertrace live", daemon=True)

    def __enter__(self) -> LiveDisplay:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            if self._status_line is None:
                self._print_lines()
            else:
                with self._status_line:
                    self._update(self._status_line)
        except Exception:  # promise 1: the program continues without a display
            report_internal_error("show a live status line")

    def _update(self, status_line: StatusLine) -> None:
        while not self._done.wait(_SECONDS_BETWEEN_LOOKS):
            with self._console.capture() as captured:
                self._console.print(self._line(status_line.width()), end="", soft_wrap=True)
            status_line.show(captured.get().partition("\n")[0])

    def _print_lines(self) -> None:
        printed_at = time.monotonic()
        while not self._done.wait(_SECONDS_BETWEEN_LOOKS):
            if time.monotonic() - printed_at >= _SECONDS_BETWEEN_LINES:
                printed_at = time.monotonic()
                self._console.print(self._line(WIDTH_OF_LOGS), soft_wrap=True)

    def _line(self, width: int) -> Text:
        return progress_line(self._progress.look(), width, glyphs_for(self._console.encoding))
