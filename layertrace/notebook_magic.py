"""The cell magic `%%layertrace`, which `%load_ext layertrace` defines."""

from __future__ import annotations

import ast
import html
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, cell_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring
from IPython.display import display

from layertrace.diagnosis import diagnose, serious
from layertrace.errors import LayertraceError
from layertrace.render import notebook
from layertrace.render.page import page
from layertrace.timeline import Timeline
from layertrace.tracing import trace

__all__ = ["LayertraceMagics", "load_ipython_extension"]

# A browser shows what is in an iframe only where the iframe was removed: where the notebook is not trusted.
_FOLDED = """<details><summary>the whole recording</summary>
<iframe srcdoc="{page}" title="the whole recording" style="width:100%;height:640px;border:0">
It is shown when you trust this notebook.</iframe></details>"""

_UNNAMED = "cell"


@magics_class
class LayertraceMagics(Magics):
    """Has the magic of layertrace."""

    @property
    def _shell(self) -> Any:
        return self.shell

    @magic_arguments()
    @argument("targets", nargs="*", help="what to record instead of every layer: model, 'encoder/*'")
    @argument("--exclude", action="append", default=[], help="what to leave out: 'encoder', 'keras.*'")
    @argument("--check", action="store_true", help="show what is wrong, and mark it")
    @argument("--page", action="store_true", help="add the page of the whole recording, some 280 kB")
    @argument("--name", default="", help="a variable that gets the timeline")
    @cell_magic
    def layertrace(self, line: str, cell: str) -> Any:
        """Run a cell and show what happened to its layers.

        The value of the last line is the value of the cell. A cell that fails shows what led to that, and
        raises its exception.
        """
        __tracebackhide__ = True  # IPython leaves this method out of the traceback of a cell
        given = parse_argstring(self.layertrace, line)
        names = self._shell.user_ns
        try:
            # These are the user's own words.
            targets, exclude = (
                [eval(words, names) for words in group]  # noqa: S307
                for group in (given.targets, given.exclude)
            )
            recording = trace(*targets, exclude=exclude, report=False)
        except (LayertraceError, NameError, SyntaxError) as error:
            raise UsageError(f"%%layertrace: {error}") from error
        timeline = None
        try:
            with recording as timeline:
                return self._run(cell)
        finally:
            if timeline is not None:
                if given.name:
                    names[given.name] = timeline
                display(_Shown(timeline, name=given.name, check=given.check, page=given.page))

    def _run(self, cell: str) -> Any:
        """Run the statements of a cell, and return the value of the last if that is an expression."""
        __tracebackhide__ = True
        shell = self._shell
        source = "\n" + shell.transform_cell(cell)  # the first line of the cell is that of the magic
        file = shell.compile.cache(source, _number(shell), raw_code=source)
        body = ast.parse(source, file).body
        flags = shell.compile.flags
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        exec(compile(ast.Module(body, []), file, "exec", flags), shell.user_ns)  # noqa: S102  # the user's cell
        if last is None:
            return None
        value = compile(ast.Expression(last.value), file, "eval", flags)
        result = eval(value, shell.user_ns)  # noqa: S307  # the user's cell
        return None if cell.rstrip().endswith(";") else result


class _Shown:
    """What a cell shows of its recording."""

    def __init__(self, timeline: Timeline, *, name: str, check: bool, page: bool) -> None:
        self._timeline, self._name, self._check, self._page = timeline, name, check, page

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        timeline = self._timeline
        is_judged = self._check or timeline.failure is not None
        findings = serious(diagnose(timeline)) if is_judged else ()
        bundle = notebook(timeline, findings=findings, page_code=self._page_code())
        if self._page and timeline:
            whole = page(timeline, title=self._name or _UNNAMED)
            bundle["text/html"] += _FOLDED.format(page=html.escape(whole))
        return bundle

    def _page_code(self) -> str:
        """Return the code for the page, which works as it is; nothing if the page follows."""
        if self._page:
            return ""
        if not self._name:
            return "%%layertrace --page"
        return f'from layertrace.render import write_page; write_page({self._name}, "run.html")'


def load_ipython_extension(shell: Any) -> None:
    """Define the cell magic `%%layertrace`: IPython calls this for `%load_ext layertrace`."""
    shell.register_magics(LayertraceMagics)


def _number(shell: Any) -> int:
    """Return the number of the running cell, which names it in a traceback."""
    # IPython 9.18 counts a cell before it runs, others do so after that; its history has it when it runs.
    return len(shell.history_manager.input_hist_raw) - 1
