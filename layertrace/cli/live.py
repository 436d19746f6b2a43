"""Show the progress of a program on standard error while it runs under trace."""

from __future__ import annotations

import threading
import time

from rich.console import Console
from rich.text import Text

from layertrace.cli.console import console_of
from layertrace.cli.status_line import StatusLine
from layertrace.record.process.guard import report_internal_error
from layertrace.record.recording.progress import Progress
from layertrace.render import event_line
from layertrace.render.wording.formatting import counted
from layertrace.timeline import Event, Timeline

__all__ = ["LiveDisplay"]

_SECONDS_BETWEEN_LOOKS = 0.5
_SECONDS_BETWEEN_LINES = 5.0


class LiveDisplay:
    """Shows counts and the last event: in the last row of a terminal, or as a line every five seconds.

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
        self._last: Event | None = None
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
                self._console.print(self._line(), width=status_line.width(), end="", height=1)
            status_line.show(captured.get().partition("\n")[0])

    def _print_lines(self) -> None:
        printed_at = time.monotonic()
        while not self._done.wait(_SECONDS_BETWEEN_LOOKS):
            if time.monotonic() - printed_at >= _SECONDS_BETWEEN_LINES:
                printed_at = time.monotonic()
                self._console.print(self._line(), soft_wrap=True)

    def _line(self) -> Text:
        now = self._progress.look()
        counts = [
            f"{now.seconds:.0f} s",
            counted(now.layers, "layer"),
            f"{counted(now.kinds['call'], 'call')} ({now.calls_per_second:,.0f}/s)",
            counted(now.kinds["trace"], "trace"),
            counted(now.runs, "run"),
        ]
        line = Text("layertrace: " + " \N{MIDDLE DOT} ".join(counts))
        self._last = now.last or self._last
        if self._last is not None:
            line.append("  ").append_text(event_line(self._last, encoding=self._console.encoding))
        line.no_wrap, line.overflow = True, "ellipsis"
        return line
