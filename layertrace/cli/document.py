"""Write the document of a check for other programs: to a file, or alone to standard output."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from layertrace.cli.pinned_stdout import pinned_stdout
from layertrace.errors import LayertraceError
from layertrace.render.formats.checked import Checked, unchecked
from layertrace.render.formats.choose import FORMATS
from layertrace.render.wording.file_names import here
from layertrace.timeline.storage import check_writable
from layertrace.timeline.storage.files import written

__all__ = ["Document"]

NOT_ENDED = "layertrace could not report: the program was killed, called os._exit, or is still running"


class Document:
    """What a check found, in the format that another program reads.

    A file states that nothing was checked until the check has ended: a program can be killed, and a file of
    an earlier check would be taken for the answer.

    Args:
        name: The format, one of `FORMATS`.
        file: The file to write; None for standard output, which then has nothing else.
        target: The program or the recording, as the user named it.

    Raises:
        FormatError: If the file cannot be written.
    """

    def __init__(self, name: str, file: Path | None, target: str) -> None:
        self._format, self._target, self.folder = FORMATS[name], target, here()
        self._file = None if file is None else file.absolute()  # the program may change the current folder
        if self._file is None:
            self._output = pinned_stdout()
        else:
            check_writable(self._file)
            if self._file.is_file() or not self._file.exists():  # a pipe would get both
                self.write_unchecked(NOT_ENDED)

    @property
    def is_file(self) -> bool:
        """Return whether it goes to a file, so that the usual report is printed as well."""
        return self._file is not None

    def write(self, checked: Checked) -> None:
        """Write what a check found.

        Raises:
            OSError: If standard output cannot be written.
            FormatError: If the file cannot be written.
        """
        data = self._format(checked).encode("utf-8", "backslashreplace")
        if self._file is None:
            self._output.write(data)
        else:
            with written(self._file) as file:
                file.write(data)

    def write_unchecked(self, reason: str) -> None:
        """Write that nothing was checked, and why."""
        self.write(unchecked(reason, target=self._target, folder=self.folder))

    @contextmanager
    def with_errors(self) -> Iterator[None]:
        """Write the message of an error that ends the check in this block, before the command prints it."""
        try:
            yield
        except (LayertraceError, click.ClickException) as error:
            self.write_unchecked(str(error))
            raise
