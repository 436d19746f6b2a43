"""Run `demos/notebook.ipynb` in a kernel of IPython, and keep what its cells show.

python tests/demos/notebook.py           # run it, and print what its cells show as text
python tests/demos/notebook.py --write   # run it, and save it with its outputs

What differs between machines is not kept: tracebacks, standard error, and the version of Python.
"""

from __future__ import annotations

import argparse
import html
import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

sys.path[:0] = [str(Path(__file__).parents[1])]

from demos.gallery import DEMOS, bare, steady  # noqa: E402  # found by the line above

NOTEBOOK = DEMOS / "notebook.ipynb"


def saved() -> NotebookNode:
    """Return the notebook as it is in the repository."""
    return nbformat.read(NOTEBOOK, as_version=4)


def run() -> NotebookNode:
    """Return the notebook with what its cells show today."""
    notebook = saved()
    client = NotebookClient(notebook, timeout=300, kernel_name="python3", record_timing=False)
    client.execute(cwd=str(DEMOS))
    notebook.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    for cell in code_cells(notebook):
        cell.outputs = [_kept(output) for output in cell.outputs if output.get("name") != "stderr"]
    return notebook


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the cells that run."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shown(cell: NotebookNode) -> str:
    """Return all that a cell shows as text: what a browser shows, or else the plain form."""
    return "\n".join(_text(output) for output in cell.outputs)


def content(cells: list[NotebookNode]) -> list[str]:
    """Return what each cell shows, without what differs between runs."""
    return [_steady(shown(cell)) for cell in cells]


def _steady(text: str) -> str:
    text = text.replace("__wrapped____Mkl", "__wrapped__")  # oneDNN, on some processors
    return "\n".join(filter(None, (bare(steady(line)) for line in text.splitlines())))


def _kept(output: NotebookNode) -> NotebookNode:
    if output.output_type == "error":
        output.traceback = [f"{output.ename}: {output.evalue}"]
    return output


def _text(output: NotebookNode) -> str:
    if output.output_type == "stream":
        return output.text
    if output.output_type == "error":
        return f"{output.ename}: {output.evalue}"
    if "text/html" in output.data:
        page = output.data["text/html"].replace("</summary>", "\n")
        return html.unescape(re.sub(r"<style.*?</style>|<[^>]*>", "", page, flags=re.DOTALL))
    return output.data["text/plain"]


def main() -> None:
    """Run the notebook and print it, or save it."""
    verbatim = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=verbatim)
    parser.add_argument("--write", action="store_true", help="save it with its outputs")
    is_written = parser.parse_args().write
    notebook = run()
    if is_written:
        nbformat.write(notebook, NOTEBOOK)
        return
    for cell in code_cells(notebook):
        print(cell.source, shown(cell), sep="\n\n", end="\n\n")


if __name__ == "__main__":
    main()
