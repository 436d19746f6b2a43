"""Write the programs in `tests/cases` in other forms that do the same, and compare what is found.

python tests/diagnosis/rewritten.py                  # all forms of all programs: an hour
python tests/diagnosis/rewritten.py two-files LT2    # one form, of the rules whose code begins like this
python tests/diagnosis/rewritten.py two-files clean  # of the programs without mistakes

People write the same program in a function or in two files, and have it formatted. A rule that reads the
source must not depend on that. Listed are findings that got lost or came to it, by code, layer and line.
"""

from __future__ import annotations

import ast
import builtins
import os
import re
import subprocess
import symtable
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1])]

from cases.cases import Expected, expected, found_in, programs, run  # noqa: E402  # found by the line above

LIBRARY = "definitions_of_"


class CannotBeWritten(Exception):
    """The program does not do the same in this form."""


def in_function(source: str, _: str) -> tuple[str, str]:
    """Write what follows the imports in a function `main`."""
    lines = source.splitlines()
    tree = ast.parse(source)
    head = max((each.end_lineno for each in tree.body if _is_import(each)), default=0)
    if "global " in source or any(not _is_import(each) and each.end_lineno <= head for each in tree.body):
        raise CannotBeWritten
    body = [f"    {line}" if line.strip() else line for line in lines[head:]]
    return "\n".join([*lines[:head], "def main():", *body, "    return locals()", "KEPT = main()", ""]), ""


def in_two_files(source: str, name: str) -> tuple[str, str]:
    """Write the classes and functions in another file."""
    lines, tree = source.splitlines(), ast.parse(source)
    imports = [each for each in tree.body if _is_import(each)]
    definitions = [each for each in tree.body if isinstance(each, (ast.ClassDef, ast.FunctionDef))]
    library = "".join(f"{lines[at]}\n" for each in (*imports, *definitions) for at in _lines(each))
    if not definitions or "global " in library or _reads_others(library):
        raise CannotBeWritten
    moved = {at for each in (*imports, *definitions) for at in _lines(each)}
    names = ", ".join(each.name for each in definitions)
    script = [
        *(lines[at] for each in imports for at in _lines(each)),
        f"from {LIBRARY}{name} import {names}",
        *(line for at, line in enumerate(lines) if at not in moved),
    ]
    return "\n".join(script) + "\n", library


def formatted(source: str, _: str) -> tuple[str, str]:
    """Write statements on many short lines."""
    command = ["ruff", "format", "--line-length", "50", "--stdin-filename", "program.py", "-"]
    return subprocess.run(command, input=source, capture_output=True, text=True, check=True).stdout, ""


def renamed(source: str, _: str) -> tuple[str, str]:
    """Import Keras under another name."""

    def imported(found: re.Match[str]) -> str:
        names = [each.strip() for each in found[2].split(",")]
        return f"{found[1]}import {', '.join('keras as kr' if each == 'keras' else each for each in names)}"

    changed = re.sub(r"(?<![\w.])keras\.(?!src)", "kr.", source)
    return re.sub(r"^(\s*)import (.*\bkeras\b[^.\n]*)$", imported, changed, flags=re.MULTILINE), ""


def of_tensorflow(source: str, _: str) -> tuple[str, str]:
    """Import Keras from TensorFlow."""

    def imported(found: re.Match[str]) -> str:
        others = [each.strip() for each in found[2].split(",") if each.strip() != "keras"]
        rest = f"import {', '.join(others)}; " if others else ""
        return f"{found[1]}{rest}from tensorflow import keras"

    changed = re.sub(r"^(\s*)from keras\b", r"\1from tensorflow.keras", source, flags=re.MULTILINE)
    return re.sub(r"^(\s*)import (.*\bkeras\b(?![.\w])[^.\n]*)$", imported, changed, flags=re.MULTILINE), ""


def registered(source: str, _: str) -> tuple[str, str]:
    """Register each layer and model, as for saving."""
    if not re.search(r"^import (.*, )?keras\b(?! as)", source, re.MULTILINE):
        raise CannotBeWritten
    lines = source.splitlines()
    classes = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ClassDef) and not node.decorator_list
        if any(re.search(r"(Layer|Model|Sequential)$", ast.unparse(base)) for base in node.bases)
    ]
    for node in sorted(classes, key=lambda node: node.lineno, reverse=True):
        indent = " " * node.col_offset
        lines.insert(node.lineno - 1, f"{indent}@keras.saving.register_keras_serializable(package='mine')")
    return "\n".join(lines) + "\n", ""


FORMS: dict[str, Callable[[str, str], tuple[str, str]]] = {
    "in-function": in_function,
    "two-files": in_two_files,
    "formatted": formatted,
    "renamed": renamed,
    "of-tensorflow": of_tensorflow,
    "registered": registered,
}
"""Each takes source and name of a program, and returns the program and, if it needs one, a library."""


def written(path: Path, form: str, folder: Path) -> list[Path]:
    """Write a program in another form into a folder.

    Returns:
        The program and the file that it imports; nothing if that form is the same, or does not do the same.
    """
    name = re.sub(r"\W", "_", f"{path.parent.name}_{path.stem}_{form}")
    source = path.read_text()
    try:
        texts = FORMS[form](source, name)
    except CannotBeWritten:
        return []
    files = [folder / f"{name}.py", folder / f"{LIBRARY}{name}.py"][: 2 if texts[1] else 1]
    for file, text in zip(files, texts, strict=False):
        file.write_text(text)
    return [] if texts[0] == source else files


def compared(path: Path, form: str, folder: Path) -> tuple[list[Expected], list[Expected]] | None:
    """Return the findings that a program in another form should have, and those that it has.

    A formatter may move a comment from the line to blame, so its lines are not compared. Notes count only in
    programs with mistakes.
    """
    files = written(path, form, folder)
    if not files:
        return None
    wanted = sorted(each for file in files for each in expected(file))
    timeline = run(files[0]).timeline
    above_note = {each.code for each in timeline.findings(select=["LT"]) if each.severity != "note"}
    codes = above_note if path.parent.name == "clean" else {each for each, _, _ in found_in(timeline)}
    found = [each for each in found_in(timeline) if each[0] in codes]
    if form == "formatted":
        wanted, found = (sorted((code, layer, 0) for code, layer, _ in each) for each in (wanted, found))
    return wanted, found


def main() -> None:
    forms = [each for each in sys.argv[1:] if each in FORMS] or list(FORMS)
    names = tuple(each.lower() for each in sys.argv[1:] if each not in FORMS) or ("lt", "clean")
    paths = [path for kind in ("broken", "another", "fixed", "clean") for path in programs(kind)]
    with tempfile.TemporaryDirectory() as own:
        os.chdir(own)  # some programs save a model
        sys.path[:0] = [own]
        for form in forms:
            count = 0
            for path in (path for path in paths if path.parent.name.startswith(names)):
                both = compared(path, form, Path(own))
                count += both is not None
                for sign, lost in _differences(both):
                    print(sign, form, f"{path.parent.name}/{path.name}", *lost, flush=True)
            print(f"{form}: {count} programs", flush=True)


def _differences(both: tuple[list[Expected], list[Expected]] | None) -> Iterator[tuple[str, Expected]]:
    wanted, found = both or ([], [])
    yield from (("-", each) for each in wanted if each not in found)
    yield from (("+", each) for each in found if each not in wanted)


def _is_import(node: ast.stmt) -> bool:
    return isinstance(node, (ast.Import, ast.ImportFrom)) or "os.environ" in ast.unparse(node)[:40]


def _lines(node: ast.stmt) -> range:
    decorators = getattr(node, "decorator_list", [])
    return range(min(each.lineno for each in (node, *decorators)) - 1, node.end_lineno or node.lineno)


def _reads_others(library: str) -> bool:
    """Return whether definitions read a global of the program."""
    tables, read, own = [symtable.symtable(library, "", "exec")], set(), set(dir(builtins)) | {"__file__"}
    own |= {each.get_name() for each in tables[0].get_symbols() if each.is_assigned() or each.is_imported()}
    while tables:
        table = tables.pop()
        tables += table.get_children()
        read |= {each.get_name() for each in table.get_symbols() if each.is_global() and each.is_referenced()}
    return not read <= own


if __name__ == "__main__":
    main()
