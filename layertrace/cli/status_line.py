"""Reserve the last row of a terminal for one line, and leave the rows above it to the program."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from types import TracebackType

from layertrace.record.process.descriptors import Reserved

if sys.platform != "win32":
    import termios

__all__ = ["StatusLine"]

_SAVE, _RESTORE = "\0337", "\0338"  # position and colours of the cursor
_WHOLE = "\033[r"  # all rows scroll again
_MAKE_ROOM = "\033D\033[A"  # one row down, which scrolls at the bottom, and up again; the column stays
_FEWEST_ROWS = 4
_PAUSE_SECONDS = 3.0

# This shell frees the last row if our process is killed: it waits for a line from us, and if the pipe ends
# without one, it cleans up. It is detached, so that no program waits for it as for a child of its own.
_CLEANUP_SCRIPT = (
    "exec 3<&0; { trap '' HUP INT QUIT TERM TSTP; read -r _ <&3"
    r" || printf '\0337\033[r\033[999;1H\033[2K\0338'; } &"
)


class StatusLine:
    """The last row of a terminal, excluded from its scrolling region, like the progress bar of `apt`.

    The output of a program stays as it is, and the cursor is restored after each update. Nothing is shown
    while another program controls the keyboard, such as a debugger's prompt or a pager, or while we run in
    the background. Call all methods in one thread.

    Args:
        terminal: The file descriptor of the terminal.
        encoding: The encoding of the terminal.
    """

    def __init__(self, terminal: int, encoding: str) -> None:
        self._terminal, self._encoding = terminal, encoding
        self._size: os.terminal_size | None = None
        self._shown_at = 0.0
        self._cleanup = _start_cleanup(terminal)

    @staticmethod
    def is_supported(terminal: int) -> bool:
        """Return whether a terminal has scrolling regions and enough rows, judging by `TERM` and its size."""
        has_regions = sys.platform != "win32" and os.environ.get("TERM", "dumb") not in ("dumb", "unknown")
        return has_regions and _size(terminal).lines >= _FEWEST_ROWS

    def __enter__(self) -> StatusLine:
        # SIGTTOU would stop a process in the background that writes; blocked, the write succeeds.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, place: TracebackType | None
    ) -> None:
        self.clear()
        if self._cleanup is not None:
            with contextlib.suppress(OSError):
                self._cleanup.write(b"\n")
            self._cleanup.close()

    def width(self) -> int:
        """Return how many columns a line may have."""
        return _size(self._terminal).columns - 1

    def show(self, line: str) -> None:
        """Replace the line that is shown; the new one may have colours."""
        size = _size(self._terminal)
        if size.lines < _FEWEST_ROWS or not self._is_free():
            self.clear()
            return
        # After a pause, for example by Ctrl-Z, another program may have reset the scrolling region.
        is_new = size != self._size or time.monotonic() - self._shown_at > _PAUSE_SECONDS
        begin = f"{_SAVE}{_WHOLE}{_RESTORE}{_MAKE_ROOM}" if is_new else ""
        region = f"\033[1;{size.lines - 1}r"
        self._write(f"{begin}{_SAVE}{region}\033[{size.lines};1H\033[0m{line}\033[0m\033[K{_RESTORE}")
        self._size, self._shown_at = size, time.monotonic()

    def clear(self) -> None:
        """Return the row to the terminal."""
        if self._size is not None:
            self._size = None
            self._write(f"{_SAVE}{_WHOLE}\033[{_size(self._terminal).lines};1H\033[2K{_RESTORE}")

    def _is_free(self) -> bool:
        with contextlib.suppress(
            OSError
        ):  # it is not our controlling terminal, so job control does not apply
            if os.tcgetpgrp(self._terminal) != os.getpgrp():
                return False
        try:
            return bool(termios.tcgetattr(self._terminal)[3] & termios.ICANON)
        except termios.error:
            return False

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError):  # the terminal is gone
            # One write, so that no output of the program gets between its parts
            os.write(self._terminal, text.encode(self._encoding, "replace"))


def _size(terminal: int) -> os.terminal_size:
    try:
        return os.get_terminal_size(terminal)
    except OSError:  # the terminal is gone
        return os.terminal_size((80, 0))


def _start_cleanup(terminal: int) -> Reserved | None:
    """Start the shell that frees the row if we are killed, and return the pipe to dismiss it with a line."""
    pipe: Reserved | None = None
    with contextlib.suppress(OSError):
        read_end, write_end = os.pipe()
        pipe = Reserved(write_end)
        os.close(write_end)
        subprocess.run(  # noqa: S603  # the script is a constant
            ["/bin/sh", "-c", _CLEANUP_SCRIPT],
            stdin=read_end, stdout=terminal, stderr=subprocess.DEVNULL, start_new_session=True, check=False,
        )  # fmt: skip
        os.close(read_end)
    return pipe
