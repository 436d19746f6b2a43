"""Keep the last row of a terminal for a line of ours, and leave the rows above it to everybody else."""

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

__all__ = ["BottomRow"]

_SAVE, _RESTORE = "\0337", "\0338"  # the cursor, with its colours
_WHOLE = "\033[r"  # the terminal scrolls as a whole
_MAKE_ROOM = "\033D\033[A"  # one row down, which scrolls at the bottom, and up again; the column stays
_FEWEST_ROWS = 4
_PAUSE = 3.0

# If we are killed, somebody has to give the last row back. This shell does: it waits for a line from us, and
# for the end of the pipe if none comes. It is nobody's child, so that no program waits for it by mistake.
_HEIR = (
    "exec 3<&0; { trap '' HUP INT QUIT TERM TSTP; read -r _ <&3"
    r" || printf '\0337\033[r\033[999;1H\033[2K\0338'; } &"
)


class BottomRow:
    """The last row of a terminal, by the terminal's own scrolling region, as `apt` has it for its progress.

    A program's output is not touched, nor does it move: the cursor is where it was after each line of ours.
    Nothing is shown while something else has the keyboard for itself, such as a debugger's prompt or a pager,
    or while we are in the background. All methods are to be called in one thread.

    Args:
        terminal: The file descriptor of the terminal.
        encoding: What it takes.
    """

    def __init__(self, terminal: int, encoding: str) -> None:
        self._terminal, self._encoding = terminal, encoding
        self._size: os.terminal_size | None = None
        self._shown = 0.0
        self._heir = _bequeath(terminal)

    @staticmethod
    def suits(terminal: int) -> bool:
        """Tell whether a terminal can be divided, as far as is known."""
        is_able = sys.platform != "win32" and os.environ.get("TERM", "dumb") not in ("dumb", "unknown")
        return is_able and _measured(terminal).lines >= _FEWEST_ROWS

    def __enter__(self) -> BottomRow:
        # In the background we may be stopped for writing; here the terminal is told to let it pass.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, place: TracebackType | None
    ) -> None:
        self.clear()
        if self._heir is not None:
            with contextlib.suppress(OSError):
                self._heir.write(b"\n")
            self._heir.close()

    def width(self) -> int:
        """Return how long a line may be."""
        return _measured(self._terminal).columns - 1

    def show(self, line: str) -> None:
        """Show a line, which may have colours, in place of the one before."""
        size = _measured(self._terminal)
        if size.lines < _FEWEST_ROWS or not self._is_free():
            self.clear()
            return
        # After a pause, as Ctrl-Z makes one, anything may have been done to the terminal.
        is_new = size != self._size or time.monotonic() - self._shown > _PAUSE
        begin = f"{_SAVE}{_WHOLE}{_RESTORE}{_MAKE_ROOM}" if is_new else ""
        region = f"\033[1;{size.lines - 1}r"
        self._write(f"{begin}{_SAVE}{region}\033[{size.lines};1H\033[0m{line}\033[0m\033[K{_RESTORE}")
        self._size, self._shown = size, time.monotonic()

    def clear(self) -> None:
        """Give the row back."""
        if self._size is not None:
            self._size = None
            self._write(f"{_SAVE}{_WHOLE}\033[{_measured(self._terminal).lines};1H\033[2K{_RESTORE}")

    def _is_free(self) -> bool:
        with contextlib.suppress(OSError):  # it is not the terminal that controls us, so nobody else does
            if os.tcgetpgrp(self._terminal) != os.getpgrp():
                return False
        try:
            return bool(termios.tcgetattr(self._terminal)[3] & termios.ICANON)
        except termios.error:
            return False

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError):  # it has gone
            os.write(self._terminal, text.encode(self._encoding, "replace"))  # at once: nothing comes between


def _measured(terminal: int) -> os.terminal_size:
    try:
        return os.get_terminal_size(terminal)
    except OSError:  # it has gone
        return os.terminal_size((80, 0))


def _bequeath(terminal: int) -> Reserved | None:
    """Let the row be given back if we are killed, until a line is written to what is returned."""
    ours: Reserved | None = None
    with contextlib.suppress(OSError):
        theirs, end = os.pipe()
        ours = Reserved(end)
        os.close(end)
        subprocess.run(  # noqa: S603  # nothing in it comes from anywhere else
            ["/bin/sh", "-c", _HEIR],
            stdin=theirs, stdout=terminal, stderr=subprocess.DEVNULL, start_new_session=True, check=False,
        )  # fmt: skip
        os.close(theirs)
    return ours
