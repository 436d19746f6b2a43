"""Tell on standard error what a program under trace is doing, while it does it."""

from __future__ import annotations

import threading
import time

from rich.console import Console
from rich.text import Text

from layertrace.cli.console import console_of
from layertrace.cli.status_line import BottomRow
from layertrace.record.process.guard import report_internal_error
from layertrace.record.recording.progress import Progress
from layertrace.render import event_line
from layertrace.render.wording.formatting import counted
from layertrace.timeline import Event, Timeline

__all__ = ["Live"]

_SECONDS = 0.5
_SECONDS_BETWEEN_LINES = 5.0


class Live:
    """Shows counts and the last event: in the last row of a terminal, every five seconds a line without one.

    The program's output passes us by. `rich.live`, which shows things in place, would have to read it and to
    write it anew, and takes what a progress bar or a prompt does to the cursor for text.

    Args:
        timeline: Of a recording under way.
    """

    def __init__(self, timeline: Timeline) -> None:
        self._progress = Progress(timeline)
        self._console: Console = console_of(stderr=True)
        self._row: BottomRow | None = None
        if self._console.is_terminal and BottomRow.suits(self._console.file.fileno()):
            self._row = BottomRow(self._console.file.fileno(), self._console.encoding)
        self._last: Event | None = None
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._work, name="layertrace live", daemon=True)

    def __enter__(self) -> Live:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _work(self) -> None:
        try:
            if self._row is None:
                self._print_lines()
            else:
                with self._row:
                    self._keep_row(self._row)
        except Exception:  # promise 1: the program goes on without being watched
            report_internal_error("tell what happens while the program runs")

    def _keep_row(self, row: BottomRow) -> None:
        while not self._done.wait(_SECONDS):
            with self._console.capture() as captured:
                self._console.print(self._line(), width=row.width(), end="", height=1)
            row.show(captured.get().partition("\n")[0])

    def _print_lines(self) -> None:
        told = time.monotonic()
        while not self._done.wait(_SECONDS):
            if time.monotonic() - told >= _SECONDS_BETWEEN_LINES:
                told = time.monotonic()
                self._console.print(self._line(), soft_wrap=True)

    def _line(self) -> Text:
        now = self._progress.look()
        said = [
            f"{now.seconds:.0f} s",
            counted(now.layers, "layer"),
            f"{counted(now.kinds['call'], 'call')} ({now.calls_per_second:,.0f}/s)",
            counted(now.kinds["trace"], "trace"),
            counted(now.runs, "run"),
        ]
        line = Text("layertrace: " + " \N{MIDDLE DOT} ".join(said))
        self._last = now.last or self._last
        if self._last is not None:
            line.append("  ").append_text(event_line(self._last, encoding=self._console.encoding))
        line.no_wrap, line.overflow = True, "ellipsis"
        return line
